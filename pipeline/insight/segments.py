"""Slopes of CX on EX by segment, each drawn towards that of all (partial pooling, empirical Bayes).

The slope of a small segment is mostly chance. Slopes Y of k segments with variances V are taken as drawn from a normal
distribution of mean μ and variance A, both found from them, and each is drawn towards μ by the share B of its variance
that is chance: Morris 1983, Parametric empirical Bayes inference: theory and applications, Journal of the American
Statistical Association 78(381), section 5 (unequal variances), whose interval counts that μ and A are estimates too:

    W = 1/(V + A),  μ = ΣWY/ΣW,  A = ΣW((Y - μ)²k/(k - 1) - V)/ΣW or 0,  B = (k - 3)/(k - 1) · V/(V + A)
    slope = (1 - B)Y + Bμ,  variance = V(1 - B(1 - W/ΣW)) + 2/(k - 3) · B²(Y - μ)²(V̄ + A)/(V + A),  V̄ = ΣWV/ΣW

V is the residual variance of all segments over the segment's sum of squares, times the design effect of agents (Kish
1965, Survey Sampling, 8.2): how much more the sums of agents vary than if conversations were independent.
"""

from math import sqrt
from typing import TYPE_CHECKING, Any

from pipeline.insight.jackknife import clusters
from pipeline.insight.reading import Columns, Table, number, people, read, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

LEAST_CONVERSATIONS = 3
LEAST_SEGMENTS = 4
"""The formulas need k - 3 > 0; fewer segments keep their own slopes."""
ROUNDS = 1_000
Z = 1.959964
COLUMNS = (
    "segment_kind", "segment", "customer_count", "agent_count", "conversation_count", "slope", "pooled_slope",
    "pooled_slope_low", "pooled_slope_high", "slope_everywhere", "slope_spread", "in_context_share",
)  # fmt: skip


def cx_on_ex_segments(connection: "DuckDBPyConnection") -> Table:
    """A row for each segment: `sql/insights/cx_on_ex_segments.sql` says what is in it."""
    return table(read(connection, "cx_on_ex_segments"))


def table(dyads: Columns) -> Table:
    """The slopes in dyads, a conversation each, once for each kind of segment."""
    found = []
    for kind in dict.fromkeys(dyads["segment_kind"].tolist()):
        found += _rows({name: column[dyads["segment_kind"] == kind] for name, column in dyads.items()}, kind)
    return list(COLUMNS), found


def _rows(dyads: Columns, kind: str) -> list[tuple[Any, ...]]:
    import numpy as np

    kept = slopes_can_be_told(dyads["ex"], dyads["segment"])
    dyads = {name: column[kept] for name, column in dyads.items()}
    names, place = np.unique(dyads["segment"].astype(str), return_inverse=True)
    if len(place) <= 2 * len(names):
        return []
    slopes, variances = own_slopes(dyads["ex"], dyads["cx"], place, clusters(dyads["agent"], dyads["conversation"]))
    if not variances.all():
        return []  # they fit without any error: of a handful of made-up conversations, of which nothing can be told
    pooled, errors, everywhere, deviation = pool(slopes, variances)
    rows = []
    for i, name in enumerate(names.tolist()):
        own = {key: column[place == i] for key, column in dyads.items()}
        customers, agents, conversations = people(own)
        agents = max(agents, 1) if kind == "queue" else agents  # a team of agents nobody names is hidden as one of one
        figures = (slopes[i], pooled[i], pooled[i] - Z * errors[i], pooled[i] + Z * errors[i], everywhere, deviation)
        rows.append((kind, name, customers, agents, conversations, *map(number, figures), share(own["is_in_context"])))
    return rows


def slopes_can_be_told(ex: "NDArray[Any]", segments: "NDArray[Any]") -> "NDArray[Any]":
    """Which rows stand in a segment (rows, by name) that has a slope: three of them at least, and not all alike."""
    import numpy as np

    place = np.unique(segments.astype(str), return_inverse=True)[1]
    spread = np.bincount(place, _deviations(ex, place) ** 2)
    return np.asarray(((np.bincount(place) >= LEAST_CONVERSATIONS) & (spread > 0))[place])


def own_slopes(
    ex: "NDArray[Any]", cx: "NDArray[Any]", segments: "NDArray[Any]", groups: "NDArray[Any]"
) -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """The slope of each segment by itself (segments), and its variance (segments)."""
    import numpy as np

    x, y = _deviations(ex, segments), _deviations(cx, segments)
    squares = np.bincount(segments, x * x)
    slopes = np.bincount(segments, x * y) / squares
    rest = y - slopes[segments] * x
    residual = (rest @ rest) / (len(rest) - 2 * len(slopes))
    scores = np.bincount(groups, x * rest)
    count = int(groups.max()) + 1
    effect = (scores @ scores) * count / max(count - 1, 1) / (residual * squares.sum()) if residual else 1.0
    return slopes, max(effect, 1.0) * residual / squares


def pool(slopes: "NDArray[Any]", variances: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]", float, float]:
    """The slopes drawn together (segments), their standard errors (segments), the mean, the standard deviation √A."""
    import numpy as np

    count, between = len(slopes), 0.0
    for _ in range(ROUNDS):
        weights = 1 / (variances + between)
        mean = float(weights @ slopes / weights.sum())
        before, excess = between, (slopes - mean) ** 2 * count / max(count - 1, 1) - variances
        between = max(float(weights @ excess / weights.sum()), 0.0)
        if abs(between - before) <= 1e-9 * (between + float(variances.mean())):
            break
    if count < LEAST_SEGMENTS:
        return slopes, np.sqrt(variances), mean, sqrt(between)
    chance = (count - 3) / (count - 1) * variances / (variances + between)
    middle = float(weights @ variances / weights.sum())
    unsure = 2 / (count - 3) * chance**2 * (slopes - mean) ** 2 * (middle + between) / (variances + between)
    spread = variances * (1 - chance * (1 - weights / weights.sum())) + unsure
    return (1 - chance) * slopes + chance * mean, np.sqrt(spread), mean, sqrt(between)


def _deviations(values: "NDArray[Any]", segments: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np

    return np.asarray(values - (np.bincount(segments, values) / np.maximum(np.bincount(segments), 1))[segments])
