"""customer_360: one customer in a row, with nothing that anybody said, and never outside."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from pipeline.errors import ConfigError
from pipeline.sharing import read_table
from tests.store.rows import answer, conversation, event, key, load, rows

TEXT = {"text": MaskedText("sanottua"), "metadata": {"osasto": "sanottua"}, "queue": MaskedText("sanottua")}


def customer(connection: DuckDBPyConnection, number: int) -> dict[str, Any]:
    """The row of one customer, days as text."""
    columns = [name for (name, *_) in rows(connection, "DESCRIBE customer_360")]
    (found,) = rows(connection, "FROM customer_360 WHERE customer_key = ?", key(number))
    shown = dict(zip(columns, found, strict=True))
    return {name: str(value) if name.endswith("_date") else value for name, value in shown.items()}


def test_all_of_one_customer(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Three contacts in two journeys and one without a time; two answers; somebody else answers last of all."""
    load(connection, tmp_path, [
        conversation("a", [("customer", -0.8), ("customer", -0.4)], started_at="2026-09-01T09:00", customer=1,
                     goal="no", events={"complaint": 0.9, "churn": 0.9}),
        conversation("b", [("customer", 0.2)], started_at="2026-09-03T22:30", customer=1, channel="call",
                     goal="unclear", events={"churn": 0.2},
                     touchpoints=[(0, 0, "laskutus")]),
        conversation("c", [("customer", 0.6)], started_at="2026-10-01T09:00", customer=1, touchpoint="toimitus",
                     goal="yes", events={"complaint": 0.6, "churn": 0.3}),
        conversation("d", [("agent", 0.6)], started_at=None, customer=1, touchpoint="unknown"),
        conversation("e", started_at="2026-09-01T09:00"),
    ], [
        answer("a1", 3, "2026-09-02T09:00", customer=1, ces_rating=6),
        answer("a2", 8, "2026-10-02T09:00", conversation_id="c", verbatim=MaskedText("huono"), sentiment=-0.9,
               told={"cues": {"churn": 0.4, "complaint": 0.7}}),
        answer("a3", 8, "2026-10-11T09:00", customer=2),
    ], events=[
        event("E17", "2026-08-31T09:00", customer=1), event("E17", "2026-11-30T22:30", customer=1),
        event("E17", "2026-12-24T09:00", customer=3), event("E17", "2026-12-24T09:00", device=2),
    ])  # fmt: skip
    found = customer(connection, 1)
    assert [(str(arc.pop("started_at")), *arc.values()) for arc in found.pop("arcs")] == [
        ("2026-09-01 09:00:00", "chat", pytest.approx(-0.8), pytest.approx(-0.4)),
        ("2026-09-03 22:30:00", "call", pytest.approx(0.2), pytest.approx(0.2)),
        ("2026-10-01 09:00:00", "chat", pytest.approx(0.6), pytest.approx(0.6)),
    ]
    assert found == {
        "customer_key": key(1), "contact_count": 4, "contacts_by_channel": {"call": 1, "chat": 3},
        "contacts_by_touchpoint": {"laskutus": 2, "toimitus": 1},
        "first_contact_date": "2026-09-01", "last_contact_date": "2026-10-01", "days_since_contact": 10,
        "mean_sentiment": pytest.approx((-0.6 + 0.2 + 0.6) / 3), "last_sentiment": pytest.approx(0.6),
        "goal_yes_count": 1, "goal_no_count": 1, "goal_unclear_count": 1,
        "answer_count": 2, "last_answer_date": "2026-10-02",
        "last_nps_rating": 8, "last_ces_rating": 6, "last_csat_rating": None,
        "device_event_count": 2, "last_device_event_date": "2026-12-01",
        "journey_count": 2, "repeat_contact_count": 1, "complaint_count": 2,
        "open_complaint_count": 2,  # of a, and of the answer a2; that of c reached its goal
        "churn_probability": 0.4,  # of the answer; what was said in September is more than 14 days old
    }  # fmt: skip


def test_who_only_answered(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [], [answer("a1", 3, "2026-09-02T09:00", customer=1), answer("a2", 9)])
    found = customer(connection, 1)
    assert rows(connection, "SELECT count(*) FROM customer_360") == [(1,)], "a2 is nobody's"
    told = {name: value for name, value in found.items() if value not in (None, "None", 0, {}, [])}
    assert told == {"customer_key": key(1), "answer_count": 1, "last_answer_date": "2026-09-02", "last_nps_rating": 3}
    assert found["contact_count"] == found["journey_count"] == found["open_complaint_count"] == 0


def test_who_only_has_a_device(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, events=[event("E17", customer=1, message="ei yhteyttä"), event("E18")])
    found = customer(connection, 1)
    assert rows(connection, "SELECT count(*) FROM customer_360") == [(1,)], "E18 is nobody's"
    told = {name: value for name, value in found.items() if value not in (None, "None", 0, {}, [])}
    assert told == {"customer_key": key(1), "device_event_count": 1, "last_device_event_date": "2026-09-01"}


def test_an_answer_is_of_whom_its_conversation_is(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("a", customer=1)],
         [answer("a1", 3, conversation_id="a"), answer("a2", 4, conversation_id="a", customer=2)])  # fmt: skip
    assert rows(connection, "SELECT customer_key, answer_count FROM customer_360") == [(key(1), 2)]


def test_it_holds_no_words_and_no_ids_of_other_systems(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = {"role": "customer", "sentiment": 0.1, "text": TEXT["text"], "participant_key": "osallistuja"}
    said = conversation("tunnus", [turn], customer=1, queue=TEXT["queue"], metadata=TEXT["metadata"])
    load(connection, tmp_path, [said],
         [answer("vastaus", 3, conversation_id="tunnus", verbatim=TEXT["text"], sentiment=0.1)])  # fmt: skip
    shown = str(rows(connection, "FROM customer_360"))
    assert str(key(1)) in shown
    for hidden in ("sanottua", "tunnus", "vastaus", "osallistuja"):
        assert hidden not in shown


@pytest.mark.parametrize("people", ["", "-- people: none (each row is one customer)\n",
                                    "-- people: customer_count by customer_key\n"])  # fmt: skip
@pytest.mark.parametrize("view", ["customer_360", "journeys", "journey_summary", "contradictions"])
def test_nothing_made_of_it_leaves_the_house(
    connection: DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str, people: str
) -> None:
    """Not even a metric that claims to count people, as long as a row has a customer's key in it."""
    sql = f"SELECT customer_key, 9 AS customer_count, * EXCLUDE (customer_key) FROM {view};"
    (tmp_path / "own.sql").write_text(f"-- description: d\n-- grain: g\n-- unit: u\n{people}{sql}", encoding="utf-8")
    monkeypatch.setattr(store, "metrics", lambda: {"own": tmp_path / "own.sql"})
    with pytest.raises(ConfigError, match="does not leave the house"):
        read_table(connection, "own")
