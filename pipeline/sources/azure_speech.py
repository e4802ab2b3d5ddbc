"""What Azure's Speech service writes for a batch (v3): phrases with their best readings.

Times are ticks of 100 ns, milliseconds since v3.2, or ISO 8601 durations. Some exports begin keys with a capital.
`timestamp` is when it was transcribed, not when the call was.
https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources.calls import Turn, in_time, mappings, read_calls
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import holds, number, text

TICKS_PER_S = 10_000_000
DURATION = re.compile(
    r"P(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?)?"
)
RECOGNISED = "success"


def matches(head: Head) -> bool:
    """Whether recognized phrases stand here."""
    return any(holds(head, (key,)) for key in ("recognizedPhrases", "RecognizedPhrases", "combinedRecognizedPhrases"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file; what was not recognized is counted.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    record = _plain(record)
    phrases = [_plain(phrase) for phrase in mappings(record.get("recognizedPhrases"))]
    many = len({text(phrase.get("channel")) for phrase in phrases}) > 1
    spoken = [phrase for phrase in phrases if text(phrase.get("recognitionStatus")).lower() in (RECOGNISED, "")]
    return {
        "changed_at": record.get("timestamp"),
        "language": next((text(phrase.get("locale")) for phrase in spoken), None),
        "ignored": {"unrecognised": len(phrases) - len(spoken)},
        "turns": in_time([_turn(phrase, many) for phrase in spoken]),
    }


def _plain(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with keys that begin small."""
    return {key[:1].lower() + key[1:]: value for key, value in mapping.items()}


def _turn(phrase: Mapping[str, Any], many: bool) -> Turn:
    """One turn, in the words as they are shown (`display`), by its speaker, else by its channel of several."""
    best = _plain(next(iter(mappings(phrase.get("nBest"))), {}))
    begin, length = _seconds(phrase, "offset"), _seconds(phrase, "duration")
    channel = text(phrase.get("channel")) if many else ""
    return {
        "text": best.get("display"),
        "participant_id": text(phrase.get("speaker")) or channel,
        "seconds": begin,
        "end_seconds": begin + length if isinstance(begin, float) and isinstance(length, float) else None,
    }


def _seconds(phrase: Mapping[str, Any], key: str) -> object:
    ticks, milliseconds = number(phrase.get(f"{key}InTicks")), number(phrase.get(f"{key}Milliseconds"))
    if ticks is not None:
        return ticks / TICKS_PER_S
    if milliseconds is not None:
        return milliseconds / 1000
    found = DURATION.fullmatch(text(phrase.get(key)))
    if not found:
        return phrase.get(key)
    days, hours, minutes, rest = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest
