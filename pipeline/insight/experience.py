"""CX = 2 × EX? Models of how the customer leaves by what the agent feels, compared on agents that they have not seen.

Whole agents are left out (whole conversations where few agents are named): `comparing` says how.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.comparing import LEAST_CONVERSATIONS, compared, cross_validated
from pipeline.insight.jackknife import clusters, interval, scatter_within, slopes_of
from pipeline.insight.reading import Columns, Table, number, people, read, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

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
    designs = {name: _design(dyads, terms) for name, terms in MODELS.items()}
    found, counted = compared(cross_validated(designs, dyads["cx"], groups, seed), groups), people(dyads)
    return list(COLUMNS), [
        (name, *counted, *found[name], *_terms(dyads, terms, groups), share(dyads["is_in_context"]))
        for name, terms in MODELS.items()
    ]


def _design(dyads: Columns, terms: tuple[str, ...]) -> "NDArray[Any]":
    import numpy as np

    known = {"ex": dyads["ex"], "ex²": dyads["ex"] ** 2, "start": dyads["start"]}
    return np.stack([np.ones_like(dyads["ex"]), *(known[term] for term in terms)], axis=1)


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
