"""The map of touchpoints: what decides the NPS is found important, and what is shuffled seldom says anything."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline import insight
from pipeline.insight.importance import COLUMNS, QUADRANTS, UNCLEAR, table
from tests.store.rows import answer, conversation, load

Columns = dict[str, NDArray[Any]]
SIMULATIONS = 200
DECIDES, LEVELS = (7.0, 7.0, 0.0, 0.0), (-0.5, 0.5, -0.5, 0.5)
FOUND = {"t0": "fix_first", "t1": "keep_up", "t2": "watch", "t3": "maintain"}


def visits(
    seed: int,
    *,
    decides: tuple[float, ...] = DECIDES,
    levels: tuple[float, ...] = LEVELS,
    size: int = 80,
    contacts: int = 1,
    answered: float = 1.0,
) -> Columns:
    """Each customer has that many contacts, at one touchpoint, whose feelings and ratings resemble each other."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(size * len(decides)), contacts)
    place = customer // size
    own, mood = rng.normal(0, 0.25, (2, size * len(decides)))[:, customer]
    feeling = np.clip(np.array(levels)[place] + own + rng.normal(0, 0.15, len(customer)), -1, 1)
    nps = 6 + np.array(decides)[place] * feeling + 4 * mood + rng.normal(0, 1, len(customer))
    nps[rng.random(len(customer)) >= answered] = np.nan
    return {
        "touchpoint": np.array([f"t{one}" for one in place], dtype=object), "feeling": feeling, "nps": nps,
        "goal": np.where(customer % 3 == 0, np.nan, (customer % 3 == 1) * 1.0),
        "ease": np.where(customer % 2 == 0, np.nan, 50.0), "is_in_context": customer % 4 > 0,
        "conversation": np.arange(len(customer)), "customer": customer,
    }  # fmt: skip


def told(columns: Columns) -> dict[str, dict[str, Any]]:
    names, rows = table(columns)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def test_what_decides_the_nps_is_important_and_what_is_felt_says_what_to_do() -> None:
    found = told(visits(1))
    assert {name: row["quadrant"] for name, row in found.items()} == FOUND
    assert list(found) == list(FOUND), "what is to be fixed first stands first"
    for row in found.values():
        assert row["importance_low"] < row["importance"] < row["importance_high"]
        assert row["feeling_low"] < row["mean_feeling"] < row["feeling_high"]
    assert found["t0"]["importance_low"] > found["t2"]["importance_high"]


@pytest.mark.slow
def test_it_is_found_again_and_again_and_intervals_hold_the_truth() -> None:
    found = [told(visits(seed, contacts=2)) for seed in range(SIMULATIONS)]
    right = [one[name]["quadrant"] == quadrant for one in found for name, quadrant in FOUND.items()]
    assert np.mean(right) >= 0.9
    covered = [
        one[f"t{place}"]["importance_low"] <= true <= one[f"t{place}"]["importance_high"]
        for one in found
        for place, true in enumerate(DECIDES)
    ]
    assert 0.9 <= np.mean(covered) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("size", "contacts"), [(60, 1), (8, 1), (20, 4)])
def test_shuffled_answers_seldom_say_anything(size: int, contacts: int) -> None:
    """The ratings are those of others: nothing matters more or less, however the touchpoints are felt."""
    clear = []
    for seed in range(SIMULATIONS):
        columns = visits(seed, size=size, contacts=contacts, decides=DECIDES * 2, levels=LEVELS * 2)
        strangers = np.random.default_rng(seed).permutation(len(columns["nps"]) // contacts)
        columns["nps"] = columns["nps"].reshape(-1, contacts)[strangers].ravel()
        clear += [row["quadrant"] != UNCLEAR for row in told(columns).values()]
    assert np.mean(clear) <= 0.05


def test_contacts_of_one_customer_do_not_count_as_many() -> None:
    """Four times the same, said by the same: the interval of their slope is that of one each."""
    once = visits(1)
    again = {name: np.repeat(column, 4) for name, column in once.items()}
    again["conversation"] = np.arange(len(again["customer"]))
    strangers = {**again, "customer": again["conversation"]}
    widths = [
        row["importance_high"] - row["importance_low"] for row in (told(one)["t0"] for one in (once, again, strangers))
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
    assert widths[2] < 0.6 * widths[0]
    assert told(again)["t0"]["feeling_low"] == pytest.approx(told(once)["t0"]["feeling_low"])
    assert told(again)["t0"]["customer_count"] == 80


def test_each_is_told_of_its_own_people() -> None:
    found = told(visits(1, answered=0.5))["t0"]
    assert (found["customer_count"], found["conversation_count"]) == (80, 80)
    assert found["respondent_count"] == found["answered_count"] < 55
    assert (found["goal_customer_count"], found["goal_yes_share"]) == (53, 27 / 53)
    assert (found["ease_customer_count"], found["mean_ease"]) == (40, 50)
    assert found["in_context_share"] == 0.75


def test_without_answers_only_the_feeling_is_told() -> None:
    for columns in (visits(1, answered=0), visits(1, size=2)):
        for row in told(columns).values():
            assert (row["quadrant"], row["importance"], row["importance_everywhere"]) == (UNCLEAR, None, None)
            assert row["mean_feeling"] is not None


def test_a_touchpoint_few_answer_about_is_unclear_and_the_others_are_not() -> None:
    columns = visits(1)
    many = (columns["touchpoint"] != "t0") | (columns["customer"] < 2)
    found = told({name: column[many] for name, column in columns.items()})
    assert (found["t0"]["quadrant"], found["t0"]["importance"], found["t0"]["answered_count"]) == (UNCLEAR, None, 2)
    assert found["t1"]["quadrant"] == "keep_up"


def test_answers_that_are_all_alike_tell_nothing() -> None:
    columns = visits(1)
    columns["nps"] = np.full_like(columns["nps"], 9)
    assert {row["importance"] for row in told(columns).values()} == {None}
    assert table({name: column[:0] for name, column in columns.items()}) == (list(COLUMNS), [])


def test_from_the_database(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Four touchpoints; at laskutus the rating follows the feeling, elsewhere not; unknown is no touchpoint."""
    rng = np.random.default_rng(1)
    talks, answers = [], []
    for place, name in enumerate(["laskutus", "toimitus", "ostaminen", "neuvonta", "unknown"]):
        for number in range(40):
            feeling = float(rng.uniform(-0.9, 0.1) if place == 0 else rng.uniform(-0.1, 0.9))
            rating = round(9 + 9 * feeling) if place == 0 else int(rng.integers(6, 10))
            one, customer = f"{name}{number}", 100 * place + number
            turns = [("customer", feeling), ("agent", 0.1)]
            talks.append(conversation(one, turns, touchpoint=name, customer=customer, goal="yes", ease="easy"))
            answers += [answer(f"a{one}", max(rating, 0), conversation_id=one), answer(f"b{one}", conversation_id=one)]
    load(connection, tmp_path, talks, answers)
    columns, rows = insight.run(connection, "touchpoint_map", {})
    found = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    assert found.keys() == {"laskutus", "toimitus", "ostaminen", "neuvonta"}
    assert found["laskutus"]["quadrant"] == "fix_first"
    assert found["laskutus"]["own_importance"] == pytest.approx(9, abs=0.5)
    assert {row["answered_count"] for row in found.values()} == {40}
    assert {row["goal_yes_share"] for row in found.values()} == {1}
    assert "fix_first" not in {row["quadrant"] for name, row in found.items() if name != "laskutus"}


def test_quadrants_are_all_named() -> None:
    assert set(QUADRANTS.values()) == set(FOUND.values())
