"""What the readers of call transcripts share: ids, clocks, roles, and turns made of single words.

A transcript often tells neither the call's id nor when it began: the name of its file may.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import mapping, number, sequence, text

Turn = dict[str, Any]

FIRST = ("file", "record 1", "line 1")
TIME_IN_NAME = re.compile(
    r"(?<![0-9])(20[0-9]{2})-?([0-9]{2})-?([0-9]{2})[T_ -]?([0-9]{2})[-_:.]?([0-9]{2})(?:[-_:.]?([0-9]{2}))?"
    r"(?:[.,][0-9]+)?_?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?(?![0-9])"
)
PAUSE_S = 0.8
"""A new turn begins after this much silence where nobody says who speaks; Deepgram's own `utt_split`."""


def read_calls(
    file: SourceFile, zone: ZoneInfo, convert: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Iterator[Conversation | RecordError]:
    """The calls of a JSON file in order.

    Args:
        file: the file.
        zone: of times that name none.
        convert: a record of the vendor under the keys that `canonical` knows; where it gives no `conversation_id` or
            `started_at` the file's name does.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    calls = (
        found if isinstance(found, RecordError) else (found[0], _named(file, found[0], convert(found[1])))
        for found in json_records(file)
    )
    return canonical.conversations(calls, dict, "call", zone)


def read_call(file: SourceFile, zone: ZoneInfo, call: Mapping[str, Any]) -> Iterator[Conversation | RecordError]:
    """The call that is all of a file, as `read_calls` gives those of JSON."""
    return canonical.conversations([("file", _named(file, "file", call))], dict, "call", zone)


def _named(file: SourceFile, position: str, call: Mapping[str, Any]) -> dict[str, Any]:
    """A call with what its file's name says where it does not; of several in one file each needs an id of its own."""
    given = {key: value for key, value in call.items() if value not in (None, "")}
    name = file.stem if position in FIRST else f"{file.stem} {position}"
    own = {"conversation_id": name, "has_own_id": "conversation_id" in given, "started_at": named_start(file)}
    return {**own, **given}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The members of an array; those that are no objects as empty ones."""
    return [mapping(member) for member in sequence(value)]


def named_start(file: SourceFile) -> str:
    """The time in a file's name (`call_2026-03-02T07_15_00Z`) as ISO 8601, else nothing."""
    for found in TIME_IN_NAME.finditer(file.stem):
        year, month, day, hour, minute, second, zone = found.groups(default="")
        time = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{'Z' if zone == 'UTC' else zone}"
        try:
            datetime.fromisoformat(time)
        except ValueError:  # digits that only look like a time
            continue
        return time
    return ""


def seconds(value: object, per_second: float = 1) -> object:
    """A time in seconds; none where there is none. What is no number stays as it is, for `canonical` to refuse."""
    if isinstance(value, float) and not isfinite(value):  # so WhisperX writes what it could not align
        return None
    found = number(value)
    return value if found is None else found / per_second


def in_time(turns: list[Turn]) -> list[Turn]:
    """The turns by their beginning where all have one; equal times keep the order of the source."""
    if all(isinstance(turn.get("seconds"), float) for turn in turns):
        return sorted(turns, key=lambda turn: turn["seconds"])
    return turns


def turns_of_words(words: Sequence[Turn]) -> list[Turn]:
    """Turns put together from words, each word with the keys of a turn.

    A new one begins where the speaker changes; where no word has a speaker, after a pause. A word without a speaker
    belongs to the one before, the first ones to the first that has one.
    """
    if not words:
        return []
    labels = [text(word.get("participant_id")) for word in words]
    current = next(filter(None, labels), "")
    speakers = [current := label or current for label in labels]
    starts = [0]
    for index, (before, word) in enumerate(pairwise(words), start=1):
        if speakers[index - 1] != speakers[index] if current else _pause(before, word) >= PAUSE_S:
            starts.append(index)
    return [
        _turn(words[start:end], speakers[start]) for start, end in zip(starts, [*starts[1:], len(words)], strict=True)
    ]


def _pause(before: Mapping[str, Any], word: Mapping[str, Any]) -> float:
    end, start = number(before.get("end_seconds")), number(word.get("seconds"))
    return start - end if end is not None and start is not None else 0.0


def _turn(words: Sequence[Turn], speaker: str) -> Turn:
    starts = [word["seconds"] for word in words if word.get("seconds") is not None]
    ends = [word["end_seconds"] for word in words if word.get("end_seconds") is not None]
    return {
        "text": " ".join(text(word.get("text")).strip() for word in words),
        "participant_id": speaker,
        "seconds": starts[0] if starts else None,
        "end_seconds": ends[-1] if ends else None,
    }
