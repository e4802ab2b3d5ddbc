"""How well whole conversations are read: what `analyze` prints beside what people read in our own gold."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.analysis import analyze
from pipeline.annotate import Reader
from pipeline.config import Config
from pipeline.touchpoints.gold import GoldConversation, GoldReading
from pipeline.touchpoints.reader import PathReader
from pipeline.touchpoints.reading import UNKNOWN

SHARES = ("touchpoints", "goal", "ease", "start_sentiment", "end_sentiment", "lowest_turn")
"""Figures that are shares of conversations read right."""
EVENTS = ("complaint", "repeat_contact", "churn_risk", "transferred")
EMPATHY = frozenset({"understanding", "mirroring"})


@dataclass(frozen=True, slots=True)
class Counts:
    """Right hits, false alarms and misses of a yes-or-no label."""

    hits: int
    alarms: int
    misses: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall (van Rijsbergen 1979); 1 where there is nothing to find and none is."""
        total = 2 * self.hits + self.alarms + self.misses
        return 2 * self.hits / total if total else 1.0


def expected(gold: GoldConversation, reading: GoldReading) -> dict[str, Any]:
    """What `analyze` would print of a conversation if it read as that person did."""
    touchpoints = dict.fromkeys(segment.touchpoint for segment in reading.segments)
    known = [name for name in touchpoints if name != UNKNOWN]
    return {
        "touchpoints": known or [UNKNOWN],
        "goal_reached": reading.goal,
        "ease": reading.ease or "unclear",
        "start_sentiment": reading.start,
        "end_sentiment": reading.end,
        "lowest_turn": reading.lowest,
        "complaint": reading.customer_does("complaint", gold.speakers),
        "repeat_contact": reading.customer_does("repeat_contact", gold.speakers),
        "churn_risk": reading.churn,
        "transferred": reading.transferred,
        "agent_empathy_turns": [
            index
            for index, (turn, speaker) in enumerate(zip(reading.turns, gold.speakers, strict=True))
            if speaker == "agent" and EMPATHY & turn.does
        ],
    }


def evaluate(
    golds: Sequence[GoldConversation], config: Config, reader: Reader, path_reader: PathReader
) -> dict[str, float]:
    """The figures of `analyze` on gold conversations, against each one's first reading."""
    lines = [_line(gold) for gold in golds]
    found = list(analyze(lines, config, reader, path_reader))
    return figures([expected(gold, gold.readings[0]) for gold in golds], found)


def agreement(golds: Sequence[GoldConversation]) -> dict[str, float]:
    """The same figures for the second reading against the first, of the conversations that have two."""
    pairs = [(expected(gold, gold.readings[0]), second) for gold in golds if (second := _second(gold))]
    return figures([first for first, _ in pairs], [second for _, second in pairs])


def _second(gold: GoldConversation) -> Mapping[str, Any] | None:
    return expected(gold, gold.readings[1]) if len(gold.readings) > 1 else gold.summary


def _line(gold: GoldConversation) -> str:
    talk = gold.conversation
    turns = [
        {"speaker": turn.speaker, "participant_id": turn.participant_id, "text": turn.text} for turn in talk.utterances
    ]
    return json.dumps({"conversation_id": talk.conversation_id, "channel": talk.channel, "turns": turns})


def figures(wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Shares of conversations read right, and F1 of events and of the turns with empathy."""
    pairs = list(zip(wanted, found, strict=True))
    result = {
        "conversation_count": float(len(pairs)),
        "touchpoints": _share(set(one["touchpoints"]) == set(other["touchpoints"]) for one, other in pairs),
        "goal": _share(one["goal_reached"] == other["goal_reached"] for one, other in pairs),
        "ease": _share(one["ease"] == other["ease"] for one, other in pairs),
        "start_sentiment": _share(one["start_sentiment"] == other["start_sentiment"] for one, other in pairs),
        "end_sentiment": _share(one["end_sentiment"] == other["end_sentiment"] for one, other in pairs),
        "lowest_turn": _share(_is_near(one["lowest_turn"], other["lowest_turn"]) for one, other in pairs),
    }
    for event in EVENTS:
        result[f"{event}_f1"] = _counts((one[event], other[event]) for one, other in pairs).f1
    result["empathy_turns_f1"] = _counts(_turns(pairs)).f1
    return result


def _share(right: Iterable[bool]) -> float:
    values = list(right)
    return sum(values) / len(values)


def _is_near(wanted: int | None, found: int | None) -> bool:
    if wanted is None or found is None:
        return wanted is found
    return abs(wanted - found) <= 1


def _turns(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterator[tuple[bool, bool]]:
    for one, other in pairs:
        wanted, found = set(one["agent_empathy_turns"]), set(other["agent_empathy_turns"])
        yield from ((turn in wanted, turn in found) for turn in wanted | found)


def _counts(decisions: Iterable[tuple[bool, bool]]) -> Counts:
    made = list(decisions)
    return Counts(
        hits=sum(wanted and found for wanted, found in made),
        alarms=sum(found and not wanted for wanted, found in made),
        misses=sum(wanted and not found for wanted, found in made),
    )
