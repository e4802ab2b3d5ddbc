"""Only customers' words count as customers', whoever else is scored by mistake: bots, menus, unknown speakers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText, MaskedUtterance
from tests.store.rows import EARLIER, answer, conversation, failed, load, rows, utterance

pytestmark = pytest.mark.slow

PARAMETERS = {
    "touchpoint": "laskutus", "date": "2026-09-05", "from": "2026-01-01", "to": "2026-12-31", "opens": "08:00",
    "closes": "16:00", "reference": "10",
}  # fmt: skip
OF_EVERYBODY = {
    "asr_quality": {"utterance_count", "share"},
    "languages": {"utterance_count", "utterance_share"},
    "deliveries": {"utterance_count", "bot_utterance_count", "unknown_utterance_count"},
    "stages": {"do_evidence", "think_evidence", "feel_evidence"},
}
"""Columns that count what anybody said, or say which turn of all it is, and score none of it."""
TOLD: dict[str, Any] = {"cues": {"complaint": 0.9}, "evidence": [("anger", 0, 5, 0.9)]}
OTHERS = ("bot", "unknown")


def turns(with_others: bool) -> Iterator[MaskedUtterance]:
    """A customer who is content and an agent; between them others, furious and scored, though they should not be."""
    index = 0
    for role in ("customer", *OTHERS, "agent", *OTHERS, "customer", *OTHERS):
        if role in OTHERS and with_others:
            words: dict[str, Any] = {"tokens": [("raivo", "raivo", "NOUN")], "text": MaskedText("raivo on")}
            shown = utterance(index, role, -0.99, {"anger": 0.99}, told=TOLD, **words)
        elif role not in OTHERS:
            shown = utterance(index, role, 0.4, {"joy": 0.9}, told={**TOLD, "evidence": [("joy", 0, 5, 0.9)]})
        else:
            continue
        yield shown
        index += 1


def measured(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    (statement,) = connection.extract_statements(store.metrics()[name].read_text(encoding="utf-8"))
    given = {parameter: PARAMETERS[parameter] for parameter in statement.named_parameters}
    columns, found = store.run_metric(connection, name, given)
    ours = [column not in OF_EVERYBODY.get(name, ()) for column in columns]
    return [{c: v for c, v, keep in zip(columns, row, ours, strict=True) if keep} for row in found]


def filled(connection: DuckDBPyConnection, folder: Path, with_others: bool) -> None:
    said = list(turns(with_others))
    suspect = utterance(len(said), "customer", language="sv", asr_suspect="phrase")
    placed = [
        conversation(f"{channel}", [*said, suspect], channel=channel, customer=1, goal="yes")
        for channel in ("chat", "call", "email")
    ]
    load(
        connection, folder, placed, [answer("a1", 9, conversation_id="chat"), answer("a2", 3)], [("line 9", "no_text")]
    )
    connection.execute(EARLIER)


@pytest.mark.parametrize("name", store.metrics())
def test_no_metric_takes_anybody_else_for_a_customer(
    connection: DuckDBPyConnection, tmp_path: Path, migrated: Path, name: str
) -> None:
    filled(connection, tmp_path, with_others=True)
    with_others = measured(connection, name)
    (tmp_path / "without").mkdir()
    without = tmp_path / "without" / "store.duckdb"
    without.write_bytes(migrated.read_bytes())
    with store.opened(without) as quiet:
        filled(quiet, without.parent, with_others=False)
        expected = measured(quiet, name)
    if name == "asr_quality":
        expected = [row for row in expected if row.get("reason") == "phrase"]
    times = {"loaded_at", "last_rejected_at"}
    assert [{k: v for k, v in row.items() if k not in times} for row in with_others] == [
        {k: pytest.approx(v) if isinstance(v, float) else v for k, v in row.items() if k not in times}
        for row in expected
    ]


VIEWS = ("touchpoint_scores", "touchpoint_emotions", "touchpoint_nps_by_conversation", "touchpoint_nps_by_customer",
         "touchpoint_nps_by_day", "contacts", "journeys", "customer_360")  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_of_feelings_takes_anybody_else_in(connection: DuckDBPyConnection, tmp_path: Path, view: str) -> None:
    filled(connection, tmp_path, with_others=True)
    columns = [name for (name, *_) in rows(connection, f"DESCRIBE {view}")]
    found = [dict(zip(columns, row, strict=True)) for row in rows(connection, f"FROM {view}")]
    assert {row.get("speaker_role", "customer") for row in found} <= {"customer", "agent"}
    assert all(row["mean_sentiment"] > 0 for row in found if row.get("mean_sentiment") is not None)
    assert all(row["share"] == 0 for row in found if row.get("emotion") == "anger")


def test_such_a_score_stops_the_night_before_it_is_published(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    filled(connection, tmp_path, with_others=True)
    assert "scores_complete" in failed(connection, {"max_rejected_share": 1})
