"""What is too old goes, words before the rest; what stays means the same as before. The night: tests/erasing."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.config import Retention
from pipeline.conversation import MaskedText
from pipeline.erasing.retention import expire, expiring
from pipeline.mappings import CHANNELS
from pipeline.staging import StagedFile
from tests.store.rows import EARLIER, answer, conversation, failed, load, rows, utterance

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 1)
FOR_EVER = dict.fromkeys(Retention.__slots__, 0)
WORDS = {"text": MaskedText("lasku on vääri"), "normalized_text": MaskedText("lasku on väärin")}
TOLD: dict[str, Any] = {"cues": {"complaint": 0.9}, "evidence": [("negative", 0, 5, 0.9), ("anger", 0, 5, 0.9)]}
UNFILLED = {
    "contact_points", "device_signals", "drivers", "expectations", "fcr_agreement", "good_bad", "hand_offs", "timing",
    "waits", "wish_months", "wishes",
}  # fmt: skip
"""Metrics of what the rows here do not hold: clocks, mentions, several agents, wishes."""
COUNTING_WORDS = {"customer_feelings", "emotion_arcs", "touchpoint_arcs", "touchpoint_dimensions"}
"""Views that say how many words a turn has, or where they stand, as long as it has any."""
WORDLESS = {"emotion_words", "lemmas"}
"""Metrics of words: they can tell nothing of those that are gone."""
PARAMETERS = {
    "touchpoint": "laskutus", "date": "2026-09-05", "from": "2026-01-01", "to": "2026-12-31", "opens": "08:00",
    "closes": "16:00", "reference": "10",
}  # fmt: skip


def keep(**days: int) -> Retention:
    return Retention(**{**FOR_EVER, **days})


def fill(connection: DuckDBPyConnection, folder: Path) -> None:
    """Of each channel a conversation of 11, 10 and 9 days ago, and answers as old."""
    placed, answered = [], []
    for days in (11, 10, 9):
        moment = f"{DAY - timedelta(days)}T09:00"
        for channel in CHANNELS:
            turns = [
                utterance(0, "customer", -0.8, {"anger": 0.9}, told=TOLD, **WORDS),
                utterance(1, "agent", 0.6, **WORDS),
                utterance(2, "bot", **WORDS),
                utterance(3, "customer", 0.3, told=TOLD, **WORDS),
                utterance(4, "customer", language="sv", **WORDS),
                utterance(5, "agent", asr_suspect="phrase" if channel == "call" else None, language="sv", **WORDS),
            ]
            customer = None if channel == "email" else days
            placed.append(
                conversation(
                    f"{channel}-{days}", turns, started_at=moment, customer=customer, channel=channel, goal="yes",
                    moves={"1": {"understanding": 0.9}}, events={"complaint": 0.9},
                )
            )  # fmt: skip
        facts = {
            "verbatim": WORDS["text"],
            "normalized_text": WORDS["normalized_text"],
            "tokens": [("lasku",) * 2 + ("X",)],
            "metadata": {"kanava": "verkko"},
        }
        answered.append(
            answer(f"a-{days}", 9, moment, sentiment=-0.8, told=TOLD, conversation_id=f"chat-{days}", **facts)
        )
        answered.append(answer(f"b-{days}", 3, moment, customer=days))
    load(connection, folder, placed, answered, [("line 1", "no_text")])
    connection.execute(EARLIER)
    store.finish_file(connection, StagedFile("a.jsonl", "sha of a.jsonl", "chat_jsonl"), "run")
    connection.execute("UPDATE rejections SET rejected_at = ?", [DAY - timedelta(11)])
    connection.execute("UPDATE batches SET loaded_at = ?", [DAY - timedelta(9)])


@pytest.fixture
def full(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    fill(connection, tmp_path)
    return connection


def ids(connection: DuckDBPyConnection, table: str, column: str) -> set[str]:
    return {row for (row,) in rows(connection, f"SELECT DISTINCT {column} FROM {table}")}


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_conversations_of_one_channel_go_with_all_that_belongs_to_them(full: DuckDBPyConnection, channel: str) -> None:
    before = ids(full, "conversations", "conversation_id")
    assert expire(full, keep(**{f"conversations_{channel}": 10}), DAY) == {"conversations": 1}
    for table in (
        "conversations", "conversation_parts", "utterances", "utterance_scores", "conversation_touchpoints",
        "earlier_readings",
    ):  # fmt: skip
        assert ids(full, table, "conversation_id") == before - {f"{channel}-11"}, table
    assert ids(full, "earlier_scores", "conversation_id") == (before - {f"{channel}-11"}) | {None}
    assert failed(full) == set()
    assert expire(full, keep(**{f"conversations_{channel}": 10}), DAY) == {}


@pytest.mark.parametrize("channel", list(CHANNELS))
def test_of_texts_the_words_go_and_the_scores_stay(full: DuckDBPyConnection, channel: str) -> None:
    facts = "SELECT * EXCLUDE (evidence) FROM utterance_scores ORDER BY ALL"
    before = rows(full, facts)
    assert expire(full, keep(**{f"texts_{channel}": 10}), DAY) == {"texts": 1}
    assert rows(full, facts) == before
    wordless = (
        "SELECT DISTINCT conversation_id FROM utterances WHERE text = '' AND normalized_text IS NULL AND tokens = []"
    )
    assert rows(full, wordless) == [(f"{channel}-11",)]
    assert rows(full, "SELECT count(*) FROM utterances WHERE text = ''") == [(6,)]
    assert f"{channel}-11" not in ids(full, "evidence", "conversation_id")
    assert rows(full, "SELECT count(DISTINCT conversation_id) FROM evidence") == [(3 * len(CHANNELS) - 1,)]
    assert failed(full) == set()
    assert expire(full, keep(**{f"texts_{channel}": 10}), DAY) == {}


def test_answers_verbatims_and_rejections_have_days_of_their_own(full: DuckDBPyConnection) -> None:
    assert expire(full, keep(verbatims=9, survey_responses=10, rejections=10), DAY) == {
        "survey answers": 2, "verbatims": 1, "rejections": 1
    }  # fmt: skip
    told = "response_id, verbatim, normalized_verbatim, len(tokens), metadata"
    words = f"SELECT {told} FROM survey_responses ORDER BY ALL"
    assert rows(full, words) == [
        ("a-10", "", None, 0, None), ("a-9", WORDS["text"], WORDS["normalized_text"], 1, '{"kanava":"verkko"}'),
        ("b-10", None, None, 0, None), ("b-9", None, None, 0, None),
    ]  # fmt: skip
    assert rows(full, "SELECT response_id, evidence IS NULL FROM verbatim_scores ORDER BY ALL") == [
        ("a-10", True), ("a-9", False)
    ]  # fmt: skip
    assert rows(full, "FROM rejections") == []
    assert ids(full, "earlier_scores", "response_id") == {None, "a-10", "a-9"}
    assert failed(full) == set()


def test_without_a_day_the_age_counts_from_the_day_of_loading(full: DuckDBPyConnection) -> None:
    full.execute("UPDATE conversations SET started_at = NULL, started_date = NULL")
    assert expire(full, keep(conversations_chat=9), DAY) == {}
    assert expire(full, keep(conversations_chat=8), DAY) == {"conversations": 3}


def test_zero_days_are_for_ever(full: DuckDBPyConnection) -> None:
    assert expire(full, keep(), date(2999, 1, 1)) == {}
    assert all(line.days == 0 for line in expiring(full, keep(), DAY))


def measured(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    (statement,) = connection.extract_statements(store.metrics()[name].read_text(encoding="utf-8"))
    given = {parameter: PARAMETERS[parameter] for parameter in statement.named_parameters}
    columns, found = store.run_metric(connection, name, given)
    return [dict(zip(columns, row, strict=True)) for row in found]


def nearly(row: dict[str, Any]) -> dict[str, Any]:
    return {name: pytest.approx(value) if isinstance(value, float) else value for name, value in row.items()}


@pytest.mark.parametrize("name", store.metrics())
def test_every_metric_says_the_same_without_the_words(full: DuckDBPyConnection, name: str) -> None:
    before = measured(full, name)
    assert before or name in UNFILLED
    expire(full, keep(**{f"texts_{channel}": 1 for channel in CHANNELS}, verbatims=1), DAY)
    after = measured(full, name)
    assert after == ([] if name in WORDLESS else [nearly(row) for row in before])


def rounded(value: Any) -> Any:
    """The same with floats as far as they do not depend on the order in which they were added up."""
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return round(value, 9) if isinstance(value, float) else value


def test_every_view_answers_without_the_words(full: DuckDBPyConnection) -> None:
    names = [name for (name,) in rows(full, "SELECT view_name FROM duckdb_views() WHERE NOT internal")]
    before = {name: rows(full, f"FROM {name} ORDER BY ALL") for name in names}
    expire(full, keep(**{f"texts_{channel}": 1 for channel in CHANNELS}, verbatims=1), DAY)
    told = {name: rows(full, f"FROM {name} ORDER BY ALL") for name in names}
    changed = {name for name in names if rounded(told[name]) != rounded(before[name])}
    assert changed == {"tokens", "lemma_counts", "evidence", *COUNTING_WORDS}
    assert not any(told[name] for name in ("tokens", "lemma_counts", "evidence"))
    assert failed(full) == set()
