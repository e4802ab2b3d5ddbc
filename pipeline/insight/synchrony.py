"""Does the feeling of one side follow that of the other? Against pairs that never met (surrogates).

Both sides of most conversations brighten towards the end, and who has trouble with an invoice is met by an agent who is
sorry: two people who never spoke to each other correlate too. So the leader's turns are exchanged for those of another
conversation at the same touchpoint, stretched to the same length so that first meets first and last meets last, and
what is left above that is synchrony (surrogate data: Moulder, Boker, Ramseyer, Tschacher 2018, Psychological Methods
23(4)). Deviations are those from each side's mean in its conversation: that a whole conversation is pleasant for both
is told by the view `dyads`. Where one side leads strongly the other direction echoes it weakly.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.jackknife import clusters, interval
from pipeline.insight.reading import Columns, Table, number, people, read, share

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.random import Generator
    from numpy.typing import NDArray

LEADERS = ("agent", "customer")
SHUFFLES = 200
LEAST_TURNS = 3
"""Responses that a conversation must have: two deviate from their mean in one and the same way."""
LEAST_CONVERSATIONS = 10
COLUMNS = ("leader", "customer_count", "agent_count", "conversation_count", "response_count", "correlation",
           "shuffled", "shuffled_low", "shuffled_high", "synchrony", "synchrony_low", "synchrony_high",
           "in_context_share")  # fmt: skip


def synchrony(connection: "DuckDBPyConnection", *, seed: int = 1) -> Table:
    """A row for each leader: `sql/insights/synchrony.sql` says what is in it."""
    return table(read(connection, "synchrony"), seed)


def table(responses: Columns, seed: int) -> Table:
    """Synchrony in responses, which come in the order of their conversations and turns."""
    rows = []
    for leader in LEADERS:
        theirs = _comparable({name: column[responses["leader"] == leader] for name, column in responses.items()})
        customers, agents, conversations = people(theirs)
        if conversations >= LEAST_CONVERSATIONS:
            counts = (customers, agents, conversations, len(theirs["led"]))
            rows.append((leader, *counts, *_figures(theirs, seed), share(theirs["is_in_context"])))
    return list(COLUMNS), rows


def _comparable(responses: Columns) -> Columns:
    """Those of conversations that are long enough, at touchpoints that have another such conversation."""
    import numpy as np

    _, places, sizes = np.unique(responses["conversation"], return_inverse=True, return_counts=True)
    long = {name: column[sizes[places] >= LEAST_TURNS] for name, column in responses.items()}
    pairs = np.unique(np.stack([long["touchpoint"], long["conversation"]]), axis=1)
    touchpoints, counts = np.unique(pairs[0], return_counts=True)
    kept = np.isin(long["touchpoint"], touchpoints[counts > 1])
    return {name: column[kept] for name, column in long.items()}


def _figures(responses: Columns, seed: int) -> list[float | None]:
    """Correlation, shuffled (mean, low, high), synchrony (value, low, high)."""
    import numpy as np

    _, first, place = np.unique(responses["conversation"], return_index=True, return_inverse=True)
    rng, (led, followed) = np.random.default_rng(seed), (responses["led"], responses["followed"])
    true = _products(led, followed, place)
    shuffles = [_products(led[_strangers(responses, first, place, rng)], followed, place) for _ in range(SHUFFLES)]
    shuffled = [_correlation(one.sum(axis=0)) for one in shuffles]
    both = np.stack([true, np.mean(shuffles, axis=0)])
    groups = clusters(responses["agent"][first], responses["conversation"][first])
    without = np.stack([both.sum(axis=1) - both[:, groups == group].sum(axis=1) for group in range(groups.max() + 1)])
    whole = _above(both.sum(axis=1))
    low, high = interval(whole, _above(without))
    shuffled_figures = [np.mean(shuffled), *np.percentile(shuffled, [2.5, 97.5])]
    return [number(value) for value in (_correlation(true.sum(axis=0)), *shuffled_figures, whole, low, high)]


def _strangers(responses: Columns, first: "NDArray[Any]", place: "NDArray[Any]", rng: "Generator") -> "NDArray[Any]":
    """For each response the place of that of another conversation at the touchpoint that is as far along."""
    import numpy as np

    touchpoints, sizes = responses["touchpoint"][first], np.bincount(place)
    order = np.lexsort((rng.random(len(first)), touchpoints))  # by touchpoint, and in each by lot
    starts = np.searchsorted(touchpoints[order], touchpoints[order])
    is_last = np.append(touchpoints[order][1:] != touchpoints[order][:-1], True)
    donors = np.empty(len(first), dtype=np.intp)
    donors[order] = np.where(is_last, order[starts], np.append(order[1:], 0))
    along = (np.arange(len(place)) - first[place]) / (sizes[place] - 1)
    donor = donors[place]
    return np.asarray(first[donor] + np.rint(along * (sizes[donor] - 1)).astype(np.intp))


def _products(led: "NDArray[Any]", followed: "NDArray[Any]", place: "NDArray[Any]") -> "NDArray[Any]":
    """Sums of squares, products and squares (conversations, 3) around the means of each conversation."""
    import numpy as np

    sizes = np.bincount(place)
    x, y = (column - (np.bincount(place, column) / sizes)[place] for column in (led, followed))
    return np.stack([np.bincount(place, product) for product in (x * x, x * y, y * y)], axis=1)


def _correlation(sums: "NDArray[Any]") -> "NDArray[Any]":
    """Pearson's of sums (…, 3) as above."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 1] / np.sqrt(sums[..., 0] * sums[..., 2]))


def _above(sums: "NDArray[Any]") -> "NDArray[Any]":
    """True less shuffled correlation of sums (…, 2, 3)."""
    import numpy as np

    each = _correlation(sums)
    return np.asarray(each[..., 0] - each[..., 1])
