"""Calls as Amazon Connect Contact Lens and Amazon Transcribe Call Analytics write them: nearly one format.

The first names its speakers by `ParticipantId`, with a list of roles beside; the second has the role on the turn. Times
are milliseconds from the start, which stands in the file's name (`<contact>_analysis_2026-03-02T07:15:00Z.json`).
https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html
https://docs.aws.amazon.com/transcribe/latest/dg/tca-output-batch.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.calls import Turn, mappings, read_calls, seconds
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import holds, joined, mapping, text

SYSTEM = "amazon_connect"
VOICE = re.compile(r'"Channel"\s*:\s*"VOICE"')
NAME_END = re.compile(r"_analysis(?:_redacted)?_.*", re.DOTALL)
ROLES = {"CUSTOM_BOT": "bot", "SUPERVISOR": "agent"}


def matches(head: Head) -> bool:
    """Whether this is a transcript of Amazon's, and of a call; chats have the same keys."""
    return holds(head, ("Transcript",)) and VOICE.search(head.text) is not None


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, lambda record: _call(record, file))


def _call(record: Mapping[str, Any], file: SourceFile) -> dict[str, Any]:
    participants = mappings(record.get("Participants"))
    roles = {text(one.get("ParticipantId")): text(one.get("ParticipantRole")) for one in participants}
    contact = text(mapping(record.get("CustomerMetadata")).get("ContactId")) or text(record.get("JobName"))
    return {
        "conversation_id": contact or (NAME_END.sub("", file.stem) if NAME_END.search(file.stem) else None),
        "language": record.get("LanguageCode"),
        "tags": joined(mapping(record.get("Categories")).get("MatchedCategories")),
        "turns": [_turn(turn, roles) for turn in mappings(record.get("Transcript"))],
    }


def _turn(turn: Mapping[str, Any], roles: Mapping[str, str]) -> Turn:
    label = text(turn.get("ParticipantId"))
    role = text(turn.get("ParticipantRole")) or roles.get(label, label)
    return {
        **canonical.spoken_by(ROLES.get(role, role), label),
        "text": turn.get("Content"),
        "seconds": seconds(turn.get("BeginOffsetMillis"), 1000),
        "end_seconds": seconds(turn.get("EndOffsetMillis"), 1000),
    }
