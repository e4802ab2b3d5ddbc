"""Words that customers have begun to use: what surfaces by itself, whether or not a taxonomy knows it.

A word bursts where it stands in more of the recent conversations than chance would give it, with as many conversations
in all (Fisher's exact test, one-sided); of thousands of words some always do, so that the false discovery rate decides
(Benjamini, Hochberg 1995, Journal of the Royal Statistical Society B 57(1)). Words in at least three conversations are
looked at: which these are does not depend on when they were said.
"""

from typing import TYPE_CHECKING, Any

from pipeline.errors import ConfigError
from pipeline.insight.reading import Columns, Table, number, read

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

MOST_FALSE = 0.1
"""The false discovery rate up to which words are told."""
SHARED = 0.5
"""Words that share this part of their conversations (Jaccard's index) are of one topic."""
Z = 1.959964
COLUMNS = (
    "topic", "lemma", "recent_count", "recent_share", "earlier_count", "earlier_share", "times", "times_low",
    "times_high", "false_discovery_rate", "known_share",
)  # fmt: skip


def bursts(connection: "DuckDBPyConnection", *, days: int = 7, before: int = 56) -> Table:
    """A row for each word: `sql/insights/bursts.sql` says what is in it.

    Raises:
        ConfigError: a number of days is not 1 or more.
    """
    if min(days, before) < 1:
        raise ConfigError("days and before are whole numbers of days: write 1 or more.")
    return table(read(connection, "bursts", {"days": days, "before": before}))


def table(words: Columns) -> Table:
    """The words that burst, a topic after the other, the surest first."""
    import numpy as np
    from scipy.stats import false_discovery_control, hypergeom

    if not len(words["lemma"]) or not words["recent_size"][0] or not words["earlier_size"][0]:
        return list(COLUMNS), []
    recent, earlier = words["recent_count"].astype(float), words["earlier_count"].astype(float)
    size, size_before = words["recent_size"].astype(float), words["earlier_size"].astype(float)
    chances = hypergeom.sf(recent - 1, size + size_before, recent + earlier, size)
    rates = false_discovery_control(np.clip(chances, 0, 1))
    times, low, high = ratio(recent, size, earlier, size_before)
    told = [int(place) for place in np.lexsort((-recent, chances)) if rates[place] <= MOST_FALSE]
    topics = _topics(words, told)
    rows = [
        (
            topics[place], words["lemma"][place], int(recent[place]), number(recent[place] / size[place]),
            int(earlier[place]), number(earlier[place] / size_before[place]), number(times[place]), number(low[place]),
            number(high[place]), number(rates[place]), number(words["known_share"][place]),
        )
        for place in told
    ]  # fmt: skip
    order = list(dict.fromkeys(topics.values()))
    return list(COLUMNS), sorted(rows, key=lambda row: order.index(row[0]))


def ratio(
    recent: "NDArray[Any]", size: "NDArray[Any]", earlier: "NDArray[Any]", size_before: "NDArray[Any]"
) -> tuple["NDArray[Any]", "NDArray[Any]", "NDArray[Any]"]:
    """How many times as common, and both ends of the 95 % interval.

    A half is added to each count, so that there is a ratio to none (Pettigrew, Gart, Thomas 1986, Biometrika 73(2)).
    """
    import numpy as np

    counts = [part + 0.5 for part in (recent, size, earlier, size_before)]
    middle = np.log(counts[0] / counts[1]) - np.log(counts[2] / counts[3])
    reach = Z * np.sqrt(1 / counts[0] - 1 / counts[1] + 1 / counts[2] - 1 / counts[3])
    return np.exp(middle), np.exp(middle - reach), np.exp(middle + reach)


def _topics(words: Columns, told: list[int]) -> dict[int, str]:
    """Place of a word → its topic: the surest word that it shares conversations with, itself or through others."""
    topics: dict[int, str] = {}
    talks = {place: set(words["recent"][place]) for place in told}
    for place in told:
        if place in topics:
            continue
        waiting = [place]
        while waiting:
            one = waiting.pop()
            topics[one] = str(words["lemma"][place])
            waiting += [
                other
                for other in told
                if other not in topics
                and len(talks[one] & talks[other]) >= SHARED * len(talks[one] | talks[other])
                and other not in waiting
            ]
    return topics
