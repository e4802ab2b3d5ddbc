"""Calls as Genesys Cloud's speech analytics gives them at a `transcripturl`.

A phrase says only `internal` or `external`. Announcements of the IVR and the queue (ACD) are internal too: who was on
the line at that moment is told by the participants' times. Times are milliseconds, since 1970 or from the start.
https://developer.genesys.cloud/analyticsdatamanagement/speechtextanalytics/transcript-url
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources.calls import Turn, in_time, mappings, read_calls, seconds
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import clock, holds, joined, mapping, number, text

EPOCH_MS = 1e11
"""Larger times count from 1970 (this is March 1973), smaller ones from the start of the call (this is three years)."""
ROLES = {
    "customer": "customer", "external": "customer", "agent": "agent", "user": "agent",
    "ivr": "bot", "acd": "bot", "voicemail": "bot", "fax": "bot", "workflow": "bot", "botflow": "bot",
}  # fmt: skip


def matches(head: Head) -> bool:
    """Whether transcripts made of phrases stand here."""
    return holds(head, ("transcripts.item.phrases",))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    transcripts = mappings(record.get("transcripts"))
    phrases = [phrase for one in transcripts for phrase in mappings(one.get("phrases"))]
    participants = mappings(record.get("participants"))
    start = _start(record, transcripts, phrases)
    return {
        "conversation_id": record.get("conversationId"),
        "started_at": clock(start, 1000),
        "language": next((text(one.get("language")) for one in transcripts), None),
        "queue": next((one["queueId"] for one in participants if text(one.get("queueId"))), None),
        "tags": ", ".join(
            filter(None, (joined(mapping(one.get("analytics")).get("topics"), "topicName") for one in transcripts))
        ),
        "turns": in_time([_turn(phrase, participants, start) for phrase in phrases]),
    }


def _start(record: Mapping[str, Any], *parts: Sequence[Mapping[str, Any]]) -> float | None:
    """When the call began in milliseconds since 1970, from the first place that says it."""
    times = [record.get("conversationStartTime"), record.get("startTime")]
    times += [one.get(key) for part in parts for one in part[:1] for key in ("startTime", "startTimeMs")]
    return next((found for time in times if (found := number(time)) is not None and found > EPOCH_MS), None)


def _turn(phrase: Mapping[str, Any], participants: Sequence[Mapping[str, Any]], start: float | None) -> Turn:
    """One turn; `text` is what the recognizer heard, without capitals and marks, `decoratedText` has them."""
    begin = _from_start(phrase.get("startTimeMs"), start)
    length = number(mapping(phrase.get("duration")).get("milliseconds"))
    return {
        **_who(text(phrase.get("participantPurpose")).lower(), begin, participants, start),
        "text": phrase.get("decoratedText") or phrase.get("text"),
        "seconds": seconds(begin, 1000),
        "end_seconds": (begin + length) / 1000 if isinstance(begin, float) and length is not None else None,
    }


def _from_start(time: object, start: float | None) -> object:
    """Milliseconds from the start; of a time since 1970 without a start, none."""
    found = number(time)
    if found is None or found <= EPOCH_MS:
        return time if found is None else found
    return found - start if start is not None else None


def _who(purpose: str, begin: object, participants: Sequence[Mapping[str, Any]], start: float | None) -> Turn:
    if purpose != "internal":
        role = ROLES.get(purpose)
        return {"speaker": role} if role else {"participant_id": purpose}
    present = [one for one in participants if _is_present(one, begin, start)]
    agent = next((one for one in present if _role(one) == "agent"), None)
    if agent is None and any(_role(one) == "bot" for one in present):
        return {"speaker": "bot"}
    return {"speaker": "agent", "participant_id": text((agent or {}).get("userId"))}


def _role(participant: Mapping[str, Any]) -> str | None:
    return ROLES.get(text(participant.get("participantPurpose")).lower())


def _is_present(participant: Mapping[str, Any], begin: object, start: float | None) -> bool:
    """Whether someone was on the line when the phrase began; at the moment of a change, who came is."""
    came = _from_start(participant.get("startTimeMs"), start)
    left = _from_start(participant.get("endTimeMs"), start)
    if not isinstance(begin, float) or not isinstance(came, float):
        return False
    return came <= begin and (not isinstance(left, float) or begin < left)
