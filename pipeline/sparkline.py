"""Feelings as a line of signs: one for each turn, the higher, the better."""

from collections.abc import Mapping, Sequence
from typing import Any

BARS = "▁▂▃▄▅▆▇█"
"""A feeling from -1 to 1, in eight steps."""
SKIPPED = "·"
"""A back-channel: it is no part of the arc."""


def sparkline(turns: Sequence[Mapping[str, Any]]) -> str:
    """One sign for each customer's turn that was read: the higher, the better they feel.

    Args:
        turns: rows of `sql/show/turns`.
    """
    read = [turn for turn in turns if turn["feeling"] is not None]
    return "".join(bar(turn["feeling"]) if turn["counts"] else SKIPPED for turn in read)


def bar(feeling: float) -> str:
    """The sign of a feeling from -1 to 1."""
    return BARS[min(len(BARS) - 1, int((feeling + 1) / 2 * len(BARS)))]
