"""Intercom conversations: one, an array, or a page under `conversations`; the first message is the `source`.

Only parts of the type `comment` were said. An API page holds 500 parts at most: what `total_count` has more is counted
as `missing`.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.html_text import html_text
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import clock, holds, joined, mapping, number, sequence, sorted_out, text

PAGES = ("conversations",)
SPEAKERS = {
    "user": "customer",
    "lead": "customer",
    "contact": "customer",
    "admin": "agent",
    "team": "agent",
    "bot": "bot",
}
CHANNELS = {"email": "email", "phone_call": "call", "phone_switch": "call"}


def matches(head: Head) -> bool:
    """Whether conversations with a source or parts, each with an author, start here."""
    parts = "conversation_parts.conversation_parts.item"
    kinds = (("source.author.type", "source.delivered_as"), (f"{parts}.part_type", f"{parts}.author.type"))
    return any(holds(head, keys, PAGES) for keys in kinds)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file, PAGES), _plain, "chat", zone)


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    source, parts = mapping(record.get("source")), mapping(record.get("conversation_parts"))
    kept = sequence(parts.get("conversation_parts"))
    contacts = sequence(mapping(record.get("contacts")).get("contacts"))
    first = {**source, "part_type": "comment", "created_at": record.get("created_at")}
    found = sorted_out([first, *kept], _kind, _turn)
    return {
        "conversation_id": text(record.get("id")),
        "channel": CHANNELS.get(text(source.get("type")), "chat"),
        "started_at": clock(record.get("created_at")),
        "changed_at": clock(record.get("updated_at")),
        "customer_id": text(mapping(next(iter(contacts), None)).get("id")),
        "queue": text(record.get("team_assignee_id")),
        "tags": joined(mapping(record.get("tags")).get("tags"), "name"),
        "rating": text(mapping(record.get("conversation_rating")).get("rating")),
        "turns": found["turns"],
        "ignored": {**found["ignored"], "missing": max(0, int(number(parts.get("total_count")) or 0) - len(kept))},
    }


def _kind(part: Mapping[str, Any]) -> str:
    if part.get("part_type") != "comment":
        return "note" if part.get("part_type") == "note" else "event"
    if part.get("redacted") is True:
        return "redacted"
    return "attachment" if not text(part.get("body")) and sequence(part.get("attachments")) else ""


def _turn(part: Mapping[str, Any]) -> dict[str, Any]:
    author = mapping(part.get("author"))
    is_machine = (
        True in (author.get("from_ai_agent"), author.get("is_ai_answer")) or part.get("delivered_as") == "automated"
    )
    return {
        "speaker": "bot" if is_machine else SPEAKERS.get(text(author.get("type")), ""),
        "participant_id": text(author.get("id")),
        "sent_at": clock(part.get("created_at")),
        "text": html_text(text(part.get("body"))),
    }
