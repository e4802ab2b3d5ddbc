"""What moves of agents do to customers (käsittää, heijastaa, säätää …), against replies to those who felt the same.

A customer who is furious feels better in the next turn whatever the agent says, and it is the furious who get empathy:
the change after it alone would praise any agent (regression to the mean). So replies are matched coarsely and exactly,
on channel, touchpoint, the feeling before in five bins and the place in the conversation (coarsened exact matching:
Iacus, King, Porro 2012, Political Analysis 20(1); five bins: Cochran 1968, Biometrics 24(2)). With n₁ replies with the
move and n₀ without in stratum s, the effect is the mean of their differences, weighted by n₁n₀/(n₁ + n₀): strata
without either count nothing. What is left within strata (the exact feeling before, how that differs from the turns
before it, and the other moves of the reply) is held equal by a common regression, which has those very weights
(Angrist 1998, Econometrica 66(2)).

What no reading tells cannot be matched: where agents see more of the feeling than the model reads, a move for those who
feel worse than it reads comes out too low, and one for those who feel better too high.
"""

from typing import TYPE_CHECKING, Any

from pipeline.insight.jackknife import clusters, interval, inverse, scatter_within, slopes_of
from pipeline.insight.reading import Columns, Table, count_people, number, read, share
from pipeline.touchpoints.reading import MOVES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

AGENT_MOVES = tuple(move for move in MOVES if move not in ("repeat_contact", "waiting"))
HELD_EQUAL = ("before", "before_change")
OUTCOMES = ("after", "after_two")
LEAST_CLUSTERS = 5
"""Agents or conversations with the move, and without, that matched replies must come from."""
LEAST_OWN = 0.05
"""Share of a move's variation that the other moves must leave: below, whose effect it is cannot be told."""


def empathy_effects(connection: "DuckDBPyConnection") -> Table:
    """A row for each move of agents: `sql/insights/empathy_effects.sql` says what is in it."""
    return table(read(connection, "empathy_effects"))


def table(replies: Columns) -> Table:
    """The effects in replies: a column for each move (booleans) and each of the query's others."""
    told = [_counts(replies, move) | figures for move, figures in effects(replies).items()]
    told.sort(key=lambda row: (row["effect"] is None, -(row["effect"] or 0), -row["present_count"]))
    return list(told[0]), [tuple(row.values()) for row in told if len(replies["before"])]


def effects(replies: Columns) -> dict[str, dict[str, float | None]]:
    """Move → effect on the next turn and on the next two, each with both ends of its interval; None: cannot be told."""
    import numpy as np

    groups = clusters(replies["agent"], replies["conversation"])
    moves = [move for move in AGENT_MOVES if _is_comparable(replies, move, groups)]
    names = [*moves, *HELD_EQUAL, *OUTCOMES]
    values = np.stack([replies[name].astype(np.float64) for name in names], axis=1)
    whole, without = scatter_within(values, replies["stratum"], groups)
    count = len(moves) + len(HELD_EQUAL)
    slopes = slopes_of(whole, count)
    low, high = interval(slopes, slopes_of(without, count))
    shared = np.diag(whole)[:count] * np.diag(inverse(whole[:count, :count]))
    told = {move: i for i, move in enumerate(moves) if shared[i] <= 1 / LEAST_OWN}
    return {
        move: {
            f"effect{outcome}{end}": number(figures[told[move], place]) if move in told else None
            for place, outcome in enumerate(("", "_of_two"))
            for end, figures in (("", slopes), ("_low", low), ("_high", high))
        }
        for move in AGENT_MOVES
    }


def _matched(replies: Columns, move: str) -> "NDArray[Any]":
    """Which replies (rows) stand in a stratum with the move and without."""
    import numpy as np

    strata, has = replies["stratum"], replies[move]
    share = np.bincount(strata, has) / np.maximum(np.bincount(strata), 1)
    return np.asarray((share > 0) & (share < 1))[strata]


def _is_comparable(replies: Columns, move: str, groups: "NDArray[Any]") -> bool:
    import numpy as np

    matched, has = _matched(replies, move), replies[move]
    return all(len(np.unique(groups[matched & side])) >= LEAST_CLUSTERS for side in (has, ~has))


def _counts(replies: Columns, move: str) -> dict[str, Any]:
    """Whose replies are compared, how many, and the change in both halves, weighted alike."""
    import numpy as np

    matched, has = _matched(replies, move), replies[move]
    present, absent, strata = matched & has, matched & ~has, replies["stratum"]
    change = replies["after"] - replies["before"]
    sizes = [np.bincount(strata[part], minlength=strata.max(initial=0) + 1) for part in (present, absent)]
    weights = sizes[0] * sizes[1] / np.maximum(sizes[0] + sizes[1], 1)

    def mean(part: "NDArray[Any]", size: "NDArray[Any]") -> float | None:
        each = (weights / np.maximum(size, 1))[strata[part]]
        return number(np.average(change[part], weights=each)) if each.size else None

    return {
        "move": move,
        "customer_count": count_people(replies["customer"][matched]),
        "agent_count": count_people(replies["agent"][matched]),
        "reply_count": int(matched.sum()),
        "present_customer_count": count_people(replies["customer"][present]),
        "present_agent_count": count_people(replies["agent"][present]),
        "present_count": int(present.sum()),
        "absent_customer_count": count_people(replies["customer"][absent]),
        "absent_agent_count": count_people(replies["agent"][absent]),
        "in_context_share": share(replies["is_in_context"][matched]),
        "unmatched_count": int((has & ~matched).sum()),
        "change_with": mean(present, sizes[0]),
        "change_without": mean(absent, sizes[1]),
    }
