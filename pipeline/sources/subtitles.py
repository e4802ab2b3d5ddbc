"""Turns from subtitles: who speaks is a voice tag (`<v Maija>`) or a prefix (`[SPEAKER_00]: `, `Asiakas: `)."""

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipeline.sources import canonical

if TYPE_CHECKING:
    from webvtt.models import Caption, Timestamp

VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>")
TAG = re.compile(r"<[^<>]*>")
PREFIX = re.compile(
    rf"\s*(?:\[([^\[\]\n]{{1,80}})\]|({'|'.join(map(re.escape, canonical.SPEAKER_NAMES))}|SPEAKER_[0-9]+)):(?:\s|\Z)",
    re.IGNORECASE,
)


def turns_of(captions: "Iterable[Caption]") -> list[dict[str, Any]]:
    """One turn per voice span or prefix, its speaker told from the voices' names."""
    turns = [turn for caption in captions for turn in _spans(caption)]
    roles = _roles({turn["voice"] for turn in turns if turn["voice"]})
    return [
        {**turn, "speaker": roles.get(turn["voice"], ""), "participant_id": _participant(turn["voice"])}
        for turn in turns
    ]


def _spans(caption: "Caption") -> list[dict[str, Any]]:
    before, *spans = VOICE.split(caption.raw_text)
    prefix = PREFIX.match(before)
    if prefix:
        before = before[prefix.end() :]
    times = {"seconds": _seconds(caption.start_time), "end_seconds": _seconds(caption.end_time)}
    voices = [(prefix[1] or prefix[2] if prefix else "", before), *zip(spans[::2], spans[1::2], strict=True)]
    return [{"voice": html.unescape(voice).strip(), "text": _plain(text), **times} for voice, text in voices]


def _plain(text: str) -> str:
    return html.unescape(TAG.sub("", text)).replace("\n", " ")


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
