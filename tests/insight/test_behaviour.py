"""How often teams do what they should: intervals hold the true share, though conversations of one agent are alike."""

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.insight.empathy import AGENT_MOVES
from tests.insight.many import fill

TEAMS, AGENTS, EACH = 250, 8, 12
TRUE = dict(zip(AGENT_MOVES, (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 0.3), strict=True))


@pytest.mark.slow
def test_the_interval_holds_the_true_share(connection: DuckDBPyConnection) -> None:
    """Each agent has a rate of their own around the team's; of hand_over all agents have the same."""
    rng = np.random.default_rng(1)
    agents, size = TEAMS * AGENTS, TEAMS * AGENTS * EACH
    conversation = np.repeat(np.arange(size), 2)
    is_agent = np.tile([False, True], size)
    agent = conversation // EACH
    turns = {
        "conversation": conversation, "turn": is_agent.astype(int), "agent": agent, "team": agent // AGENTS,
        "place": conversation * 0, "is_agent": is_agent, "complains": conversation % 3 == 0,
        "feeling": np.zeros(2 * size),
    }  # fmt: skip
    for move, share in TRUE.items():
        rate = np.full(agents, share) if move == "hand_over" else rng.beta(12 * share, 12 * (1 - share), agents)
        turns[move] = is_agent & (rng.random(2 * size) < rate[agent])
    fill(connection, turns)
    names, rows = store.run_metric(connection, "agent_behaviour", {})
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert len(told) == TEAMS * len(TRUE)
    assert {(row["agent_count"], row["conversation_count"], row["complaint_count"]) for row in told} == {
        (AGENTS, AGENTS * EACH, AGENTS * EACH // 3)
    }
    for basis in ("conversation", "complaint"):
        for move, share in TRUE.items():
            ours = [row for row in told if row["behaviour"] == move]
            covered = np.mean([row[f"{basis}_share_low"] <= share <= row[f"{basis}_share_high"] for row in ours])
            assert covered >= 0.91, (basis, move, covered)
    everywhere = [row["complaint_share_high"] - row["complaint_share_low"] for row in told]
    assert np.mean(everywhere) < 0.6
