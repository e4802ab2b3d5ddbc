"""Conversations in the format of Google's Contact Center AI Insights; times are microseconds since 1970.

https://docs.cloud.google.com/contact-center/insights/docs/conversation-data-format
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.calls import Turn, mappings, read_calls
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import clock, holds, joined, mapping, text

CUSTOMERS = ("customer", "end_user")


def matches(head: Head) -> bool:
    """Whether entries with a role stand here."""
    return holds(head, ("entries.item.role", "entries.item.text"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversation of the file.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    entries = mappings(record.get("entries"))
    return {
        "tags": joined(mapping(record.get("conversation_info")).get("categories"), "display_name"),
        "customer_id": next((text(one.get("user_id")) for one in entries if _is_customer(one)), None),
        "turns": [_turn(entry) for entry in entries],
    }


def _turn(entry: Mapping[str, Any]) -> Turn:
    """One turn; Google asks for a `user_id` that a person keeps from conversation to conversation."""
    person = {} if _is_customer(entry) else {"participant_id": text(entry.get("user_id"))}
    return {
        **canonical.spoken_by(text(entry.get("role"))),
        **person,
        "text": entry.get("text"),
        "sent_at": clock(entry.get("start_timestamp_usec"), 1_000_000),
    }


def _is_customer(entry: Mapping[str, Any]) -> bool:
    return text(entry.get("role")).lower() in CUSTOMERS
