"""Two readings of the same lines, compared in pairs: what the second changed, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.measuring.bootstrap import Bools, estimate, macro_f1, outcomes
from pipeline.affect.scores import Floats

Kind = Literal["one", "any"]
"""As in the label scheme: exactly one label of a line holds, or any of them."""
_BINS = 15
"""As in `expected_calibration_error`."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, and the 95 % interval of the difference."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings of the same lines. All figures but the counts lie between 0 and 1.

    `accuracy` is the share of right decisions: one a line where one label holds, one a line and label where any may.
    """

    line_count: int
    group_count: int
    accuracy: Change
    macro_f1: Change
    calibration_error: Change
    """Expected calibration error, as in `pipeline.affect.learning.calibrate`."""
    set_right: int
    """Lines that were wrong in something and no longer are."""
    set_wrong: int
    p_value: float
    """McNemar's of those two counts. It takes lines as independent, which those of one conversation are not."""

    @property
    def helped(self) -> bool:
        """Whether the intervals of accuracy and of macro-F1 both lie above 0.

        One alone is too easy: guessing rare labels raises macro-F1, guessing the commonest raises accuracy.
        """
        return self.accuracy.low > 0 and self.macro_f1.low > 0


def compare(kind: Kind, before: Floats, after: Floats, targets: Floats, groups: NDArray[np.intp]) -> Comparison:
    """Figures of both readings; the intervals by a paired bootstrap of whole groups.

    Args:
        kind: whether one label of a line holds or any.
        before: probabilities (lines, labels).
        after: those of the second reading.
        targets: 1 where a label holds, else 0 (lines, labels).
        groups: the group of each line (lines): lines of one group are not independent.
    """
    gold = targets > 0.5
    said = [_decisions(kind, reading) for reading in (before, after)]
    right = [right_decisions(kind, reading, targets) for reading in (before, after)]
    sure = [reading if kind == "any" else reading.max(axis=1, keepdims=True) for reading in (before, after)]
    clusters = groups.astype(str)

    def change(measure: Callable[[Floats], Floats], first: Floats, second: Floats) -> Change:
        def difference(sums: Floats) -> Floats:
            each = measure(sums)
            return np.asarray(each[..., 1] - each[..., 0])

        counts = np.stack([first, second], axis=1)
        interval = estimate(difference, counts, clusters)
        was, now = measure(counts.sum(axis=0))
        return Change(float(was), float(now), interval.low, interval.high)

    was, now = (one.all(axis=1) for one in right)
    set_right, set_wrong = int((now & ~was).sum()), int((was & ~now).sum())
    return Comparison(
        line_count=len(targets),
        group_count=len(np.unique(groups)),
        accuracy=change(_share, *(np.stack([one, np.ones_like(one)], axis=-1).sum(axis=1) for one in right)),
        macro_f1=change(macro_f1, *(outcomes(gold, one) for one in said)),
        calibration_error=change(
            _gap, *(_gaps(one, gold if kind == "any" else was) for one, was in zip(sure, right, strict=True))
        ),
        set_right=set_right,
        set_wrong=set_wrong,
        p_value=mcnemar(set_right, set_wrong),
    )


def mcnemar(set_right: int, set_wrong: int) -> float:
    """The exact two-sided p-value that as many were set right as wrong by chance (McNemar 1947): a fair coin's."""
    changed, fewer = set_right + set_wrong, min(set_right, set_wrong)
    return min(1.0, float(2 * sum(comb(changed, count) for count in range(fewer + 1)) / 2**changed))


def _decisions(kind: Kind, said: Floats) -> Bools:
    likeliest: Bools = said.argmax(axis=1)[:, None] == np.arange(said.shape[1])
    return np.asarray(said >= 0.5) if kind == "any" else likeliest


def right_decisions(kind: Kind, said: Floats, targets: Floats) -> Bools:
    """Which decisions are right: (lines, 1) for one label a line, (lines, labels) for a yes or no to each."""
    same = np.equal(_decisions(kind, said), targets > 0.5)
    return np.asarray(same if kind == "any" else same.all(axis=1, keepdims=True))


def _share(sums: Floats) -> Floats:
    """The share (…) of sums (…, 2) of what is right and of all."""
    return np.asarray(sums[..., 0] / sums[..., 1])


def _gaps(said: Floats, was: Bools) -> Floats:
    """Of each line (lines, bins + 1), bin by bin, what was said less what was; then its number of decisions.

    The bins are those of the whole sample, equally full, so that samples of it can be summed.
    """
    bins = np.empty(said.size, dtype=np.intp)
    for number, places in enumerate(np.array_split(np.argsort(said.ravel(), kind="stable"), _BINS)):
        bins[places] = number
    gaps = np.zeros((len(said), _BINS + 1))
    lines = np.repeat(np.arange(len(said)), said.shape[1])
    np.add.at(gaps, (lines, bins), (said - was).ravel())
    gaps[:, _BINS] = said.shape[1]
    return gaps


def _gap(sums: Floats) -> Floats:
    """The expected calibration error (…) of summed gaps (…, bins + 1)."""
    return np.asarray(np.abs(sums[..., :_BINS]).sum(axis=-1) / sums[..., _BINS])
