"""Nights let expire what is too old, before anything is published, and nothing of it comes back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import steps, store
from pipeline.cli import main
from pipeline.config import Config, Retention
from pipeline.erasing.retention import today
from tests.test_steps import chat, tables, write

pytestmark = pytest.mark.slow

Settings = Callable[..., Config]


def talk(number: int, days: int, *texts: str, channel: str = "chat") -> str:
    """A conversation of so many days ago."""
    day = (datetime.now(UTC) - timedelta(days)).date().isoformat()
    return chat(number, *texts, channel=channel).replace("2026-09-01", day)


def texts_in(database: Path) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return dict(connection.execute("SELECT conversation_id, min(text) FROM utterances GROUP BY ALL").fetchall())


def test_a_night_lets_expire_before_it_publishes_and_says_so(house: Settings) -> None:
    config = house(RETENTION__CONVERSATIONS_CHAT="30", RETENTION__TEXTS_CHAT="10")
    write(config.paths.landing, "a.jsonl", talk(1, 40), talk(2, 20), talk(3, 5))
    report = steps.night([config.paths.landing], config)
    assert report.counts["conversations"] == 2
    assert report.counts["expired texts"] == 1
    assert texts_in(config.paths.published) == {"c2": "", "c3": "katsotaan laskua"}
    with duckdb.connect(str(config.paths.database), read_only=True) as connection:
        rejected = connection.execute("SELECT position, code FROM rejections").fetchall()
    assert rejected == [("line 1", "expired")]
    assert steps.night([config.paths.landing], config).run_id is None


def test_a_night_with_nothing_new_lets_expire_too_once_a_day(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the words are gone from the bytes of both files, which compress nothing here."""
    monkeypatch.setitem(store.SETTINGS, "force_compression", "uncompressed")
    config = house()
    said = "laskussani on zqxwvjkpy-virhe"
    write(config.paths.landing, "a.jsonl", talk(1, 20, said), talk(2, 5, "laskussani on tolkkurvirhe"))
    steps.night([config.paths.landing], config)
    files = (config.paths.database, config.paths.published)
    assert all(path.read_bytes().count(b"zqxwvjkpy") > 0 for path in files)
    config = house(RETENTION__TEXTS_CHAT="10")
    report = steps.night([config.paths.landing], config)
    assert {what: count for what, count in report.counts.items() if count} == {"expired texts": 1}
    assert all(path.read_bytes().count(b"zqxwvjkpy") == 0 for path in files)
    assert all(path.read_bytes().count(b"tolkkurvirhe") > 0 for path in files)
    assert steps.night([config.paths.landing], config).run_id is None


def test_a_backfill_does_not_bring_back_what_expired(house: Settings) -> None:
    config = house(RETENTION__CONVERSATIONS_CHAT="30", RETENTION__TEXTS_CHAT="10", RETENTION__SURVEY_RESPONSES="30")
    write(config.paths.landing, "a.jsonl", talk(1, 40), talk(2, 20), talk(3, 5))
    day = (datetime.now(UTC) - timedelta(40)).date().isoformat()
    write(config.paths.landing, "s.csv", "response_id,responded_at,nps_rating", f"v1,{day}T10:00,9")
    steps.night([config.paths.landing], config)
    before = tables(config.paths.published)
    period = steps.Period(today(config) - timedelta(60), today(config), config.time.zone)
    steps.night([config.paths.landing], config, period=period)
    after = tables(config.paths.published)
    assert before["survey_responses"] == after["survey_responses"] == []
    assert after["conversations"] == before["conversations"]
    assert after["utterances"] == before["utterances"]


def test_the_dry_run_tells_and_changes_nothing(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    config = house()
    write(config.paths.landing, "a.jsonl", talk(1, 40), talk(2, 20))
    steps.night([config.paths.landing], config)
    before = config.paths.database.read_bytes()
    house(RETENTION__CONVERSATIONS_CHAT="30", RETENTION__TEXTS_CHAT="10")
    assert main(["retention", "--format", "json"]) == 0
    told = {(line["what"], line["channel"]): line for line in json.loads(capsys.readouterr().out)}
    assert len(told) == len(Retention.__slots__)
    assert (told["conversations", "chat"]["count"], told["conversations", "chat"]["days"]) == (1, 30)
    assert told["texts", "chat"]["count"] == 1
    assert told["texts", "call"]["count"] == 0
    assert main(["retention"]) == 0
    assert "10 days" in capsys.readouterr().out
    assert config.paths.database.read_bytes() == before


def test_the_dry_run_needs_a_database(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    house()
    assert main(["retention"]) == 1
    assert "tunnepolku run" in capsys.readouterr().err
