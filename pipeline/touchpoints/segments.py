"""From what turns and stretches are about to the stretches of a conversation: the best course through it.

A course pays for every stretch after the first, so that one turn that sounds of something else makes none of its own.
Each stretch is scored by its turns and as a whole (a chain of stretches, semi-Markov: Sarawagi, Cohen 2004, NIPS 17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.touchpoints.reading import UNKNOWN

CHANGE = 7.0
"""What a stretch after the first costs, natural log: measured on validate, see CONTRIBUTING."""
SPAN_WEIGHT = 0.5
"""What a stretch read as a whole counts for each of its turns, beside the turn itself."""
Span = tuple[int, int]
"""First and last turn."""
Weights = Mapping[str, float]
"""The log probability of every touchpoint."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Turns in a row, both ends inclusive, of one touchpoint; confidence is the mean probability of their turns."""

    first: int
    last: int
    touchpoint: str
    confidence: float


def stretches(
    turns: Sequence[Weights], spans: Mapping[Span, Weights] | None = None, change: float = CHANGE
) -> list[Stretch]:
    """The best course through the turns.

    Args:
        turns: for each the log probability of every touchpoint; all name the same ones, at least one turn.
        spans: the same for stretches read as wholes: for each single turn at least; None where none is.
        change: what a stretch after the first costs.
    """
    course = _course(turns, spans, change)
    if set(course) > {UNKNOWN}:
        course = _without_unknown(course)
    found: list[Stretch] = []
    start = 0
    for end in range(1, len(course) + 1):
        if end == len(course) or course[end] != course[start]:
            found.append(_stretch(turns, start, end - 1, course[start]))
            start = end
    return found


def _course(turns: Sequence[Weights], spans: Mapping[Span, Weights] | None, change: float) -> list[str]:
    names = list(turns[0])
    best, came = [0.0], [(0, "")]
    for last in range(len(turns)):
        found = (float("-inf"), 0, "")
        summed = dict.fromkeys(names, 0.0)
        for first in range(last, -1, -1):
            summed = {name: value + turns[first][name] for name, value in summed.items()}
            if spans is not None and (first, last) not in spans:
                break
            if spans is None:
                values = summed
            else:
                counted, whole = SPAN_WEIGHT * (last - first + 1), spans[first, last]
                values = {name: value + counted * whole[name] for name, value in summed.items()}
            name = max(names, key=values.__getitem__)
            found = max(found, (best[first] + values[name] - (change if first else 0.0), first, name))
        best.append(found[0])
        came.append(found[1:])
    course: list[str] = []
    while len(course) < len(turns):
        first, name = came[len(turns) - len(course)]
        course += [name] * (len(turns) - len(course) - first)
    return course[::-1]


def _without_unknown(course: Sequence[str]) -> list[str]:
    """Talk about nothing belongs to the stretch before it, at the beginning to the one behind."""
    filled: list[str] = []
    for name in course:
        filled.append(filled[-1] if name == UNKNOWN and filled else name)
    known = next(name for name in filled if name != UNKNOWN)
    return [known if name == UNKNOWN else name for name in filled]


def _stretch(turns: Sequence[Mapping[str, float]], first: int, last: int, name: str) -> Stretch:
    from math import exp, fsum

    shares = []
    for turn in turns[first : last + 1]:
        total = fsum(exp(value) for value in turn.values())
        shares.append(exp(turn[name]) / total)
    return Stretch(first, last, name, sum(shares) / len(shares))
