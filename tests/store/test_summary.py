"""conversation_summary: what a conversation comes to."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import MaskedText
from tests.store.rows import conversation, load, rows, utterance


def summary(connection: DuckDBPyConnection, columns: str) -> Any:
    (row,) = rows(connection, f"SELECT {columns} FROM conversation_summary")
    return row


def test_a_conversation_that_was_read(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [("customer", -0.8), ("agent", 0.0), ("customer", -0.9), ("agent", 0.0), ("customer", 0.7)]
    moves = {"1": {"understanding": 0.5}, "3": {"mirroring": 0.8, "understanding": 0.1}, "4": {"mirroring": 0.9}}
    events = {"complaint": 0.5, "churn": 0.49, "hand_over": 0.9}
    load(connection, tmp_path, [conversation("c1", turns, goal="yes", ease="mixed", moves=moves, events=events)])
    assert summary(connection, "touchpoints, goal_reached, ease, start_sentiment, end_sentiment, lowest_turn") == (
        ["laskutus"], "yes", "mixed", "negative", "positive", 2
    )  # fmt: skip
    found = summary(
        connection, "complaint, repeat_contact, churn_risk, transferred, agent_empathy_turns, feeling_source"
    )
    assert found == (True, False, False, True, [1, 3], "context")


def test_what_was_not_read_is_null(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1", [("bot", None)], touchpoint="unknown")])
    found = summary(connection, "* EXCLUDE (conversation_id, channel, started_date, customer_key)")
    assert found == (["unknown"], *[None] * 13)


def test_without_a_model_of_the_whole_the_feelings_are_those_of_the_turns(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    load(connection, tmp_path, [conversation("c1", [("customer", -0.8), ("customer", 0.7)])])
    found = summary(connection, "feeling_source, start_sentiment, end_sentiment, lowest_turn, goal_reached, complaint")
    assert found == ("turn", "negative", "positive", 0, None, None)


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(0, 0, "b"), (1, 1, "a"), (2, 2, "b")], ["b", "a"]),
        ([(0, 0, "unknown"), (1, 1, "a"), (2, 2, "unknown")], ["a"]),
        ([(0, 1, "unknown"), (2, 2, "unknown")], ["unknown"]),
        ([(0, 2, "a")], ["a"]),
    ],
)
def test_touchpoints_in_the_order_of_talk(
    connection: DuckDBPyConnection, tmp_path: Path, stretches: Any, expected: list[str]
) -> None:
    load(connection, tmp_path, [conversation("c1", [("customer", 0.0)] * 3, touchpoints=stretches)])
    assert summary(connection, "touchpoints") == (expected,)


def test_of_several_parts_the_last_tells_and_any_warns(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = {"role": "customer", "sentiment": -0.9, "seconds": 0.0}
    first = conversation("c1", [turn], goal="no", ease="hard", events={"complaint": 0.9}, started_at="2026-09-01T09:00")
    last = conversation("c1", [turn, turn], goal="yes", events={"churn": 0.9}, started_at="2026-09-02T09:00")
    load(connection, tmp_path, [first])
    load(connection, tmp_path, [last], file="b")
    found = summary(connection, "goal_reached, ease, complaint, churn_risk, repeat_contact, transferred, lowest_turn")
    assert found == ("yes", "hard", True, True, False, False, 0)


def test_a_later_part_that_leaves_it_open_takes_nothing_back(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for day, goal in enumerate(("no", "yes", "unclear"), 1):
        turns = [{"role": "customer", "sentiment": 0.0, "seconds": 0.0}] * day
        part = conversation(
            "c1", turns, goal=goal, ease="easy" if day == 1 else None, started_at=f"2026-09-0{day}T09:00"
        )
        load(connection, tmp_path, [part], file=str(day))
    assert summary(connection, "goal_reached, ease") == ("yes", "easy")
    assert rows(connection, "SELECT goal FROM contacts") == [("yes",)]


def test_the_lowest_turn_is_a_negative_one(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """-0.5 is the lowest, and as probably neutral; a bare joo does not count."""
    joo = {"role": "customer", "sentiment": -0.9, "tokens": [["joo", "joo", "INTJ"]]}
    load(connection, tmp_path, [conversation("c1", [("customer", -0.5), ("agent", -0.9), joo], goal="unclear")])
    assert summary(connection, "lowest_turn, start_sentiment") == (None, "neutral")
    assert rows(connection, "SELECT lowest_index FROM emotion_arcs") == [(0,)], "the arc has its lowest all the same"


def test_of_negative_turns_the_most_strongly_felt_is_the_lowest(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    moves = {"0": {"strength": -0.4}, "1": {"strength": -0.9}}
    load(connection, tmp_path, [
        conversation("c1", [("customer", -0.95), ("customer", -0.9)], goal="no", moves=moves),
        conversation("c2", [("customer", -0.95), ("customer", -0.9)]),
    ])  # fmt: skip
    assert rows(connection, "SELECT lowest_turn FROM conversation_summary ORDER BY conversation_id") == [(1,), (0,)]
    assert rows(connection, "SELECT strength FROM customer_feelings ORDER BY ALL") == [
        (-0.95,),
        (-0.9,),
        (-0.9,),
        (-0.4,),
    ]


# --- reason ----------------------------------------------------------------------------------------------------------


def with_reasons(connection: DuckDBPyConnection, folder: Path, feelings: list[float], reasons: list[int]) -> Any:
    """A segment for each turn; those of `reasons` have one in their own words."""
    turns = [
        utterance(n, "customer", feeling, text=MaskedText(f"ääni {n} katkeaa")) for n, feeling in enumerate(feelings)
    ]
    stretches = [(n, n, f"t{n}") for n in range(len(turns))]
    load(connection, folder, [conversation("c1", turns, touchpoints=stretches, goal="no")])
    for number in reasons:
        connection.execute(
            "UPDATE conversation_touchpoints SET reason = {'utterance_index': ?, 'start': 0, 'end': 6}"
            " WHERE first_utterance_index = ?", [number, number],
        )  # fmt: skip
    return summary(connection, "reason, reason_place.utterance_index")


@pytest.mark.parametrize(
    ("feelings", "reasons", "expected"),
    [
        ([-0.6, -0.9, 0.9], [0, 1, 2], 1),
        ([-0.6, -0.9, 0.9], [0, 2], 0),
        ([0.1, -0.4, 0.9], [0, 1, 2], 0),
        ([0.1, -0.4, 0.9], [1, 2], 1),
        ([0.1, -0.4, 0.9], [2], 2),
    ],
    ids=[
        "the most negative",
        "of those that have one",
        "none is negative: the first",
        "the first that has one",
        "the last",
    ],
)
def test_the_reason_is_that_of_the_worst_segment(
    connection: DuckDBPyConnection, tmp_path: Path, feelings: list[float], reasons: list[int], expected: int
) -> None:
    assert with_reasons(connection, tmp_path, feelings, reasons) == (f"ääni {expected}", expected)


def test_without_a_reason_or_its_words_there_is_none(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    assert with_reasons(connection, tmp_path, [-0.9], []) == (None, None)
    connection.execute("UPDATE conversation_touchpoints SET reason = {'utterance_index': 0, 'start': 0, 'end': 6}")
    connection.execute("UPDATE utterances SET text = '', tokens = []")
    assert summary(connection, "reason, reason_place.utterance_index") == (None, 0)
