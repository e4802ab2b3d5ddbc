"""Call transcripts as SubRip subtitles (SRT), of WhisperX and others."""

import re
from collections.abc import Iterator
from io import StringIO
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources.calls import read_call
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.subtitles import turns_of
from pipeline.sources.text import whole_text

TIME = r"[0-9]{1,10}:[0-9]{1,2}:[0-9]{1,2}[,.][0-9]{1,3}"
TIMES = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?![0-9])")
START = re.compile(rf"\s*[0-9]+[ \t]*(?:\r\n?|\n){TIMES.pattern}")


def matches(head: Head) -> bool:
    """Whether a number and the times of a first subtitle stand here."""
    return START.match(head.text) is not None


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The one call of the file, after a record error for each subtitle whose times cannot be read.

    Raises:
        SourceError: the file is no text, or no SRT.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    text = whole_text(file, or_cp1252=True).lstrip().replace("\r\n", "\n").replace("\r", "\n")
    try:
        parsed = webvtt.WebVTT.from_buffer(StringIO(text), format="srt")
    except (MalformedFileError, MalformedCaptionError):
        raise SourceError(f"{file.name} is no SRT: export it again.", code="malformed_srt") from None
    for line in text.split("\n"):
        if "-->" in line and not TIMES.match(line):
            yield RecordError("a cue", "malformed_cue")
    yield from read_call(file, zone, {"turns": turns_of(parsed.captions)})
