"""Do agents ask, and whom did nobody ask: the figures of `agent_behaviour` and `not_asked` are those of plain SQL.

The queries here read the tables alone, none of the views that the metrics stand on.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from tests.store.rows import answer, conversation, key, load, rows

TALKS = 120


@pytest.fixture
def asked(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    """Talks of three teams, one without a name, and answers before, after and about some of them."""
    random = Random(8)
    talks = [conversation(f"c{number}", **_talk(random)) for number in range(TALKS)]
    answers = [
        answer(
            f"a{number}", 5, f"2026-{random.choice(('08', '09', '10', '11'))}-{random.randrange(1, 28):02d}T12:00",
            customer=random.choice((None, random.randrange(30))),
            conversation_id=random.choice((None, None, f"c{random.randrange(TALKS)}")),
        )
        for number in range(25)
    ]  # fmt: skip
    load(connection, tmp_path, talks, answers)
    return connection


def _talk(random: Random) -> dict[str, Any]:
    turns = list(_turns(random))
    return {
        "turns": turns,
        "started_at": random.choice((None, *(f"2026-09-{random.randrange(1, 31):02d}T09:00" for _ in range(9)))),
        "customer": random.choice((None, random.randrange(30), random.randrange(30))),
        "queue": random.choice(("laskutus", "tuki", None)),
        "goal": random.choice(("yes", "no", None)),
        "moves": {str(place): {"open_question": random.choice((0.1, 0.49, 0.5, 0.9))} for place in range(len(turns))},
    }


def _turns(random: Random) -> Iterator[dict[str, Any]]:
    for _ in range(random.randrange(2, 9)):
        role = random.choice(("customer", "agent"))
        emotions = {name: random.choice((0.1, 0.1, 0.79, 0.8, 0.95)) for name in ("anger", "joy")}
        who = key(random.choice((1, 2, 3, 4))) if role == "agent" and random.random() < 0.9 else None
        yield {"role": role, "sentiment": random.uniform(-1, 1), "emotions": emotions, "participant_key": who}


def test_open_questions_are_counted_as_plain_sql_counts_them(asked: DuckDBPyConnection) -> None:
    columns, found = store.run_metric(asked, "agent_behaviour", {})
    told = [dict(zip(columns, row, strict=True)) for row in found]
    plain = rows(asked, """
        WITH turns AS (
            SELECT c.conversation_id, coalesce(c.queue, 'unknown') AS team, u.participant_key AS agent,
                coalesce(c.customer_key, c.conversation_id) AS customer, r.open_question_probability >= 0.5 AS asks
            FROM utterance_readings r
            JOIN utterances u ON u.conversation_id = r.conversation_id AND u.utterance_index = r.utterance_index
            JOIN conversations c ON c.conversation_id = r.conversation_id
            WHERE u.speaker_role = 'agent'
        )
        SELECT team, count(DISTINCT agent), count(DISTINCT customer), count(DISTINCT conversation_id), count(*),
            count(DISTINCT CASE WHEN asks THEN customer END), sum(asks::INTEGER), sum(asks::INTEGER) / count(*),
            count(DISTINCT CASE WHEN asks THEN conversation_id END) / count(DISTINCT conversation_id)
        FROM turns GROUP BY team ORDER BY team
    """)  # fmt: skip
    names = ("queue", "agent_count", "customer_count", "conversation_count", "turn_count", "present_customer_count",
             "present_count", "turn_share", "conversation_share")  # fmt: skip
    ours = [tuple(row[name] for name in names) for row in told if row["behaviour"] == "open_question"]
    assert [row[0] for row in plain] == ["laskutus", "tuki", "unknown"]
    assert ours == [(row[0], *(pytest.approx(figure) for figure in row[1:])) for row in plain]
    assert all(
        row["conversation_share_low"] <= row["conversation_share"] <= row["conversation_share_high"] for row in told
    )


def test_whom_nobody_asked_is_who_plain_sql_finds(asked: DuckDBPyConnection) -> None:
    columns, found = store.run_metric(asked, "not_asked", {})
    place, turns = columns.index("conversation_id"), columns.index("turn_count")
    plain = rows(asked, """
        SELECT c.conversation_id, count(*)
        FROM conversations c
        JOIN utterances u ON u.conversation_id = c.conversation_id
        JOIN utterance_scores s ON s.conversation_id = u.conversation_id AND s.utterance_index = u.utterance_index
        WHERE u.speaker_role = 'customer' AND (s.anger_probability >= 0.8 OR s.joy_probability >= 0.8)
            AND c.conversation_id NOT IN (
                SELECT conversation_id FROM survey_responses WHERE conversation_id IS NOT NULL
            )
            AND c.conversation_id NOT IN (
                SELECT mine.conversation_id FROM conversations mine
                JOIN survey_responses a ON a.customer_key = mine.customer_key
                WHERE a.responded_at >= mine.started_at AND a.responded_at <= mine.started_at + INTERVAL 30 DAY
            )
        GROUP BY c.conversation_id
    """)  # fmt: skip
    assert sorted((row[place], row[turns]) for row in found) == sorted(plain)
    strong = rows(asked, "SELECT count(DISTINCT conversation_id) FROM utterance_emotions WHERE probability >= 0.8")
    assert 0 < len(plain) < strong[0][0]
