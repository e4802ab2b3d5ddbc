"""Zendesk's exports: tickets with comments by cursor, chats by time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.pulling import zendesk
from tests.pulling.conftest import BEGAN, SECRET, Reply, Request, Server, Source, sample

COMMENTS = sample("zendesk_ticket_comments.json")
CHAT = sample("zendesk_chat.json")


class Zendesk:
    """An account: what changed in the order it changed; a cursor is a place in it."""

    def __init__(self, *tickets: int, page: int = 2) -> None:
        self.changes: list[dict[str, Any]] = []
        self.page = page
        self.expired: set[str] = set()
        self.comments: dict[int, list[list[dict[str, Any]]]] = {}
        self.pages_by_number = False
        for number in tickets:
            self.change(number)

    def change(self, number: int, **fields: Any) -> None:
        moment = f"2026-03-09T{10 + len(self.changes):02d}:00:00Z"
        self.changes.append({"id": number, "updated_at": moment, "status": "solved", **fields})

    def __call__(self, request: Request) -> Reply:
        if request.path == "/api/v2/incremental/tickets/cursor.json":
            return self.export(request)
        number = int(request.path.split("/")[4])
        pages = self.comments.get(number, [COMMENTS["comments"]])
        if self.pages_by_number:
            place = int(request.query.get("page", 0))
            url = f"http://{request.headers['host']}{request.path}?include=users&page={place + 1}"
            further = {"count": 7, "next_page": url if place + 1 < len(pages) else None}
        else:
            assert request.query["page[size]"] == "100"
            place = int(request.query.get("page[after]", "k0").removeprefix("k"))
            further = {"meta": {"has_more": place + 1 < len(pages), "after_cursor": f"k{place + 1}"}}
        assert request.query["include"] == "users"
        return Reply({"comments": pages[place], "users": COMMENTS["users"], **further})

    def export(self, request: Request) -> Reply:
        cursor = request.query.get("cursor")
        if cursor in self.expired:
            return Reply({"error": "InvalidCursor", "description": "moi"}, 422)
        if not cursor and int(request.query["start_time"]) > BEGAN:
            return Reply({"error": "StartTimeTooRecent"}, 400)
        place = int(cursor.removeprefix("c")) if cursor else 0
        tickets = self.changes[place : place + self.page]
        end = place + len(tickets)
        further = {"after_url": f"https://esimerkki.zendesk.com/?cursor=c{end}", "after_cursor": f"c{end}"}
        ends = {"before_url": None, "before_cursor": None, "end_of_stream": end == len(self.changes)}
        return Reply({"tickets": tickets, **further, **ends})


@pytest.fixture
def tickets(server: Server, source: Callable[..., Source]) -> Source:
    server.route = Zendesk(1, 2, 3, 4, 5)
    return source("zendesk", what="tickets", user="palaute@example.fi", overlap_minutes=10)


def asked_for(server: Server) -> list[dict[str, str]]:
    return [request.query for request in server.asked if "incremental" in request.path]


def test_every_ticket_comes_with_its_comments_and_who_wrote_them(server: Server, tickets: Source) -> None:
    pulled = tickets.run()
    assert (pulled.error, pulled.files, pulled.records) == ("", 3, 5)
    assert [record["id"] for record in tickets.records()] == [1, 2, 3, 4, 5]
    assert tickets.told() == [("zendesk_ticket", str(number), "acacaca") for number in range(1, 6)]
    page = json.loads(tickets.files()[0].read_text("utf-8"))
    assert list(page) == ["tickets", "users"], "the shape that the reader of tickets takes"
    assert page["tickets"][0] == {**server.route.changes[0], "comments": COMMENTS["comments"]}
    assert page["users"] == [{"id": 1001, "role": "agent"}, {"id": 2002, "role": "end-user"}], "no names, no addresses"
    assert [query.get("cursor", query.get("start_time")) for query in asked_for(server)] == ["1772316000", "c2", "c4"]
    assert {query["per_page"] for query in asked_for(server)} == {"100"}


def test_files_are_named_by_source_and_time_and_only_their_owner_reads_them(tickets: Source) -> None:
    tickets.run()
    assert [file.name for file in tickets.files()] == [f"tuki-20260310T000000Z-00000{n}.json" for n in range(3)]
    assert {file.stat().st_mode & 0o777 for file in tickets.folder.iterdir() if file.name != ".lock"} == {0o600}
    assert tickets.folder.stat().st_mode & 0o777 == 0o700


def test_the_next_pull_goes_on_from_the_cursor(server: Server, tickets: Source) -> None:
    tickets.run()
    server.asked.clear()
    assert tickets.run().files == 0
    assert [query["cursor"] for query in asked_for(server)] == ["c5"]
    assert not [path for path in server.paths() if "comments" in path]
    server.route.change(2, subject="taas")
    assert tickets.run().records == 1
    assert [record["id"] for record in tickets.records()] == [1, 2, 3, 4, 5, 2]
    assert len({file.name for file in tickets.files()}) == 4, "pulls within one second share no name"


@pytest.mark.parametrize("by_number", [False, True], ids=["by cursor", "by number"])
def test_comments_on_many_pages_are_joined(server: Server, tickets: Source, by_number: bool) -> None:
    server.route = Zendesk(1)
    server.route.pages_by_number = by_number
    server.route.comments[1] = [COMMENTS["comments"][:3], COMMENTS["comments"][3:6], COMMENTS["comments"][6:]]
    tickets.run()
    assert tickets.records()[0]["comments"] == COMMENTS["comments"]
    assert len(json.loads(tickets.files()[0].read_text("utf-8"))["users"]) == 2, "each once"


def test_comments_that_go_on_nobody_knows_where_are_an_error(server: Server, tickets: Source) -> None:
    export = Zendesk(1)
    half = {"comments": COMMENTS["comments"][:3], "users": [], "meta": {"has_more": True}}
    server.route = lambda request: export(request) if "incremental" in request.path else Reply(half)
    assert "has more comments and nothing says where" in tickets.run().error
    assert tickets.files() == []


def test_deleted_tickets_and_those_closed_to_us_are_counted(server: Server, tickets: Source) -> None:
    export = Zendesk(1, 2)
    export.change(3, status="deleted")
    server.route = lambda request: Reply(status=403) if "tickets/2/" in request.path else export(request)
    pulled = tickets.run()
    assert [record["id"] for record in tickets.records()] == [1]
    assert pulled.left_out == {"deleted": 1, "without access": 1}


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_an_expired_cursor_begins_again_at_the_last_complete_pull(server: Server, tickets: Source, status: int) -> None:
    tickets.run()
    server.asked.clear()
    account = server.route
    account.change(3, subject="taas")
    server.route = lambda request: Reply(status=status) if request.query.get("cursor") == "c5" else account(request)
    tickets.time.pass_(86_400)
    pulled = tickets.run()
    assert pulled.error == ""
    assert pulled.warnings == [
        "tuki (127.0.0.1): the cursor of the ticket export has expired. Everything since the last complete pull is "
        "asked for again."
    ]
    again = asked_for(server)
    assert again[0]["cursor"] == "c5"
    assert again[1]["start_time"] == str(int(BEGAN - 600)), "the last complete pull, less the overlap"
    assert pulled.records == 1, "the five that are known in this version do not come twice"
    assert pulled.left_out == {"known": 5}


def test_a_cursor_that_expires_at_once_again_is_an_error(server: Server, tickets: Source) -> None:
    tickets.run()
    server.route.expired = {"c5", "c2"}
    pulled = tickets.run()
    assert "has expired" in pulled.error
    assert len(pulled.warnings) == 1


def test_a_start_is_never_too_near_for_zendesk(server: Server, tickets: Source) -> None:
    tickets.time.seconds = 1_772_316_000.0  # the first day's midnight in Helsinki
    tickets.run()
    assert asked_for(server)[0]["start_time"] == str(1_772_316_000 - zendesk.SETTLED_SECONDS)


@pytest.mark.parametrize(
    "answer",
    [[], {"tickets": None}, {"tickets": [1]}, {"tickets": []}, {"tickets": [], "after_cursor": 1.5}, None, "moi",
     {"tickets": [{"id": 1}], "end_of_stream": False}],
    ids=str,
)  # fmt: skip
def test_what_is_no_export_is_an_error_and_no_end(server: Server, tickets: Source, answer: Any) -> None:
    server.route = lambda _: Reply(answer)
    pulled = tickets.run()
    assert pulled.error.startswith("tuki")
    assert tickets.state()["complete"] is None


def test_an_export_that_goes_round_in_circles_ends(server: Server, tickets: Source) -> None:
    server.route = lambda _: Reply({"tickets": [], "after_cursor": "c1", "end_of_stream": False})
    assert "circles" in tickets.run().error


def test_with_a_user_the_secret_is_an_api_token_and_else_an_oauth_token(
    server: Server, tickets: Source, source: Callable[..., Source]
) -> None:
    tickets.run()
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    source("zendesk", what="tickets").run()
    assert server.asked[-1].headers["authorization"] == f"Bearer {SECRET}"


class Chats:
    """An account's chats in the order they changed: from 640 s before the first pull, 40 s apart.

    There is always a next page, which begins with what the last one ended with.
    """

    def __init__(self, count: int) -> None:
        self.chats = [{**CHAT, "id": f"chat.{number}"} for number in range(count)]
        self.factor = 1
        """Microseconds instead of seconds in `end_time` and after it: both are documented."""

    def __call__(self, request: Request) -> Reply:
        assert request.path == "/api/v2/chat/incremental/chats"
        assert request.query["fields"] == "chats(*)"
        start, size = float(request.query["start_time"]), int(request.query["limit"])
        start /= self.factor if start > 1e11 else 1
        ends = [(BEGAN - 640 + 40 * number, chat) for number, chat in enumerate(self.chats)]
        left = [(end, chat) for end, chat in ends if (end, chat["id"]) >= (start, request.query.get("start_id", ""))]
        page = left[:size]
        end, last = (page[-1][0], page[-1][1]["id"]) if page else (start, "")
        place = {"end_time": int(end * self.factor), "end_id": last}
        url = f"https://esimerkki.zendesk.com{request.path}?start_time={end}&start_id={last}"
        return Reply({"chats": [chat for _, chat in page], "count": len(page), **place, "next_page": url})


@pytest.fixture
def chats(server: Server, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setattr(zendesk, "CHATS_A_PAGE", 2)
    server.route = Chats(5)
    return source("zendesk", what="chats", overlap_minutes=10)


@pytest.mark.parametrize("factor", [1, 10**6], ids=["seconds", "microseconds"])
def test_chats_come_page_by_page_with_their_history(server: Server, chats: Source, factor: int) -> None:
    server.route.factor = factor
    pulled = chats.run()
    assert (pulled.error, pulled.records, pulled.left_out["known"]) == ("", 5, 4)
    assert [record["id"] for record in chats.records()] == [f"chat.{number}" for number in range(5)], "none twice"
    assert chats.records()[0] == {**CHAT, "id": "chat.0"}
    assert chats.told() == [("zendesk_chat", f"chat.{number}", "acacaca") for number in range(5)]
    assert [request.query.get("start_id") for request in server.asked] == [None, *(f"chat.{n}" for n in range(1, 5))]


def test_an_account_without_chats_is_asked_once(server: Server, chats: Source) -> None:
    server.route = Chats(0)
    assert (chats.run().error, len(server.asked)) == ("", 1)


def test_a_page_that_is_not_full_is_not_the_last_one(server: Server, chats: Source) -> None:
    """Nothing says that it is."""
    account = server.route

    def partial(request: Request) -> Reply:
        if "start_id" not in request.query:
            request.query["limit"] = "1"
        return account(request)

    server.route = partial
    assert chats.run().records == 5


def test_chats_of_the_overlap_come_again_only_if_they_changed(server: Server, chats: Source) -> None:
    chats.run()
    chats.time.pass_(60)
    assert chats.run().records == 0, "though those of the ten minutes before the first pull began come"
    server.route.chats[4]["comment"] = "Muutin mieleni."
    chats.time.pass_(60)
    assert chats.run().records == 1
    assert chats.records()[-1]["comment"] == "Muutin mieleni."


def test_chats_that_name_no_next_place_are_an_error(server: Server, chats: Source) -> None:
    server.route = lambda _: Reply({"chats": [CHAT, CHAT]})
    assert "no next place" in chats.run().error
    server.route = lambda _: Reply({"chats": [CHAT, CHAT], "end_time": BEGAN, "end_id": "chat.1"})
    assert "no next place" in chats.run().error, "more of the same moment than a page holds"
