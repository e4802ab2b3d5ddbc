"""Effects of moves: planted ones are found, regression to the mean is none."""

from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline import insight
from pipeline.insight.empathy import AGENT_MOVES, effects, table
from tests.insight.many import fill

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 300


def replies(
    seed: int,
    *,
    size: int = 300,
    effect: float = 0.0,
    agents: int = 40,
    sees_more: bool = False,
    together: bool = False,
) -> Columns:
    """Six replies in each of `size` conversations, with moves that are the likelier the worse the customer feels.

    Moods go back to a level of the customer's and are read with an error. With `sees_more` the agent knows the mood
    itself and not only what is read of it.
    """
    rng = np.random.default_rng(seed)
    level, agent = rng.normal(-0.15, 0.15, size), rng.integers(0, agents, size)
    habit, skill = rng.normal(0, 0.5, agents)[agent], rng.normal(0, 0.05, agents)[agent]
    mood, readings, moves = level + rng.normal(0, 0.25, size), [], []
    for _ in range(6):
        readings.append(mood + rng.normal(0, 0.12, size))
        moves.append(rng.random(size) < 1 / (1 + np.exp(1.5 + 6 * (mood if sees_more else readings[-1]) - habit)))
        mood = level + skill + 0.5 * (mood - level) + rng.normal(0, 0.15, size) + effect * moves[-1]
    read = np.clip([*readings, mood], -1, 1)
    before, count = read[:-1], np.arange(6)[:, None]
    found = {
        "before": before,
        "before_change": np.stack([before[k] - before[: max(k, 1)].mean(axis=0) for k in range(6)]),
        "after": read[1:],
        "after_two": np.stack([read[k : k + 2].mean(axis=0) for k in range(1, 7)]),
        "conversation": np.arange(size) + 0 * count,
        "customer": np.arange(size) + 0 * count,
        "agent": agent + 0 * count,
        "stratum": np.minimum((before + 1) // 0.4, 4).astype(int) * 4 + np.array([0, 1, 2, 2, 3, 3])[:, None],
        "is_in_context": np.ones((6, size), dtype=bool),
        "understanding": np.array(moves),
        "adjusting": np.array(moves) if together else rng.random((6, size)) < 0.1,
    }
    absent = {move: np.zeros((6, size), dtype=bool) for move in AGENT_MOVES if move not in found}
    return {name: column.ravel() for name, column in (found | absent).items()}


def difference(columns: Columns) -> float:
    """What the change alone would say: after replies with the move, less after those without."""
    change, has = columns["after"] - columns["before"], columns["understanding"]
    return float(change[has].mean() - change[~has].mean())


def test_an_effect_is_found_and_none_where_there_is_none() -> None:
    planted = effects(replies(1, effect=0.2))
    assert planted["understanding"]["effect_low"] > 0.1
    assert planted["understanding"]["effect_high"] < 0.3
    assert planted["adjusting"]["effect_low"] < 0 < planted["adjusting"]["effect_high"]
    none = replies(2)
    assert difference(none) > 0.1, "the furious calm down by themselves"
    assert effects(none)["understanding"]["effect_low"] < 0 < effects(none)["understanding"]["effect_high"]


@pytest.mark.slow
@pytest.mark.parametrize("facts", [{}, {"effect": 0.2}, {"agents": 5}, {"size": 60}], ids=str)
def test_the_interval_holds_the_truth_as_often_as_it_says(facts: dict[str, Any]) -> None:
    found = [effects(replies(seed, **facts))["understanding"] for seed in range(SIMULATIONS)]
    truth = facts.get("effect", 0.0)
    share = np.mean([one["effect_low"] <= truth <= one["effect_high"] for one in found])
    assert 0.91 <= share <= 0.985, share
    assert np.mean([one["effect"] for one in found]) == pytest.approx(truth, abs=0.01)


@pytest.mark.slow
def test_a_move_for_those_who_feel_worse_than_is_read_is_never_praised() -> None:
    """What an agent sees and no reading tells cannot be matched: then the effect is understated, as documented."""
    found = [effects(replies(seed, sees_more=True))["understanding"] for seed in range(SIMULATIONS)]
    assert np.mean([one["effect_low"] > 0 for one in found]) <= 0.025
    assert -0.05 < np.mean([one["effect"] for one in found]) < 0


def test_moves_that_always_come_together_cannot_be_told_apart() -> None:
    found = effects(replies(1, effect=0.2, together=True))
    assert found["understanding"]["effect"] is None
    assert found["adjusting"]["effect"] is None


def test_moves_that_are_rare_or_absent_tell_nothing() -> None:
    columns = replies(1)
    columns["mandate"][:4] = True
    assert len(set(columns["agent"][:4].tolist())) < 5
    columns_by_name, rows = table(columns)
    told = {row[0]: dict(zip(columns_by_name, row, strict=True)) for row in rows}
    assert told["mandate"]["present_count"] > 0
    assert told["mandate"]["effect"] is None
    assert {told["hand_over"][name] for name in ("reply_count", "present_count", "customer_count")} == {0}
    assert told["hand_over"]["change_with"] is None


def test_whose_replies_are_compared() -> None:
    """Two strata: in the first both kinds, in the second all with the move; weights are n₁n₀ / (n₁ + n₀)."""
    columns = {name: np.zeros(6) for name in ("before", "before_change", "after_two")}
    columns |= {move: np.zeros(6, dtype=bool) for move in AGENT_MOVES}
    columns |= {
        "understanding": np.array([True, True, False, False, False, True]),
        "after": np.array([0.4, 0.6, 0.1, 0.3, 0.2, 0.9]),
        "stratum": np.array([0, 0, 0, 0, 0, 1]),
        "customer": np.array([1, 1, 2, 3, 3, 4]),
        "conversation": np.arange(6),
        "agent": np.array([7, 8, 7, -1, 7, 9]),
        "is_in_context": np.array([True, True, True, False, True, False]),
    }
    names, rows = table(columns)
    told = next(dict(zip(names, row, strict=True)) for row in rows if row[0] == "understanding")
    assert told["customer_count"] == 3
    assert told["agent_count"] == 2
    assert (told["reply_count"], told["present_count"], told["unmatched_count"]) == (5, 2, 1)
    assert (told["present_customer_count"], told["present_agent_count"]) == (1, 2)
    assert (told["absent_customer_count"], told["absent_agent_count"]) == (2, 1)
    assert told["in_context_share"] == pytest.approx(0.8)
    assert (told["change_with"], told["change_without"]) == pytest.approx((0.5, 0.2))
    assert told["effect"] is None, "five agents or conversations on both sides are asked for"


def conversations(seed: int, effect: float, size: int = 200) -> Columns:
    """Turns of conversations in the database, three agents' turns in each: angry ones get understanding."""
    rng = np.random.default_rng(seed)
    feeling, has, mood = np.zeros((size, 7)), np.zeros((size, 7), dtype=bool), rng.uniform(-0.7, 0.2, size)
    for turn in range(7):
        if turn % 2:
            has[:, turn] = rng.random(size) < 0.1 - mood
            mood = 0.5 * mood + rng.normal(-0.1, 0.15, size) + effect * has[:, turn]
        else:
            feeling[:, turn] = np.clip(mood, -1, 1)
    conversation, turn = np.divmod(np.arange(size * 7), 7)
    found = {
        "conversation": conversation,
        "turn": turn,
        "agent": conversation % 12,
        "team": conversation % 2,
        "place": conversation % 3,
        "is_agent": turn % 2 == 1,
        "complains": conversation % 2 == 0,
        "feeling": feeling.ravel(),
    }
    return found | {move: has.ravel() & (move == "understanding") for move in AGENT_MOVES}


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_from_the_database(connection: DuckDBPyConnection, effect: float) -> None:
    fill(connection, conversations(3, effect))
    names, rows = insight.run(connection, "empathy_effects", {})
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert {row["move"] for row in told} == set(AGENT_MOVES)
    assert told[0]["move"] == "understanding", "what cannot be told comes last"
    assert told[0]["agent_count"] == 12
    assert told[0]["effect_low"] <= effect <= told[0]["effect_high"]
    assert told[0]["effect_high"] - told[0]["effect_low"] < 0.12
    assert told[0]["reply_count"] <= 600
    raw = connection.execute("""
        SELECT avg(change) FILTER (is_understanding) - avg(change) FILTER (NOT is_understanding) FROM agent_turns
    """).fetchone()
    assert raw is not None
    assert raw[0] > effect + 0.05, "the change alone praises too much"


def test_one_reply_is_all_that_agents_say_in_it(connection: DuckDBPyConnection) -> None:
    """Two turns between the same turns of the customer are one, or each would be the other's comparison."""
    turns = conversations(3, 0.3, size=40)
    twice = {name: np.repeat(column, np.where(turns["is_agent"], 2, 1)) for name, column in turns.items()}
    second = np.append(False, (np.diff(twice["conversation"]) == 0) & (np.diff(twice["turn"]) == 0))
    twice["understanding"] = twice["understanding"] & ~second
    twice["turn"] = np.concatenate([np.arange(10)] * 40)
    fill(connection, turns)
    expected = insight.run(connection, "empathy_effects", {})
    for name in ("conversations", "utterances", "utterance_scores", "utterance_readings", "part_readings"):
        connection.execute(f"DELETE FROM {name}")
    connection.execute("DELETE FROM conversation_touchpoints")
    fill(connection, twice)
    names, rows = insight.run(connection, "empathy_effects", {})
    assert names == expected[0]
    for row, wanted in zip(rows, expected[1], strict=True):
        assert row == pytest.approx(wanted)
