"""Call transcripts as WebVTT with voice tags; `key: value` lines in a NOTE block hold the facts of the call."""

# WEBVTT
#
# NOTE
# conversation_id: p1
# started_at: 2026-09-01T10:15
# customer_id: K1
#
# 00:00.000 --> 00:03.200
# <v Asiakaspalvelija>malliverkolla sanna</v>

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import whole_text

if TYPE_CHECKING:
    from webvtt import WebVTT
    from webvtt.models import Timestamp

VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"<[^>]*>")
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
    facts = _facts(parsed)
    call_id = facts.get("conversation_id") or _call_id(parsed)
    own = {"conversation_id": call_id or file.stem, "has_own_id": bool(call_id), "turns": _turns(parsed)}
    record: dict[str, Any] = {**facts, **own}
    try:
        yield canonical.conversation(record, "file", "call", zone)
    except RecordError as error:
        yield error


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


def _turns(parsed: "WebVTT") -> list[dict[str, Any]]:
    """One turn per voice span, its speaker told from the voices' names."""
    turns: list[dict[str, Any]] = []
    for caption in parsed.captions:
        before, *spans = VOICE.split(caption.raw_text)
        for voice, text in [("", before), *zip(spans[::2], spans[1::2], strict=True)]:
            times = {"seconds": _seconds(caption.start_time), "end_seconds": _seconds(caption.end_time)}
            plain = html.unescape(TAG.sub("", text)).replace("\n", " ")
            turns.append({"voice": html.unescape(voice).strip(), "text": plain, **times})
    roles = _roles({turn["voice"] for turn in turns if turn["voice"]})
    return [
        {**turn, "speaker": roles.get(turn["voice"], ""), "participant_id": _participant(turn["voice"])}
        for turn in turns
    ]


def _participant(voice: str) -> str:
    """Who spoke, where the voice is a name: a role is the same for everyone, and would hide the call's `agent_id`."""
    return "" if voice.lower() in canonical.SPEAKER_NAMES else voice


def _roles(voices: set[str]) -> dict[str, str]:
    """A speaker for each voice. A voice that names no role is the agent only in a call of two with a named customer."""
    roles = {voice: voice.lower() for voice in voices if voice.lower() in canonical.SPEAKER_NAMES}
    named = {canonical.SPEAKER_NAMES[role] for role in roles.values()}
    if len(voices) == 2 and named == {"customer"} and len(roles) == 1:
        roles[next(iter(voices - roles.keys()))] = "agent"
    return roles


def _seconds(time: "Timestamp") -> float:
    return float(time.in_milliseconds() / 1000)
