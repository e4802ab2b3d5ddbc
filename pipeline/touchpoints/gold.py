"""Our own conversations, and passages of some, with what people read in them: the files of `data/gold`.

`develop` is learnt from, `validate` chooses among rules, `verify` only measures: other authors, other trades.
`data/gold/CONVERSATIONS.md` says what the labels mean; all readings are kept, the author's first.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.conversation import Channel, Conversation, Sentiment, Speaker, Utterance
from pipeline.errors import ModelError
from pipeline.touchpoints.reading import Ease, Goal

DEVELOP, VERIFY = "conversations_develop.jsonl", "conversations_verify.jsonl"
VALIDATE = "conversations_validate.jsonl"
PASSAGES_DEVELOP, MATTERS_DEVELOP, UTTERANCES = (
    "passages_develop.jsonl",
    "matters_develop.jsonl",
    "feelings_develop.jsonl",
)


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """How a turn was read: the customer's feeling from -2 to 2 (None for others), what it does, what it is about."""

    feeling: int | None
    does: frozenset[str]
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldSegment:
    """A stretch, both ends inclusive, and what was read there."""

    touchpoint: str
    first: int
    last: int
    goal: Goal
    ease: Ease | None
    target: str | None
    drivers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class GoldReading:
    """How one person read a conversation."""

    segments: tuple[GoldSegment, ...]
    goal: Goal
    ease: Ease | None
    start: Sentiment
    end: Sentiment
    lowest: int | None
    churn: bool
    transferred: bool
    turns: tuple[GoldTurn, ...]

    def customer_does(self, deed: str, speakers: "tuple[Speaker, ...]") -> bool:
        """Whether a customer's turn does something."""
        return any(
            deed in turn.does for turn, speaker in zip(self.turns, speakers, strict=True) if speaker == "customer"
        )


@dataclass(frozen=True, slots=True)
class GoldConversation:
    """An invented conversation with its readings."""

    author: str
    domain: str
    conversation: Conversation
    readings: tuple[GoldReading, ...]
    summary: Mapping[str, Any] | None = None
    """What a second reader would have `analyze` print, where they told no more."""

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who speaks in each turn."""
        return tuple(turn.speaker for turn in self.conversation.utterances)


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn or a few out of a conversation: what they are about, and what they do where that is known."""

    matters: tuple[str, ...]
    speakers: tuple[Speaker, ...]
    texts: tuple[str, ...]
    turns: tuple[GoldTurn | None, ...]


def read_gold(path: Path) -> Iterator[GoldConversation]:
    """The conversations of a file, in order.

    Raises:
        ModelError: there is no such file, or it is not such gold.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield _gold(json.loads(line))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): name a file of conversations.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no conversations as data/gold has them ({error}).") from None


def read_passages(folder: Path) -> Iterator[Passage]:
    """Passages written as such, then single utterances of the corpus of feelings, read for what they are about.

    Raises:
        ModelError: a file is missing, or it is not such gold.
    """
    path = folder / PASSAGES_DEVELOP
    try:
        for record in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            turns = record["turns"]
            yield Passage(
                tuple(record["matters"]),
                tuple(turn["speaker"] for turn in turns),
                tuple(turn["text"] for turn in turns),
                tuple(_turn(turn) if "does" in turn else None for turn in turns),
            )
        path = folder / UTTERANCES
        said = {one["id"]: one for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
        path = folder / MATTERS_DEVELOP
        for record in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            one = said[record["id"]]
            yield Passage(tuple(record["matters"]), (one["speaker"],), (one["text"],), (None,))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): restore it from the repository.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no passages as data/gold has them ({error}).") from None


def _gold(record: Mapping[str, Any]) -> GoldConversation:
    channel: Channel = record["channel"]
    return GoldConversation(
        author=record["author"],
        domain=record["domain"],
        conversation=Conversation(
            conversation_id=record["id"],
            channel=channel,
            utterances=tuple(
                Utterance(index, turn["speaker"], turn["text"], participant_id=turn["participant"])
                for index, turn in enumerate(record["turns"])
            ),
        ),
        readings=tuple(_reading(reading) for reading in record["readings"]),
        summary=record.get("second_reader"),
    )


def _reading(reading: Mapping[str, Any]) -> GoldReading:
    turns = tuple(map(_turn, reading["turns"]))
    segments = tuple(
        GoldSegment(**{**segment, "drivers": tuple(segment["drivers"])}) for segment in reading["segments"]
    )
    return GoldReading(**{**reading, "turns": turns, "segments": segments})


def _turn(turn: Mapping[str, Any]) -> GoldTurn:
    return GoldTurn(turn.get("feeling"), frozenset(turn.get("does", ())), frozenset(turn.get("targets", ())))
