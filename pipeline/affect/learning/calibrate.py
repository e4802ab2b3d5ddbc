"""How to read a network's logits, told from lines it has not learnt from: a temperature and a bias for each head.

The customers' heads are calibrated: of what they give 0.8, four in five are so. The heads of the other corpora are only
there to be measured on them, so their biases are those of the best macro-F1, as is usual there.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.scheme import HEADS, Head, columns
from pipeline.affect.scores import Floats, sigmoid, softmax

TEMPERATURES = np.geomspace(0.25, 4, 161)
SURE_ACCURACY = 0.95
"""A sentiment is sure from the probability on from which at least so many of the readings are right."""
_BINS = 15


def temperature(head: Head, logits: Floats, shares: Floats) -> float:
    """The divisor of the logits (lines, labels) that makes the shares likeliest (Guo et al. 2017, ICML).

    Shares that are NaN are left out.
    """

    def loss(divisor: float) -> float:
        if head.kind == "one":
            return -float(np.nanmean(shares * np.log(softmax(logits / divisor) + 1e-12)))
        probabilities = np.clip(sigmoid(logits / divisor), 1e-7, 1 - 1e-7)
        return -float(np.nanmean(shares * np.log(probabilities) + (1 - shares) * np.log(1 - probabilities)))

    return float(min(TEMPERATURES, key=loss))


def best_biases(head: Head, logits: Floats, shares: Floats) -> list[float]:
    """What to add to the logits (lines, labels) for the best macro-F1 of the most probable label, or of each label."""
    if head.kind == "one":
        gold, biases = shares.argmax(axis=1), np.zeros(len(head.labels))
        for _ in range(3):  # one label after the other, until nothing moves
            for label in range(len(head.labels)):
                tried = [(_macro_f1(gold, logits + biases + step * (np.arange(len(biases)) == label)), step)
                         for step in np.linspace(-1, 1, 41)]  # fmt: skip
                biases[label] += max(tried, key=lambda pair: (pair[0], -abs(pair[1])))[1]
        return [round(float(bias), 3) for bias in biases - biases.mean()]
    return [_best_shift(logits[:, label], shares[:, label] > 0.5) for label in range(len(head.labels))]


def _macro_f1(gold: NDArray[np.intp], logits: Floats) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(gold, logits.argmax(axis=1), average="macro", zero_division=0))


def _best_shift(logits: Floats, present: NDArray[np.bool_]) -> float:
    """The bias under which a probability of 0.5 is the threshold of the best F1; neighbouring thresholds are averaged.

    The mean of the F1 over a window of thresholds is less led by single lines than the F1 itself.
    """
    steps = np.linspace(-3, 3, 121)
    f1 = [2 * (present & (logits > step)).sum() / max(1, present.sum() + (logits > step).sum()) for step in steps]
    smooth = np.convolve(f1, np.ones(9) / 9, mode="same")
    return round(-float(steps[smooth.argmax()]), 3)


def sure_from(probabilities: Floats, shares: Floats) -> float:
    """The least probability of the most probable sentiment from which on `SURE_ACCURACY` of the readings are right.

    Right means what most readers say. 1.0 if no probability is high enough.
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == shares.argmax(axis=1)
    order = np.argsort(-top)
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(accuracy >= SURE_ACCURACY)
    return round(float(top[order[enough[-1]]]), 3) if len(enough) else 1.0


def expected_calibration_error(probabilities: Sequence[float], happened: Sequence[float]) -> float:
    """The mean gap between what was said and what was, over 15 equally full bins (Naeini et al. 2015, AAAI), 0-1.

    Args:
        probabilities: what the model said of each event.
        happened: whether it was so, or the share of readers who say it was.
    """
    said, was = np.asarray(probabilities, dtype=float), np.asarray(happened, dtype=float)
    bins = np.array_split(np.argsort(said, kind="stable"), _BINS)
    return float(sum(abs(said[part].mean() - was[part].mean()) * len(part) for part in bins if len(part)) / len(said))


def calibrate(logits: Floats, targets: Floats) -> dict[str, Any]:
    """The card's `temperatures`, `biases` and `sure_from` from logits and targets (lines, columns) of unseen lines."""
    temperatures: dict[str, float] = {}
    biases: dict[str, list[float]] = {}
    for head in HEADS:
        part = columns(head.name)
        rows = ~np.isnan(targets[:, part]).all(axis=1)
        said, shares = logits[rows, part], targets[rows, part]
        temperatures[head.name] = round(temperature(head, said, shares), 4)
        if not head.name.endswith("customers"):
            biases[head.name] = best_biases(head, said / temperatures[head.name], shares)
    part = columns("sentiment.customers")
    rows = ~np.isnan(targets[:, part]).any(axis=1)
    probabilities = softmax(logits[rows, part] / temperatures["sentiment.customers"])
    return {
        "sure_from": sure_from(probabilities, targets[rows, part]),
        "temperatures": temperatures,
        "biases": biases,
    }
