"""Utterances that a speech recogniser made up: subtitle credits heard in silence, and words it could not stop saying.

Whisper learnt from subtitled videos, so it hears their last lines in silence (openai/whisper, discussion 928). The
table beside this module lists the Finnish ones. A row matches an utterance as a whole: where something else was said
too, the utterance is kept. Not every row is proof: people also say Kiitos.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.conversation import Utterance

TABLE = Path(__file__).with_name("hallucinations_fi.tsv")

MAX_NO_SPEECH_PROB = 0.6
MIN_AVG_LOGPROB = -1.0
MAX_COMPRESSION_RATIO = 2.4
"""Whisper's own defaults: `no_speech_threshold`, `logprob_threshold` and `compression_ratio_threshold` of `transcribe`
(openai/whisper, whisper/transcribe.py). It takes a segment for silence above the first and below the second, and for
repetition above the third."""
RATIO_CHARACTERS = 600
"""About one of Whisper's segments (30 s). Real Finnish stays under 2.2 at this length, yet passes 2.4 at 2,000."""
LOOP_WORDS = 8
LOOP_PHRASES = 5
"""One word so many times on end, or two to eight words so many times, is a loop. People say joo joo joo joo."""
SAME_IN_A_ROW = 3
"""Earlier utterances equal to this one before it counts as stuck; only of three words or more (Joo. Joo. Joo.)."""

_LOOP = re.compile(
    rf"(?<!\S)(?:(\S+)(?:\s+\1){{{LOOP_WORDS - 1}}}|(\S+(?:\s+\S+){{1,7}}?)(?:\s+\2){{{LOOP_PHRASES - 1}}})(?!\S)"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A row of the table: `alone` says whether the words suffice, or silence must have been likely too."""

    id: str
    pattern: re.Pattern[str]
    alone: bool
    why: str


@cache
def phrases() -> tuple[Phrase, ...]:
    """The reviewed phrases, in the order in which they are tried."""
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return tuple(Phrase(id, re.compile(pattern), alone == "yes", why) for id, pattern, alone, why in rows)


def suspect(
    text: str,
    *,
    no_speech_prob: float | None = None,
    avg_logprob: float | None = None,
    compression_ratio: float | None = None,
    previous: str = "",
) -> str | None:
    """Why an utterance of a transcript was perhaps never said: the id of the reason, or None.

    Args:
        text: the utterance.
        no_speech_prob: Whisper's probability, 0-1, that nothing was said.
        avg_logprob: Whisper's mean log probability of its tokens, at most 0.
        compression_ratio: Whisper's figure; computed from `text` where it is missing.
        previous: what the same speaker said before, one utterance per line, the latest last.

    Returns:
        The id of a row of the table, or `loop`, `stuck`, `compression_ratio`, `no_speech`.
    """
    said = _plain(text)
    if not said:
        return None
    is_silent = no_speech_prob is not None and no_speech_prob > MAX_NO_SPEECH_PROB
    for phrase in phrases():
        if (phrase.alone or is_silent) and phrase.pattern.fullmatch(said):
            return phrase.id
    if _LOOP.search(re.sub(r"[.,!?…]+", "", said)):
        return "loop"
    if _is_stuck(said, previous):
        return "stuck"
    if (_worst_ratio(text) if compression_ratio is None else compression_ratio) > MAX_COMPRESSION_RATIO:
        return "compression_ratio"
    return "no_speech" if is_silent and avg_logprob is not None and avg_logprob < MIN_AVG_LOGPROB else None


def ratio(text: str) -> float:
    """How many times smaller zlib makes the text, in UTF-8, as Whisper counts it (whisper/utils.py)."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _worst_ratio(text: str) -> float:
    pieces = [text[start : start + RATIO_CHARACTERS] for start in range(0, len(text), RATIO_CHARACTERS)]
    return max(ratio(piece) for piece in pieces)


def _is_stuck(said: str, previous: str) -> bool:
    before = [_plain(line) for line in previous.splitlines()[-SAME_IN_A_ROW:]]
    return len(said.split()) >= 3 and before == [said] * SAME_IN_A_ROW


def _plain(text: str) -> str:
    """Lower case, single spaces, without the marks at its ends; brackets and dots alone stay."""
    said = " ".join(text.lower().split())
    return said.strip(" .,!?…\"'”") or said


def suspects(utterances: Sequence[Utterance], texts: Sequence[str]) -> list[str | None]:
    """Why each utterance of a transcript may be made up, or None; what its speaker said before tells a repetition.

    Args:
        utterances: the turns with what the recognizer says of them.
        texts: their texts, masked.
    """
    earlier: dict[str, str] = {}
    reasons = []
    for utterance, text in zip(utterances, texts, strict=True):
        said = earlier.get(utterance.speaker, "")
        reasons.append(
            suspect(
                text,
                no_speech_prob=utterance.no_speech_prob,
                avg_logprob=utterance.avg_logprob,
                compression_ratio=utterance.compression_ratio,
                previous=said,
            )
        )
        earlier[utterance.speaker] = f"{said}{' '.join(text.split())}\n"
    return reasons
