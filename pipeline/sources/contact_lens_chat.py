"""Amazon Connect Contact Lens, chats: one analysis or an array; roles stand in `Participants`."""

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

SYSTEM = "amazon_connect"
SPEAKERS = {"AGENT": "agent", "SUPERVISOR": "agent", "CUSTOMER": "customer", "CUSTOM_BOT": "bot", "SYSTEM": "bot"}
SAID = {"text/plain", "text/markdown"}


def matches(head: Head) -> bool:
    """Whether a transcript with a clock and content types starts here; that of a call has neither."""
    return holds(head, ("Transcript.item.AbsoluteTime", "Transcript.item.ContentType", "Transcript.item.ParticipantId"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The chats of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file), lambda chat: _plain(chat, file.stem), "chat", zone)


def _plain(chat: Mapping[str, Any], stem: str) -> dict[str, Any]:
    people = map(mapping, sequence(chat.get("Participants")))
    speakers = {
        text(person.get("ParticipantId")): SPEAKERS.get(text(person.get("ParticipantRole")), "") for person in people
    }
    contact = text(mapping(chat.get("CustomerMetadata")).get("ContactId"))
    return {
        "conversation_id": contact or stem,
        "has_own_id": bool(contact),
        "language": text(chat.get("LanguageCode")),
        "tags": joined(mapping(chat.get("Categories")).get("MatchedCategories")),
        **sorted_out(chat.get("Transcript"), _kind, lambda item: _turn(item, speakers)),
    }


def _kind(item: Mapping[str, Any]) -> str:
    if item.get("Type") == "ATTACHMENT":
        return "attachment"
    return "" if item.get("Type") == "MESSAGE" and text(item.get("ContentType")) in SAID else "event"


def _turn(item: Mapping[str, Any], speakers: Mapping[str, str]) -> dict[str, Any]:
    participant = text(item.get("ParticipantId"))
    return {
        "speaker": speakers.get(participant, ""),
        "participant_id": participant,
        "sent_at": text(item.get("AbsoluteTime")),
        "text": text(item.get("Content")),
    }
