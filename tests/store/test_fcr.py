"""fcr_evidence: three sources side by side, each with its own NULL."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import Placed, answer, conversation, load, rows

LAST = conversation("last", started_at="2026-12-31T09:00", customer=99)
"""Until when the data go."""
TWO = [("customer", 0.0), ("customer", 0.0)]


def value(connection: DuckDBPyConnection, source: str, conversation_id: str = "c1", days: int = 7) -> bool | None:
    (row,) = rows(
        connection, f"SELECT value FROM fcr_evidence_within(days := {days}) WHERE source = ? AND conversation_id = ?",
        source, conversation_id,
    )  # fmt: skip
    found: bool | None = row[0]
    return found


def contact(name: str, day: str, customer: int | None = 1, **facts: Any) -> Placed:
    return conversation(name, started_at=f"{day}T09:00" if len(day) == 10 else day, customer=customer, **facts)


def test_every_conversation_has_a_row_for_each_source(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1"), conversation("c2", started_at=None)])
    found = rows(connection, "SELECT * FROM fcr_evidence ORDER BY conversation_id, source")
    assert found == [
        (name, source, None, None, None, []) for name in ("c1", "c2") for source in ("behaviour", "survey", "text")
    ]


# --- survey ----------------------------------------------------------------------------------------------------------


def test_the_latest_answer_counts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1")], [
        answer("a1", responded_at="2026-09-02T09:00", conversation_id="c1", first_contact_resolution=True),
        answer("a2", responded_at="2026-09-04T09:00", conversation_id="c1", first_contact_resolution=False),
        answer("a3", 9, responded_at="2026-09-06T09:00", conversation_id="c1"),
        answer("a4", responded_at="2026-09-08T09:00", first_contact_resolution=True),
    ])  # fmt: skip
    found = rows(connection, "SELECT value, response_id FROM fcr_evidence WHERE source = 'survey'")
    assert found == [(False, "a2")]


# --- behaviour -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ([], True),
        ([contact("c2", "2026-09-05")], False),
        ([contact("c2", "2026-09-08")], False),
        ([contact("c2", "2026-09-08T09:00:01")], True),
        ([contact("c2", "2026-08-31")], True),
        ([contact("c2", "2026-09-05", customer=2)], True),
        ([contact("c2", "2026-09-05", customer=None)], True),
        ([contact("c2", "2026-09-05", touchpoint="toimitus")], True),
        ([contact("c2", "2026-09-05", touchpoint="unknown")], None),
        ([contact("c2", "2026-09-05", touchpoint="unknown"), contact("c3", "2026-09-06")], False),
        ([contact("c2", "2026-09-05", turns=TWO, touchpoints=[(0, 0, "x"), (1, 1, "laskutus")])], False),
    ],
    ids=["never", "again", "on the last day", "too late", "before", "another customer", "who knows", "another matter",
         "who knows what for", "unknown and the same", "one matter of two"],
)  # fmt: skip
def test_who_comes_again(
    connection: DuckDBPyConnection, tmp_path: Path, again: list[Placed], expected: bool | None
) -> None:
    load(connection, tmp_path, [contact("c1", "2026-09-01"), *again, LAST])
    assert value(connection, "behaviour") is expected


def test_the_first_contact_that_followed_is_named(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    others = [
        contact("c4", "2026-09-07"),
        contact("c3", "2026-09-05"),
        contact("c2", "2026-09-03", touchpoint="toimitus"),
    ]
    load(connection, tmp_path, [contact("c1", "2026-09-01"), *others])
    found = rows(connection, """
        SELECT later_conversation_id FROM fcr_evidence WHERE source = 'behaviour' AND conversation_id = 'c1'
    """)  # fmt: skip
    assert found == [("c3",)]


def test_an_unknown_matter_that_nobody_came_back_with(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [contact("c1", "2026-09-01", touchpoint="unknown"), LAST])
    assert value(connection, "behaviour") is True


def test_days_that_have_not_passed_tell_nothing_yet(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [contact("c1", "2026-09-01"), contact("c2", "2026-09-07", customer=2)])
    assert value(connection, "behaviour") is None
    assert value(connection, "behaviour", days=6) is True
    load(connection, tmp_path, [contact("c3", "2026-09-06")], file="b")
    assert value(connection, "behaviour") is False, "who has come again has come again"


def test_without_customer_or_time_behaviour_tells_nothing(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [contact("c1", "2026-09-01", customer=None),
                                conversation("c2", customer=1, started_at=None), LAST])  # fmt: skip
    assert (value(connection, "behaviour"), value(connection, "behaviour", "c2")) == (None, None)


def test_the_number_of_days_can_be_asked_for(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [contact("c1", "2026-09-01"), contact("c2", "2026-09-11"), LAST])
    assert [value(connection, "behaviour", days=days) for days in (7, 9, 10, 30)] == [True, True, False, False]


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "repeats", "part", "expected"),
    [
        ("yes", 0.1, 0.1, True), ("yes", 0.5, 0.1, False), ("yes", 0.1, 0.5, False), ("no", 0.9, 0.9, False),
        ("no", 0.1, 0.1, None), ("unclear", 0.1, 0.1, None), (None, 0.9, 0.9, None),
    ],
)  # fmt: skip
def test_what_is_said(
    connection: DuckDBPyConnection, tmp_path: Path, goal: str | None, repeats: float, part: float, expected: bool | None
) -> None:
    told = {"cues": {"goal_reached": 0.9}}
    turns = [("customer", 0.0), {"role": "customer", "sentiment": 0.0, "told": told}, ("agent", 0.0)]
    moves = {"0": {"repeat_contact": repeats}, "2": {"repeat_contact": 0.9}}
    load(connection, tmp_path, [conversation("c1", turns, goal=goal, moves=moves, events={"repeat_contact": part})])
    assert value(connection, "text") is expected
    (places,) = rows(connection, "SELECT utterance_indices FROM fcr_evidence WHERE source = 'text'")
    assert places == ({True: [1], False: [0] if repeats >= 0.5 else [], None: []}[expected],)


def test_the_goal_of_the_last_part_counts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = {"role": "customer", "sentiment": 0.0, "seconds": 0.0}
    first = conversation("c1", [turn], goal="no", started_at="2026-09-01T09:00")
    load(connection, tmp_path, [first])
    assert value(connection, "text") is None
    load(connection, tmp_path, [conversation("c1", [turn], goal="yes", started_at="2026-09-02T09:00")], file="b")
    assert rows(connection, "SELECT count(*) FROM part_readings") == [(2,)]
    assert value(connection, "text") is True


# --- agreement -------------------------------------------------------------------------------------------------------


def test_agreement_by_chance_is_no_agreement(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Half say yes in both sources, independently of each other: kappa is 0. Where they always agree it is 1."""
    talks = [
        conversation(f"c{n}", goal="yes", moves={"0": {"repeat_contact": 0.9 if n % 2 else 0.1}}) for n in range(8)
    ]
    load(connection, tmp_path, talks, [
        answer(f"a{n}", conversation_id=f"c{n}", first_contact_resolution=n % 4 < 2) for n in range(8)
    ])  # fmt: skip
    columns, found = store.run_metric(connection, "fcr_agreement", {})
    assert [dict(zip(columns, row, strict=True)) for row in found] == [{
        "source": "survey", "other_source": "text", "customer_count": 8, "both_count": 8, "both_yes_count": 2,
        "both_no_count": 2, "agreement": 0.5, "expected_agreement": 0.5, "kappa": 0.0,
    }]  # fmt: skip
    connection.execute("UPDATE survey_responses SET first_contact_resolution = right(response_id, 1)::INTEGER % 2 = 0")
    _, ((*_, agreement, expected, kappa),) = store.run_metric(connection, "fcr_agreement", {})
    assert (agreement, expected, kappa) == (1, 0.5, 1)
