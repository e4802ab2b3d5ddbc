"""The product finds the stories that data/README.md says are planted in the samples."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline import store
from pipeline.config import Config
from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse
from pipeline.errors import RecordError
from pipeline.sources import find_files, read, recognise
from tests.conftest import ROOT, SAMPLES

WRITTEN_FOR = json.loads((ROOT / "tests" / "sample_touchpoints.json").read_text(encoding="utf-8"))
"""The touchpoint each conversation was written for."""
FORMATS = {"chat_jsonl", "chat_csv", "call_json", "call_webvtt", "survey_csv", "device_csv"}
PROMOTERS_WHO_COMPLAIN = {"chat-0061", "call-0058", "call-0071"}
CONTRADICTIONS = {
    (f"chat-{chat:04d}", f"call-{chat - 9:04d}"): ("no", "yes") if chat in (99, 102) else ("yes", "no")
    for chat in range(96, 104)
}
"""Who was told in the chat that it is done, and then in the call that it is not; of two it was the call that did it."""
HANDED_OVER = {*(f"call-{n:04d}" for n in range(82, 87)), *(f"chat-{n:04d}" for n in range(91, 96))}
BRIEFED = ("call-0084", "chat-0094")
"""Who is handed over by an agent that tells the next one what it is about."""


@pytest.fixture
def night(sample_night: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with store.opened(sample_night, read_only=True) as connection:
        yield connection


def metric(night: duckdb.DuckDBPyConnection, name: str, *keys: str, **parameters: str) -> dict:
    """A metric's rows as dicts, by their first columns."""
    columns, rows = store.run_metric(night, name, parameters)
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in found}


def difference(left: dict, right: dict) -> float:
    """Mean sentiment of left minus right, in standard errors."""
    return (left["mean_sentiment"] - right["mean_sentiment"]) / math.hypot(
        left["standard_error"], right["standard_error"]
    )


def test_samples_are_as_many_and_as_varied_as_promised(config: Config) -> None:
    found = [
        (name, record)
        for file in find_files([SAMPLES])
        for name in [recognise(file)]
        for record in read(file, name, config.time.zone)
    ]
    conversations = [record for _, record in found if isinstance(record, Conversation)]
    answers = [record for _, record in found if isinstance(record, SurveyResponse)]
    assert {name for name, _ in found} == FORMATS
    assert len(conversations) == len(WRITTEN_FOR) == 197
    assert len([answer for answer in answers if answer.nps_rating is not None]) == 324
    assert sum(isinstance(record, DeviceEvent) for _, record in found) == 61
    assert sum(isinstance(record, RecordError) for _, record in found) == 3
    assert all(4 <= len(conversation.utterances) <= 25 for conversation in conversations)
    days = {c.started_at.astimezone(config.time.zone).date() for c in conversations if c.started_at}
    assert (max(days) - min(days)).days == 59
    texts = [u.text for c in conversations for u in c.utterances if u.speaker == "customer" and len(u.text.split()) > 4]
    assert len(set(texts)) == len(texts), "no customer repeats another: no templates"


def test_story_1_billing_gets_worse(night: duckdb.DuckDBPyConnection) -> None:
    periods = metric(night, "before_after", "period", touchpoint="laskutus", date="2026-10-01")
    assert difference(periods["after"], periods["before"]) < -3
    assert periods["after"]["nps"] < periods["before"]["nps"]
    assert periods["after"]["negative_share"] > 1.5 * periods["before"]["negative_share"]


def test_story_2_delivery_recovers(night: duckdb.DuckDBPyConnection) -> None:
    periods = metric(night, "before_after", "period", touchpoint="toimitus", date="2026-10-06")
    assert difference(periods["after"], periods["before"]) > 2
    assert periods["after"]["nps_low"] > periods["before"]["nps_high"]


def test_story_3_the_phone_lags_in_technical_support(night: duckdb.DuckDBPyConnection) -> None:
    channels = metric(night, "channels", "touchpoint", "channel")
    chat, call = channels["tekninen_tuki", "chat"], channels["tekninen_tuki", "call"]
    assert difference(chat, call) > 2.5, "one contact may hold several matters, whose stretches count by themselves"
    assert chat["nps"] > call["nps_high"]


def test_story_4_promoters_complain(night: duckdb.DuckDBPyConnection) -> None:
    listed = metric(night, "complaints_despite_good_nps", "conversation_id")
    assert set(listed) >= PROMOTERS_WHO_COMPLAIN
    assert len(listed) <= 12, "measured: 11"
    assert all(row["nps_rating"] >= 9 for row in listed.values())
    assert {id for id, row in listed.items() if (row["ces_rating"] or 7) <= 2} == PROMOTERS_WHO_COMPLAIN


def test_story_5_complaints_are_recovered(night: duckdb.DuckDBPyConnection) -> None:
    touchpoints = metric(night, "recovery", "touchpoint")
    recovered = touchpoints["palautus_ja_reklamaatio"]
    assert recovered["mean_first_sentiment"] == min(row["mean_first_sentiment"] for row in touchpoints.values())
    highest = max(row["mean_change"] for row in touchpoints.values())  # käyttöönotto rises as far, from half as low
    assert recovered["mean_change"] > highest - recovered["standard_error"]
    assert recovered["mean_change"] > 3 * recovered["standard_error"]
    assert recovered["mean_first_sentiment"] < 0 < recovered["mean_last_sentiment"]


def test_story_6_taking_into_use_surprises(night: duckdb.DuckDBPyConnection) -> None:
    touchpoints = metric(night, "touchpoints", "touchpoint")
    assert touchpoints["käyttöönotto"]["nps"] == max(
        row["nps"] for row in touchpoints.values() if row["nps_count"] >= 5
    )
    emotions = metric(night, "emotions", "touchpoint", "emotion")
    assert emotions["käyttöönotto", "surprise"]["z"] > 0


def test_story_7_cancelling_hurts(night: duckdb.DuckDBPyConnection) -> None:
    touchpoints = metric(night, "touchpoints", "touchpoint")
    assert touchpoints["muutos_ja_irtisanominen"]["nps"] < 0
    assert touchpoints["muutos_ja_irtisanominen"]["dominant_emotion"] in ("anger", "sadness")


def test_story_8_who_is_handed_over_tells_it_again(night: duckdb.DuckDBPyConnection) -> None:
    found = night.execute(
        "SELECT conversation_id, max(change), bool_or(repeats_story) FROM hand_offs GROUP BY conversation_id"
    ).fetchall()
    told, change = {id: repeats for id, _, repeats in found}, {id: change for id, change, _ in found}
    assert told.keys() == change.keys() == {*HANDED_OVER, "call-0005"}, "in which an agent hands over too"
    assert [told.pop(id) for id in BRIEFED] == [False, False]
    assert sum(told.values()) >= 7, "measured: 8 of 9"
    assert min(change.pop(id) for id in BRIEFED) > max(0, *change.values())
    assert sum(after < 0 for after in change.values()) >= 8, "of 9; the end of call-0082, in Savo's dialect, is misread"


def test_story_9_what_was_done_by_the_chat_is_not_by_the_call(night: duckdb.DuckDBPyConnection) -> None:
    again = night.execute("""
        SELECT conversation_id FROM fcr_evidence JOIN fcr_evidence AS survey USING (conversation_id)
        WHERE fcr_evidence.source = 'behaviour' AND survey.source = 'survey' AND NOT fcr_evidence.value AND survey.value
    """).fetchall()
    assert {id for (id,) in again} >= {"chat-0096", "chat-0101", "chat-0103"}, "settled, they answered, and came again"
    pairs = night.execute("""
        SELECT first_conversation_id, second_conversation_id, first_goal, second_goal
        FROM contradictions WHERE is_of_goals ORDER BY ALL
    """).fetchall()
    assert {second: CONTRADICTIONS[first, second] for first, second, *_ in pairs} == {
        pair[1]: pair[2:] for pair in pairs
    }
    assert len(pairs) >= 3, "measured: 4 of 8"
    waits = metric(night, "contact_waits", "wait")
    assert all(waits[wait]["mean_change"] < 0 for wait in ("1-3 days", "3-7 days"))


def test_story_10_modems_report_it_first(night: duckdb.DuckDBPyConnection) -> None:
    signals = metric(night, "device_signals", "device_code")
    assert signals["LINE_DOWN"]["contact_low"] > signals["FW_UPDATED"]["contact_high"]
    assert signals["LINE_DOWN"]["before_share"] == 0


def test_touchpoints_are_those_the_conversations_were_written_for(night: duckdb.DuckDBPyConnection) -> None:
    rows = night.execute("SELECT conversation_id, touchpoint, rule FROM conversation_touchpoints").fetchall()
    by_metadata = [found == WRITTEN_FOR[id] for id, found, rule in rows if ".metadata." in rule]
    assert len(by_metadata) > 120
    assert all(by_metadata)
    by_model: dict[str, set[str]] = {}
    for id, found, _ in rows:
        by_model.setdefault(id, set()).add(found)
    assert by_model.keys() == WRITTEN_FOR.keys()
    for id in {id for id, _, rule in rows if ".metadata." in rule}:
        del by_model[id]
    right = [WRITTEN_FOR[id] in found for id, found in by_model.items()]
    assert sum(right) >= 0.62 * len(right), "measured: 25 of 37 among those found (version 0.2.0: 27, within chance)"
    assert len(rows) <= 1.2 * len(WRITTEN_FOR), "a second matter is rare in the samples: measured 18 in 171"


def test_personal_data_of_the_samples_is_masked(night: duckdb.DuckDBPyConnection) -> None:
    stored = " ".join(row[0] for row in night.execute("SELECT text FROM utterances").fetchall())
    for identifier in ("130854-9115", "180662-999N", "4111 1111", "FI21 1234", "@example.fi", "050 555 01"):
        assert identifier not in stored
    for mask in ("[HETU]", "[PHONE]", "[PERSON_1]", "[EMAIL]"):
        assert mask in stored
