"""giosg chat messages: a page under `results`, an array or one a line; messages of several chats may be mixed.

Times are local without a zone. What the software suggests (`autosuggest`) was typed by nobody.
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
from pipeline.sources.values import gathered, holds, sequence, sorted_out, text

PAGES = ("results",)
SPEAKERS = {"visitor": "customer", "user": "agent", "bot": "bot", "system": "bot"}
UNSAID = {"autosuggest": "typing", "typing": "typing"}


def matches(head: Head) -> bool:
    """Whether messages of giosg's chats start here."""
    return holds(head, ("chat_id", "sender_type", "sender_public_name"), PAGES)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The messages that name no chat first, then the chats in the order of their first messages.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    chats = gathered(json_records(file, PAGES), lambda message: text(message.get("chat_id")))
    return canonical.conversations(chats, _plain, "chat", zone)


def _plain(chat: Mapping[str, Any]) -> dict[str, Any]:
    visitors = (message.get("sender_id") for message in chat["messages"] if message.get("sender_type") == "visitor")
    return {
        "conversation_id": chat["conversation_id"],
        "customer_id": next(map(text, visitors), ""),
        **sorted_out(chat["messages"], _kind, _turn),
    }


def _kind(message: Mapping[str, Any]) -> str:
    if message.get("type") != "msg":
        return UNSAID.get(text(message.get("type")), "event")
    if message.get("is_encrypted") is True or message.get("sensitive_data_purged_at"):
        return "redacted"
    return "attachment" if not text(message.get("message")) and sequence(message.get("attachments")) else ""


def _turn(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "speaker": SPEAKERS.get(text(message.get("sender_type")), ""),
        "participant_id": text(message.get("sender_id")),
        "sent_at": text(message.get("created_at")),
        "text": text(message.get("message")),
    }
