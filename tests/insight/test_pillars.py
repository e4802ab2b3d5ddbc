"""The weakest link: where the lowest pillar decides it is preferred, where their mean does the mean, else none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline import insight
from pipeline.insight.pillars import COLUMNS, MODELS, table
from pipeline.touchpoints.reading import TARGETS
from tests.store.rows import answer, conversation, load, rows

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 100
PLANTED = ["none", "mean", "weakest"]


def told(seed: int, decides: str, *, size: int = 300, contacts: int = 2) -> Columns:
    """Three pillars of each conversation, of which a third tells of two only; customers of several conversations."""
    rng = np.random.default_rng(seed)
    pillars = rng.uniform(-1, 1, (size, 3))
    pillars[::3, 2] = np.nan
    mean, weakest = np.nanmean(pillars, axis=1), np.nanmin(pillars, axis=1)
    customer = np.arange(size) // contacts
    true = {"none": np.zeros(size), "mean": mean, "weakest": weakest}[decides]
    nps = 6 + 3 * true + rng.normal(0, 1, size)[customer] + rng.normal(0, 1, size)
    return {
        "nps": nps, "mean": mean, "weakest": weakest, "customer": customer, "conversation": np.arange(size),
        "is_in_context": np.arange(size) % 4 > 0,
    }  # fmt: skip


def models(columns: Columns, seed: int = 1) -> dict[str, dict[str, Any]]:
    names, found = table(columns, seed)
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def preferred(found: dict[str, dict[str, Any]]) -> str:
    (name,) = [name for name, model in found.items() if model["is_preferred"]]
    return name


@pytest.mark.parametrize("decides", PLANTED)
def test_what_decides_is_preferred(decides: str) -> None:
    found = models(told(1, decides))
    assert tuple(found) == tuple(MODELS)
    assert preferred(found) == decides
    assert found["mean"]["ahead_of_mean"] == found["mean"]["ahead_of_mean_high"] == 0
    assert found["none"]["slope"] is None
    assert {(row["customer_count"], row["conversation_count"]) for row in found.values()} == {(150, 300)}
    assert {row["in_context_share"] for row in found.values()} == {0.75}
    if decides == "weakest":
        assert found["weakest"]["ahead_of_mean_low"] > 0
        assert found["weakest"]["slope_low"] < 3 < found["weakest"]["slope_high"]
    if decides == "mean":
        assert found["weakest"]["ahead_of_mean_high"] < 0
        assert found["none"]["ahead_of_mean_high"] < 0


@pytest.mark.slow
@pytest.mark.parametrize("decides", PLANTED)
def test_it_is_preferred_again_and_again(decides: str) -> None:
    found = [models(told(seed, decides)) for seed in range(SIMULATIONS)]
    assert np.mean([preferred(one) == decides for one in found]) >= 0.9
    ahead = [one["weakest"]["ahead_of_mean_low"] > 0 for one in found]
    assert np.mean(ahead) >= 0.9 if decides == "weakest" else np.mean(ahead) <= 0.05


def test_too_few_and_answers_all_alike_tell_nothing() -> None:
    columns = told(1, "mean")
    assert table({name: column[:29] for name, column in columns.items()}, 1) == (list(COLUMNS), [])
    assert table({**columns, "customer": np.zeros(300, dtype=int)}, 1) == (list(COLUMNS), [])
    assert table({**columns, "nps": np.full(300, 9.0)}, 1) == (list(COLUMNS), [])


def test_every_target_has_a_pillar(connection: DuckDBPyConnection) -> None:
    found = {target: rows(connection, "SELECT pillar_of(?)", target)[0][0] for target in TARGETS}
    assert found == {
        "ihminen": "cx", "prosessi": "cx", "järjestelmä": "ux", "tuote": "ux", "hinta": "brand", "brändi": "brand",
    }  # fmt: skip


def test_from_the_database(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The rating follows the lower of two pillars; one pillar alone and a conversation nobody rated are left out."""
    rng = np.random.default_rng(1)
    talks, answers = [], []
    for number in range(60):
        service, price = (float(value) for value in rng.uniform(-0.9, 0.9, 2))
        named = [("target", "ihminen", 0, 0, 5, 0.9), ("target", "ihminen", 0, 6, 8, 0.9)]
        named += [("target", "hinta", 1, 0, 5, 0.9)] if number < 50 else []
        turns = [("customer", service), ("customer", price)]
        talks.append(conversation(f"c{number}", turns, customer=number // 2, goal="yes", mentions=named))
        rating = round(5 + 5 * min(service, price))
        answers += [answer(f"a{number}", rating, conversation_id=f"c{number}")] if number < 48 else []
    load(connection, tmp_path, talks, answers)
    assert rows(connection, "SELECT count(*) FROM pillar_feelings") == [(110,)]
    columns, found = insight.run(connection, "weakest_link", {})
    weakest = next(dict(zip(columns, row, strict=True)) for row in found if row[0] == "weakest")
    assert (weakest["customer_count"], weakest["conversation_count"], weakest["is_preferred"]) == (24, 48, True)
    assert weakest["slope"] == pytest.approx(5, abs=0.3)
