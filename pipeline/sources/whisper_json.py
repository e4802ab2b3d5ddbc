"""What Whisper writes as JSON, and WhisperX, which adds words and speakers. Nothing tells who is the agent.

https://github.com/openai/whisper and https://github.com/m-bain/whisperX (`schema.py`)
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

FIGURES = ("avg_logprob", "no_speech_prob", "compression_ratio")
LANGUAGES = {"finnish": "fi", "swedish": "sv", "english": "en"}
"""OpenAI's own service writes names."""


def matches(head: Head) -> bool:
    """Whether segments with a start stand here, or none, as of a silent call."""
    return holds(head, ("segments.item.start",)) or holds(head, ("segments", "language"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The call of the file; a segment whose words change the speaker becomes several turns.

    Raises:
        SourceError: the file is not UTF-8, or no whole JSON.
    """
    return read_calls(file, zone, _call)


def _call(record: Mapping[str, Any]) -> dict[str, Any]:
    language = text(record.get("language"))
    return {
        "language": LANGUAGES.get(language.lower(), language),
        "turns": [turn for segment in mappings(record.get("segments")) for turn in _turns(segment)],
    }


def _turns(segment: Mapping[str, Any]) -> list[Turn]:
    """One turn, or one per speaker; words without times or a speaker (digits) go with their neighbours."""
    figures = {key: segment[key] for key in FIGURES if key in segment}
    begin, end = seconds(segment.get("start")), seconds(segment.get("end"))
    words = [
        {
            "text": word.get("word"),
            "participant_id": word.get("speaker"),
            "seconds": seconds(word.get("start")),
            "end_seconds": seconds(word.get("end")),
        }
        for word in mappings(segment.get("words"))
    ]
    if len({text(word["participant_id"]) for word in words} - {""}) > 1:
        turns = turns_of_words(words)
        turns[0]["seconds"], turns[-1]["end_seconds"] = begin, end
        return [{**turn, **figures} for turn in turns]
    speaker = text(segment.get("speaker"))
    return [{"text": segment.get("text"), "participant_id": speaker, "seconds": begin, "end_seconds": end, **figures}]
