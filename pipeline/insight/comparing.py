"""Models compared on people that they have not seen, whatever they are models of.

Cross-validation in ten folds of whole groups, repeated with other folds; the error of each row is the mean of its
repeats. Of models the simplest is preferred whose error is not above the best one's by more than one standard error
(Breiman, Friedman, Olshen, Stone 1984, Classification and Regression Trees, 3.4.3; Hastie, Tibshirani, Friedman 2009,
The Elements of Statistical Learning, 7.10), that of their difference on the same rows: the standard error of either
alone is mostly what people have of their own, which both models miss.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

FOLDS, REPEATS = 10, 5
LEAST_CONVERSATIONS = 30
"""Below, a model of three numbers learns next to nothing from nine tenths of them."""


def cross_validated(
    designs: "Mapping[str, NDArray[Any]]", outcome: "NDArray[Any]", groups: "NDArray[Any]", seed: int
) -> dict[str, "NDArray[Any]"]:
    """Model → squared error of each row where its group was left out, in units of the variance of the outcome."""
    import numpy as np

    rng = np.random.default_rng(seed)
    drawn = [folds(groups, rng) for _ in range(REPEATS)]
    scale = outcome.var() * REPEATS
    return {
        name: np.sum([_errors(design, outcome, fold) ** 2 for fold in drawn], axis=0) / scale
        for name, design in designs.items()
    }


def folds(groups: "NDArray[Any]", rng: "Generator") -> "NDArray[Any]":
    """The fold of each row (rows): whole groups, as many in each."""
    import numpy as np

    count = int(groups.max()) + 1
    return np.asarray((rng.permutation(count) % min(FOLDS, count))[groups])


def compared(losses: dict[str, "NDArray[Any]"], groups: "NDArray[Any]") -> dict[str, tuple[Any, ...]]:
    """Model, the simplest first → error, standard error, the same of its distance from the best, is it preferred."""
    best = min(losses.values(), key=lambda loss: float(loss.mean()))
    behind = {name: mean_of(loss - best, groups) for name, loss in losses.items()}
    preferred = next(name for name, (distance, standard_error) in behind.items() if distance <= standard_error)
    return {name: (*mean_of(loss, groups), *behind[name], name == preferred) for name, loss in losses.items()}


def mean_of(values: "NDArray[Any]", groups: "NDArray[Any]") -> tuple[float, float]:
    """Mean, and its standard error where groups vary as wholes (a ratio's: Cochran 1977, Sampling Techniques, 9.2)."""
    import numpy as np

    mean, count = float(values.mean()), int(groups.max()) + 1
    sums = np.bincount(groups, values - mean)
    return mean, float(np.sqrt((sums**2).sum() * count / max(count - 1, 1)) / len(values))


def _errors(design: "NDArray[Any]", outcome: "NDArray[Any]", folds: "NDArray[Any]") -> "NDArray[Any]":
    """How far each row lies from what the rows of other folds tell of it."""
    import numpy as np

    errors = np.empty_like(outcome)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        slopes, *_ = np.linalg.lstsq(design[~out], outcome[~out], rcond=None)
        errors[out] = outcome[out] - design[out] @ slopes
    return errors
