"""Chat logs as JSON Lines: one conversation a line, its turns under `turns` (or `messages`).

{"conversation_id": "c1", "started_at": "2026-09-01T09:15", "queue": "laskutus", "customer_id": "K1",
 "turns": [{"speaker": "customer", "sent_at": "2026-09-01T09:15:03", "text": "moi"}]}
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.text import HEAD_CHARACTERS, NOT_UTF8, opened


def matches(head: str) -> bool:
    """Whether a line of the head is a whole conversation (the first may be broken), or one line fills it all."""
    if re.search(r'"begin_s"\s*:', head) or head.lstrip().startswith("["):
        return False
    lines = head.strip().split("\n")
    if len(lines) == 1 and len(head) >= HEAD_CHARACTERS:
        return head.lstrip().startswith("{") and ('"turns"' in head or '"messages"' in head)
    return any(_is_conversation(line) for line in lines)


def _is_conversation(line: str) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and ("turns" in record or "messages" in record)


def read(path: Path, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """One conversation per line, in order; a line that cannot be read does not stop those after it.

    Raises:
        SourceError: the file cannot be opened.
    """
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _conversation(line, f"line {number}", zone)


def _conversation(line: bytes, position: str, zone: ZoneInfo) -> Conversation | RecordError:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return RecordError(position, NOT_UTF8)
    except (ValueError, RecursionError):
        return RecordError(position, "malformed_json")
    if not isinstance(record, dict):
        return RecordError(position, "not_an_object")
    if "messages" in record:
        record["turns"] = record.pop("messages")
    try:
        return canonical.conversation(record, position, "chat", zone)
    except RecordError as error:
        return error
