"""What stands before and after each turn of an agent, over conversations that fit on a hand."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import conversation, key, load, rows


def customer(feeling: float | None, *words: str) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": "customer", "sentiment": feeling}
    return {**turn, "tokens": [(word, word, "X") for word in words]} if words else turn


def agent(feeling: float | None = 0.1, number: int | None = None) -> dict[str, Any]:
    return {"role": "agent", "sentiment": feeling, "participant_key": key(number)}


def talk(connection: DuckDBPyConnection, folder: Path, *turns: Any, **facts: Any) -> None:
    load(connection, folder, [conversation("c1", turns, **{"goal": "yes", **facts})])


def around(connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Utterance, reply, feeling before, earlier, after, after two, each rounded."""
    found = rows(connection, """
        SELECT utterance_index, reply_number, feeling_before, feeling_earlier, feeling_after, feeling_after_two
        FROM agent_turns ORDER BY utterance_index
    """)  # fmt: skip
    return [tuple(value if value is None else round(value, 6) for value in row) for row in found]


def test_before_and_after(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talk(
        connection, tmp_path,
        agent(), customer(-0.8), customer(-0.6), agent(), agent(), customer(0.2), agent(), customer(0.4), agent(),
    )  # fmt: skip
    assert around(connection) == [
        (0, 0, None, None, -0.8, -0.7),
        (3, 2, -0.6, -0.8, 0.2, 0.3),
        (4, 2, -0.6, -0.8, 0.2, 0.3),
        (6, 3, 0.2, -0.7, 0.4, 0.4),
        (8, 4, 0.4, pytest.approx(-0.4), None, None),
    ]
    changes = rows(connection, "SELECT change, change_two FROM agent_turns ORDER BY utterance_index")
    assert changes[0] == changes[-1] == (None, None)
    assert changes[1] == pytest.approx((0.8, 0.9))


@pytest.mark.parametrize("words", [["joo"], ["Joo", "joo"], ["Mm"], ["aha", "okei"], ["niin", "joo"], ["Aivan"]])
def test_bare_back_channels_are_passed_over(connection: DuckDBPyConnection, tmp_path: Path, words: list[str]) -> None:
    talk(connection, tmp_path, customer(-0.8), agent(), customer(0.1, *words), agent(), customer(0.5))
    assert around(connection) == [(1, 1, -0.8, None, 0.5, 0.5), (3, 1, -0.8, None, 0.5, 0.5)]


@pytest.mark.parametrize(
    ("feeling", "words"),
    [(-0.7, ["just", "joo"]), (0.1, ["joo", "lasku"]), (0.1, ["ei"]), (0.1, ["kiitos"])],
)
def test_what_says_or_feels_something_is_no_back_channel(
    connection: DuckDBPyConnection, tmp_path: Path, feeling: float, words: list[str]
) -> None:
    talk(connection, tmp_path, customer(-0.8), agent(), customer(feeling, *words), agent(), customer(0.5))
    assert around(connection)[0] == (1, 1, -0.8, None, feeling, pytest.approx((feeling + 0.5) / 2))


def test_turns_that_nobody_read_are_passed_over(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Another language, what the recognizer made up; bots and unknown speakers, were they scored by mistake."""
    made_up = [{"role": role, "asr_suspect": "phrase"} for role in ("customer", "agent")]
    others = [{"role": role, "sentiment": -0.9} for role in ("bot", "unknown")]
    talk(connection, tmp_path, customer(-0.8), agent(), customer(None), *made_up, *others, customer(0.5))
    assert around(connection) == [(1, 1, -0.8, None, 0.5, 0.5)]
    assert rows(connection, "SELECT utterance_index FROM felt_turns ORDER BY 1") == [(0,), (1,), (7,)]


def test_of_a_conversation_that_was_not_read_nobody_knows_the_moves(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its feelings are those of each turn by itself."""
    talk(connection, tmp_path, customer(-0.8), agent(), customer(0.5), goal=None)
    assert rows(connection, "FROM agent_turns") == []
    assert rows(connection, "SELECT feeling_source, customer_end FROM dyads") == [("turn", 0.5)]
    assert len(rows(connection, "FROM felt_turns")) == 3


def test_moves_are_present_from_a_half(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    moves = {"0": {"mirroring": 0.9}, "1": {"understanding": 0.5, "adjusting": 0.49}, "3": {"hand_over": 1.0}}
    talk(connection, tmp_path, customer(-0.8), agent(), customer(0.1), agent(), moves=moves)
    found = rows(connection, """
        SELECT utterance_index, is_understanding, is_mirroring, is_adjusting, is_hand_over FROM agent_turns ORDER BY 1
    """)  # fmt: skip
    assert found == [(1, True, False, False, False), (3, False, False, False, True)]


def test_a_turn_belongs_to_the_stretch_it_stands_in(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    stretches = [(0, 1, "laskutus"), (3, 4, "toimitus")]
    turns = [customer(-0.8), agent(), agent(), customer(0.1), agent(number=4)]
    talk(connection, tmp_path, *turns, touchpoints=stretches, queue="tuki", customer=7, channel="call")
    found = rows(connection, """
        SELECT touchpoint, queue, channel, customer_key, participant_key, started_date::VARCHAR, feeling, feeling_source
        FROM agent_turns ORDER BY utterance_index
    """)  # fmt: skip
    facts = ("tuki", "call", key(7))
    assert found == [
        ("laskutus", *facts, None, "2026-09-01", 0.1, "context"),
        (None, *facts, None, "2026-09-01", 0.1, "context"),
        ("toimitus", *facts, key(4), "2026-09-01", 0.1, "context"),
    ]


def test_dyads_have_both_sides(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [agent(0.2, 1), customer(-0.8), agent(0.4, 2), customer(0.1, "joo"), agent(0.9, 2), customer(0.6)]
    stretches = [(0, 1, "laskutus"), (2, 5, "toimitus")]
    talk(connection, tmp_path, *turns, touchpoints=stretches, queue="tuki", customer=7)
    alone = [conversation("c2", [customer(-0.8)], goal="yes"), conversation("c3", [agent()], goal="yes")]
    load(connection, tmp_path, alone, file="b.jsonl")
    found = rows(connection, """
        SELECT conversation_id, touchpoint, queue, customer_key, participant_key, agent_turn_count, agent_mean,
            agent_start, agent_end, customer_turn_count, customer_mean, customer_start, customer_end, feeling_source
        FROM dyads
    """)  # fmt: skip
    assert found == [
        ("c1", "toimitus", "tuki", key(7), key(2), 3, 0.5, 0.2, 0.9, 2, pytest.approx(-0.1), -0.8, 0.6, "context"),
    ]


def test_views_are_as_many_rows_as_turns(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Joins by place and by number could multiply rows, or lose some."""
    turns = [customer(-0.8), agent(), customer(0.5), agent(), customer(0.6), agent()]
    stretches = [(0, 0, "laskutus"), (1, 2, "toimitus"), (3, 5, "laskutus")]
    load(
        connection,
        tmp_path,
        [conversation(f"c{number}", turns, goal="yes", touchpoints=stretches) for number in range(5)],
    )
    assert rows(connection, "SELECT count(*), count(DISTINCT (conversation_id, utterance_index)) FROM agent_turns") == [
        (15, 15)
    ]
    assert rows(connection, "SELECT count(*) FROM dyads") == [(5,)]
    store.migrate(connection)
