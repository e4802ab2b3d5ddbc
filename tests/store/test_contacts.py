"""customer_feelings and contacts: which reading counts, and what one conversation says of itself."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from tests.store.rows import conversation, key, load, rows

TALK: list[Any] = [("customer", -0.8), ("agent", 0.9), ("bot", None), ("customer", 0.2), ("customer", None)]
COMPLAINT = {"cues": {"complaint": 0.9, "churn": 0.2}}


def contact(connection: DuckDBPyConnection, columns: str, conversation_id: str = "c1") -> tuple[Any, ...]:
    (found,) = rows(connection, f"SELECT {columns} FROM contacts WHERE conversation_id = ?", conversation_id)
    return found


def test_feelings_are_those_of_the_whole_where_it_was_read(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """c1 was read as a whole, c2 was not; of c1 the reading of one turn is another than its score."""
    load(connection, tmp_path, [conversation("c1", TALK, goal="yes"), conversation("c2", TALK)])
    connection.execute("""
        UPDATE utterance_readings SET negative_probability = 0.1, positive_probability = 0.6, neutral_probability = 0.3
        WHERE conversation_id = 'c1' AND utterance_index = 3
    """)
    assert rows(connection, "FROM customer_feelings ORDER BY ALL") == [
        ("c1", 0, pytest.approx(-0.8), True), ("c1", 3, pytest.approx(0.5), True),
        ("c2", 0, pytest.approx(-0.8), False), ("c2", 3, pytest.approx(0.2), False),
    ]  # fmt: skip
    felt = "first_sentiment, last_sentiment, lowest_sentiment, mean_sentiment"
    assert contact(connection, felt) == pytest.approx((-0.8, 0.5, -0.8, -0.15))
    assert contact(connection, felt, "c2") == pytest.approx((-0.8, 0.2, -0.8, -0.3))


def test_a_turn_that_was_not_read_is_not_filled_from_its_score(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1", TALK, goal="yes")])
    connection.execute("DELETE FROM utterance_readings WHERE utterance_index = 0")
    assert rows(connection, "SELECT utterance_index, sentiment FROM customer_feelings") == [(3, pytest.approx(0.2))]


def test_nobody_spoke(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1", [("agent", 0.5)], started_at=None, touchpoint="unknown")])
    assert contact(
        connection, "customer_key, ended_at, touchpoints, first_sentiment, mean_sentiment, goal, complaint_probability"
    ) == (None, None, [], None, None, None, None)


@pytest.mark.parametrize(("goals", "goal"), [
    (["yes"], "yes"), (["no"], "no"), (["unclear"], "unclear"),
    (["yes", "unclear"], "yes"), (["yes", "no"], "no"), (["no", "yes"], "yes"), (["unclear", "unclear"], "unclear"),
])  # fmt: skip
def test_goal_of_the_last_part_that_tells(
    connection: DuckDBPyConnection, tmp_path: Path, goals: list[str], goal: str
) -> None:
    load(connection, tmp_path, [conversation("c1", goal=goals[0])])
    for number, further in enumerate(goals[1:], 1):
        load(connection, tmp_path, [conversation("c2", goal=further)], batch=str(number))
        connection.execute("UPDATE part_readings SET conversation_id = 'c1', first_utterance_index = ? "
                           "WHERE conversation_id = 'c2'", [number])  # fmt: skip
    assert contact(connection, "goal") == (goal,)


def test_two_goals_as_probable_as_each_other_leave_it_open(connection: DuckDBPyConnection) -> None:
    found = rows(connection, """
        SELECT likeliest_goal(0.4, 0.4, 0.2), likeliest_goal(0.4, 0.2, 0.4), likeliest_goal(0.5, 0.3, 0.2),
            likeliest_goal(NULL, NULL, NULL)
    """)  # fmt: skip
    assert found == [("unclear", "unclear", "yes", None)]


def test_complaint_of_the_whole_outranks_those_of_its_turns(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [{"role": "customer", "sentiment": 0.0, "told": COMPLAINT},
             {"role": "agent", "sentiment": 0.0, "told": {"cues": {"churn": 0.99}}}]  # fmt: skip
    load(connection, tmp_path, [
        conversation("c1", turns), conversation("c2", turns, goal="no", events={"complaint": 0.3, "churn": 0.7}),
        conversation("c3", [("customer", -0.9)]),
    ])  # fmt: skip
    told = "complaint_probability, churn_probability"
    assert contact(connection, told) == (0.9, 0.2)
    assert contact(connection, told, "c2") == (0.3, 0.7)
    assert contact(connection, told, "c3") == (None, None), "its model knows no cues, and an angry turn is none"


def test_touchpoints_stand_once_in_their_order(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    stretches = [(0, 0, "toimitus"), (1, 1, "unknown"), (2, 2, "laskutus"), (3, 3, "toimitus")]
    load(connection, tmp_path, [conversation("c1", [("customer", 0.0)] * 4, touchpoints=stretches, customer=7)])
    assert contact(connection, "touchpoints, customer_key") == (["toimitus", "laskutus"], key(7))


@pytest.mark.parametrize(
    ("times", "ended_at"),
    [([(None, None)] * 2, "09:00:00"), ([(0, None), (90, None)], "09:01:30"), ([(0, 10), (90, 100.5)], "09:01:40.5")],
)
def test_the_end_is_that_of_the_last_turn(
    connection: DuckDBPyConnection, tmp_path: Path, times: list[tuple[float | None, float | None]], ended_at: str
) -> None:
    turns = [{"role": "customer", "sentiment": 0.0, "seconds": at, "end_seconds": to} for at, to in times]
    load(connection, tmp_path, [conversation("c1", turns, started_at="2026-09-01T09:00")])
    assert contact(connection, "ended_at") == (datetime.fromisoformat(f"2026-09-01T{ended_at}"),)


@pytest.mark.parametrize(
    ("moment", "arguments", "is_out"),
    [
        ("2026-07-03T05:00", "", False),  # a Friday, 08:00 in Helsinki
        ("2026-07-03T14:59:59", "", False),
        ("2026-07-03T15:00", "", True),
        ("2026-12-04T05:59:59", "", True),  # 07:59:59 in winter
        ("2026-07-04T09:00", "", True),
        ("2026-07-04T09:00", ", last_day := 6", False),
        ("2026-07-03T05:00", ", opens := '09:30', closes := '20:00'", True),
        ("2026-07-03T05:00", ", zone := 'UTC'", True),
        (None, "", None),
    ],
)
def test_out_of_hours(connection: DuckDBPyConnection, moment: str | None, arguments: str, is_out: bool | None) -> None:
    assert rows(connection, f"SELECT is_out_of_hours(?::TIMESTAMP{arguments})", moment) == [(is_out,)]
