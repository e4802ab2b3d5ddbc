"""Chatwoot conversations with their `messages`: one or an array.

`message_type`: 0 incoming, 1 outgoing, 2 activity, 3 template (a greeting, or the question for a rating).
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import clock, holds, joined, mapping, sequence, sorted_out, text

SYSTEM = "chatwoot"
NUMBERS = {"incoming": "0", "outgoing": "1", "activity": "2", "template": "3"}
"""Webhooks write the names."""
CHANNELS = {"Channel::Email": "email", "Channel::Voice": "call"}


def matches(head: Head) -> bool:
    """Whether conversations whose messages have Chatwoot's type and privacy start here."""
    return holds(head, ("messages.item.message_type", "messages.item.private"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file), _plain, "chat", zone)


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    meta = mapping(record.get("meta"))
    return {
        "conversation_id": text(record.get("id")),
        "channel": CHANNELS.get(text(meta.get("channel")), "chat"),
        "started_at": clock(record.get("created_at")),  # its `timestamp` is the last activity
        "changed_at": clock(record.get("updated_at")) or clock(record.get("timestamp")),
        "customer_id": text(mapping(meta.get("sender")).get("id")),
        "queue": text(mapping(meta.get("team")).get("name")),
        "tags": joined(record.get("labels")),
        "inbox": text(record.get("inbox_id")),
        **sorted_out(record.get("messages"), _kind, _turn),
    }


def _type(message: Mapping[str, Any]) -> str:
    value = text(message.get("message_type"))
    return NUMBERS.get(value, value)


def _kind(message: Mapping[str, Any]) -> str:
    if message.get("private") is True:
        return "note"
    if _type(message) not in ("0", "1", "3") or message.get("content_type") == "input_csat":
        return "event"
    if mapping(message.get("content_attributes")).get("deleted") is True:
        return "redacted"
    return "attachment" if not text(message.get("content")) and sequence(message.get("attachments")) else ""


def _turn(message: Mapping[str, Any]) -> dict[str, Any]:
    is_person = _type(message) == "1" and text(message.get("sender_type")).lower() == "user"
    return {
        "speaker": "customer" if _type(message) == "0" else "agent" if is_person else "bot",
        "participant_id": text(message.get("sender_id")),
        "sent_at": clock(message.get("created_at")),
        "text": text(message.get("content")),
    }
