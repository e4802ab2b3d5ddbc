"""Macro-F1 and accuracy with intervals, by resampling whole conversations: their turns are not independent.

Percentile intervals (Efron, Tibshirani 1993, An Introduction to the Bootstrap), clusters resampled as in Field, Welsh
2007, Bootstrapping clustered data, Journal of the Royal Statistical Society B 69(3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.scores import Floats

Bools = NDArray[np.bool_]

DRAWS = 1_000
SEED = 1
_LOW, _HIGH = 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def outcomes(gold: Bools, said: Bools) -> Floats:
    """Hits, false alarms and misses (texts, labels, 3) of labels that are there and labels that are said."""
    return np.stack([gold & said, ~gold & said, gold & ~said], axis=-1).astype(np.float64)


def f1(sums: Floats) -> Floats:
    """F1 (…, labels) of summed outcomes (…, labels, 3); 0 where a label neither occurs nor is said."""
    hits, alarms, misses = (sums[..., kind] for kind in range(3))
    result: Floats = 2 * hits / np.maximum(2 * hits + alarms + misses, 1)
    return result


def macro_f1(sums: Floats) -> Floats:
    """The mean (…) of the F1 of the labels that occur, rare or not."""
    occurs = sums[..., 0] + sums[..., 2] > 0
    result: Floats = (f1(sums) * occurs).sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1)
    return result


def accuracy(sums: Floats) -> Floats:
    """The share (…) of texts whose one label was said."""
    hits, there = sums[..., 0].sum(axis=-1), (sums[..., 0] + sums[..., 2]).sum(axis=-1)
    result: Floats = hits / np.maximum(there, 1)
    return result


def estimate(measure: Callable[[Floats], Floats], counts: Floats, clusters: NDArray[np.str_]) -> Estimate:
    """What `measure` makes of the sum of the counts, and where it lies when clusters are drawn anew.

    Args:
        measure: from sums (…, one text's shape) to figures (…).
        counts: of each text (texts, …); of two models side by side for the interval of their difference.
        clusters: of each text, the conversation it belongs to.
    """
    drawn = measure(np.tensordot(_draws(len(np.unique(clusters))), _summed(counts, clusters), axes=1))
    low, high = np.percentile(drawn, [_LOW, _HIGH])
    return Estimate(float(measure(counts.sum(axis=0))), float(low), float(high))


def _summed(counts: Floats, clusters: NDArray[np.str_]) -> Floats:
    """Sums (clusters, …) of the counts of each cluster."""
    names, place = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), *counts.shape[1:]))
    np.add.at(sums, place, counts)
    return sums


def _draws(size: int) -> NDArray[Any]:
    """How often each of `size` clusters is in each sample (DRAWS, size): always the same."""
    return np.random.default_rng(SEED).multinomial(size, np.full(size, 1 / size), size=DRAWS).astype(np.float64)
