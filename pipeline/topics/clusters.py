"""Groups of vectors that lie near each other, told only where other samples would show them too.

K-means on vectors of length 1, with as many groups as the mean silhouette is best for (Rousseeuw 1987, Journal of
Computational and Applied Mathematics 20). Any points fall into groups; whether a group is more than that shows where
the points are drawn anew, with replacement, and grouped again: its stability is the mean of its best Jaccard index
among the new groups, counted over the points drawn (Hennig 2007, Computational Statistics & Data Analysis 52(1)).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Labels = NDArray[np.int64]

LEAST = 5
"""Fewer of a kind are no topic."""
MOST_GROUPS = 12
ROUNDS = 25
STABLE = 0.65
"""From here on a group is told: Hennig takes 0.6 for a pattern and 0.75 for stable. Of points without groups the best
group of two comes again by 0.4-0.6."""


def scaled(vectors: "Floats") -> "Floats":
    """The same with each column's mean 0 and deviation 1, then each row's length 1 (rows, columns)."""
    import numpy as np

    centred = (vectors - vectors.mean(axis=0)) / (vectors.std(axis=0) + 1e-6)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-6), dtype=np.float32)


def group(points: "Floats", seed: int) -> "Labels":
    """A group for each point (rows,), from 0; all in group 0 where there are too few for two."""
    import numpy as np
    from sklearn.metrics import silhouette_score

    most = min(MOST_GROUPS, len(points) // LEAST)
    if most < 2:
        return np.zeros(len(points), dtype=np.int64)
    tried = [_k_means(points, count, seed) for count in range(2, most + 1)]
    told = [labels for labels in tried if len(np.unique(labels)) > 1]
    if not told:
        return np.zeros(len(points), dtype=np.int64)
    return max(told, key=lambda labels: float(silhouette_score(points, labels, metric="cosine")))


def stability(points: "Floats", labels: "Labels", seed: int) -> list[float]:
    """Of each group, by its number, how much of it comes again in `ROUNDS` samples, 0-1.

    Args:
        points: rows of length 1 (rows, columns).
        labels: their groups, as `group` gives them.
        seed: the same seed, the same samples.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    count = int(labels.max()) + 1
    found = np.zeros((ROUNDS, count))
    for round_ in range(ROUNDS):
        drawn = np.unique(rng.integers(0, len(points), len(points)))
        again = _k_means(points[drawn], count, seed + round_)
        both = np.zeros((count, count))
        np.add.at(both, (labels[drawn], again), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
        found[round_] = (both / np.maximum(either, 1)).max(axis=1)
    return [float(value) for value in found.mean(axis=0)]


def _k_means(points: "Floats", count: int, seed: int) -> "Labels":
    import numpy as np
    from sklearn.cluster import KMeans

    found = KMeans(min(count, len(points)), n_init=4, random_state=seed).fit_predict(points)
    return np.asarray(found, dtype=np.int64)
