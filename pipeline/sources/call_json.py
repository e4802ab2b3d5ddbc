"""Call transcripts as JSON: one conversation as an object, or several as an array.

{"conversation_id": "p1", "channel": "call", "started_at": "2026-09-01T07:15:00Z",
 "turns": [{"role": "agent", "begin_s": 0.0, "end_s": 3.2, "text": "malliverkolla sanna"}]}

A turn may also carry what Whisper says of its segment: `no_speech_prob`, `avg_logprob`, `compression_ratio`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources import canonical, chat_jsonl
from pipeline.sources.text import whole_text

TURN_KEYS = {"role": "speaker", "begin_s": "seconds", "end_s": "end_seconds"}


def matches(head: str) -> bool:
    """Whether a JSON value that names turns starts here, and it is not a conversation a line."""
    return head.lstrip()[:1] in ("{", "[") and '"turns"' in head and not chat_jsonl.matches(head)


def read(path: Path, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    try:
        content = json.loads(whole_text(path))
    except (ValueError, RecursionError):
        raise SourceError(f"{path.name} is cut off or no JSON: export it again.", code="malformed_json") from None
    for number, record in enumerate(content if isinstance(content, list) else [content], start=1):
        position = f"conversation {number}"
        try:
            yield canonical.conversation(_renamed(record, position), position, "call", zone)
        except RecordError as error:
            yield error


def _renamed(record: object, position: str) -> dict[str, Any]:
    """The record with its turns' keys under the names `canonical` uses."""
    if not isinstance(record, dict):
        raise RecordError(position, "not_an_object")
    turns = record.get("turns")
    if isinstance(turns, list):
        turns = [
            {TURN_KEYS.get(key, key): value for key, value in turn.items()} if isinstance(turn, dict) else turn
            for turn in turns
        ]
    return {**record, "turns": turns}
