"""How often a 95 % interval of the NPS holds the true NPS: `python -m tests.bench.nps_coverage` prints the table.

Nothing is drawn at random: the coverage is the exact sum of the multinomial probabilities of the samples whose interval
holds the truth. The formulas are written from their sources, apart from those in `pipeline/sql/views/010_nps.sql`.
"""

from collections.abc import Callable, Iterator
from math import lgamma, log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
Z = NormalDist().inv_cdf(0.975)
SIZES = (5, 10, 20, 30, 50, 100, 300)
SHARES = ((0.45, 0.20), (0.85, 0.03), (0.70, 0.10), (0.60, 0.10), (0.34, 0.33), (0.20, 0.50), (0.05, 0.05))
"""True shares of promoters and detractors: NPS 25, 82, 60, 50, 1, -30 and 0 with nearly all passive."""


def plain(promoters: Floats, passives: Floats, detractors: Floats) -> tuple[Floats, Floats]:
    """The Wald interval from the counts: mean ± z √(variance / n) of answers worth +100, 0 and -100."""
    size = promoters + passives + detractors
    score = (promoters - detractors) / size
    variance = (promoters * (1 - score) ** 2 + passives * score**2 + detractors * (1 + score) ** 2) / size
    half = Z * np.sqrt(variance / size)
    return 100 * (score - half), 100 * (score + half)


def adjusted(promoters: Floats, passives: Floats, detractors: Floats) -> tuple[Floats, Floats]:
    """The Wald interval after 3/4, 3/2 and 3/4 pseudo-answers (Rocks 2016), cut at ±100, stretched to hold the NPS."""
    low, high = plain(promoters + 0.75, passives + 1.5, detractors + 0.75)
    nps = 100 * (promoters - detractors) / (promoters + passives + detractors)
    return np.maximum(-100, np.minimum(low, nps)), np.minimum(100, np.maximum(high, nps))


def outcomes(size: int) -> tuple[Floats, Floats, Floats]:
    """Every way in which `size` answers divide into promoters, passives and detractors."""
    promoters, detractors = np.divmod(np.arange((size + 1) ** 2, dtype=float), size + 1)
    possible = promoters + detractors <= size
    promoters, detractors = promoters[possible], detractors[possible]
    return promoters, size - promoters - detractors, detractors


def coverage(interval: Interval, size: int, promoter_share: float, detractor_share: float) -> float:
    """The probability that the interval of `size` answers holds the true NPS, from 0 to 1."""
    counts = outcomes(size)
    shares = (promoter_share, 1 - promoter_share - detractor_share, detractor_share)
    log_factorial = np.array([lgamma(number + 1) for number in range(size + 1)])
    log_probability = log_factorial[size] + sum(
        count * log(share) - log_factorial[count.astype(int)] for count, share in zip(counts, shares, strict=True)
    )
    low, high = interval(*counts)
    truth = 100 * (promoter_share - detractor_share)
    return float(np.exp(log_probability)[(low <= truth + 1e-9) & (truth - 1e-9 <= high)].sum())


def table() -> Iterator[str]:
    """The lines of the coverage table, in per cent."""
    yield f"{'promoters':>9} {'detractors':>10} {'NPS':>4} {'n':>4} {'plain':>6} {'adjusted':>8}"
    for promoters, detractors in SHARES:
        for size in SIZES:
            plain_, adjusted_ = (100 * coverage(method, size, promoters, detractors) for method in (plain, adjusted))
            nps = 100 * (promoters - detractors)
            yield f"{promoters:9.2f} {detractors:10.2f} {nps:4.0f} {size:4} {plain_:6.1f} {adjusted_:8.1f}"


if __name__ == "__main__":
    print("\n".join(table()))
