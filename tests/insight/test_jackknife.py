"""Intervals against what they are defined to be: everything computed again without one cluster."""

import numpy as np
import pytest

from pipeline.insight.jackknife import clusters, interval, scatter_within, slopes_of, variance


def invented(rows: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (rows, 4), strata and clusters, some of which are alone in their stratum."""
    rng = np.random.default_rng(5)
    return rng.normal(size=(rows, 4)), rng.integers(0, 9, rows), rng.integers(0, 7, rows)


def least_squares(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """The last column on the others, with a dummy variable for each stratum."""
    dummies = (strata[:, None] == np.unique(strata)).astype(float)
    solution, *_ = np.linalg.lstsq(np.column_stack([values[:, :-1], dummies]), values[:, -1], rcond=None)
    return solution[: values.shape[1] - 1]


def test_slopes_are_those_of_least_squares_with_and_without_each_cluster() -> None:
    values, strata, groups = invented()
    whole, without = scatter_within(values, strata, groups)
    assert slopes_of(whole, 3)[:, 0] == pytest.approx(least_squares(values, strata), abs=1e-6)
    for group in range(7):
        kept = groups != group
        assert slopes_of(without[group], 3)[:, 0] == pytest.approx(least_squares(values[kept], strata[kept]), abs=1e-6)


def test_more_rows_than_are_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scatter_within(*invented())
    monkeypatch.setattr("pipeline.insight.jackknife.CELLS_AT_ONCE", 7)
    for found, wanted in zip(scatter_within(*invented()), expected, strict=True):
        assert found == pytest.approx(wanted)


def test_of_single_rows_it_is_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=12)
    without = (values.sum() - values) / 11
    assert variance(values.mean(), without) == pytest.approx(values.var(ddof=1) / 12)
    low, high = interval(values.mean(), without)
    assert (high - low) / 2 == pytest.approx(2.200985 * values.std(ddof=1) / 12**0.5)  # t of 11 degrees of freedom


def test_of_one_cluster_nothing_is_known() -> None:
    assert np.isnan(interval(np.array(1.0), np.array([1.0]))).all()


def test_clusters_are_agents_where_there_are_enough() -> None:
    conversations = np.arange(20) // 2
    assert clusters(np.arange(20) // 2, conversations).tolist() == conversations.tolist()
    few = clusters(np.zeros(20, dtype=int), conversations)
    assert few.tolist() == conversations.tolist(), "one agent says nothing of agents in general"
    agents = np.where(
        np.arange(24) < 20, np.arange(24) // 2, -1
    )  # ten agents, four turns of nobody in two conversations
    found = clusters(agents, np.repeat([5, 6, 7], 8))
    assert len(set(found.tolist())) == 11, "who is not named stands as a conversation"
    assert len(set(found[:20].tolist())) == 10
