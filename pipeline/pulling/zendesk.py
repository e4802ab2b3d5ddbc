"""Zendesk: tickets with their comments, and chats, by the incremental exports.

Tickets: `GET /api/v2/incremental/tickets/cursor.json`, first with `start_time`, then with the `cursor` that the last
page called `after_cursor`, until `end_of_stream`; the cursor stays good for the nights to come. For each ticket `GET
/api/v2/tickets/ID/comments.json?include=users`, page by page. A file is a page of tickets, each with its `comments`,
and beside them `users`, who wrote: their ids and roles alone, since nobody needs their addresses here. A ticket comes
again when its `updated_at` has changed: what changes without it is the system's own doing, and no comment.

Chats: `GET /api/v2/chat/incremental/chats` with `fields=chats(*)` and `start_time`, then with the `end_time` and
`end_id` of the last page, until a page brings nothing further; there is always a next page, so it is not asked for.
A record is a chat with its `history`.

The rights that are needed: an API token with `user` for tickets (the export is for administrators), an OAuth token
with the scopes `read` and `chat` for chats, which know no API tokens.

Checked against developer.zendesk.com ("Incremental Exports", "Using the Incremental Export API", "Paginating through
lists using cursor pagination", "Incremental Export" of the Chat API), Zendesk's OpenAPI file as api-evangelist/zendesk
keeps it, and for what chats really answer airbytehq/airbyte's pull request 68629; against no account. Not verified:
which status says that a cursor has expired; whether the chats' address under the account's own host is open to all
plans (else `url = "https://www.zopim.com"`, whose address is taken then).
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.errors import PullError
from pipeline.pulling.client import EXPIRED, Client
from pipeline.pulling.landing import digest_of
from pipeline.pulling.login import Fixed, bearer
from pipeline.pulling.pages import Page, Start, Version, members, part, text
from pipeline.pulls import Pull

TICKETS_A_PAGE = 100
"""Of up to 1000: each takes a request of its own for its comments, and a kill loses at most a page."""
COMMENTS_A_PAGE = 100
CHATS_A_PAGE = 1000
SETTLED_SECONDS = 300
"""Zendesk refuses a start that is nearer than a minute (400, StartTimeTooRecent); clocks may differ by some more."""
GONE = (403, 404, 410)


def login(pull: Pull, secret: str, _client: Client) -> Fixed:
    """With `user` the secret is an API token of theirs, else an OAuth token."""
    if pull.user:
        return Fixed({"Authorization": f"Basic {b64encode(f'{pull.user}/token:{secret}'.encode()).decode()}"})
    return bearer(pull, secret)


def pages(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    """Pages of what `pull.what` says.

    Raises:
        PullError: the source refuses or answers something else; `CursorExpired` where it has forgotten the place.
    """
    yield from (_tickets if pull.what == "tickets" else _chats)(pull, start, client)


def _tickets(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    cursor = text(part(start.position, "cursor"))
    since = int(min(start.moment, start.until - SETTLED_SECONDS))
    while True:
        asked = {"cursor": cursor} if cursor else {"start_time": max(since, 1)}
        address = "/api/v2/incremental/tickets/cursor.json"
        answer = client.json(
            address, "the ticket export",
            parameters={**asked, "per_page": TICKETS_A_PAGE}, expired=EXPIRED if cursor else (),
        )  # fmt: skip
        tickets = members(answer, "tickets", pull.name)
        following = text(part(answer, "after_cursor"))
        is_last = part(answer, "end_of_stream") is True
        if not following and not (is_last and not tickets):
            raise PullError(f"{pull.name}: the ticket export names no next cursor: is its interface another one now?")
        if following == cursor and not is_last:
            raise PullError(f"{pull.name}: the ticket export goes round in circles: tell Zendesk of it.")
        cursor = following or cursor
        yield _page_of_tickets(tickets, {"cursor": cursor} if cursor else None, is_last, start, client)
        if is_last:
            return


def _page_of_tickets(
    tickets: list[dict[str, Any]], position: dict[str, Any] | None, is_last: bool, start: Start, client: Client
) -> Page:
    records, versions, left_out = [], [], Counter[str]()
    users: dict[str, object] = {}
    for ticket in tickets:
        identity = text(ticket.get("id"))
        version = Version(identity, text(ticket.get("updated_at")) or digest_of(ticket))
        if not identity.isdigit() or ticket.get("status") == "deleted":
            left_out["deleted"] += 1
        elif not start.is_new(version):
            left_out["known"] += 1
        elif (comments := _comments(identity, users, client)) is None:
            left_out["without access"] += 1
        else:
            records.append({**ticket, "comments": comments})
            versions.append(version)
    beside = {"users": [{"id": part(user, "id"), "role": part(user, "role")} for user in users.values()]}
    return Page(position, is_last, tuple(records), "tickets", beside, tuple(versions), left_out=left_out)


def _comments(ticket: str, users: dict[str, object], client: Client) -> list[dict[str, Any]] | None:
    """All comments of a ticket, and into `users` who wrote them; None where the ticket is gone, or closed to us."""
    comments: list[dict[str, Any]] = []
    asked: set[str] = set()
    address = f"/api/v2/tickets/{ticket}/comments.json"
    size: dict[str, str | int] = {"include": "users", "page[size]": COMMENTS_A_PAGE}
    parameters: dict[str, str | int] | None = size
    while address and (place := f"{address} {parameters}") not in asked:
        asked.add(place)
        answer = client.json(address, "a ticket's comments", parameters=parameters, absent=GONE)
        if answer is None:
            return None
        comments += members(answer, "comments", client.pull.name)
        found = members(answer, "users", client.pull.name, is_optional=True)
        users |= {text(user.get("id")): user for user in found}
        if part(answer, "meta", "has_more") is True:
            after = text(part(answer, "meta", "after_cursor"))
            if not after:
                raise PullError(f"{client.pull.name}: a ticket has more comments and nothing says where: tell Zendesk.")
            parameters = {**size, "page[after]": after}
        else:  # an endpoint that pages by number still names the next address
            address, parameters = text(answer.get("next_page")), None
    return comments


def _chats(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    address = "/api/v2/incremental/chats" if pull.host.endswith("zopim.com") else "/api/v2/chat/incremental/chats"
    place: dict[str, Any] = dict(start.position or {"start_time": max(int(start.moment), 1)})
    expired: tuple[int, ...] = EXPIRED if start.position else ()
    while True:
        parameters = {"fields": "chats(*)", "limit": CHATS_A_PAGE, **place}
        answer = client.json(address, "the chat export", parameters=parameters, expired=expired)
        chats = members(answer, "chats", pull.name)
        following = _place_after(answer)
        is_last = not chats or (following == place and len(chats) < CHATS_A_PAGE)
        if not is_last and (following == place or not following):
            raise PullError(f"{pull.name}: the chat export names no next place: is its interface another one now?")
        place, expired = following, EXPIRED
        yield _page_of_chats(chats, None if is_last else place, is_last, start)
        if is_last:
            return


def _place_after(answer: object) -> dict[str, Any]:
    """Where the next page of chats begins; the time is echoed as it is, in whichever unit."""
    end, identity = part(answer, "end_time"), text(part(answer, "end_id"))
    if not isinstance(end, int | float) or isinstance(end, bool) or end <= 0:
        return {}
    return {"start_time": end, **({"start_id": identity} if identity else {})}


def _page_of_chats(chats: list[dict[str, Any]], position: dict[str, Any] | None, is_last: bool, start: Start) -> Page:
    versions = [Version(text(chat.get("id")), digest_of(chat)) for chat in chats]
    fresh = [(chat, version) for chat, version in zip(chats, versions, strict=True) if start.is_new(version)]
    return Page(
        position,
        is_last,
        tuple(chat for chat, _ in fresh),
        "chats",
        versions=tuple(version for _, version in fresh),
        left_out=Counter({"known": len(chats) - len(fresh)}),
    )
