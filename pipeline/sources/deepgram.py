"""What Deepgram answers to a recording: utterances where they were asked for, else words. Times are seconds.

`metadata.created` is when it was transcribed, not when the call was.
https://developers.deepgram.com/docs/utterances and /docs/diarization
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources.calls import Turn, in_time, mappings, read_calls, seconds, turns_of_words
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.values import holds, mapping, text


def matches(head: Head) -> bool:
    """Whether results by channel stand here."""
    return holds(head, ("results.channels",)) or holds(head, ("results.utterances",))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    facts, results = mapping(record.get("metadata")), mapping(record.get("results"))
    channels, utterances = mappings(results.get("channels")), mappings(results.get("utterances"))
    many = max(len(channels), len({text(one.get("channel")) for one in utterances})) > 1
    turns = [
        _turn(one, "transcript", _label(one.get("channel") if many else None, one.get("speaker"))) for one in utterances
    ]
    for number, channel in enumerate(channels if not turns else ()):
        turns += _of_channel(channel, number if many else None)
    return {
        "conversation_id": facts.get("request_id"),
        "changed_at": facts.get("created"),
        "language": next((text(channel.get("detected_language")) for channel in channels), None),
        "turns": in_time(turns),
    }


def _of_channel(channel: Mapping[str, Any], number: int | None) -> list[Turn]:
    """The words of the first alternative as turns, or its transcript as one."""
    best = next(iter(mappings(channel.get("alternatives"))), {})
    words = [
        _turn(word, "punctuated_word" if word.get("punctuated_word") else "word", text(word.get("speaker")))
        for word in mappings(best.get("words"))
    ]
    turns = turns_of_words(words) or [{"text": text(best.get("transcript")), "participant_id": ""}]
    return [{**turn, "participant_id": _label(number, turn["participant_id"])} for turn in turns]


def _turn(spoken: Mapping[str, Any], key: str, label: str) -> Turn:
    return {
        "text": spoken.get(key),
        "participant_id": label,
        "seconds": seconds(spoken.get("start")),
        "end_seconds": seconds(spoken.get("end")),
    }


def _label(channel: object, speaker: object) -> str:
    """Who speaks; each channel of several counts its speakers from 0."""
    return "-".join(filter(None, (text(channel), text(speaker))))
