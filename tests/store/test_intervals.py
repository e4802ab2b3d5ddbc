"""The intervals of 140_intervals.sql: against scipy, and over hundreds of samples drawn at random."""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from pipeline import store

SAMPLES = 400
LEAST, MOST = 0.92, 0.98
"""95 % and three standard errors of a share of 400: what is drawn at random stays between them."""
Floats = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=store.SETTINGS) as connection:
        store.migrate(connection)
        yield connection


def one(macros: duckdb.DuckDBPyConnection, query: str, *parameters: Any) -> tuple[Any, ...]:
    row = macros.execute(query, list(parameters)).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 30, 1000])
def test_the_point_of_students_t(macros: duckdb.DuckDBPyConnection, freedom: int) -> None:
    assert one(macros, "SELECT t95(?)", freedom)[0] == pytest.approx(stats.t.ppf(0.975, freedom), rel=1.3e-3)


@pytest.mark.parametrize("freedom", [0, -1, None])
def test_one_value_has_no_interval(macros: duckdb.DuckDBPyConnection, freedom: int | None) -> None:
    assert one(macros, "SELECT t95(?)", freedom) == (None,)


MEAN = "SELECT mean_low(x), mean_high(x) FROM (SELECT unnest(?::DOUBLE[]) AS x)"


def test_interval_of_a_mean(macros: duckdb.DuckDBPyConnection) -> None:
    """1, 2, 3: mean 2, standard error 1 / √3, t of two degrees of freedom 4.3027."""
    assert one(macros, MEAN, [1, 2, None, 3]) == pytest.approx((2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5))
    assert one(macros, MEAN, [1, None]) == (None, None)
    assert one(macros, MEAN, []) == (None, None)


def test_ranks_of_ties_are_their_mean(macros: duckdb.DuckDBPyConnection) -> None:
    values = [0.5, -1.0, 0.5, 3.0, 0.5, -1.0]
    found = macros.execute("SELECT x, mean_rank(x) FROM (SELECT unnest(?) AS x)", [values]).fetchall()
    assert sorted(found) == sorted(zip(values, stats.rankdata(values), strict=True))


def partial(x: Floats, y: Floats, z: Floats) -> Floats:
    """Rank correlations of x and y at the same z, a sample a row, by regression: what z does not explain of either."""
    ranks = [stats.rankdata(values, axis=1) for values in (x, y, z)]
    x, y, z = (values - values.mean(axis=1, keepdims=True) for values in ranks)
    left = [values - z * ((values * z).sum(1) / (z * z).sum(1))[:, None] for values in (x, y)]
    return np.asarray((left[0] * left[1]).sum(1) / np.sqrt((left[0] ** 2).sum(1) * (left[1] ** 2).sum(1)))


def test_correlation_at_the_same_third(macros: duckdb.DuckDBPyConnection) -> None:
    x, y, z = np.random.default_rng(1).normal(size=(3, 1, 40)) + np.random.default_rng(2).normal(size=(1, 1, 40))
    found = one(
        macros,
        """
        WITH ranks AS (
            SELECT mean_rank(x) AS x, mean_rank(y) AS y, mean_rank(z) AS z
            FROM (SELECT unnest(?) AS x, unnest(?) AS y, unnest(?) AS z)
        )
        SELECT partial_correlation(corr(x, y), corr(x, z), corr(y, z)) FROM ranks
        """,
        x[0].tolist(), y[0].tolist(), z[0].tolist(),
    )  # fmt: skip
    assert found[0] == pytest.approx(partial(x, y, z)[0])


@pytest.mark.parametrize(
    ("xy", "xz", "yz"), [(float("nan"), 0.1, 0.1), (0.1, float("nan"), 0.1), (0.1, 1.0, 0.1), (None, None, None)]
)
def test_what_does_not_vary_is_related_to_nothing(
    macros: duckdb.DuckDBPyConnection, xy: float | None, xz: float | None, yz: float | None
) -> None:
    assert one(macros, "SELECT partial_correlation(?::DOUBLE, ?::DOUBLE, ?::DOUBLE)", xy, xz, yz) == (None,)


CORRELATION = "SELECT rank_correlation_low(?::DOUBLE, ?, 1), rank_correlation_high(?::DOUBLE, ?, 1)"


def test_interval_of_a_rank_correlation(macros: duckdb.DuckDBPyConnection) -> None:
    """r = 0.5 of 29 pairs: z = 0.5493, standard error √(1.125 / 25) = 0.2121."""
    assert one(macros, CORRELATION, 0.5, 29, 0.5, 29) == pytest.approx((0.13274, 0.74653), abs=1e-4)
    assert one(macros, CORRELATION, 0.5, 4, 0.5, 4) == (None, None), "too few"
    assert one(macros, CORRELATION, 1.0, 29, -1.0, 29) == (None, None), "no interval at the end of the scale"
    assert one(macros, CORRELATION, None, 29, None, 29) == (None, None)


def correlation_intervals(macros: duckdb.DuckDBPyConnection, r: Floats, customers: int) -> Floats:
    found = macros.execute(
        "SELECT rank_correlation_low(r, $n, 1), rank_correlation_high(r, $n, 1) FROM (SELECT unnest($r) AS r)",
        {"r": r.tolist(), "n": customers},
    ).fetchall()
    return np.array(found)


@pytest.mark.parametrize("customers", [12, 40])
def test_no_correlation_is_found_where_there_is_none(macros: duckdb.DuckDBPyConnection, customers: int) -> None:
    """The feeling before moves both the wait and the feeling after it: only at the same feeling are they unrelated."""
    draw = np.random.default_rng(20261101)
    before = draw.normal(size=(SAMPLES, customers))
    wait, after = (before + draw.normal(size=before.shape) for _ in range(2))
    low, high = correlation_intervals(macros, partial(wait, after, before), customers).T
    assert LEAST <= np.mean((low <= 0) & (high >= 0)) <= MOST


def test_several_waits_of_one_customer_are_not_several_customers(macros: duckdb.DuckDBPyConnection) -> None:
    """Three waits each, of customers who differ in how long they wait and in how they feel: no more is found."""
    draw = np.random.default_rng(20261102)
    own = draw.normal(size=(3, SAMPLES, 20)).repeat(3, axis=2)
    wait, after, before = own + draw.normal(size=own.shape)
    low, high = correlation_intervals(macros, partial(wait, after, before), 20).T
    assert np.mean((low <= 0) & (high >= 0)) >= LEAST
    naive, its_high = correlation_intervals(macros, partial(wait, after, before), 60).T
    assert np.mean((naive <= 0) & (its_high >= 0)) < LEAST, "counted as sixty they would be"


def test_a_planted_correlation_is_found(macros: duckdb.DuckDBPyConnection) -> None:
    draw = np.random.default_rng(20261103)
    before, wait = draw.normal(size=(2, SAMPLES, 40))
    after = before - wait + draw.normal(size=wait.shape)
    _, high = correlation_intervals(macros, partial(wait, after, before), 40).T
    assert np.mean(high < 0) > 0.95


def test_difference_of_two_figures(macros: duckdb.DuckDBPyConnection) -> None:
    """30 (20 … 45) less 10 (-5 … 20): 20, down by √(10² + 10²), up by √(15² + 15²)."""
    found = one(macros, "SELECT difference_low(30, 20, 10, 20), difference_high(30, 45, 10, -5)")
    assert found == pytest.approx((20 - 200**0.5, 20 + 450**0.5))


def nps_differences(macros: duckdb.DuckDBPyConnection, sizes: tuple[int, int], shares: tuple[Any, Any]) -> Floats:
    """Intervals of NPS differences, one a sample, of ratings with these shares of 3, 8 and 10."""
    draw = np.random.default_rng(20261104)
    drawn = [draw.choice([3, 8, 10], size=(SAMPLES, size), p=share) for size, share in zip(sizes, shares, strict=True)]
    rated = {
        "rating": np.concatenate([ratings.ravel() for ratings in drawn]),
        "sample": np.concatenate([np.repeat(np.arange(SAMPLES), size) for size in sizes]),
        "is_first": np.repeat([True, False], [ratings.size for ratings in drawn]),
    }
    macros.register("rated", rated)
    found = macros.execute("""
        WITH groups AS (
            SELECT sample, is_first, nps(rating) AS nps, nps_low(rating) AS low, nps_high(rating) AS high
            FROM rated GROUP BY sample, is_first
        )
        SELECT difference_low(one.nps, one.low, other.nps, other.high),
            difference_high(one.nps, one.high, other.nps, other.low)
        FROM groups AS one JOIN groups AS other USING (sample)
        WHERE one.is_first AND NOT other.is_first
    """).fetchall()
    return np.array(found)


@pytest.mark.parametrize("share", [(0.2, 0.35, 0.45), (0.6, 0.2, 0.2), (0.03, 0.12, 0.85)])
def test_equal_nps_differ_by_nothing(macros: duckdb.DuckDBPyConnection, share: tuple[float, ...]) -> None:
    low, high = nps_differences(macros, (15, 25), (share, share)).T
    assert np.mean((low <= 0) & (high >= 0)) >= LEAST


def test_a_planted_recovery_is_found(macros: duckdb.DuckDBPyConnection) -> None:
    low, _ = nps_differences(macros, (20, 30), ((0.15, 0.25, 0.6), (0.6, 0.25, 0.15))).T
    assert np.mean(low > 0) > 0.9
