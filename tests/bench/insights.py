"""How long each insight takes: `python -m tests.bench.insights [TURNS]` (default 100,000) prints seconds and rows.

The turns are invented: conversations of twelve, forty agents in eight teams, ten touchpoints, moves by chance.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipeline import insight, store
from pipeline.insight.empathy import AGENT_MOVES
from tests.insight.many import Columns, fill

LENGTH, AGENTS, TEAMS, PLACES = 12, 40, 8, 10
NAMES = (*insight.INSIGHTS, "agent_behaviour", "not_asked")


def turns(count: int) -> Columns:
    """So many turns, the customer's first in each conversation."""
    rng = np.random.default_rng(1)
    conversation, turn = np.divmod(np.arange(count), LENGTH)
    agent = rng.integers(0, AGENTS, conversation.max() + 1)[conversation]
    is_agent = turn % 2 == 1
    return {
        "conversation": conversation,
        "turn": turn,
        "agent": agent,
        "team": agent % TEAMS,
        "place": conversation % PLACES,
        "is_agent": is_agent,
        "complains": conversation % 3 == 0,
        "feeling": np.clip(rng.normal(0, 0.5, count), -1, 1),
        **{move: is_agent & (rng.random(count) < 0.1) for move in AGENT_MOVES},
    }


def main(count: int) -> None:
    """Fill a database and ask it everything once."""
    with TemporaryDirectory() as folder, store.opened(Path(folder) / "many.duckdb") as connection:
        store.migrate(connection)
        fill(connection, turns(count))
        for name in NAMES:
            start = time.perf_counter()
            _, rows = insight.run(connection, name, {})
            print(f"{name:20} {time.perf_counter() - start:6.1f} s {len(rows):6} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
