"""The map of touchpoints: how much each matters beside how customers feel there, and what follows from both.

Importance-performance analysis: Martilla, James 1977, Journal of Marketing 41(1); both axes cross at the means. Nobody
is asked what matters: the importance of a touchpoint is the slope of the NPS rating on the feeling there, over
conversations that were answered, which is drawn towards that of all touchpoints as `segments` says. Conversations of a
customer hang together: V has the design effect of customers there. A slope tells of points per feeling, whereas a
correlation would call a touchpoint unimportant where all feel alike; what the reading of a feeling misses draws slopes
towards 0.

A quadrant is named where both intervals lie clear of the means, which are taken as they are: how often that errs where
nothing is there to be told is measured in `tests/insight/test_importance.py`.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.reading import Columns, Table, count_people, mean_feeling, number, read, share
from pipeline.insight.segments import Z, own_slopes, pool, slopes_can_be_told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

QUADRANTS = {(1, -1): "fix_first", (1, 1): "keep_up", (-1, -1): "watch", (-1, 1): "maintain"}
"""Importance and feeling, above (1) or below (-1) the mean → what that asks for; else it is unclear."""
UNCLEAR = "unclear"
COLUMNS = (
    "touchpoint", "quadrant", "customer_count", "conversation_count", "mean_feeling", "feeling_low", "feeling_high",
    "feeling_everywhere", "goal_customer_count", "goal_yes_share", "ease_customer_count", "mean_ease",
    "respondent_count", "answered_count", "own_importance", "importance", "importance_low", "importance_high",
    "importance_everywhere", "in_context_share",
)  # fmt: skip


def touchpoint_map(connection: "DuckDBPyConnection") -> Table:
    """A row for each touchpoint: `sql/insights/touchpoint_map.sql` says what is in it."""
    return table(read(connection, "touchpoint_map"))


def table(visits: Columns) -> Table:
    """The map of visits, a conversation at a touchpoint each; what is to be fixed first stands first."""
    importances, everywhere = _importances(visits)
    of_all = _of_customers(visits["customer"], visits["feeling"], visits["touchpoint"])
    rows = []
    for name in dict.fromkeys(visits["touchpoint"].tolist()):
        there = {key: column[visits["touchpoint"] == name] for key, column in visits.items()}
        mean, low, high = mean_feeling(_of_customers(there["customer"], there["feeling"], there["touchpoint"]))
        own, *importance = importances.get(name, (None,) * 4)
        sides = (_side(importance[1], importance[2], everywhere), _side(low, high, float(of_all.mean())))
        rows.append(
            (
                name, QUADRANTS.get(sides, UNCLEAR), count_people(there["customer"]), len(there["feeling"]), mean, low,
                high, number(of_all.mean()), *_known(there, "goal"), *_known(there, "ease"), *_answered(there), own,
                *importance, everywhere, share(there["is_in_context"]),
            )
        )  # fmt: skip
    order = [*QUADRANTS.values(), UNCLEAR]
    rows.sort(key=lambda row: (order.index(row[1]), -(row[15] if row[15] is not None else -1e9), row[0]))
    return list(COLUMNS), rows


def _importances(visits: Columns) -> tuple[dict[str, tuple[float | None, ...]], float | None]:
    """Touchpoint → slope by its own answers, pooled slope and both ends of its interval; and the mean of slopes."""
    import numpy as np

    answered = {key: column[~np.isnan(visits["nps"])] for key, column in visits.items()}
    told = slopes_can_be_told(answered["feeling"], answered["touchpoint"])
    answered = {key: column[told] for key, column in answered.items()}
    names, place = np.unique(answered["touchpoint"].astype(str), return_inverse=True)
    if len(place) <= 2 * len(names):
        return {}, None
    customers = np.unique(answered["customer"], return_inverse=True)[1]
    slopes, variances = own_slopes(answered["feeling"], answered["nps"], place, customers)
    if not variances.all():
        return {}, None  # everybody answers alike, or made-up conversations fit without any error
    pooled, errors, everywhere, _ = pool(slopes, variances)
    figures = np.stack([slopes, pooled, pooled - Z * errors, pooled + Z * errors], axis=1)
    return {name: tuple(map(number, row)) for name, row in zip(names.tolist(), figures, strict=True)}, everywhere


def _of_customers(customers: "NDArray[Any]", feelings: "NDArray[Any]", touchpoints: "NDArray[Any]") -> "NDArray[Any]":
    """The mean feeling of each customer at each touchpoint."""
    import numpy as np

    pairs = np.stack([customers, np.unique(touchpoints.astype(str), return_inverse=True)[1]])
    place = np.unique(pairs, axis=1, return_inverse=True)[1].ravel()
    return np.asarray(np.bincount(place, feelings) / np.bincount(place))


def _side(low: float | None, high: float | None, middle: float | None) -> int:
    """1: the interval lies above the middle, -1: below, 0: neither can be told."""
    if low is None or high is None or middle is None:
        return 0
    return int(low > middle) - int(high < middle)


def _known(visits: Columns, name: str) -> tuple[int, float | None]:
    """Of how many customers a column is known, and its mean."""
    import numpy as np

    known = ~np.isnan(visits[name])
    return count_people(visits["customer"][known]), share(visits[name][known])


def _answered(visits: Columns) -> tuple[int, int]:
    """How many customers answered about a conversation there, and about how many of them."""
    import numpy as np

    answered = ~np.isnan(visits["nps"])
    return count_people(visits["customer"][answered]), int(answered.sum())
