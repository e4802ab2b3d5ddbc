"""What AssemblyAI answers to a recording; times are milliseconds from the start.

Without `speaker_labels` there are no utterances, and the words make the turns. The `unredacted_*` twins of what is
masked are never read.
https://www.assemblyai.com/docs/api-reference/transcripts/get
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources.calls import Turn, mappings, read_calls, seconds, turns_of_words
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import holds, text


def matches(head: Head) -> bool:
    """Whether a transcript of theirs starts here."""
    return holds(head, ("audio_url", "status", "text"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    turns = [_turn(one) for one in mappings(record.get("utterances"))]
    turns = turns or turns_of_words([_turn(word) for word in mappings(record.get("words"))])
    return {
        "conversation_id": record.get("id"),
        "language": record.get("language_code"),
        "turns": turns or [{"text": text(record.get("text"))}],
    }


def _turn(spoken: Mapping[str, Any]) -> Turn:
    return {
        "text": spoken.get("text"),
        "participant_id": text(spoken.get("speaker")) or text(spoken.get("channel")),
        "seconds": seconds(spoken.get("start"), 1000),
        "end_seconds": seconds(spoken.get("end"), 1000),
    }
