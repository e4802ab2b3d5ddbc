"""Genesys Cloud: a token, conversations of an interval, and the transcript behind a signed address."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.pulling import genesys
from tests.pulling.conftest import BEGAN, SECRET, Reply, Request, Server, Source, sample

TRANSCRIPT = sample("genesys_cloud_transcript.json")
DAY = 86_400


class Genesys:
    """An organisation: conversations with their start; transcripts lie on another host, behind signatures."""

    def __init__(self, files: Server, *starts: float) -> None:
        self.files, self.tokens = files, 0
        self.starts = {f"c{number}": start for number, start in enumerate(starts)}
        self.running: set[str] = set()
        self.untranscribed: set[str] = set()
        self.spoken_by = "customer"
        self.seconds = 41
        """How long each takes: an interval finds what began on a day that it touches and is within it."""
        files.route = self.transcript

    def __call__(self, request: Request) -> Reply:
        if request.path == "/oauth/token":
            basic = b64encode(f"client-1:{SECRET}".encode()).decode()
            assert request.headers["authorization"] == f"Basic {basic}"
            assert request.body == b"grant_type=client_credentials"
            self.tokens += 1
            return Reply({"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 86399})
        if request.headers["authorization"] != f"Bearer token-{self.tokens}":
            return Reply(status=401)
        if request.path == "/api/v2/analytics/conversations/details/query":
            return self.query(request.json)
        *_, conversation, _, session, what = request.path.split("/")
        assert what == "transcripturl"
        if conversation in self.untranscribed or not session.startswith(self.spoken_by):
            return Reply(status=404)
        return Reply({"url": f"{self.files.url}/{conversation}?signature=allekirjoitus"})

    def query(self, asked: dict[str, Any]) -> Reply:
        assert (asked["order"], asked["orderBy"]) == ("asc", "conversationStart")
        first, last = (datetime.fromisoformat(moment).timestamp() for moment in asked["interval"].split("/"))
        found = [
            name for name, start in self.starts.items()
            if first // DAY * DAY <= start < last and first <= start + self.seconds
        ]  # fmt: skip
        size, number = asked["paging"]["pageSize"], asked["paging"]["pageNumber"]
        assert size * number <= genesys.MAX_RESULTS, "Pagination may not exceed 100000 results."
        page = [self.conversation(name) for name in found[size * (number - 1) : size * number]]
        return Reply({"totalHits": len(found), **({"conversations": page} if page else {})})

    def conversation(self, name: str) -> dict[str, Any]:
        participants = [
            {"purpose": purpose, "sessions": [{"sessionId": f"{purpose}-1", "mediaType": "voice"}]}
            for purpose in ("customer", "ivr", "acd", "agent")
        ]
        ended = {} if name in self.running else {"conversationEnd": "2026-03-02T07:15:41.000Z"}
        return {"conversationId": name, "participants": participants, **ended}

    def transcript(self, request: Request) -> Reply:
        assert "authorization" not in request.headers, "a token of ours is for Genesys alone"
        assert request.query == {"signature": "allekirjoitus"}
        return Reply({**TRANSCRIPT, "conversationId": request.path.strip("/")})


@pytest.fixture
def organisation(server: Server, other_server: Server) -> Genesys:
    found = Genesys(other_server, *(BEGAN - 3 * DAY + 20_000 * number for number in range(5)))
    server.route = found
    return found


@pytest.fixture
def calls(
    server: Server, organisation: Genesys, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> Source:
    monkeypatch.setattr(genesys, "CONVERSATIONS_A_PAGE", 2)
    return source(
        "genesys", what="transcripts", user="client-1", login_url=server.url, since=date(2026, 3, 7),
        overlap_minutes=1440,
    )  # fmt: skip


def queries(server: Server) -> list[tuple[str, int]]:
    asked = [request.json for request in server.asked if request.path.endswith("/query")]
    return [(query["interval"], query["paging"]["pageNumber"]) for query in asked]


def ids(calls: Source) -> list[str]:
    return [record["conversationId"] for record in calls.records()]


def test_every_transcript_of_every_interval_comes(server: Server, calls: Source) -> None:
    pulled = calls.run()
    assert (pulled.error, pulled.records) == ("", 5)
    assert ids(calls) == ["c0", "c1", "c2", "c3", "c4"]
    assert calls.records()[0] == {**TRANSCRIPT, "conversationId": "c0"}
    assert calls.told() == [("genesys_cloud", f"c{number}", "acacaca") for number in range(5)]
    assert queries(server)[0] == ("2026-03-06T22:00:00.000Z/2026-03-07T22:00:00.000Z", 1), "the first day in Helsinki"
    assert [number for _, number in queries(server)] == [1, 2, 1, 1, 1]
    assert queries(server)[-1][0].endswith("/2026-03-10T00:00:00.000Z"), "up to now and no further"


def test_a_token_that_expires_in_the_middle_is_renewed_once(
    server: Server, organisation: Genesys, calls: Source
) -> None:
    def expiring(request: Request) -> Reply:
        if len(server.asked) == 6:
            organisation.tokens += 1  # the one in use is no longer the last
        return organisation(request)

    server.route = expiring
    assert (calls.run().error, ids(calls)) == ("", ["c0", "c1", "c2", "c3", "c4"])
    assert server.paths().count("/oauth/token") == 2


def test_a_new_token_that_does_not_help_either_is_an_error(
    server: Server, organisation: Genesys, calls: Source
) -> None:
    server.route = lambda request: organisation(request) if "oauth" in request.path else Reply(status=401)
    assert "answered 401 to the list of conversations: the secret is wrong" in calls.run().error
    assert server.paths().count("/oauth/token") == 2
    server.route = lambda _: Reply({"error": "invalid_client"}, 401)
    assert calls.run().error == "tuki: no token is given out: correct user, the secret or login_url."
    server.route = lambda _: Reply({"error": "invalid_client", "description": "client not found"}, 400)
    assert "no token is given out" in calls.run().error
    server.route = lambda _: Reply({"error": "moi"})
    assert "no token is given out" in calls.run().error


def test_what_comes_late_is_found_the_next_night(server: Server, organisation: Genesys, calls: Source) -> None:
    organisation.running, organisation.untranscribed = {"c4"}, {"c3"}
    organisation.starts["c4"] = organisation.starts["c3"] = BEGAN - 3600
    pulled = calls.run()
    assert ids(calls) == ["c0", "c1", "c2"]
    assert pulled.left_out == {"not ended yet": 1, "without transcript": 1}
    organisation.running, organisation.untranscribed = set(), set()
    calls.time.pass_(DAY - 7200)
    server.asked.clear()
    assert calls.run().records == 2
    assert queries(server)[0][0].startswith(f"{datetime.fromtimestamp(BEGAN - DAY, UTC):%Y-%m-%dT%H:%M:%S}")
    assert sorted(ids(calls)) == ["c0", "c1", "c2", "c3", "c4"]
    calls.time.pass_(3600)
    assert calls.run().records == 0, "none twice"


def test_the_agents_session_is_asked_for_where_the_customers_has_none(organisation: Genesys, calls: Source) -> None:
    organisation.spoken_by = "agent"
    assert calls.run().records == 5


def test_a_pull_that_was_cut_off_goes_on_within_its_interval(
    server: Server, organisation: Genesys, calls: Source
) -> None:
    server.route = lambda request: Reply(status=403) if "/c2/" in request.path else organisation(request)
    assert "answered 403 to the address of a transcript" in calls.run().error
    assert ids(calls) == ["c0", "c1"]
    server.route = organisation
    server.asked.clear()
    calls.time.pass_(12_345)
    object.__setattr__(calls.pull, "window_hours", 1)
    calls.run()
    assert queries(server)[0] == ("2026-03-06T22:00:00.000Z/2026-03-07T22:00:00.000Z", 2), "though the window changed"
    assert ids(calls) == ["c0", "c1", "c2", "c3", "c4"]


def test_a_transcript_without_encryption_is_not_fetched(server: Server, organisation: Genesys, calls: Source) -> None:
    server.route = lambda request: (
        Reply({"url": "http://tallenteet.example/1"}) if request.path.endswith("url") else organisation(request)
    )
    assert "without encryption" in calls.run().error


def test_signed_addresses_are_never_told(
    server: Server, other_server: Server, calls: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    other_server.route = lambda _: Reply(status=500)
    error = calls.run().error
    assert "answered 500 to a transcript" in error
    for secret in ("allekirjoitus", "token-1", SECRET):
        assert secret not in error + caplog.text


@pytest.mark.parametrize(
    "answer",
    [[], "moi", {"conversations": 1}, {"conversations": [1]},
     {"conversations": [{"conversationId": "c", "conversationEnd": "x", "participants": 1}]}],
    ids=str,
)  # fmt: skip
def test_what_is_no_list_is_an_error(server: Server, organisation: Genesys, calls: Source, answer: Any) -> None:
    server.route = lambda request: Reply(answer) if request.path.endswith("query") else organisation(request)
    assert "tuki: the answer has no list of" in calls.run().error


def test_a_conversation_on_the_edge_of_two_intervals_comes_once(organisation: Genesys, calls: Source) -> None:
    organisation.starts = {"c0": BEGAN - 2 * DAY - 2 * 3600 - 20}  # a Helsinki midnight, less 20 s
    pulled = calls.run()
    assert (pulled.records, pulled.left_out["known"]) == (1, 1)


def test_an_interval_with_more_than_can_be_listed_is_halved(
    server: Server, organisation: Genesys, calls: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(genesys, "MAX_RESULTS", 4)
    organisation.starts = {f"c{number}": BEGAN - DAY + 4 * 3600 * number for number in range(6)}
    assert (calls.run().error, ids(calls)) == ("", [f"c{number}" for number in range(6)])


def test_a_page_that_is_not_full_is_not_the_last_one(server: Server, organisation: Genesys, calls: Source) -> None:
    organisation.starts = {f"c{number}": BEGAN - 3600 - number for number in range(4)}

    def partial(request: Request) -> Reply:
        reply = organisation(request)
        if request.path.endswith("/query") and request.json["paging"]["pageNumber"] == 1:
            del reply.body.get("conversations", [])[1:]
        return reply

    server.route = partial
    calls.run()
    assert len(ids(calls)) == 3, "the rest of the first page comes with the next pull"
    server.route = organisation
    calls.time.pass_(60)
    calls.run()
    assert sorted(ids(calls)) == ["c0", "c1", "c2", "c3"]


def test_a_signed_address_may_lead_on_to_another_host(
    server: Server, organisation: Genesys, calls: Source, other_server: Server
) -> None:
    """As storages do that lie in another region: nothing of ours goes along."""
    server.route = lambda request: (
        organisation.transcript(request) if "signature" in request.query else organisation(request)
    )
    other_server.route = lambda request: Reply(
        status=307, headers={"Location": f"{server.url}{request.path}?signature=allekirjoitus"}
    )
    assert (calls.run().error, len(ids(calls))) == ("", 5)
