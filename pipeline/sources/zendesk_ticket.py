"""Zendesk tickets with their comments: a ticket, an array, a page under `tickets`, or one ticket's page of `comments`.

Who wrote a comment is told by the users loaded beside, else by the ticket: its requester is the customer.
"""

import html
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.html_text import html_text
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import holds, joined, mapping, sequence, sorted_out, text

SYSTEM = "zendesk"
PAGES = ("tickets",)
SPEAKERS = {"end-user": "customer", "agent": "agent", "admin": "agent"}
ZENDESK_ITSELF = "-1"
CHATS = {"chat", "chat_transcript", "native_messaging", "messaging", "whatsapp", "sms", "facebook", "twitter", "line"}


def matches(head: Head) -> bool:
    """Whether comments with an author and a public flag start here."""
    return holds(head, ("comments.item.author_id", "comments.item.public"), PAGES)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The tickets of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    roles = _roles(file)
    return canonical.conversations(
        json_records(file, PAGES), lambda ticket: _plain(ticket, roles, file.stem), "email", zone
    )


def _roles(file: SourceFile) -> dict[str, str]:
    """The speaker that each user loaded beside the tickets is."""
    roles: dict[str, str] = {ZENDESK_ITSELF: "bot"}
    with suppress(SourceError):  # of a file that is too large to look into for them, or that reading will complain of
        for found in json_records(file, ("users",)):
            if not isinstance(found, RecordError) and (speaker := SPEAKERS.get(text(found[1].get("role")))):
                roles[text(found[1].get("id"))] = speaker
    return roles


def _plain(ticket: Mapping[str, Any], roles: Mapping[str, str], stem: str) -> dict[str, Any]:
    requester, comments = _person(ticket, "requester"), sequence(ticket.get("comments"))
    inner = {_person(ticket, "assignee"): "agent", requester: "customer"}
    known = {**inner, **_embedded(ticket), **roles}
    known.pop("", None)
    customers = [
        author for comment in comments if known.get(author := text(mapping(comment).get("author_id"))) == "customer"
    ]
    return {
        "conversation_id": text(ticket.get("id")) or stem,
        "has_own_id": bool(text(ticket.get("id"))),
        "channel": _channel(ticket if "via" in ticket else mapping(next(iter(comments), None))),
        "started_at": ticket.get("created_at"),
        "changed_at": ticket.get("updated_at"),
        "customer_id": requester or next(iter(customers), ""),
        "queue": text(mapping(ticket.get("group")).get("name")),
        "tags": joined(ticket.get("tags")),
        "rating": text(mapping(ticket.get("satisfaction_rating")).get("score")),
        **sorted_out(comments, _kind, lambda comment: _turn(comment, known)),
    }


def _person(ticket: Mapping[str, Any], part: str) -> str:
    """The id of a ticket's requester or assignee, which exports write as an object."""
    return text(ticket.get(f"{part}_id")) or text(mapping(ticket.get(part)).get("id"))


def _embedded(ticket: Mapping[str, Any]) -> dict[str, str]:
    people = [mapping(ticket.get(part)) for part in ("requester", "submitter", "assignee")]
    return {text(person.get("id")): role for person in people if (role := SPEAKERS.get(text(person.get("role"))))}


def _channel(of: Mapping[str, Any]) -> str:
    name = text(mapping(of.get("via")).get("channel"))
    if name in ("voice", "phone"):
        return "call"
    return "chat" if name in CHATS else "email"


def _kind(comment: Mapping[str, Any]) -> str:
    if comment.get("public") is not True:
        return "note"
    return "" if comment.get("type", "Comment") == "Comment" else "event"


def _turn(comment: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    author = text(comment.get("author_id"))
    plain = text(comment.get("plain_body")) or text(comment.get("body"))
    return {
        "speaker": known.get(author, ""),
        "participant_id": author,
        "sent_at": comment.get("created_at"),
        "text": html.unescape(plain).replace("\xa0", " ") if plain else html_text(text(comment.get("html_body"))),
    }
