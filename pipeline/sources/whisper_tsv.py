"""What Whisper writes as TSV: `start`, `end` in milliseconds and `text`, without quotes and without speakers."""

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources.calls import Turn, read_call
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import whole_text

HEADER = re.compile(r"start\tend\ttext\r?(\n|\Z)")
ROW = re.compile(r"([0-9]{1,12})\t([0-9]{1,12})\t(.*)", re.DOTALL)


def matches(head: Head) -> bool:
    """Whether Whisper's three columns stand here."""
    return HEADER.match(head.text) is not None


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The unreadable rows first, then the call. A quotation mark is a character like any other, so this is no CSV.

    Raises:
        SourceError: the file is not UTF-8.
    """
    turns: list[Turn] = []
    for number, line in enumerate(whole_text(file).split("\n")[1:], start=2):
        if found := ROW.fullmatch(line.removesuffix("\r")):
            start, end, said = found.groups()
            turns.append({"text": said, "seconds": int(start) / 1000, "end_seconds": int(end) / 1000})
        elif line.strip():
            yield RecordError(f"row {number}", "wrong_columns")
    yield from read_call(file, zone, {"turns": turns})
