"""Zendesk Chat: a chat with its `history`, one, an array, or a page under `chats`; offline messages too.

Who speaks is told by `sender_type`, else by the nick: `visitor`, `agent:<id>`, `agent:trigger`.
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
from pipeline.sources.values import holds, joined, mapping, sequence, sorted_out, text

SYSTEM = "zendesk"
PAGES = ("chats",)
SPEAKERS = {"visitor": "customer", "agent": "agent", "trigger": "bot", "system": "bot", "bot": "bot"}


def matches(head: Head) -> bool:
    """Whether chats with a history of nicks, or offline messages, start here."""
    kinds = (("history.item.nick", "history.item.type"), ("visitor.id", "message", "session.id", "department_id"))
    return any(holds(head, keys, PAGES) for keys in kinds)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The chats of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file, PAGES), _plain, "chat", zone)


def _plain(chat: Mapping[str, Any]) -> dict[str, Any]:
    visitor = text(mapping(chat.get("visitor")).get("id"))
    history = chat.get("history")
    if not sequence(history):  # an offline message has none
        history = [{**chat, "type": "chat.msg", "msg": chat.get("message"), "sender_type": "visitor"}]
    return {
        "conversation_id": text(chat.get("id")),
        "started_at": chat.get("timestamp"),
        "changed_at": chat.get("update_timestamp") or chat.get("end_timestamp"),
        "customer_id": visitor,
        "queue": text(chat.get("department_name")),
        "tags": joined(chat.get("tags")),
        "rating": text(chat.get("rating")),
        "ticket_id": text(chat.get("zendesk_ticket_id")),
        **sorted_out(history, _kind, lambda entry: _turn(entry, visitor)),
    }


def _kind(entry: Mapping[str, Any]) -> str:
    if entry.get("type") == "chat.msg":
        return ""
    return "attachment" if entry.get("type") in ("chat.file", "chat.attachment") else "event"


def _turn(entry: Mapping[str, Any], visitor: str) -> dict[str, Any]:
    role, _, participant = text(entry.get("nick")).partition(":")
    named = participant if participant in SPEAKERS else text(entry.get("sender_type")) or role
    speaker = SPEAKERS.get(named.lower(), "")
    return {
        "speaker": speaker,
        "participant_id": visitor if speaker == "customer" else participant or role,
        "sent_at": entry.get("timestamp"),
        "text": text(entry.get("msg")),
    }
