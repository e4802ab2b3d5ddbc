"""nps, nps_low and nps_high against the definition of the NPS and the interval written anew in Python."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import store
from tests.bench.nps_coverage import adjusted, coverage, plain

TOLERANCE = 1e-5
"""The macros round z to seven digits."""
Ratings = Sequence[int | None]


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=store.SETTINGS) as connection:
        store.migrate(connection)
        yield connection


def nps(macros: duckdb.DuckDBPyConnection, ratings: Ratings) -> tuple[Any, Any, Any]:
    row = macros.execute(
        "SELECT nps(rating), nps_low(rating), nps_high(rating) FROM (SELECT unnest(?::TINYINT[]) AS rating)", [ratings]
    ).fetchone()
    assert row is not None
    return row


def counts(ratings: Ratings) -> tuple[int, int, int]:
    """Promoters, passives and detractors, from the published borders: 9-10, 7-8, 0-6."""
    given = [rating for rating in ratings if rating is not None]
    promoters, detractors = sum(rating in (9, 10) for rating in given), sum(rating in range(7) for rating in given)
    return promoters, len(given) - promoters - detractors, detractors


def test_hundred_answers(macros: duckdb.DuckDBPyConnection) -> None:
    assert nps(macros, [9] * 45 + [7] * 35 + [6] * 20)[0] == 25


@pytest.mark.parametrize(("rating", "expected"), [*[(n, -100) for n in range(7)], (7, 0), (8, 0), (9, 100), (10, 100)])
def test_borders(macros: duckdb.DuckDBPyConnection, rating: int, expected: float) -> None:
    assert nps(macros, [rating])[0] == expected


def test_missing_ratings_are_no_answers(macros: duckdb.DuckDBPyConnection) -> None:
    assert nps(macros, [9, None, 0, 9, None]) == nps(macros, [9, 0, 9])


@pytest.mark.parametrize("ratings", [[], [None], [None, None]])
def test_no_answers_no_nps(macros: duckdb.DuckDBPyConnection, ratings: Ratings) -> None:
    assert nps(macros, ratings) == (None, None, None)


def test_groups_without_answers_stand_among_others(macros: duckdb.DuckDBPyConnection) -> None:
    found = macros.execute("""
        SELECT name, nps(rating), nps_low(rating) IS NULL
        FROM (VALUES ('a', 10), ('a', 0), ('a', 9), ('b', NULL)) AS answers (name, rating) GROUP BY name ORDER BY name
    """).fetchall()
    assert found == [("a", pytest.approx(100 / 3), False), ("b", None, True)]


@given(ratings=st.lists(st.none() | st.integers(0, 10), max_size=40).filter(lambda ratings: any(counts(ratings))))
def test_interval_is_the_adjusted_wald_interval_and_holds_the_nps(
    macros: duckdb.DuckDBPyConnection, ratings: Ratings
) -> None:
    estimate, low, high = nps(macros, ratings)
    promoters, passives, detractors = counts(ratings)
    assert estimate == pytest.approx(100 * (promoters - detractors) / (promoters + passives + detractors))
    expected = adjusted(*(np.array([float(count)]) for count in (promoters, passives, detractors)))
    assert (low, high) == (pytest.approx(expected[0][0], abs=TOLERANCE), pytest.approx(expected[1][0], abs=TOLERANCE))
    assert -100 <= low <= estimate <= high <= 100
    assert low < high


def test_a_million_answers(macros: duckdb.DuckDBPyConnection) -> None:
    """Large counts neither overflow nor lose their sign: of 11 ratings 2 promote and 7 detract."""
    found = macros.execute("SELECT nps(r), nps_low(r), nps_high(r) FROM (SELECT range % 11 AS r FROM range(1100000))")
    assert found.fetchone() == pytest.approx((-500 / 11, -500 / 11, -500 / 11), abs=0.2)


@pytest.mark.parametrize("size", [10, 30])
@pytest.mark.parametrize(
    ("promoters", "detractors"), [(0.85, 0.03), (0.70, 0.10), (0.45, 0.20), (0.34, 0.33), (0.20, 0.50)]
)
def test_interval_holds_the_truth_often_enough(size: int, promoters: float, detractors: float) -> None:
    """Exact, not simulated. `python -m tests.bench.nps_coverage` prints more of it."""
    found = coverage(adjusted, size, promoters, detractors)
    assert found >= 0.93
    assert found > coverage(plain, size, promoters, detractors)


def test_coverage_is_that_of_samples_drawn_at_random() -> None:
    """The exact sum, against 200,000 samples: its standard error is 0.05 percentage points."""
    drawn = np.random.default_rng(20261001).multinomial(10, [0.85, 0.12, 0.03], 200_000).T.astype(float)
    low, high = adjusted(*drawn)
    assert np.mean((low <= 82) & (high >= 82)) == pytest.approx(coverage(adjusted, 10, 0.85, 0.03), abs=0.003)
