"""Intercom's conversations, by a search that moves while it is read."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.pulling import intercom
from tests.pulling.conftest import BEGAN, SECRET, Reply, Request, Server, Source, sample

CONVERSATION = sample("intercom_conversation.json")
START = 1_772_236_799
"""The second before the UTC day in which the first day in Helsinki begins."""


class Intercom:
    """A workspace: conversations by id with the moment they last changed; pages are places in a list, as they move."""

    def __init__(self, *numbers: int) -> None:
        self.changed = {str(number): int(BEGAN) - 1000 * number for number in numbers}
        self.expired: set[str] = set()
        self.accuracy = 1
        """Seconds: the search for contacts rounds moments down to days."""

    def one(self, identity: str) -> dict[str, Any]:
        return {**CONVERSATION, "id": identity, "updated_at": self.changed[identity]}

    def __call__(self, request: Request) -> Reply:
        if request.method == "GET":
            return Reply(self.one(request.path.removeprefix("/conversations/")))
        assert request.path == "/conversations/search"
        query, sort, pagination = (request.json[key] for key in ("query", "sort", "pagination"))
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        assert sort == {"field": "updated_at", "order": "descending"}
        after = pagination.get("starting_after", "0")
        if after in self.expired:
            return Reply({"type": "error.list", "errors": [{"code": "parameter_invalid"}]}, 400)
        assert 1 <= pagination["per_page"] <= 150
        value = query["value"] // self.accuracy
        found = [identity for identity, moment in self.changed.items() if moment // self.accuracy > value]
        found.sort(key=lambda identity: -self.changed[identity])
        end = int(after) + pagination["per_page"]
        listed = [{key: self.one(i)[key] for key in ("id", "updated_at")} for i in found[int(after) : end]]
        page, size = int(after) // pagination["per_page"] + 1, pagination["per_page"]
        pages = {"type": "pages", "page": page, "per_page": size, "total_pages": -(-len(found) // size)}
        if end < len(found):
            pages["next"] = {"page": page + 1, "starting_after": str(end)}
        return Reply({"type": "conversation.list", "conversations": listed, "total_count": len(found), "pages": pages})


@pytest.fixture
def talks(server: Server, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setattr(intercom, "CONVERSATIONS_A_PAGE", 2)
    server.route = Intercom(1, 2, 3, 4, 5)
    return source("intercom", what="conversations", overlap_minutes=1440)


def searches(server: Server) -> list[dict[str, Any]]:
    return [request.json for request in server.asked if request.method == "POST"]


def test_every_conversation_comes_whole(server: Server, talks: Source) -> None:
    pulled = talks.run()
    assert (pulled.error, pulled.files, pulled.records) == ("", 3, 5)
    assert talks.records()[0] == server.route.one("1")
    assert talks.told() == [("intercom", str(number), "acacaca") for number in range(1, 6)]
    assert [search["pagination"].get("starting_after") for search in searches(server)] == [None, "2", "4"]
    assert {search["query"]["value"] for search in searches(server)} == {START}
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert server.asked[0].headers["intercom-version"] == intercom.INTERFACE


def test_the_next_pull_looks_back_and_brings_only_what_changed(server: Server, talks: Source) -> None:
    talks.run()
    talks.time.pass_(3600)
    server.route.changed["4"] = int(BEGAN) + 60
    server.asked.clear()
    pulled = talks.run()
    assert searches(server)[0]["query"]["value"] == int(BEGAN) - 86_400 - 1
    assert (pulled.records, pulled.left_out["known"]) == (1, 4)
    assert [record["id"] for record in talks.records()] == ["1", "2", "3", "4", "5", "4"]
    assert [request.path for request in server.asked if request.method == "GET"] == ["/conversations/4"]


def test_a_list_that_moves_while_it_is_read_loses_nothing(server: Server, talks: Source) -> None:
    """After each page, one that was on it changes and goes to the front."""
    workspace = server.route

    def moving(request: Request) -> Reply:
        reply = workspace(request)
        if request.method == "POST":
            workspace.changed[reply.body["conversations"][-1]["id"]] = int(BEGAN) + len(server.asked)
        return reply

    server.route = moving
    talks.run()
    assert {record["id"] for record in talks.records()} == {"1", "2", "3", "4", "5"}


def test_a_pull_that_was_cut_off_goes_on_within_the_same_search(server: Server, talks: Source) -> None:
    workspace = server.route
    server.route = lambda request: Reply(status=500) if request.path.endswith("/3") else workspace(request)
    assert "answered 500 to a conversation" in talks.run().error
    server.route = workspace
    server.asked.clear()
    talks.time.pass_(3600)
    assert talks.run().records == 3
    assert searches(server)[0]["pagination"]["starting_after"] == "2"
    assert searches(server)[0]["query"]["value"] == START, "of the same search"
    assert [record["id"] for record in talks.records()] == ["1", "2", "3", "4", "5"]


def test_a_place_that_is_too_old_is_given_up_with_a_warning(server: Server, talks: Source) -> None:
    workspace = server.route
    server.route = lambda request: Reply(status=403) if request.path.endswith("/3") else workspace(request)
    talks.run()
    workspace.expired = {"2"}

    def once(request: Request) -> Reply:
        reply = workspace(request)
        workspace.expired = workspace.expired if reply.status == 200 else set()
        return reply

    server.route = once
    pulled = talks.run()
    assert pulled.error == ""
    assert "the cursor of the search for conversations has expired" in pulled.warnings[0]
    assert pulled.left_out["known"] == 2
    assert sorted(record["id"] for record in talks.records()) == ["1", "2", "3", "4", "5"], "none twice"


def test_one_that_is_gone_meanwhile_is_counted(server: Server, talks: Source) -> None:
    workspace = server.route
    server.route = lambda request: Reply(status=404) if request.path.endswith("/3") else workspace(request)
    pulled = talks.run()
    assert (pulled.records, pulled.left_out["gone"]) == (4, 1)


@pytest.mark.parametrize("answer", [[], {}, {"conversations": {}}, {"type": "error.list"}, None], ids=str)
def test_what_is_no_list_is_an_error(server: Server, talks: Source, answer: Any) -> None:
    server.route = lambda _: Reply(answer)
    assert "no list of conversations" in talks.run().error


def test_an_odd_id_is_never_part_of_an_address(server: Server, talks: Source) -> None:
    server.route = lambda _: Reply({"conversations": [{"id": "../admins"}, {"id": None}], "pages": None})
    assert talks.run().left_out == {"without id": 2}
    assert len(server.asked) == 1


def test_a_search_that_goes_round_in_circles_ends(server: Server, talks: Source) -> None:
    server.route = lambda _: Reply({"conversations": [], "pages": {"next": {"starting_after": "x"}}})
    assert "circles" in talks.run().error


@pytest.mark.parametrize("accuracy", [1, 86_400], ids=["seconds", "days"])
def test_a_search_that_rounds_to_days_loses_nothing_and_brings_nothing_twice(
    server: Server, talks: Source, accuracy: int
) -> None:
    """Pulled at noon, three days running; each day one changes before noon and one after."""
    object.__setattr__(talks.pull, "overlap_minutes", 5)
    workspace = server.route = Intercom(*range(1, 6))
    workspace.accuracy = accuracy
    talks.time.seconds = BEGAN + 43_200
    seen = [talks.run().records]
    for day in (1, 2):
        workspace.changed[str(day)] = int(BEGAN) + 43_200 + 86_400 * (day - 1) + 3600
        workspace.changed[str(day + 2)] = int(BEGAN) + 86_400 * day + 3600
        talks.time.pass_(86_400)
        pulled = talks.run()
        assert pulled.error == ""
        seen.append(pulled.records)
    assert seen == [5, 2, 2]


@pytest.mark.parametrize(("count", "total", "cut"), [(500, 512, 1), (500, 500, 1), (20, 30, 1), (499, 499, 0)])
def test_conversations_whose_beginning_is_kept_back_are_counted(
    server: Server, talks: Source, count: int, total: int, cut: int
) -> None:
    parts = {"type": "conversation_part.list", "conversation_parts": [{"id": "1"}] * count, "total_count": total}
    workspace = server.route
    server.route = lambda request: (
        Reply({**workspace.one("3"), "conversation_parts": parts})
        if request.path.endswith("/3")
        else workspace(request)
    )
    assert talks.run().left_out["beginnings of long ones"] == cut


def test_more_conversations_nobody_knows_where_are_an_error(server: Server, talks: Source) -> None:
    server.route = lambda _: Reply({"conversations": [], "pages": {"next": "https://api.intercom.io/?page=2"}})
    assert "there are more conversations and nothing says where" in talks.run().error
