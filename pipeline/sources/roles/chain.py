"""From scores to probabilities: of labels that stand for persons, and of turns in a chain without labels."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import exp, log

MOST = 30.0
"""Log odds beyond this are certain."""
ANSWER = 0.7
"""Log odds that two persons are of two kinds, for each turn of the one that follows one of the other."""


def probability(log_odds: float) -> float:
    """What natural log odds are as a probability."""
    return 1 / (1 + exp(-max(-MOST, min(MOST, log_odds))))


def log_odds(share: float) -> float:
    """What a probability is as natural log odds."""
    bounded = min(max(share, 1e-12), 1 - 1e-12)
    return log(bounded / (1 - bounded))


def of_persons(odds_alone: Sequence[float], turns_between: Mapping[tuple[int, int], int]) -> list[float]:
    """The probability that each person is an agent, given that of two or more not all are of one kind.

    Every assignment of roles is weighed: by what the persons say, and by who answers whom, since a customer talks to
    an agent, and to another customer seldom. Of two persons both assignments are compared, so that what the two have in
    common (how freely they talk) does not count.

    Args:
        odds_alone: log odds of each person by themselves; a handful, since the assignments double with each.
        turns_between: how often a turn of the one follows one of the other, by their places in `odds_alone`.
    """
    if len(odds_alone) < 2:
        return [probability(odds) for odds in odds_alone]
    assignments = [roles for roles in product((0, 1), repeat=len(odds_alone)) if len(set(roles)) == 2]
    scores = [
        sum(odds for odds, is_agent in zip(odds_alone, roles, strict=True) if is_agent)
        + ANSWER * sum(count for (one, other), count in turns_between.items() if roles[one] != roles[other])
        for roles in assignments
    ]
    best = max(scores)
    weights = [exp(score - best) for score in scores]
    return [
        sum(weight for weight, roles in zip(weights, assignments, strict=True) if roles[person]) / sum(weights)
        for person in range(len(odds_alone))
    ]


def of_turns(scores: Sequence[float], changes: Sequence[float]) -> list[float]:
    """The probability that an agent speaks at each turn of a chain, by the forward-backward algorithm (Rabiner 1989).

    It is to Viterbi's best course what a probability is to a verdict, and errs on the fewest turns.

    Args:
        scores: log odds of each turn by itself that an agent speaks.
        changes: log odds that the speaker changes, for each turn but the first.
    """
    shifts = [probability(change) for change in changes]
    own = [probability(score) for score in scores]
    forward: list[float] = []
    for at, share in enumerate(own):
        before = _shifted(forward[-1], shifts[at - 1]) if at else 0.5
        forward.append(_joined(before, share))
    behind = [0.5] * len(own)
    for at in range(len(own) - 2, -1, -1):
        behind[at] = _shifted(_joined(own[at + 1], behind[at + 1]), shifts[at])
    return [_joined(share, later) for share, later in zip(forward, behind, strict=True)]


def _shifted(share: float, shift: float) -> float:
    """The probability one turn on, or back: the speaker changed or stayed."""
    return share * (1 - shift) + (1 - share) * shift


def _joined(first: float, second: float) -> float:
    """Two independent witnesses of one thing as one."""
    both = first * second
    return both / (both + (1 - first) * (1 - second))
