"""Slopes of segments: the small ones are drawn to the others, and intervals hold the truth."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.insight.segments import COLUMNS, own_slopes, pool, table

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 200
Z = 1.96


def dyads(
    seed: int, *, segments: int = 8, spread: float = 0.3, agents: int = 6, skill: float = 0.15
) -> tuple[Columns, NDArray[Any]]:
    """Segments of 5 to 60 conversations with agents of their own, and the true slope of each."""
    rng = np.random.default_rng(seed)
    true, sizes = 0.6 + rng.normal(0, spread, segments), rng.integers(5, 60, segments)
    place = np.repeat(np.arange(segments), sizes)
    agent = place * agents + rng.integers(0, agents, len(place))
    ex = rng.normal(0, 0.3, len(place))
    cx = true[place] * ex + rng.normal(0, skill, segments * agents)[agent] + rng.normal(0, 0.4, len(place))
    number = np.arange(len(place))
    return {
        "cx": cx, "ex": ex, "agent": agent, "customer": number, "conversation": number,
        "is_in_context": number >= 0,
        "segment_kind": np.full(len(place), "queue", dtype=object),
        "segment": np.array([f"team {one}" for one in place], dtype=object),
    }, true  # fmt: skip


def estimated(columns: Columns) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Own slopes and standard errors, pooled slopes and standard errors."""
    place = np.unique(columns["segment"].astype(str), return_inverse=True)[1]
    slopes, variances = own_slopes(columns["ex"], columns["cx"], place, columns["agent"])
    pooled, errors, _, _ = pool(slopes, variances)
    return slopes, np.sqrt(variances), pooled, errors


@pytest.mark.slow
@pytest.mark.parametrize(("segments", "spread"), [(4, 0.3), (8, 0.0), (8, 0.3), (8, 1.0), (20, 0.1)])
def test_pooled_slopes_lie_nearer_and_their_intervals_hold_the_truth(segments: int, spread: float) -> None:
    own_misses, misses, covered = [], [], []
    for seed in range(SIMULATIONS):
        columns, true = dyads(seed, segments=segments, spread=spread)
        slopes, _, pooled, errors = estimated(columns)
        own_misses += list(slopes - true)
        misses += list(pooled - true)
        covered += list(np.abs(pooled - true) <= Z * errors)
    assert np.mean(np.square(misses)) < np.mean(np.square(own_misses))
    assert np.mean(covered) >= 0.93
    if spread == 0:
        assert np.mean(np.square(misses)) < np.mean(np.square(own_misses)) / 2


def test_slopes_are_drawn_together_the_more_the_less_they_tell() -> None:
    variances = np.array([0.01, 0.01, 0.01, 0.01, 1.0])
    slopes = np.array([0.2, 0.4, 0.6, 0.8, 1.5])
    pooled, errors, mean, spread = pool(slopes, variances)
    drawn = (slopes - pooled) / (slopes - mean)
    assert drawn[4] > 0.45 > 0.12 > drawn[0] > 0
    assert errors[4] < 0.8
    assert mean == pytest.approx(0.5, abs=0.05)
    assert spread == pytest.approx(0.24, abs=0.03)


def test_slopes_that_differ_by_chance_alone_are_one() -> None:
    slopes = np.array([0.59, 0.6, 0.61, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6])
    pooled, _, mean, spread = pool(slopes, np.full(10, 0.1))
    assert spread == 0
    assert np.ptp(pooled) < np.ptp(slopes) / 4
    assert mean == pytest.approx(0.6)


def test_formulas_by_hand() -> None:
    """Four slopes of equal variance: A = S/(k-1) - V, B = (k-3)/(k-1) · V/(V+A), as in Morris 1983."""
    slopes, variance = np.array([0.0, 1.0, 2.0, 5.0]), 1.0
    pooled, errors, mean, spread = pool(slopes, np.full(4, variance))
    between = slopes.var(ddof=1) - variance
    share = 1 / 3 * variance / (variance + between)
    assert mean == pytest.approx(2)
    assert spread == pytest.approx(between**0.5)
    assert pooled == pytest.approx((1 - share) * slopes + share * 2)
    assert errors**2 == pytest.approx(variance * (1 - share * 3 / 4) + 2 * share**2 * (slopes - 2) ** 2)


def test_fewer_than_four_segments_keep_their_own() -> None:
    slopes = np.array([0.1, 0.9, 0.4])
    pooled, errors, *_ = pool(slopes, np.full(3, 0.04))
    assert pooled.tolist() == slopes.tolist()
    assert errors == pytest.approx(0.2)


def test_agents_who_differ_make_slopes_less_sure() -> None:
    """All conversations of an agent end alike, and feel alike: twenty of them are worth little more than one."""
    columns, _ = dyads(1, segments=4, skill=1.0)
    columns["ex"] = np.random.default_rng(1).normal(0, 0.3, 24)[columns["agent"]]
    place = np.unique(columns["segment"].astype(str), return_inverse=True)[1]
    by_agents = own_slopes(columns["ex"], columns["cx"], place, columns["agent"])[1]
    by_conversations = own_slopes(columns["ex"], columns["cx"], place, columns["conversation"])[1]
    assert (by_agents > 2 * by_conversations).all()


def test_small_segments_and_those_without_any_difference_are_left_out() -> None:
    columns, _ = dyads(1, segments=6)
    alike = columns["segment"] == "team 0"
    columns["ex"] = np.where(alike, 0.5, columns["ex"])
    second = np.cumsum(columns["segment"] == "team 1") <= 2
    columns = {name: column[second | (columns["segment"] != "team 1")] for name, column in columns.items()}
    names, rows = table(columns)
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row["segment"] for row in told] == ["team 2", "team 3", "team 4", "team 5"]
    assert all(row["agent_count"] <= 6 and row["customer_count"] == row["conversation_count"] for row in told)
    assert all(row["pooled_slope_low"] < row["pooled_slope"] < row["pooled_slope_high"] for row in told)


def test_agents_nobody_names_are_one_in_a_team_and_none_elsewhere() -> None:
    columns, _ = dyads(1, segments=4)
    columns["agent"] = np.full_like(columns["agent"], -1)
    assert {row[3] for row in table(columns)[1]} == {1}
    columns["segment_kind"] = np.full_like(columns["segment_kind"], "touchpoint")
    assert {row[3] for row in table(columns)[1]} == {0}


def test_nothing_tells_nothing() -> None:
    columns, _ = dyads(1)
    assert table({name: column[:0] for name, column in columns.items()}) == (list(COLUMNS), [])
    assert table({name: column[:2] for name, column in columns.items()}) == (list(COLUMNS), [])
