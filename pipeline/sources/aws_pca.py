"""Calls as the AWS sample solution Post Call Analytics (PCA) writes them.

Times are seconds from the start; `ConversationTime` is UTC, and `ConversationLocation` only says where the call was.
https://github.com/aws-samples/amazon-transcribe-post-call-analytics/blob/main/docs/output_json_structure.md
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.calls import Turn, mappings, read_calls, seconds
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import holds, joined, mapping, text


def matches(head: Head) -> bool:
    """Whether PCA's own header stands here."""
    return holds(head, ("ConversationAnalytics",))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file; what the caller heard from machines (`IVRSegment`) is left out and counted.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    facts = mapping(record.get("ConversationAnalytics"))
    labels = {text(label.get("Speaker")): label for label in mappings(facts.get("SpeakerLabels"))}
    segments = mappings(record.get("SpeechSegments"))
    spoken = [segment for segment in segments if segment.get("IVRSegment") is not True]
    return {
        "conversation_id": facts.get("GUID"),
        "started_at": _in_utc(facts.get("ConversationTime")),
        "changed_at": _in_utc(facts.get("ProcessTime")),
        "language": facts.get("LanguageCode"),
        "agent_id": facts.get("Agent"),
        "customer_id": facts.get("Cust"),
        "tags": joined(facts.get("CategoriesDetected"), "Name"),
        "ignored": {"ivr": len(segments) - len(spoken)},
        "turns": [_turn(segment, labels) for segment in spoken],
    }


def _in_utc(time: object) -> object:
    try:
        moment = datetime.fromisoformat(text(time).strip())
    except ValueError:
        return time
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _turn(segment: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]]) -> Turn:
    """One turn; `DisplayText` is the text as people corrected or masked it, so `OriginalText` is never read."""
    speaker = text(segment.get("SegmentSpeaker"))
    label = labels.get(speaker, {})
    name, user = text(label.get("DisplayText")), text(label.get("UserId"))
    whose = canonical.spoken_by(name.partition(" ")[0].lower(), name or speaker)  # "Agent 2"
    return {
        **whose,
        **({"participant_id": user} if user and whose.get("speaker") == "agent" else {}),
        "text": segment.get("DisplayText"),
        "seconds": seconds(segment.get("SegmentStartTime")),
        "end_seconds": seconds(segment.get("SegmentEndTime")),
    }
