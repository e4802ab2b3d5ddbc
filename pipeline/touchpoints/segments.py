"""From what each turn is about to stretches of a conversation: the best course that does not change without need.

A course pays for every change of touchpoint, so that one turn that sounds of something else makes no stretch of its own
(Viterbi 1967 on a chain whose states all follow each other alike).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.touchpoints.reading import UNKNOWN

CHANGE = 6.0
"""What a change of touchpoint costs, natural log: measured on develop, see CONTRIBUTING."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Turns in a row, both ends inclusive, of one touchpoint; confidence is the mean probability of their turns."""

    first: int
    last: int
    touchpoint: str
    confidence: float


def stretches(turns: Sequence[Mapping[str, float]], change: float = CHANGE) -> list[Stretch]:
    """The best course through the turns.

    Args:
        turns: for each the log probability of every touchpoint; all name the same ones, at least one turn.
        change: what a change costs.
    """
    course = _course(turns, change)
    if set(course) > {UNKNOWN}:
        course = _without_unknown(course)
    found: list[Stretch] = []
    start = 0
    for end in range(1, len(course) + 1):
        if end == len(course) or course[end] != course[start]:
            found.append(_stretch(turns, start, end - 1, course[start]))
            start = end
    return found


def _course(turns: Sequence[Mapping[str, float]], change: float) -> list[str]:
    names = list(turns[0])
    best = {name: turns[0][name] for name in names}
    steps: list[dict[str, str]] = []
    for turn in turns[1:]:
        highest = max(names, key=lambda name: best[name])
        came = {name: name if best[name] >= best[highest] - change else highest for name in names}
        best = {name: turn[name] + best[before] - (0.0 if before == name else change) for name, before in came.items()}
        steps.append(came)
    course = [max(names, key=lambda name: best[name])]
    for came in reversed(steps):
        course.append(came[course[-1]])
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
