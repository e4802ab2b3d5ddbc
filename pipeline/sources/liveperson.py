"""LivePerson messaging interactions: a page under `conversationHistoryRecords`, an array or one conversation.

Bots sit among the agents, told apart by their user type. What agents write to each other (`audience`) and the dialog of
the survey afterwards were not said in the conversation.
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
from pipeline.sources.values import clock, holds, mapping, sequence, sorted_out, text

PAGES = ("conversationHistoryRecords",)
SPEAKERS = {"agent": "agent", "consumer": "customer", "system": "bot", "controller": "bot"}
BOTS = {"bot", "system", "2", "0"}
FILES = {"HOSTED_FILE", "FILE", "IMAGE"}


def matches(head: Head) -> bool:
    """Whether conversations with message records start here."""
    return holds(head, ("info.conversationId", "messageRecords.item.messageData"), PAGES)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file, PAGES), _plain, "chat", zone)


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    info = mapping(record.get("info"))
    consumers = sequence(record.get("consumerParticipants"))
    surveys = {
        text(dialog.get("dialogId"))
        for dialog in map(mapping, sequence(record.get("dialogs")))
        if dialog.get("dialogType") == "POST_SURVEY"
    }
    bots = {
        text(agent.get("agentId"))
        for agent in map(mapping, sequence(record.get("agentParticipants")))
        if (text(agent.get("userTypeName")) or text(agent.get("userType"))).lower() in BOTS
    }
    return {
        "conversation_id": text(info.get("conversationId")),
        "started_at": clock(info.get("startTimeL"), 1000),
        "changed_at": clock(info.get("endTimeL"), 1000),
        "customer_id": text(mapping(next(iter(consumers), None)).get("participantId")),
        "queue": text(info.get("latestSkillName")),
        "csat": text(info.get("csatRate")),
        "close_reason": text(info.get("closeReason")),
        **sorted_out(
            record.get("messageRecords"), lambda message: _kind(message, surveys), lambda message: _turn(message, bots)
        ),
    }


def _kind(message: Mapping[str, Any], surveys: set[str]) -> str:
    if text(message.get("audience")) not in ("", "ALL"):
        return "note"
    if text(message.get("type")) in FILES:
        return "attachment"
    is_said = text(message.get("type")).startswith("TEXT") and text(message.get("dialogId")) not in surveys
    return "" if is_said else "event"


def _turn(message: Mapping[str, Any], bots: set[str]) -> dict[str, Any]:
    participant = text(message.get("participantId"))
    words = text(mapping(mapping(message.get("messageData")).get("msg")).get("text"))
    return {
        "speaker": "bot" if participant in bots else SPEAKERS.get(text(message.get("sentBy")).lower(), ""),
        "participant_id": participant,
        "sent_at": clock(message.get("timeL"), 1000) or text(message.get("time")),
        "text": html_text(words) if message.get("type") == "TEXT_HTML" else words,
    }
