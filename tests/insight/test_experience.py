"""CX on EX: the planted square is preferred, none planted keeps the line, and nothing planted keeps the mean."""

from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline import insight
from pipeline.insight.comparing import folds as drawn
from pipeline.insight.empathy import AGENT_MOVES
from pipeline.insight.experience import COLUMNS, MODELS, table
from tests.insight.many import fill

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 100


def dyads(
    seed: int,
    *,
    size: int = 400,
    slope: float = 0.6,
    square: float = 0.0,
    start: float = 0.0,
    agents: int = 40,
) -> Columns:
    rng = np.random.default_rng(seed)
    agent = rng.integers(0, agents, size) if agents else np.full(size, -1)
    ex = rng.normal(0, 0.2, agents + 1)[agent] + rng.normal(0, 0.35, size)
    came = rng.normal(-0.2, 0.4, size)
    skill = rng.normal(0, 0.1, agents + 1)[agent]
    cx = slope * ex + square * ex**2 + start * came + skill + rng.normal(0, 0.4, size)
    return {
        "cx": cx, "ex": ex, "start": came, "agent": agent, "customer": np.arange(size) // 2,
        "conversation": np.arange(size), "is_in_context": np.arange(size) % 4 > 0,
    }  # fmt: skip


def told(columns: Columns, seed: int = 1) -> dict[str, dict[str, Any]]:
    names, rows = table(columns, seed)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def preferred(models: dict[str, dict[str, Any]]) -> str:
    (name,) = [name for name, model in models.items() if model["is_preferred"]]
    return name


PLANTED = [
    ({"slope": 0.0}, "mean"),
    ({}, "linear"),
    ({"agents": 0}, "linear"),
    ({"square": 0.7}, "square"),
    ({"start": 0.5}, "both_sides"),
]


@pytest.mark.parametrize(("facts", "model"), PLANTED, ids=str)
def test_what_is_planted_is_preferred(facts: dict[str, Any], model: str) -> None:
    assert preferred(told(dyads(1, **facts))) == model


@pytest.mark.slow
@pytest.mark.parametrize(("facts", "model"), PLANTED, ids=str)
def test_it_is_preferred_again_and_again(facts: dict[str, Any], model: str) -> None:
    found = [told(dyads(seed, **facts)) for seed in range(SIMULATIONS)]
    assert np.mean([preferred(models) == model for models in found]) >= 0.9
    if model == "linear":
        covered = [models["linear"]["slope_low"] <= 0.6 <= models["linear"]["slope_high"] for models in found]
        assert 0.88 <= np.mean(covered) <= 0.99


def test_errors_are_standardised() -> None:
    models = told(dyads(1, size=2000, square=0.7))
    assert tuple(models) == tuple(MODELS)
    assert models["mean"]["standardised_error"] == pytest.approx(1, abs=0.03)
    assert models["mean"]["slope"] is None
    assert models["square"]["standardised_error"] < models["linear"]["standardised_error"] < 0.9
    assert models["square"]["behind_best"] == 0
    assert models["linear"]["behind_best"] > models["linear"]["behind_best_standard_error"] > 0
    assert models["linear"]["curvature"] is None
    assert models["square"]["curvature_low"] < 0.7 < models["square"]["curvature_high"]
    assert models["square"]["curvature_low"] > 0.5
    counts = {(model["customer_count"], model["agent_count"], model["conversation_count"]) for model in models.values()}
    assert counts == {(1000, 40, 2000)}
    assert {model["in_context_share"] for model in models.values()} == {0.75}


def test_agents_are_left_out_whole() -> None:
    groups = np.random.default_rng(1).integers(0, 23, 200)
    folds = drawn(groups, np.random.default_rng(1))
    assert all(len(set(folds[groups == group].tolist())) == 1 for group in range(23))
    assert sorted(set(folds.tolist())) == list(range(10))
    assert len(set(drawn(groups % 3, np.random.default_rng(1)).tolist())) == 3


def test_the_seed_says_what_the_folds_are() -> None:
    columns = dyads(1, size=60)
    assert told(columns, 1) == told(columns, 1)
    assert told(columns, 1)["linear"]["standardised_error"] != told(columns, 2)["linear"]["standardised_error"]
    assert told(columns, 1)["linear"]["slope"] == told(columns, 2)["linear"]["slope"]


def test_too_few_conversations_and_customers_who_all_leave_alike_tell_nothing() -> None:
    assert table(dyads(1, size=29), 1) == (list(COLUMNS), [])
    assert table({name: column[:0] for name, column in dyads(1).items()}, 1) == (list(COLUMNS), [])
    alike = dyads(1)
    alike["cx"] = np.zeros_like(alike["cx"])
    assert table(alike, 1) == (list(COLUMNS), [])


def test_agents_who_all_feel_alike_explain_nothing() -> None:
    columns = dyads(1)
    columns["ex"] = np.zeros_like(columns["ex"])
    models = told(columns)
    assert preferred(models) == "mean"
    assert models["square"]["standardised_error"] == pytest.approx(models["mean"]["standardised_error"])


def test_from_the_database(connection: DuckDBPyConnection) -> None:
    """CX is the customer's last turn, EX the mean of the agent's; one turn is no end."""
    rng, size, length = np.random.default_rng(1), 80, 5
    feeling = rng.uniform(-0.5, 0.5, (size, length))
    feeling[:, 4] = 0.8 * feeling[:, [1, 3]].mean(axis=1) + rng.normal(0, 0.02, size)
    conversation, turn = np.divmod(np.arange(size * length), length)
    turns = {
        "conversation": conversation, "turn": turn, "is_agent": turn % 2 == 1, "feeling": feeling.ravel(),
        "agent": conversation % 20, "team": conversation % 2, "place": conversation % 5, "complains": conversation < 0,
        **dict.fromkeys(AGENT_MOVES, conversation < 0),
    }  # fmt: skip
    fill(connection, {name: column[(turn < 2) | (conversation >= 10)] for name, column in turns.items()})
    names, rows = insight.run(connection, "cx_on_ex", {})
    linear = next(dict(zip(names, row, strict=True)) for row in rows if row[0] == "linear")
    assert (linear["conversation_count"], linear["agent_count"], linear["is_preferred"]) == (70, 20, True)
    assert linear["slope"] == pytest.approx(0.8, abs=0.05)
    names, rows = insight.run(connection, "cx_on_ex_segments", {})
    segments = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(row["segment_kind"], row["segment"]) for row in segments] == [
        ("queue", "team 0"), ("queue", "team 1"), *(("touchpoint", f"touchpoint {number}") for number in range(5)),
    ]  # fmt: skip
    assert {row["conversation_count"] for row in segments} == {35, 14}
    assert all(row["pooled_slope_low"] < 0.8 < row["pooled_slope_high"] for row in segments)
