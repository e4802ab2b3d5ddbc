"""Intercom: conversations by the moment they last changed, each with its parts.

`POST /conversations/search` with `updated_at > START`, the latest first, page by page: `pages.next.starting_after` of
an answer goes into `pagination` of the next request, until there is no `next`. Then `GET /conversations/ID` for each
that is not known in this version: a search tells no parts.

START is the last second of the day before, in UTC: Intercom's search for contacts rounds moments down to days, so that
`>` begins a day late, and nothing says that the one for conversations never does. What is too old is left out here.

The latest first, because the list moves while it is read: a conversation that changes goes to its front. What then
moves from page to page is seen twice, which is noticed; with the oldest first one would slip through at each edge.

A conversation comes with its 500 latest parts at most; those whose beginning is kept back are counted.

The right that is needed: an access token that may read conversations. `url` is https://api.intercom.io, or
https://api.eu.intercom.io or https://api.au.intercom.io where the workspace is hosted there.

Checked against developers.intercom.com ("Pagination", "Search contacts", "Retrieve a conversation", "Rate Limiting")
and, for `sort`, which those do not mention for conversations, singer-io/tap-intercom, which sends it; against no
account. Not verified: whether `updated_at` is sorted by as well as `id`; which status says that `starting_after` is too
old; whether `total_count` counts the parts that are kept back.
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
MAX_PARTS = 500
DAY_SECONDS = 86_400


def login(pull: Pull, secret: str, _client: Client) -> Fixed:
    """The secret is an access token."""
    return bearer(pull, secret, **{"Intercom-Version": INTERFACE, "Accept": "application/json"})


def pages(pull: Pull, start: Start, client: Client) -> Iterator[Page]:
    """Pages of conversations.

    Raises:
        PullError: the source refuses or answers something else; `CursorExpired` where it has forgotten the place.
    """
    since = int(moment(part(start.position, "since")) or start.moment // DAY_SECONDS * DAY_SECONDS - 1)
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
        if part(answer, "pages", "next") and not following:
            raise PullError(f"{pull.name}: there are more conversations and nothing says where: tell Intercom of it.")
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
        changed = moment(listed.get("updated_at"))
        if not identity.isalnum():
            left_out["without id"] += 1
        elif 0 < changed <= start.moment:
            left_out["older"] += 1
        elif not start.is_new(version):
            left_out["known"] += 1
        elif not isinstance(
            record := client.json(f"/conversations/{identity}", "a conversation", absent=(404, 410)), dict
        ):
            left_out["gone"] += 1
        else:
            records.append(record)
            versions.append(version)
            left_out["beginnings of long ones"] += _is_cut(record)
    return Page(
        position, position is None, tuple(records), "conversations", versions=tuple(versions), left_out=left_out
    )


def _is_cut(record: dict[str, Any]) -> bool:
    """Whether Intercom gave the latest parts of a conversation alone, as far as one can tell."""
    parts, total = (part(record, "conversation_parts", key) for key in ("conversation_parts", "total_count"))
    return isinstance(parts, list) and (len(parts) >= MAX_PARTS or moment(total) > len(parts))
