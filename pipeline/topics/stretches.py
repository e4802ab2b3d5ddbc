"""Stretches of conversations as topics take them: what a customer says at one touchpoint, as vectors and words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.touchpoints.network import Line, PathNetwork
from pipeline.touchpoints.reader import prefixes

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

AT_ONCE = 64
"""So many conversations are in memory as vectors of turns."""
Turn = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a customer says at one touchpoint of a conversation."""

    conversation_id: str
    touchpoint: str
    utterances: tuple[int, ...]
    """Those that count, in order."""
    vectors: "Floats"
    """Of each of them (utterances, size): what the network reads in the conversation, less the feeling."""
    lemmas: frozenset[str]
    is_known: bool
    """Whether one of them names a contact point or a driver."""
    feelings: tuple[float, ...]
    """-1…1, of those of which it is known."""


def read_stretches(
    connection: "DuckDBPyConnection", network: PathNetwork, *, days: int, most: int
) -> Iterator[Stretch]:
    """The stretches of the conversations of so many days up to the last one stored, at most so many conversations.

    Raises:
        StoreError: the database is none of ours.
    """
    said = store.rows(connection, "topics/said", {"days": days, "most": most})
    talks = [list(turns) for _, turns in groupby(said, key=lambda turn: turn["conversation_id"])]
    for start in range(0, len(talks), AT_ONCE):
        some = talks[start : start + AT_ONCE]
        for turns, vectors in zip(some, network.in_context([_lines(talk) for talk in some]), strict=True):
            yield from _stretches(turns, network.without_feelings(vectors))


def _lines(turns: Sequence[Turn]) -> list[Line]:
    named = prefixes([(turn["speaker_role"], turn["participant_key"]) for turn in turns])
    return [Line(prefix, turn["text"]) for prefix, turn in zip(named, turns, strict=True)]


def _stretches(turns: Sequence[Turn], vectors: "Floats") -> Iterator[Stretch]:
    places = range(len(turns))
    for _, one in groupby(places, key=lambda place: turns[place]["first_utterance_index"]):
        kept = [place for place in one if turns[place]["is_told"]]
        if kept:
            told = [turns[place] for place in kept]
            yield Stretch(
                told[0]["conversation_id"],
                told[0]["touchpoint"],
                tuple(turn["utterance_index"] for turn in told),
                vectors[kept],
                frozenset(lemma for turn in told for lemma in turn["lemmas"]),
                any(turn["is_known"] for turn in told),
                tuple(turn["feeling"] for turn in told if turn["feeling"] is not None),
            )
