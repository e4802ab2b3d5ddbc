"""Call transcripts as JSON: one conversation as an object, or several as an array.

{"conversation_id": "p1", "channel": "call", "started_at": "2026-09-01T07:15:00Z",
 "turns": [{"role": "agent", "begin_s": 0.0, "end_s": 3.2, "text": "malliverkolla sanna"}]}

A turn may also carry what Whisper says of its segment: `no_speech_prob`, `avg_logprob`, `compression_ratio`.
"""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical, chat_jsonl
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records

TURN_KEYS = {"role": "speaker", "begin_s": "seconds", "end_s": "end_seconds"}


def matches(head: Head) -> bool:
    """Whether conversations that name turns start here, and it is not a conversation a line."""
    return bool(head.json_paths & {"turns", "item.turns"}) and not chat_jsonl.matches(head)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    for found in json_records(file):
        if isinstance(found, RecordError):
            yield found
            continue
        position, record = found
        try:
            yield canonical.conversation(_renamed(record), position, "call", zone)
        except RecordError as error:
            yield error


def _renamed(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its turns' keys under the names `canonical` uses."""
    turns = record.get("turns")
    if isinstance(turns, list):
        turns = [
            {TURN_KEYS.get(key, key): value for key, value in turn.items()} if isinstance(turn, dict) else turn
            for turn in turns
        ]
    return {**record, "turns": turns}
