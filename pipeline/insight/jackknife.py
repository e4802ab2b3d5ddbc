"""Intervals where rows are not independent: leave out one cluster after the other, and see how far the figure moves.

With G clusters, θ from all and θ₋g from all but g, the variance is (G - 1)/G · Σ (θ₋g - θ)², and the interval is that
of Student's t with G - 1 degrees of freedom: CV3 of MacKinnon, Nielsen, Webb 2023, Fast and reliable jackknife and
bootstrap methods for cluster-robust inference, Journal of Applied Econometrics 38(5). It needs no drawing of lots, errs
to the wide side where clusters are few, and takes the clusters as they are, of whatever sizes.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_AGENTS = 5
"""Of fewer agents nothing can be said of agents in general: then the figures are of these, and conversations vary."""
CELLS_AT_ONCE = 20_000
"""Keeps the cross products of a hundred thousand rows below 100 MB."""
SURE = 0.95


def clusters(agents: "NDArray[Any]", conversations: "NDArray[Any]") -> "NDArray[Any]":
    """Numbers (rows) of the clusters that rows belong to: agents if they are many, else conversations.

    Args:
        agents: number of each row's agent, -1 where none is named: then its conversation stands for itself.
        conversations: number of each row's conversation.
    """
    import numpy as np

    named = agents >= 0
    if len(np.unique(agents[named])) < LEAST_AGENTS:
        return np.unique(conversations, return_inverse=True)[1]
    return np.unique(np.where(named, agents, -1 - conversations), return_inverse=True)[1]


def interval(whole: "NDArray[Any]", without: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Both ends of the 95 % interval of figures (…) by what they are without each cluster (clusters, …)."""
    import numpy as np
    from scipy.stats import t

    reach = np.sqrt(variance(whole, without)) * t.ppf((1 + SURE) / 2, max(len(without) - 1, 1))
    return whole - reach, whole + reach


def variance(whole: "NDArray[Any]", without: "NDArray[Any]") -> "NDArray[Any]":
    """The variance of figures (…) by what they are without each cluster (clusters, …); NaN for a single cluster."""
    import numpy as np

    count = len(without)
    if count < 2:
        return np.full(np.shape(whole), np.nan)
    return np.asarray((count - 1) / count * ((without - whole) ** 2).sum(axis=0))


def scatter_within(
    values: "NDArray[Any]", strata: "NDArray[Any]", groups: "NDArray[Any]"
) -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Sums of squares and products around the means of the strata: of all rows, and without each cluster.

    A regression on these is one with an intercept for each stratum (Frisch, Waugh 1933, Econometrica 1(4)).

    Args:
        values: rows and variables (rows, k).
        strata: number of each row's stratum, from 0.
        groups: number of each row's cluster, from 0.

    Returns:
        (k, k) and (clusters, k, k).
    """
    import numpy as np

    count, width = int(groups.max(initial=-1)) + 1, values.shape[1]
    sums, sizes = _sums(values, strata)
    raw, around = values.T @ values, _around(sums, sizes)
    cells, cell = np.unique(groups * (int(strata.max(initial=-1)) + 1) + strata, return_inverse=True)
    cell_groups, cell_strata = np.divmod(cells, int(strata.max(initial=-1)) + 1)
    cell_sums, cell_sizes = _sums(values, cell)
    without = np.zeros((count, width, width))
    order = np.argsort(groups, kind="stable")
    for start in range(0, len(order), CELLS_AT_ONCE):
        rows = order[start : start + CELLS_AT_ONCE]
        np.add.at(without, groups[rows], -values[rows, :, None] * values[rows, None, :])
    for start in range(0, len(cells), CELLS_AT_ONCE):
        part = slice(start, start + CELLS_AT_ONCE)
        all_sums, all_sizes = sums[cell_strata[part]], sizes[cell_strata[part]]
        left_sums, left_sizes = all_sums - cell_sums[part], all_sizes - cell_sizes[part]
        np.add.at(without, cell_groups[part], _products(all_sums, all_sizes) - _products(left_sums, left_sizes))
    return raw - around, without + (raw - around)


def slopes_of(scatter: "NDArray[Any]", count: int) -> "NDArray[Any]":
    """Regression of the variables from `count` on upon those before (…, count, outcomes)."""
    import numpy as np

    return np.asarray(inverse(scatter[..., :count, :count]) @ scatter[..., :count, count:])


def inverse(scatter: "NDArray[Any]") -> "NDArray[Any]":
    """Of matrices (…, k, k), with as little on the diagonal as makes sure that there is one."""
    import numpy as np

    scale = np.trace(scatter, axis1=-2, axis2=-1)[..., None, None] * np.eye(scatter.shape[-1])
    return np.asarray(np.linalg.inv(scatter + 1e-9 * scale + 1e-12 * np.eye(scatter.shape[-1])))


def _sums(values: "NDArray[Any]", places: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Sums (places, k) of rows, and how many rows each place has."""
    import numpy as np

    sizes = np.bincount(places)
    return np.stack([np.bincount(places, column, len(sizes)) for column in values.T], axis=1), sizes


def _products(sums: "NDArray[Any]", sizes: "NDArray[Any]") -> "NDArray[Any]":
    """What the means take off the products (places, k, k); nothing where no row is left."""
    import numpy as np

    return np.asarray(sums[:, :, None] * sums[:, None, :] / np.maximum(sizes, 1)[:, None, None])


def _around(sums: "NDArray[Any]", sizes: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np

    return np.asarray((sums / np.maximum(sizes, 1)[:, None]).T @ sums)
