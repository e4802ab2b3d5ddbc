"""Our own conversations with what people read in them: `data/gold/conversations_*.jsonl`.

`develop` is learnt from, `verify` only measures: other authors, other trades. `data/gold/CONVERSATIONS.md` says what
the labels mean; all readings are kept, the author's first.
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
MATTERS_DEVELOP = "matters_develop.jsonl"


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

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who speaks in each turn."""
        return tuple(turn.speaker for turn in self.conversation.utterances)


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
    )


def _reading(reading: Mapping[str, Any]) -> GoldReading:
    turns = tuple(
        GoldTurn(turn.get("feeling"), frozenset(turn.get("does", ())), frozenset(turn.get("targets", ())))
        for turn in reading["turns"]
    )
    segments = tuple(
        GoldSegment(**{**segment, "drivers": tuple(segment["drivers"])}) for segment in reading["segments"]
    )
    return GoldReading(**{**reading, "turns": turns, "segments": segments})
