"""timing: waits, silences, interruptions and shares of talk, of calls with ends and of chats without."""

import math
import random
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import conversation, load, rows


def turn(role: str, start: float | None, end: float | None = None, feeling: float = 0.0, words: str = "lasku") -> Any:
    tokens = [[word, word, "X"] for word in words.split()]
    sentiment = feeling if role in ("customer", "agent") else None
    return {"role": role, "seconds": start, "end_seconds": end, "sentiment": sentiment, "tokens": tokens}


CALL = [
    turn("agent", 0, 5), turn("customer", 6, 16, -0.4), turn("agent", 26, 30), turn("customer", 28, 40, -0.2),
    turn("agent", 38, 39, words="joo"), turn("agent", 39, 50), turn("customer", 70, 90, -0.8),
]  # fmt: skip
"""Gaps 1, 10 and 20 s; turn 3 interrupts the agent, turn 5 the customer, turn 4 ("joo") nobody."""
CHAT = [
    turn("bot", 0), turn("customer", 10), turn("customer", 20), turn("agent", 50), turn("agent", 55),
    turn("customer", 85), turn("agent", 90), turn("customer", 100, feeling=0.6),
]  # fmt: skip


def timing(connection: DuckDBPyConnection, folder: Path, columns: str, turns: list[Any], **facts: Any) -> Any:
    load(connection, folder, [conversation("c1", turns, **facts)])
    (row,) = rows(connection, f"SELECT {columns} FROM timing")
    return row


def test_silences_of_a_call(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "has_ends, longest_silence_seconds, longest_silence_index, total_silence_seconds"
    assert timing(connection, tmp_path, columns, CALL) == (True, 20, 6, 31)


def test_waits_of_a_call_begin_where_the_customer_stops_talking(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "first_response_wait_seconds, longest_wait_seconds, longest_wait_index, longest_wait_touchpoint, " \
              "feeling_after_wait, feeling_after_wait_index"  # fmt: skip
    assert timing(connection, tmp_path, columns, CALL) == (10, 10, 2, "laskutus", -0.2, 3)


def test_who_talks_and_who_interrupts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The agent talks 5 + 4 + 1 + 11 s, the customer 10 + 12 + 20."""
    columns = "agent_talk_share, customer_talk_share, agent_interruption_count, customer_interruption_count, " \
              "interruption_indices"  # fmt: skip
    found = timing(connection, tmp_path, columns, CALL)
    assert found == (pytest.approx(21 / 63), pytest.approx(42 / 63), 1, 1, [3, 5])


def test_a_chat_is_measured_from_message_to_message(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Of different speakers: 10, 30, 30, 5 and 10 s. A wait is counted from the first message without an answer."""
    columns = "has_ends, longest_silence_seconds, longest_silence_index, total_silence_seconds, " \
              "first_response_wait_seconds, longest_wait_seconds, longest_wait_index"  # fmt: skip
    assert timing(connection, tmp_path, columns, CHAT) == (False, 30, 3, 85, 40, 40, 3)


def test_a_chat_has_neither_talk_nor_interruptions(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "agent_talk_share, customer_talk_share, agent_interruption_count, customer_interruption_count, " \
              "interruption_indices"  # fmt: skip
    assert timing(connection, tmp_path, columns, CHAT) == (None,) * 5


@pytest.mark.parametrize("lacking", [range(7), [0], [6]])
def test_without_a_time_for_every_turn_nothing_is_told(
    connection: DuckDBPyConnection, tmp_path: Path, lacking: Any
) -> None:
    turns = [{**turn, "seconds": None} if index in lacking else turn for index, turn in enumerate(CALL)]
    found = timing(connection, tmp_path, "* EXCLUDE (conversation_id, channel, started_date, customer_key)", turns)
    assert found == (False, *[None] * 15)


def test_one_end_too_few_makes_it_a_chat(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [*CALL[:-1], turn("customer", 70)]
    assert timing(connection, tmp_path, "has_ends, longest_silence_seconds, agent_talk_share", turns) == (
        False,
        31,
        None,
    )


def test_a_single_turn(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "longest_silence_seconds, longest_silence_index, total_silence_seconds, longest_wait_seconds, " \
              "first_response_wait_seconds, customer_talk_share"  # fmt: skip
    assert timing(connection, tmp_path, columns, [turn("customer", 0, 5)]) == (None, None, 0, None, None, 1)


def test_talking_over_each_other_leaves_no_silence(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The third begins after the second has ended, but the first is still talking."""
    turns = [turn("customer", 0, 30), turn("agent", 5, 10), turn("agent", 15, 20)]
    columns = "longest_silence_seconds, longest_silence_index, total_silence_seconds, agent_interruption_count"
    assert timing(connection, tmp_path, columns, turns) == (0, None, 0, 2)


def test_no_answer_no_wait(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "first_response_wait_seconds, longest_wait_seconds, longest_wait_index, feeling_after_wait"
    assert timing(connection, tmp_path, columns, [turn("agent", 0), turn("customer", 9)]) == (None,) * 4


def test_the_feeling_after_a_wait_skips_back_channels(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [turn("customer", 0, feeling=-0.4), turn("agent", 60), turn("customer", 61, feeling=0.9, words="joo"),
             turn("customer", 65, feeling=-0.6)]  # fmt: skip
    assert timing(connection, tmp_path, "feeling_after_wait, feeling_after_wait_index", turns) == (-0.6, 3)


@pytest.mark.parametrize(("weight", "is_found"), [(-0.25, True), (0.0, False)])
def test_a_planted_cost_of_waiting_is_found_and_an_absent_one_is_not(
    connection: DuckDBPyConnection, tmp_path: Path, weight: float, is_found: bool
) -> None:
    chance = random.Random(7)
    talks = []
    for number in range(80):
        wait = round(math.exp(chance.uniform(0, 7)), 1)
        feeling = min(max(0.8 + weight * math.log(1 + wait) + chance.gauss(0, 0.2), -1), 1)
        turns = [turn("customer", 0), turn("agent", wait), turn("customer", wait + 5, feeling=round(feeling, 3))]
        talks.append(conversation(f"c{number}", turns))
    load(connection, tmp_path, talks)
    columns, (row,) = store.run_metric(connection, "timing", {})
    told = dict(zip(columns, row, strict=True))
    assert (told["wait_count"], told["agent_count"]) == (80, 1)
    assert (told["correlation_high"] < 0) == is_found
    columns, found = store.run_metric(connection, "waits", {})
    means = {row[columns.index("wait")]: row[columns.index("mean_feeling")] for row in found}
    assert list(means) == ["0-10 s", "10-60 s", "1-5 min", "5-60 min"]
    assert (means["5-60 min"] < means["0-10 s"] - 0.5) == is_found


def test_two_waits_are_no_correlation(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """They always lie on a line."""
    waits = [(10, 0.5), (100, -0.5)]
    talks = [
        conversation(f"c{wait}", [turn("customer", 0), turn("agent", wait), turn("customer", 200, feeling=feeling)])
        for wait, feeling in waits
    ]
    load(connection, tmp_path, talks)
    columns, (row,) = store.run_metric(connection, "timing", {})
    assert (row[columns.index("wait_count")], row[columns.index("wait_correlation")]) == (2, None)
