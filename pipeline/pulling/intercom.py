"""Intercom: conversations by the moment they last changed, each with its parts.

`POST /conversations/search` with `updated_at > START`, the latest first, page by page: `pages.next.starting_after` of
an answer goes into `pagination` of the next request, until there is none. Then `GET /conversations/ID` for each that
is not known in this version: a search tells no parts.

The latest first, because the list moves while it is read: a conversation that changes goes to its front. What then
moves from page to page is seen twice, which is noticed; with the oldest first one would slip through at each edge.

The right that is needed: an access token that may read conversations.

Written from memory of the documentation, against no account. Not verified: whether `sort` is heeded for conversations
as it is for contacts; whether `updated_at` is compared by the second or by the day (the overlap of a day is for
that); which of 410 and 422 says that `starting_after` is too old (both count so, 422 only where one was sent).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.errors import PullError
from pipeline.pulling.client import EXPIRED, Client
from pipeline.pulling.login import Fixed, bearer
from pipeline.pulling.pages import Page, Start, Version, members, moment, part, text
from pipeline.pulls import Pull

CONVERSATIONS_A_PAGE = 50
"""Of up to 150: each takes a request of its own, and a kill loses at most a page."""
INTERFACE = "2.11"
"""The version of Intercom's interface that is asked for, whatever the account's own."""


def login(pull: Pull, secret: str, _client: Client) -> Fixed:
    """The secret is an access token."""
    return bearer(pull, secret, **{"Intercom-Version": INTERFACE, "Accept": "application/json"})


def pages(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    """Pages of conversations.

    Raises:
        PullError: the source refuses or answers something else; `CursorExpired` where it has forgotten the place.
    """
    since = int(moment(part(start.position, "since")) or start.moment)
    after = text(part(start.position, "starting_after"))
    while True:
        pagination = {"per_page": CONVERSATIONS_A_PAGE, **({"starting_after": after} if after else {})}
        body = {
            "query": {"field": "updated_at", "operator": ">", "value": since},
            "sort": {"field": "updated_at", "order": "descending"},
            "pagination": pagination,
        }
        answer = client.json(
            "/conversations/search", "the search for conversations", body=body, expired=EXPIRED if after else ()
        )
        found = members(answer, "conversations", pull.name)
        following = text(part(answer, "pages", "next", "starting_after"))
        if following and following == after:
            raise PullError(f"{pull.name}: the search for conversations goes round in circles: tell Intercom of it.")
        after = following
        position = {"since": since, "starting_after": after} if after else None
        yield _page(found, position, start, client)
        if not after:
            return


def _page(found: list[dict[str, Any]], position: dict[str, Any] | None, start: Start, client: Client) -> Page:
    records, versions, left_out = [], [], Counter[str]()
    for listed in found:
        identity = text(listed.get("id"))
        version = Version(identity, text(listed.get("updated_at")))
        if not identity.isalnum():
            left_out["without id"] += 1
        elif not start.is_new(version):
            left_out["known"] += 1
        elif not isinstance(
            record := client.json(f"/conversations/{identity}", "a conversation", absent=(404, 410)), dict
        ):
            left_out["gone"] += 1
        else:
            records.append(record)
            versions.append(version)
    return Page(
        position, position is None, tuple(records), "conversations", versions=tuple(versions), left_out=left_out
    )
