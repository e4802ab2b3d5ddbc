"""What goes wrong between two machines: waited for, asked for again, given up, and never told in full."""

import logging
from collections.abc import Callable
from email.utils import formatdate
from urllib.parse import urlencode

import pytest

from pipeline.pulling import client
from pipeline.pulling.patience import MAX_REFUSALS, MAX_TRIES
from tests.pulling.conftest import BEGAN, SECRET, Reply, Request, Server, Source
from tests.pulling.test_zendesk import Zendesk


@pytest.fixture
def tickets(server: Server, source: Callable[..., Source]) -> Source:
    server.route = Zendesk(1, page=10)
    return source("zendesk", what="tickets", user="palaute@example.fi")


PAGE = {"tickets": [], "after_cursor": "c", "end_of_stream": True}


@pytest.mark.parametrize(
    ("hiccup", "waits"),
    [
        (Reply(status=429, headers={"Retry-After": "37"}), [37]),
        (Reply(status=429, headers={"Retry-After": formatdate(BEGAN + 90, usegmt=True)}), [90]),
        (Reply(status=429, headers={"Retry-After": formatdate(BEGAN - 90, usegmt=True)}), [1]),
        (Reply(status=429, headers={"Retry-After": "0"}), [1]),
        (Reply(status=429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(BEGAN + 8))}), [1, 7]),
        (Reply(status=429, headers={"Retry-After": "soon"}), [1]),
        (Reply(status=429), [1]),
        (Reply(status=503, headers={"Retry-After": "5"}), [5]),
        (Reply(status=500), [1]),
        (Reply(PAGE, cut=10), [1]),
        (Reply(PAGE, cut=0), [1]),
        (Reply(b'{"tickets": [', tells_length=False), [1]),
        (Reply(b"<html>busy</html>"), [1]),
        (Reply(b"[" * 200_000), [1]),
    ],
    ids=["seconds", "date", "past", "at once", "as Intercom tells it", "nonsense", "no header", "busy", "broken", "cut",
         "cut at once", "cut unseen", "page", "deep"],
)  # fmt: skip
def test_what_goes_wrong_once_is_asked_for_again(
    server: Server, tickets: Source, hiccup: Reply, waits: list[float]
) -> None:
    server.hiccups = [hiccup]
    pulled = tickets.run()
    assert (pulled.error, pulled.records) == ("", 1)
    assert tickets.time.waits == waits
    assert server.paths()[0] == server.paths()[1]


def test_waiting_doubles_up_to_a_minute_and_ends(server: Server, tickets: Source) -> None:
    server.route = lambda _: Reply(b"Matti Virtanen 050 555 0100", status=502)
    pulled = tickets.run()
    assert pulled.error == (
        "tuki (127.0.0.1): answered 502 to the ticket export: pull again later, it goes on from there."
    )
    assert tickets.time.waits == [1, 2, 4, 8, 16]
    assert len(server.asked) == MAX_TRIES


def test_chance_spreads_the_tries(server: Server, tickets: Source) -> None:
    server.hiccups = [Reply(status=500), Reply(status=500)]
    object.__setattr__(tickets.time.clock, "chance", lambda: 0.0)
    tickets.run()
    assert tickets.time.waits == [0.5, 1], "half of the longest wait at least"


def test_a_source_that_never_has_time_is_given_up(server: Server, tickets: Source) -> None:
    server.route = lambda _: Reply(status=429, headers={"Retry-After": "1"})
    assert "no time for us" in tickets.run().error
    assert len(server.asked) == MAX_REFUSALS + 1


def test_nobody_is_waited_for_longer_than_the_night(server: Server, tickets: Source) -> None:
    server.route = lambda _: Reply(status=429, headers={"Retry-After": "3600"})
    pulled = tickets.run()
    assert pulled.error == "tuki: its time for one night is over (max_minutes); the next pull goes on from there."
    assert (tickets.time.waits, len(server.asked)) == ([], 1)


def test_a_pull_that_runs_out_of_time_goes_on_the_next_night(server: Server, tickets: Source) -> None:
    account = Zendesk(1, 2, 3, 4, 5, page=1)

    def slow(request: Request) -> Reply:
        tickets.time.pass_(15 * 60)
        return account(request)

    server.route = slow
    for _ in range(3):
        assert "time for one night" in tickets.run().error
    server.route = account
    pulled = tickets.run()
    assert (pulled.error, pulled.warnings) == ("", [])
    assert sorted(record["id"] for record in tickets.records()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"X-Rate-Limit-Remaining": "0", "ratelimit-reset": "41"}, [41]),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "41"}, [41]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(BEGAN + 8))}, [8]),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(BEGAN - 8))}, []),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(BEGAN + 10**6))}, [900]),
        ({"X-RateLimit-Remaining": "0"}, []),
        ({"X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": str(int(BEGAN + 8))}, [8]),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "9"}, []),
        ({"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "17"}, [17]),
        ({"inin-ratelimit-count": "299", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "17"}, []),
        ({"X-RateLimit-Remaining": "nan", "X-RateLimit-Reset": "inf"}, []),
    ],
)
def test_after_the_last_request_that_is_allowed_comes_a_pause(
    server: Server, tickets: Source, headers: dict[str, str], waits: list[float]
) -> None:
    account, once = server.route, [headers]
    server.route = lambda request: Reply(account(request).body, headers=once.pop() if once else {})
    assert tickets.run().records == 1
    assert tickets.time.waits == waits


@pytest.mark.parametrize("status", [401, 403, 404, 400, 418])
def test_a_refusal_is_told_with_what_to_do_and_asked_for_once(server: Server, tickets: Source, status: int) -> None:
    server.route = lambda _: Reply(b"no", status=status)
    pulled = tickets.run()
    assert pulled.error.startswith(f"tuki (127.0.0.1): answered {status} to the ticket export: ")
    assert pulled.error.endswith(".")
    assert len(server.asked) == 1
    assert not tickets.time.waits


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_asked_of_another_host(server: Server, other_server: Server, tickets: Source, status: int) -> None:
    server.route = lambda _: Reply(status=status, headers={"Location": f"{other_server.url}/api"})
    assert "another host" in tickets.run().error
    assert other_server.asked == []


def test_a_redirect_on_the_same_host_is_followed_and_a_round_of_them_not(server: Server, tickets: Source) -> None:
    account = server.route

    def moved(request: Request) -> Reply:
        if request.path.startswith("/uusi"):
            request.path = request.path.removeprefix("/uusi")
            return account(request)
        return Reply(status=307, headers={"Location": f"/uusi{request.path}?{urlencode(request.query)}"})

    server.route = moved
    assert tickets.run().records == 1
    server.route = lambda request: Reply(status=302, headers={"Location": request.path})
    assert "again and again" in tickets.run().error


def test_a_next_page_on_another_host_is_not_asked_for(server: Server, other_server: Server, tickets: Source) -> None:
    account = server.route

    def route(request: Request) -> Reply:
        reply = account(request)
        if "comments" in request.path:
            reply.body["next_page"] = f"{other_server.url}/api/v2/tickets/1/comments.json"
        return reply

    server.route = route
    assert "another host" in tickets.run().error
    assert other_server.asked == []
    assert tickets.files() == [], "the page is not whole"


def test_a_server_that_is_not_there_is_given_up(server: Server, tickets: Source) -> None:
    server.close()
    pulled = tickets.run()
    assert pulled.error.startswith("tuki (127.0.0.1): the connection broke at the ticket export (ConnectError)")
    assert len(tickets.time.waits) == MAX_TRIES - 1


def test_neither_secret_nor_address_nor_answer_is_in_logs_errors_or_files(
    server: Server, tickets: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tickets.run()
    server.route = lambda _: Reply(b"Matti Virtanen", status=500, headers={"X-Customer": "Virtanen"})
    errors = tickets.run().error
    server.route = lambda _: Reply(b"Matti Virtanen")
    errors += tickets.run().error
    written = " ".join(path.read_text("utf-8") for path in tickets.folder.iterdir())
    for text in (caplog.text, errors, written, repr(tickets.config), tickets.state()["source"]):
        assert SECRET not in text
        assert "Virtanen" not in text
        assert "per_page" not in text, "what stands behind the ? of an address"
    assert "Basic" not in caplog.text + errors + written


def test_waiting_goes_by_the_clock_of_the_source(server: Server, tickets: Source) -> None:
    """Ours is an hour behind: a moment of theirs is not an hour away."""
    server.now = lambda: tickets.time.seconds + 3600
    for headers in (
        {"Retry-After": formatdate(BEGAN + 3607, usegmt=True)},
        {"X-RateLimit-Reset": f"{BEGAN + 3614:.0f}"},
    ):
        server.hiccups.append(Reply(status=429, headers={"X-RateLimit-Remaining": "0", **headers}))
    assert tickets.run().error == ""
    assert tickets.time.waits == [7, 2, 5]


def test_a_clock_that_is_ahead_is_told_before_anything_counts_as_pulled(server: Server, tickets: Source) -> None:
    server.now = lambda: tickets.time.seconds - 3600
    assert tickets.run().error == (
        "tuki (127.0.0.1): the clock of this machine is 60 minutes ahead of the source's, and what changes meanwhile "
        "would be missed: set it right."
    )
    assert tickets.state()["complete"] is None
    tickets.time.pass_(-3600)
    server.now = lambda: tickets.time.seconds
    assert tickets.run().records == 1
    assert tickets.state()["complete"] == BEGAN - 3600, "and not what the wrong clock said"


@pytest.mark.parametrize("secret", ["ääkkösiä", "kaksi\nriviä", "a\tb"])
def test_a_secret_that_is_no_token_is_told_and_not_sent(
    server: Server, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    tickets = source("zendesk", what="tickets")
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", secret)
    assert tickets.run().error == "tuki: the secret is no token: put the token alone there, on one line."
    assert server.asked == []


def test_an_answer_without_end_is_not_read_to_its_end(
    server: Server, tickets: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_PAGE_BYTES", 1 << 20)
    server.route = lambda _: Reply(b" " * (1 << 20) + b"{}")
    assert "the ticket export is larger than 1 MB" in tickets.run().error
    looks: list[float] = []
    object.__setattr__(tickets.time.clock, "monotonic", lambda: looks.append(0.0) or 0.0)
    server.route = lambda _: Reply(b" " * (8 << 20), status=403)
    assert "answered 403" in tickets.run().error
    assert len(looks) < 20, "of a refusal, the first parts alone: there is a look at the clock after each"
