"""CX = 2 × EX? Models of how the customer leaves by what the agent feels, compared on agents that they have not seen.

Cross-validation in ten folds of whole agents (of whole conversations where few agents are named), repeated with other
folds; the error of each conversation is the mean of its repeats. Of models the simplest is preferred whose error is not
above the best one's by more than one standard error (Breiman, Friedman, Olshen, Stone 1984, Classification and
Regression Trees, 3.4.3; Hastie, Tibshirani, Friedman 2009, The Elements of Statistical Learning, 7.10), that of their
difference on the same conversations: the standard error of either alone is mostly what customers have of their own,
which both models miss.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.jackknife import clusters, interval, scatter_within, slopes_of
from pipeline.insight.reading import Columns, Table, number, people, read, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.random import Generator
    from numpy.typing import NDArray

FOLDS, REPEATS = 10, 5
LEAST_CONVERSATIONS = 30
"""Below, a model of three numbers learns next to nothing from nine tenths of them."""
MODELS = {"mean": (), "linear": ("ex",), "square": ("ex", "ex²"), "both_sides": ("ex", "start")}
"""Name → terms beside the constant, the simplest first."""
COLUMNS = (
    "model", "customer_count", "agent_count", "conversation_count", "standardised_error", "standard_error",
    "behind_best", "behind_best_standard_error", "is_preferred", "slope", "slope_low", "slope_high", "curvature",
    "curvature_low", "curvature_high", "in_context_share",
)  # fmt: skip


def cx_on_ex(connection: "DuckDBPyConnection", *, seed: int = 1) -> Table:
    """A row for each model: `sql/insights/cx_on_ex.sql` says what is in it."""
    return table(read(connection, "cx_on_ex"), seed)


def table(dyads: Columns, seed: int) -> Table:
    """The models of dyads, a conversation each."""
    import numpy as np

    if len(dyads["cx"]) < LEAST_CONVERSATIONS or not np.ptp(dyads["cx"]):
        return list(COLUMNS), []
    groups = clusters(dyads["agent"], dyads["conversation"])
    losses = _losses(dyads, groups, seed)
    compared, counted = _compared(losses, groups), people(dyads)
    return list(COLUMNS), [
        (name, *counted, *compared[name], *_terms(dyads, terms, groups), share(dyads["is_in_context"]))
        for name, terms in MODELS.items()
    ]


def _design(dyads: Columns, terms: tuple[str, ...]) -> "NDArray[Any]":
    import numpy as np

    known = {"ex": dyads["ex"], "ex²": dyads["ex"] ** 2, "start": dyads["start"]}
    return np.stack([np.ones_like(dyads["ex"]), *(known[term] for term in terms)], axis=1)


def _losses(dyads: Columns, groups: "NDArray[Any]", seed: int) -> dict[str, "NDArray[Any]"]:
    """Model → squared error of each conversation where its group was left out, in units of the variance of CX."""
    import numpy as np

    rng = np.random.default_rng(seed)
    folds = [_folds(groups, rng) for _ in range(REPEATS)]
    scale = dyads["cx"].var() * REPEATS
    designs = {name: _design(dyads, terms) for name, terms in MODELS.items()}
    return {
        name: np.sum([_errors(design, dyads["cx"], fold) ** 2 for fold in folds], axis=0) / scale
        for name, design in designs.items()
    }


def _folds(groups: "NDArray[Any]", rng: "Generator") -> "NDArray[Any]":
    """The fold of each row (rows): whole groups, as many in each."""
    import numpy as np

    count = int(groups.max()) + 1
    return np.asarray((rng.permutation(count) % min(FOLDS, count))[groups])


def _errors(design: "NDArray[Any]", cx: "NDArray[Any]", folds: "NDArray[Any]") -> "NDArray[Any]":
    """How far each row lies from what the rows of other folds tell of it."""
    import numpy as np

    errors = np.empty_like(cx)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        slopes, *_ = np.linalg.lstsq(design[~out], cx[~out], rcond=None)
        errors[out] = cx[out] - design[out] @ slopes
    return errors


def _compared(losses: dict[str, "NDArray[Any]"], groups: "NDArray[Any]") -> dict[str, tuple[Any, ...]]:
    """Model → its error and standard error, the same of its distance from the best, whether it is preferred."""
    best = min(losses.values(), key=lambda loss: float(loss.mean()))
    behind = {name: _mean(loss - best, groups) for name, loss in losses.items()}
    preferred = next(name for name, (distance, standard_error) in behind.items() if distance <= standard_error)
    return {name: (*_mean(loss, groups), *behind[name], name == preferred) for name, loss in losses.items()}


def _mean(values: "NDArray[Any]", groups: "NDArray[Any]") -> tuple[float, float]:
    """Mean, and its standard error where groups vary as wholes (a ratio's: Cochran 1977, Sampling Techniques, 9.2)."""
    import numpy as np

    mean, count = float(values.mean()), int(groups.max()) + 1
    sums = np.bincount(groups, values - mean)
    return mean, float(np.sqrt((sums**2).sum() * count / max(count - 1, 1)) / len(values))


def _terms(dyads: Columns, terms: tuple[str, ...], groups: "NDArray[Any]") -> list[float | None]:
    """Slope and curvature with both ends of their intervals; None for what a model has not."""
    import numpy as np

    if not terms:
        return [None] * 6
    values = np.column_stack([_design(dyads, terms)[:, 1:], dyads["cx"]])
    whole, without = scatter_within(values, np.zeros(len(values), dtype=np.intp), groups)
    slopes, others = (slopes_of(one, len(terms))[..., 0] for one in (whole, without))
    found = dict(zip(terms, zip(slopes, *interval(slopes, others), strict=True), strict=True))
    return [number(value) for term in ("ex", "ex²") for value in found.get(term, [np.nan] * 3)]
