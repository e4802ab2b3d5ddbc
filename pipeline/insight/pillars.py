"""Is the chain as strong as its weakest link? NPS by the weakest of the pillars CX, UX and brand, and by their mean.

Both models have a constant and one slope, so that neither fits better for being larger, and are compared on customers
that were left out (`comparing`). The mean counts as the simpler: that the weakest pillar decides is what is to be
shown. Where a conversation tells of one pillar, both are the same, and it says nothing of which is right.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.comparing import LEAST_CONVERSATIONS, compared, cross_validated, mean_of
from pipeline.insight.jackknife import interval, scatter_within, slopes_of
from pipeline.insight.reading import Columns, Table, count_people, number, read, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

MODELS = {"none": (), "mean": ("mean",), "weakest": ("weakest",)}
"""Name → terms beside the constant, the simplest first."""
COLUMNS = (
    "model", "customer_count", "conversation_count", "standardised_error", "standard_error", "behind_best",
    "behind_best_standard_error", "is_preferred", "ahead_of_mean", "ahead_of_mean_low", "ahead_of_mean_high", "slope",
    "slope_low", "slope_high", "in_context_share",
)  # fmt: skip


def weakest_link(connection: "DuckDBPyConnection", *, seed: int = 1) -> Table:
    """A row for each model: `sql/insights/weakest_link.sql` says what is in it."""
    return table(read(connection, "weakest_link"), seed)


def table(told: Columns, seed: int) -> Table:
    """The models of conversations that tell of two pillars or more."""
    import numpy as np

    if len(told["nps"]) < LEAST_CONVERSATIONS or not np.ptp(told["nps"]):
        return list(COLUMNS), []
    groups = np.unique(told["customer"], return_inverse=True)[1]
    if not groups.any():
        return list(COLUMNS), []  # a single customer, whom nobody is left to be compared with
    designs = {
        name: np.stack([np.ones_like(told["nps"]), *(told[term] for term in terms)], axis=1)
        for name, terms in MODELS.items()
    }
    losses = cross_validated(designs, told["nps"], groups, seed)
    counts = (count_people(told["customer"]), len(told["nps"]))
    return list(COLUMNS), [
        (
            name, *counts, *figures, *_ahead(losses["mean"] - losses[name], groups),
            *_slope(told, MODELS[name], groups), share(told["is_in_context"]),
        )
        for name, figures in compared(losses, groups).items()
    ]  # fmt: skip


def _ahead(gains: "NDArray[Any]", groups: "NDArray[Any]") -> list[float]:
    """The mean gain and both ends of its 95 % interval, by Student's t over customers."""
    from scipy.stats import t

    mean, error = mean_of(gains, groups)
    reach = float(t.ppf(0.975, int(groups.max()))) * error
    return [mean, mean - reach, mean + reach]


def _slope(told: Columns, terms: tuple[str, ...], groups: "NDArray[Any]") -> list[float | None]:
    """The slope and both ends of its interval; None for the model without one."""
    import numpy as np

    if not terms:
        return [None] * 3
    values = np.stack([told[terms[0]], told["nps"]], axis=1)
    whole, without = (
        slopes_of(one, 1)[..., 0, 0] for one in scatter_within(values, np.zeros(len(values), dtype=np.intp), groups)
    )
    return [number(value) for value in (whole, *interval(whole, without))]
