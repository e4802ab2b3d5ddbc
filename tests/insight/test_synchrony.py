"""Whose feeling follows whose: a planted coupling is found, and pairs that never met have none."""

from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline import insight
from pipeline.insight.empathy import AGENT_MOVES
from pipeline.insight.synchrony import COLUMNS, LEADERS, table
from tests.insight.many import fill

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 100


def responses(
    seed: int,
    *,
    size: int = 150,
    contagion: float = 0.0,
    following: float = 0.0,
    brightens: float = 0.0,
    agents: int = 30,
) -> Columns:
    """Conversations of 4 to 11 exchanges at three touchpoints; all brighten towards their end alike, if they do."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[Any, ...]]] = {leader: [] for leader in LEADERS}
    for number in range(size):
        length, level = int(rng.integers(4, 12)), rng.normal(0, 0.3, 2)
        customer, agent = [rng.normal(0, 0.3)], []
        for _ in range(length):
            agent.append(following * customer[-1] + rng.normal(0, 0.3))
            customer.append(0.4 * customer[-1] + contagion * agent[-1] + rng.normal(0, 0.3))
        rise = brightens * np.linspace(0, 1, length + 1)
        theirs, ours = np.array(customer) + level[0] + rise, np.array(agent) + level[1] + rise[:-1]
        who = (number, number, int(rng.integers(0, agents)) if agents else -1, number % 3)
        found["agent"] += [(ours[k], theirs[k + 1], *who) for k in range(length)]
        found["customer"] += [(theirs[k], ours[k], *who) for k in range(length)]
    rows = [(leader, *row) for leader in LEADERS for row in found[leader]]
    names = ("leader", "led", "followed", "conversation", "customer", "agent", "touchpoint")
    found_columns = {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
    return found_columns | {"is_in_context": np.array([row[3] > 0 for row in rows])}


def told(columns: Columns, seed: int = 1) -> dict[str, dict[str, Any]]:
    names, rows = table(columns, seed)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def test_contagion_is_found_in_its_direction() -> None:
    agent, customer = (told(responses(1, contagion=0.4))[leader] for leader in LEADERS)
    assert agent["synchrony_low"] > 0.2
    assert agent["shuffled_low"] < 0 < agent["shuffled_high"]
    assert customer["synchrony"] < agent["synchrony_low"]
    followed = told(responses(1, following=0.4))
    assert followed["customer"]["synchrony_low"] > 0.2 > followed["agent"]["synchrony"]


def test_brightening_alike_is_not_synchrony() -> None:
    for row in told(responses(1, brightens=1.0)).values():
        assert row["correlation"] > 0.3
        assert row["shuffled"] == pytest.approx(row["correlation"], abs=0.05)
        assert row["synchrony_low"] < 0 < row["synchrony_high"]


@pytest.mark.slow
@pytest.mark.parametrize("facts", [{}, {"brightens": 1.0}, {"agents": 0, "size": 60}], ids=str)
def test_the_interval_holds_nought_as_often_as_it_says(facts: dict[str, Any]) -> None:
    found = [told(responses(seed, **facts)) for seed in range(SIMULATIONS)]
    for leader in LEADERS:
        rows = [one[leader] for one in found]
        assert np.mean([row["synchrony_low"] <= 0 <= row["synchrony_high"] for row in rows]) >= 0.9
        assert np.mean([row["synchrony"] for row in rows]) == pytest.approx(0, abs=0.02)
        if "brightens" not in facts:
            assert np.mean([row["shuffled"] for row in rows]) == pytest.approx(0, abs=0.01)


def test_the_seed_says_how_it_is_shuffled() -> None:
    columns = responses(1, size=20)
    assert told(columns, 1) == told(columns, 1)
    assert told(columns, 1)["agent"]["shuffled"] != told(columns, 2)["agent"]["shuffled"]
    assert told(columns, 1)["agent"]["correlation"] == told(columns, 2)["agent"]["correlation"]


def test_short_conversations_and_lonely_touchpoints_are_left_out() -> None:
    columns = responses(1, size=30)
    whole = told(columns)["agent"]
    columns["touchpoint"][columns["conversation"] == 0] = 99
    columns["conversation"] = np.where(columns["conversation"] == 1, 100, columns["conversation"])
    keep = np.cumsum((columns["conversation"] == 100) & (columns["leader"] == "agent")) <= 2
    columns = {name: column[keep | (columns["conversation"] != 100)] for name, column in columns.items()}
    assert told(columns)["agent"]["conversation_count"] == whole["conversation_count"] - 2


def test_too_few_conversations_tell_nothing() -> None:
    assert table(responses(1, size=9), 1) == (list(COLUMNS), [])
    nothing = {name: column[:0] for name, column in responses(1, size=1).items()}
    assert table(nothing, 1) == (list(COLUMNS), [])


def test_sides_that_never_move_have_no_correlation() -> None:
    columns = responses(1, size=30)
    columns["led"] = np.zeros_like(columns["led"])
    assert told(columns)["agent"]["correlation"] is None
    assert told(columns)["agent"]["synchrony"] is None


def test_from_the_database(connection: DuckDBPyConnection) -> None:
    """The customer's next turn is the agent's; two turns of the customer in a row are one."""
    rng, size = np.random.default_rng(1), 40
    pattern = np.array([False, True, False, False, True, False, True, False, True])
    feeling = rng.uniform(-0.9, 0.9, (size, len(pattern)))
    for turn in (2, 3, 5, 7):
        feeling[:, turn] = feeling[:, 1 if turn in (2, 3) else turn - 1]
    conversation, turn = np.divmod(np.arange(size * len(pattern)), len(pattern))
    same = {
        "agent": conversation % 11,
        "team": conversation % 2,
        "place": conversation % 2,
        "complains": conversation < 0,
    }
    turns = {"conversation": conversation, "turn": turn, "is_agent": pattern[turn], "feeling": feeling.ravel(), **same}
    fill(connection, turns | dict.fromkeys(AGENT_MOVES, conversation < 0))
    names, rows = insight.run(connection, "synchrony", {"seed": "7"})
    agent, customer = (dict(zip(names, row, strict=True)) for row in rows)
    assert (agent["leader"], customer["leader"]) == LEADERS
    assert (agent["customer_count"], agent["agent_count"], agent["conversation_count"]) == (40, 11, 40)
    assert (agent["response_count"], customer["response_count"]) == (120, 160)
    assert agent["correlation"] == pytest.approx(1)
    assert abs(customer["correlation"]) < 0.5
