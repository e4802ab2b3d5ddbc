"""touchpoint_dimensions: goal, ease and feeling, each by itself, with what speaks for them."""

from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import MaskedText
from tests.store.rows import conversation, load, rows, utterance


def dimensions(connection: DuckDBPyConnection, columns: str) -> list[tuple[Any, ...]]:
    return rows(connection, f"SELECT {columns} FROM touchpoint_dimensions ORDER BY conversation_id, touchpoint")


def set_probabilities(connection: DuckDBPyConnection, **probabilities: float) -> None:
    for name, probability in probabilities.items():
        connection.execute(f"UPDATE conversation_touchpoints SET {name}_probability = ?", [probability])


@pytest.mark.parametrize("goal", ["yes", "no", "unclear"])
def test_goal_is_the_most_probable(connection: DuckDBPyConnection, tmp_path: Path, goal: str) -> None:
    load(connection, tmp_path, [conversation("c1", goal=goal)])
    assert dimensions(connection, "goal, goal_probability") == [(goal, 0.8)]


@pytest.mark.parametrize(
    ("yes", "no", "unclear", "goal"),
    [(0.4, 0.4, 0.2, "no"), (0.4, 0.2, 0.4, "unclear"), (0.2, 0.4, 0.4, "unclear"), (0.41, 0.4, 0.19, "yes")],
)
def test_a_goal_in_doubt_is_not_reached(
    connection: DuckDBPyConnection, tmp_path: Path, yes: float, no: float, unclear: float, goal: str
) -> None:
    load(connection, tmp_path, [conversation("c1", goal="yes")])
    set_probabilities(connection, goal_yes=yes, goal_no=no, goal_unclear=unclear)
    assert dimensions(connection, "goal") == [(goal,)]


@pytest.mark.parametrize(
    ("easy", "mixed", "hard", "expected"),
    [
        (0.6, 0.2, 0.1, ("easy", 0.6, 70 / 0.9)),
        (0.1, 0.5, 0.2, ("mixed", 0.5, 35 / 0.8)),
        (0.0, 0.1, 0.7, ("hard", 0.7, 5 / 0.8)),
        (0.35, 0.0, 0.35, ("hard", 0.35, 50.0)),
        (0.3, 0.2, 0.1, (None, None, None)),
        (0.0, 0.0, 0.0, (None, None, None)),
        (0.25, 0.25, 0.25, (None, None, None)),
    ],
)
def test_ease_is_told_or_unknown(
    connection: DuckDBPyConnection, tmp_path: Path, easy: float, mixed: float, hard: float, expected: tuple[Any, ...]
) -> None:
    """What the three lack of 1 is that nothing tells of it: where that is the most probable there is none, not 50."""
    load(connection, tmp_path, [conversation("c1", goal="yes")])
    set_probabilities(connection, ease_easy=easy, ease_mixed=mixed, ease_hard=hard)
    (found,) = dimensions(connection, "ease, ease_probability, ease_score, ease_standard_error, ease_told_probability")
    assert found[:3] == pytest.approx(expected)
    assert found[4] == pytest.approx(easy + mixed + hard)
    told = easy + mixed + hard
    spread = None if expected[0] is None else sqrt((10000 * easy + 2500 * mixed) / told - found[2] ** 2)
    assert found[3] == pytest.approx(spread)


def test_no_dimension_is_filled_from_another(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Goal without ease and feeling; feeling without goal and ease; nothing at all."""
    load(connection, tmp_path, [
        conversation("c1", [("agent", 0.0)], goal="yes"), conversation("c2", [("customer", -0.9)]),
        conversation("c3", [("bot", None)]),
    ])  # fmt: skip
    assert dimensions(connection, "goal, ease, ease_score, mean_feeling, feeling_source, turn_count") == [
        ("yes", None, None, None, None, None), (None, None, None, -0.9, "turn", 1), (None,) * 6
    ]  # fmt: skip


def test_coming_back_to_a_touchpoint_is_one_row(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Goal and ease are of the last segment there, the arc is of both; the other touchpoint keeps its own."""
    turns = [("customer", -0.8), ("customer", 0.4), ("customer", 0.6)]
    stretches = [(0, 0, "laskutus"), (1, 1, "toimitus"), (2, 2, "laskutus")]
    load(connection, tmp_path, [conversation("c1", turns, touchpoints=stretches, goal="no", ease="hard")])
    connection.execute("""
        UPDATE conversation_touchpoints SET goal_yes_probability = 0.9, goal_no_probability = 0.1,
            goal_unclear_probability = 0, ease_hard_probability = 0, ease_easy_probability = 0.9
        WHERE first_utterance_index = 2
    """)
    found = dimensions(
        connection, "touchpoint, first_utterance_index, goal, ease, turn_count, start_feeling, end_feeling, slope"
    )
    assert found == [
        ("laskutus", 0, "yes", "easy", 2, -0.8, 0.6, pytest.approx(1.4)),
        ("toimitus", 1, "no", "hard", 1, 0.4, 0.4, None),
    ]


def test_a_segment_that_was_not_read_does_not_hide_one_that_was(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [("customer", 0.1), ("customer", 0.1)]
    load(connection, tmp_path, [conversation("c1", turns, touchpoints=[(0, 0, "a"), (1, 1, "a")], goal="yes")])
    connection.execute("""
        UPDATE conversation_touchpoints SET goal_yes_probability = NULL, goal_no_probability = NULL,
            goal_unclear_probability = NULL, ease_easy_probability = NULL, ease_mixed_probability = NULL,
            ease_hard_probability = NULL WHERE first_utterance_index = 1
    """)
    assert dimensions(connection, "goal") == [("yes",)]


def test_evidence_names_utterances_and_characters(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    text = MaskedText("vihdoin toimii")
    told = {
        "cues": {"goal_reached": 0.5, "ease": 0.7, "thanks": 0.9},
        "evidence": [("joy", 0, 7, 0.2), ("positive", 8, 14, 0.4)],
    }
    turns = [
        utterance(0, "customer", -0.9, told={"cues": {"effort": 0.8, "goal_missed": 0.49}}),
        utterance(1, "agent", 0.0, text=text, told={**told, "cues": {"goal_reached": 0.6, "effort": 0.9}}),
        utterance(2, "customer", 0.9, text=text, told=told),
        utterance(3, "customer", 0.9, text=text, told=told),
    ]
    load(connection, tmp_path, [conversation("c1", turns, touchpoints=[(0, 2, "a"), (3, 3, "b")], goal="yes")])
    goal, ease, emotion = dimensions(connection, "goal_evidence, ease_evidence, emotion_evidence")[0]
    assert [tuple(word.values()) for word in goal] == [("goal_reached", 1, 0, 14, 0.6), ("goal_reached", 2, 0, 14, 0.5)]
    assert [tuple(word.values()) for word in ease] == [("effort", 0, 0, 15, 0.8), ("ease", 2, 0, 14, 0.7)]
    assert [tuple(word.values()) for word in emotion] == [("positive", 2, 8, 14, 0.4)], "the customer's alone"
    assert list(goal[0]) == ["label", "utterance_index", "start", "end", "weight"]


def test_without_evidence_the_lists_are_empty(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1", goal="yes", ease="easy")])
    assert dimensions(connection, "goal_evidence, ease_evidence, emotion_evidence") == [([], [], [])]


def test_every_conversation_has_a_row_for_each_of_its_touchpoints(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    load(connection, tmp_path, [
        conversation("c1", [("customer", 0.1)] * 3, touchpoints=[(0, 0, "a"), (1, 1, "b"), (2, 2, "a")], goal="yes"),
        conversation("c2", [("bot", None)], touchpoint="unknown", customer=7),
    ])  # fmt: skip
    assert dimensions(connection, "conversation_id, touchpoint, stage") == [
        ("c1", "a", "stage of a"), ("c1", "b", "stage of b"), ("c2", "unknown", "stage of unknown")
    ]  # fmt: skip
