"""Call transcripts as WebVTT, of Teams, WhisperX and others; `key: value` lines in a NOTE block hold the facts."""

# WEBVTT
#
# NOTE
# conversation_id: p1
# started_at: 2026-09-01T10:15
# customer_id: K1
#
# 00:00.000 --> 00:03.200
# <v Asiakaspalvelija>malliverkolla sanna</v>

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources.calls import read_call
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.subtitles import turns_of
from pipeline.sources.text import whole_text

if TYPE_CHECKING:
    from webvtt import WebVTT

FACT = re.compile(r"(\w+):\s*(.+)")
CUE_ID = re.compile(r"(.+)/\d+-\d+")  # Teams writes <call>/<cue>-<part>


def matches(head: Head) -> bool:
    """Whether the file starts as the W3C says a WebVTT file starts."""
    return re.match(r"WEBVTT(\s|$)", head.text) is not None


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The one conversation of the file, after a record error for each cue that cannot be read.

    Raises:
        SourceError: the file is not UTF-8 or breaks the WebVTT syntax as a whole.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    text = whole_text(file)
    try:
        parsed = webvtt.from_string(text)
    except (MalformedFileError, MalformedCaptionError):
        raise SourceError(f"{file.name} is no WebVTT: export it again.", code="malformed_webvtt") from None
    lost = sum("-->" in line for line in text.splitlines()) - len(parsed.captions)
    yield from (RecordError("a cue", "malformed_cue") for _ in range(lost))  # the library passes over broken cues
    facts = {"conversation_id": _call_id(parsed), **_facts(parsed)}
    yield from read_call(file, zone, {**facts, "turns": turns_of(parsed.captions)})


def _call_id(parsed: "WebVTT") -> str:
    """The id that Teams gives in its cues."""
    match = CUE_ID.fullmatch(parsed.captions[0].identifier or "") if parsed.captions else None
    return match.group(1) if match else ""


def _facts(parsed: "WebVTT") -> dict[str, str]:
    """The `key: value` lines of all NOTE blocks."""
    of_cues = [note for caption in parsed.captions for note in caption.comments]
    notes = [*parsed.header_comments, *of_cues, *parsed.footer_comments]
    matches = (FACT.fullmatch(line.strip()) for note in notes for line in note.splitlines())
    return {match.group(1): match.group(2) for match in matches if match}
