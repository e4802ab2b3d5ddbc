"""Our own corpus: invented Finnish customer-service utterances, each read by two people or more.

`data/gold/feelings_develop.jsonl` is learnt from, `feelings_verify.jsonl` only measures: other authors, other themes.
Where the readers of an item differ nobody is overruled: a label is the share of them who saw it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.conversation import EMOTIONS, SENTIMENTS, Channel, Cue, Emotion, MaskedText, Sentiment, Speaker
from pipeline.errors import ModelError

DEVELOP, VERIFY = "feelings_develop.jsonl", "feelings_verify.jsonl"
CONTEXT_TURNS = 2
"""So many turns before an utterance are its context."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one person read an utterance. Intensities are 1 slight, 2 clear, 3 strong."""

    sentiment: Sentiment
    emotions: Mapping[Emotion, int]
    cues: frozenset[Cue]


@dataclass(frozen=True, slots=True)
class Item:
    """One utterance with its readings, the author's first; `context` holds the turns before it in its conversation."""

    id: str
    author: str
    conversation: str
    channel: Channel
    domain: str
    theme: str
    speaker: Speaker
    group: str
    """Why it is hard: negation, fact, irony, wish, mixed, swearing, short, dialect, understatement; else ""."""
    text: MaskedText
    context: MaskedText
    readings: Sequence[Reading]

    @property
    def votes(self) -> tuple[float, float, float]:
        """The shares of readers for negative, neutral and positive."""
        negative, neutral, positive = (
            sum(reading.sentiment == label for reading in self.readings) / len(self.readings) for label in SENTIMENTS
        )
        return negative, neutral, positive

    @property
    def sentiment(self) -> Sentiment | None:
        """What more than half of the readers say; None where they do not agree so far."""
        return next((label for label, share in zip(SENTIMENTS, self.votes, strict=True) if share > 0.5), None)

    @property
    def emotions(self) -> dict[Emotion, float]:
        """The share of readers who saw each emotion."""
        return {
            emotion: sum(emotion in reading.emotions for reading in self.readings) / len(self.readings)
            for emotion in EMOTIONS
        }

    @property
    def intensity(self) -> dict[Emotion, float]:
        """The mean intensity, 1-3, of each emotion that some reader saw, among those who did."""
        seen = {emotion: [r.emotions[emotion] for r in self.readings if emotion in r.emotions] for emotion in EMOTIONS}
        return {emotion: sum(strengths) / len(strengths) for emotion, strengths in seen.items() if strengths}

    def cue_share(self, cue: Cue) -> float:
        """The share of readers who saw the cue."""
        return sum(cue in reading.cues for reading in self.readings) / len(self.readings)


def read_customers(path: Path) -> list[Item]:
    """The items of one part of the corpus, in conversation order, each with the turns before it as its context.

    Raises:
        ModelError: the file is missing or a line of it is not an item.
    """
    try:
        with path.open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return [_item(row, rows[max(0, place - CONTEXT_TURNS) : place]) for place, row in enumerate(rows)]
    except FileNotFoundError:
        raise ModelError(f"{path} is missing: restore it from the repository.") from None
    except (KeyError, ValueError, TypeError):
        raise ModelError(f"{path} is not a part of the corpus: restore it from the repository.") from None


def _item(row: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> Item:
    fields = ("id", "author", "conversation", "channel", "domain", "theme", "speaker", "group", "text")
    return Item(
        **{field: row[field] for field in fields},
        context=MaskedText(" ".join(turn["text"] for turn in before if turn["conversation"] == row["conversation"])),
        readings=tuple(_reading(reading) for reading in row["readings"]),
    )


def _reading(reading: Mapping[str, Any]) -> Reading:
    return Reading(reading["sentiment"], dict(reading["emotions"]), frozenset(reading["cues"]))
