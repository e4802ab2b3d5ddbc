"""Microsoft Conversation Knowledge Mining: one conversation or an array; `Content` is one piece of markdown.

**Agent:** Mitä kuuluu?

**Customer:** Kiitos hyvää.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.json_stream import json_records
from pipeline.sources.values import holds, text

MARKER = re.compile(r"^[ \t]*\*\*([^*:\n]{1,60})(?::\*\*|\*\*:)", re.MULTILINE)


def matches(head: Head) -> bool:
    """Whether conversations whose content is one string start here."""
    return holds(head, ("ConversationId", "StartTime", "Content"))


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The conversations of the file in order.

    Raises:
        SourceError: the file is not UTF-8, or not whole JSON.
    """
    return canonical.conversations(json_records(file), _plain, "call", zone)


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    _, *found = MARKER.split(text(record.get("Content")))  # what stands before the first marker is a heading
    return {
        "conversation_id": text(record.get("ConversationId")),
        "started_at": text(record.get("StartTime")),
        "turns": [
            {**canonical.spoken_by(name), "text": words.replace("**", "")}
            for name, words in zip(found[::2], found[1::2], strict=True)
        ],
    }
