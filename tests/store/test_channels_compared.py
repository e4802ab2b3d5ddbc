"""channel_gaps and contradictions: the same customers in two channels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from tests.store.rows import Placed, conversation, key, load, rows

SAMPLES = 400
Floats = np.ndarray[Any, np.dtype[np.float64]]


def fill(connection: DuckDBPyConnection, feelings: Floats) -> None:
    """A touchpoint per sample. `feelings[sample, customer, channel, conversation]`: sentiment of its only turn."""
    sample, customer, channel, _ = (place.ravel() for place in np.indices(feelings.shape))
    connection.register("drawn", {
        "id": np.arange(feelings.size), "sample": sample, "customer": customer, "channel": channel,
        "sentiment": feelings.ravel(),
    })  # fmt: skip
    connection.execute("""
        INSERT INTO conversations BY NAME SELECT id::VARCHAR AS conversation_id, 'fi' AS language, 'b' AS batch_id,
            if(channel = 0, 'call', 'chat') AS channel, customer::VARCHAR AS customer_key FROM drawn;
        INSERT INTO conversation_touchpoints BY NAME SELECT id::VARCHAR AS conversation_id, 'r' AS rule, 's' AS stage,
            0 AS first_utterance_index, 0 AS last_utterance_index, sample::VARCHAR AS touchpoint FROM drawn;
        INSERT INTO utterances BY NAME SELECT id::VARCHAR AS conversation_id, 0 AS utterance_index, 'moi' AS text,
            'customer' AS speaker_role, [] AS tokens FROM drawn;
        INSERT INTO utterance_readings
        SELECT id::VARCHAR, 0, (1 - sentiment) / 2, 0, (1 + sentiment) / 2, sentiment, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            'm', '1', 'run' FROM drawn;
    """)


def intervals(connection: DuckDBPyConnection) -> Floats:
    columns, found = store.run_metric(connection, "channel_gaps", {})
    assert {row[columns.index("channel")] for row in found} == {"call"}
    places = [columns.index(name) for name in ("gap", "gap_low", "gap_high")]
    return np.array([[row[place] for place in places] for row in found])


def drawn(customers: int, gap: float = 0.0, conversations: int = 1) -> Floats:
    """Customers with a level of their own, contacts that differ from it, and a gap of the first channel."""
    draw = np.random.default_rng(20261101)
    level = draw.uniform(-0.4, 0.4, size=(SAMPLES, customers, 1, 1))
    felt = level + draw.normal(scale=0.3, size=(SAMPLES, customers, 2, conversations))
    return np.asarray(np.clip(felt + np.array([gap, 0])[:, None], -1, 1))


@pytest.mark.parametrize(("customers", "conversations"), [(3, 1), (12, 1), (12, 3)])
def test_equal_channels_cover_zero_as_often_as_they_say(
    connection: DuckDBPyConnection, customers: int, conversations: int
) -> None:
    """400 touchpoints: 95 % and three standard errors, 3.3 %."""
    fill(connection, drawn(customers, conversations=conversations))
    gap, low, high = intervals(connection).T
    assert len(gap) == SAMPLES
    assert 0.917 <= np.mean((low <= 0) & (high >= 0)) <= 0.983
    assert np.mean(gap) == pytest.approx(0, abs=0.03)


def test_a_planted_gap_is_found(connection: DuckDBPyConnection) -> None:
    fill(connection, drawn(12, gap=-0.5))
    _, low, high = intervals(connection).T
    assert np.mean(high < 0) > 0.9
    assert np.mean((low <= -0.5) & (high >= -0.5)) > 0.9, "clipped at the end of the scale: nearly as large as planted"


# --- contradictions --------------------------------------------------------------------------------------------------


def told(cue: str | None, text: str = "vastaus") -> dict[str, Any]:
    cues = {"cues": {cue: 0.9} if cue else {}}
    return {"role": "agent", "sentiment": 0.0, "text": MaskedText(text), "told": cues}


def asked(conversation_id: str, day: int, *answers: dict[str, Any], channel: str = "chat", customer: int | None = 1,
          **more: Any) -> Placed:  # fmt: skip
    return conversation(
        conversation_id, [("customer", -0.2), *answers], channel=channel, customer=customer,
        started_at=f"2026-09-{day:02}T09:00", **more,
    )  # fmt: skip


PAIR = "first_conversation_id, second_conversation_id, is_of_goals, is_of_agents"


def test_two_channels_two_answers_side_by_side(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [
        asked("a", 1, told(None, "Selvitän"), told("goal_reached", "Hyvitys on tehty"), told(None, "Hei sitten")),
        asked("b", 2, told("goal_missed", "Emme voi hyvittää"), told(None, "Hei"), channel="call"),
    ])  # fmt: skip
    columns = [name for (name, *_) in rows(connection, "DESCRIBE contradictions")]
    (found,) = rows(connection, "FROM contradictions")
    shown = {name: value for name, value in zip(columns, found, strict=True) if not name.endswith("_at")}
    assert shown == {
        "touchpoint": "laskutus", "customer_key": key(1), "is_of_goals": False, "is_of_agents": True,
        "hours_between": 24,
        "first_conversation_id": "a", "first_channel": "chat", "first_goal": None, "first_agent_goal": "yes",
        "first_utterance_index": 2, "first_text": "Hyvitys on tehty",
        "second_conversation_id": "b", "second_channel": "call", "second_goal": None, "second_agent_goal": "no",
        "second_utterance_index": 1, "second_text": "Emme voi hyvittää",
    }  # fmt: skip


def test_goals_contradict_each_other_too(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """With the agent's last words where none tells of the goal; c left it open, d had no agent."""
    load(connection, tmp_path, [
        asked("a", 1, told(None, "yksi"), told(None, "kaksi"), goal="no"), asked("b", 2, goal="yes", channel="call"),
        asked("c", 3, told(None), goal="unclear", channel="email"),
    ])  # fmt: skip
    found = rows(connection, f"SELECT {PAIR}, first_text, first_utterance_index, second_text FROM contradictions")
    assert found == [("a", "b", True, False, "kaksi", 2, None)]


@pytest.mark.parametrize(
    "other",
    [
        asked("b", 2, told("goal_missed")),
        asked("b", 2, told("goal_missed"), channel="call", customer=2),
        asked("b", 2, told("goal_missed"), channel="call", touchpoint="toimitus"),
        asked("b", 16, told("goal_missed"), channel="call"),
        asked("b", 2, told("goal_reached"), channel="call"),
        asked("b", 2, told(None), channel="call"),
        asked("b", 2, told("goal_missed"), told("goal_reached"), channel="call"),
        asked("b", 2, {**told("goal_missed"), "role": "customer"}, channel="call"),
    ],
    ids=["channel", "customer", "touchpoint", "time", "same answer", "no answer", "taken back", "not the agent"],
)
def test_what_is_no_contradiction(connection: DuckDBPyConnection, tmp_path: Path, other: Placed) -> None:
    load(connection, tmp_path, [asked("a", 1, told("goal_reached")), other])
    assert rows(connection, "FROM contradictions") == []


def test_unknown_customers_and_touchpoints_contradict_nobody(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [
        asked("a", 1, told("goal_reached"), customer=None),
        asked("b", 1, told("goal_missed"), customer=None, channel="call"),
        asked("c", 1, told("goal_reached"), touchpoint="unknown"),
        asked("d", 1, told("goal_missed"), touchpoint="unknown", channel="call"),
    ])  # fmt: skip
    assert rows(connection, "FROM contradictions(days := 999)") == []


def test_another_window_and_words_that_are_gone(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """At the same minute the ids give the order; each pair stands once."""
    load(connection, tmp_path, [
        asked("b", 1, told("goal_reached")), asked("a", 1, told("goal_missed"), channel="call"),
        asked("c", 20, told("goal_missed"), channel="email"),
    ])  # fmt: skip
    assert rows(connection, f"SELECT {PAIR} FROM contradictions") == [("a", "b", False, True)]
    wider = rows(connection, f"SELECT {PAIR} FROM contradictions(days := 19) ORDER BY ALL")
    assert wider == [("a", "b", False, True), ("b", "c", False, True)]
    connection.execute("UPDATE utterances SET text = ''")
    assert rows(connection, "SELECT first_text, second_text, first_agent_goal FROM contradictions") == [
        (None, None, "no")
    ]


def test_only_the_stretch_of_the_touchpoint_is_asked(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns: list[Any] = [
        ("customer", 0.0),
        told("goal_reached", "lasku"),
        ("customer", 0.0),
        told("goal_missed", "paketti"),
    ]
    stretches = [(0, 1, "laskutus"), (2, 3, "toimitus")]
    load(connection, tmp_path, [
        conversation("a", turns, touchpoints=stretches, customer=1),
        asked("b", 2, told("goal_missed"), channel="call"),
    ])  # fmt: skip
    assert rows(connection, "SELECT touchpoint, first_text FROM contradictions") == [("laskutus", "lasku")]
