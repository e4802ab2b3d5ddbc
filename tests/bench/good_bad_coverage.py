"""How often the interval of good per bad holds the truth, where events of one conversation hang together.

    python -m tests.bench.good_bad_coverage [--tables 4000]

A conversation has one to four events; the chance that one is good is the same everywhere or, where they hang together,
drawn for each conversation from a beta distribution. `worth` is the interval of `pipeline/sql/metrics/good_bad.sql`,
`plain` the same as if all events were independent.
"""

import argparse
from itertools import product

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054
Counts = NDArray[np.int64]


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of so many."""
    middle = (share * count + Z**2 / 2) / (count + Z**2)
    half = Z * np.sqrt(share * (1 - share) * count + Z**2 / 4) / (count + Z**2)
    return min(share, middle - half), max(share, middle + half)


def worth(good: Counts, events: Counts) -> float:
    """As how many independent events they tell of the share of good: share (1 - share) / its variance."""
    share, count = good.sum() / events.sum(), len(events)
    if share in (0, 1):
        return count
    variance = ((good - share * events) ** 2).sum() / events.sum() ** 2 * count / (count - 1)
    return float(min(events.sum(), share * (1 - share) / variance)) if variance else float(events.sum())


def drawn(chance: np.random.Generator, conversations: int, share: float, correlation: float) -> tuple[Counts, Counts]:
    """Good events and all events of each conversation."""
    events = 1 + chance.binomial(3, 0.4, conversations)
    spread = (1 - correlation) / correlation if correlation else 0
    shares = chance.beta(share * spread, (1 - share) * spread, conversations) if spread else share
    return chance.binomial(events, shares), events


def coverage(tables: int, conversations: int, share: float, correlation: float) -> tuple[float, float]:
    """How many of the tables' intervals hold the truth: worth, plain."""
    chance, held = np.random.default_rng(1), np.zeros(2)
    for _ in range(tables):
        good, events = drawn(chance, conversations, share, correlation)
        for place, count in enumerate((worth(good, events), float(events.sum()))):
            low, high = wilson(good.sum() / events.sum(), count)
            held[place] += low <= share <= high
    return float(held[0] / tables), float(held[1] / tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=4000)
    tables = parser.parse_args().tables
    print("conversations  share  correlation  worth  plain")
    for conversations, share, correlation in product((10, 30, 100), (0.5, 0.8, 10 / 11), (0.0, 0.5)):
        found = coverage(tables, conversations, share, correlation)
        print(f"{conversations:13} {share:6.2f} {correlation:12} {found[0]:6.3f} {found[1]:6.3f}")


if __name__ == "__main__":
    main()
