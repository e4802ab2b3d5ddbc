"""The interval macros against scipy and against the formulas written anew in Python."""

import math
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from pipeline import store

Z = 1.959963984540054


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=store.SETTINGS) as connection:
        connection.execute((store.SQL / "views" / "090_intervals.sql").read_text(encoding="utf-8"))
        yield connection


def one(macros: duckdb.DuckDBPyConnection, expressions: str, *parameters: Any) -> tuple[Any, ...]:
    row = macros.execute(f"SELECT {expressions}", list(parameters)).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 5), (3, 10), (81, 263), (10, 10), (999_999, 1_000_000)])
def test_wilson(macros: duckdb.DuckDBPyConnection, k: int, n: int) -> None:
    """The share whose own test just fails to tell k of n from it: the roots of (p - k/n)² = z² p (1 - p) / n."""
    low, high = one(macros, "wilson_low(?, ?), wilson_high(?, ?)", k, n, k, n)
    roots = np.roots([1 + Z**2 / n, -(2 * k / n + Z**2 / n), (k / n) ** 2])
    assert (low, high) == (pytest.approx(roots.min(), abs=1e-6), pytest.approx(roots.max(), abs=1e-6))
    assert 0 <= low <= k / n <= high <= 1


def test_newcombe_published(macros: duckdb.DuckDBPyConnection) -> None:
    """Newcombe 1998, table II: method 10, 56/70 - 48/80 and 9/10 - 3/10."""
    assert one(macros, "share_difference_low(56, 70, 48, 80), share_difference_high(56, 70, 48, 80)") == (
        pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4)
    )  # fmt: skip
    assert one(macros, "share_difference_low(9, 10, 3, 10), share_difference_high(9, 10, 3, 10)") == (
        pytest.approx(0.1705, abs=1e-4), pytest.approx(0.8090, abs=1e-4)
    )  # fmt: skip


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 30, 10_000])
def test_student(macros: duckdb.DuckDBPyConnection, freedom: int) -> None:
    assert one(macros, "t_quantile(?)", freedom)[0] == pytest.approx(stats.t.ppf(0.975, freedom), rel=4e-4)


def test_interval_of_a_mean(macros: duckdb.DuckDBPyConnection) -> None:
    figures = [0.1, -0.4, 0.7, None, 0.2, 0.3]
    found = macros.execute("SELECT mean_low(x), mean_high(x) FROM (SELECT unnest(?::DOUBLE[]) AS x)", [figures])
    given = [figure for figure in figures if figure is not None]
    expected = stats.t.interval(0.95, len(given) - 1, np.mean(given), stats.sem(given))
    assert found.fetchone() == pytest.approx(tuple(expected), rel=2e-3)


def test_interval_of_a_mean_stays_where_values_can_be(macros: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT mean_low(x, least := -1), mean_high(x, most := 1) FROM (SELECT unnest(?::DOUBLE[]) AS x)"
    assert macros.execute(query, [[-0.9, 0.9]]).fetchone() == (-1, 1)
    assert macros.execute(query, [[0.5]]).fetchone() == (None, None), "one value has no interval, not a wide one"
    assert macros.execute(query, [[]]).fetchone() == (None, None)
    assert macros.execute(query, [[0.5, 0.5]]).fetchone() == (0.5, 0.5)


def test_correlation(macros: duckdb.DuckDBPyConnection) -> None:
    low, high = one(macros, "correlation_low(0.5, 28), correlation_high(0.5, 28)")
    assert (low, high) == (
        pytest.approx(math.tanh(math.atanh(0.5) - Z / 5)),
        pytest.approx(math.tanh(math.atanh(0.5) + Z / 5)),
    )


@pytest.mark.parametrize(
    "expression",
    ["wilson_low(0, 0)", "wilson_high(0, 0)", "wilson_low(NULL, 3)", "wilson_high(NULL, 3)", "wilson_low(1, NULL)",
     "share_difference_low(1, 2, 0, 0)", "share_difference_high(1, 2, NULL, NULL)", "correlation_low(0.5, 3)",
     "correlation_high(1, 9)", "correlation_low(NULL, 9)"],
)  # fmt: skip
def test_of_nothing_nothing_is_told(macros: duckdb.DuckDBPyConnection, expression: str) -> None:
    assert one(macros, expression) == (None,)
