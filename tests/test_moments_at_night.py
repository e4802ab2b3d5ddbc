"""A night over what is no chat and no call: notes of visits, and device events beside the contacts of customers."""

import argparse
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import steps
from pipeline.cli import main, secret
from pipeline.config import Config, load_config
from pipeline.erasing.forget import forget
from tests.store.rows import rows
from tests.test_steps import chat, rejections, tables, write

HEADER = "device_id,code,ts,customer_id,severity,message"
EVENTS = (
    "LAITE-4711,E17,2026-08-31T20:00,K1,critical,Maija Virtasen modeemi ei vastaa",
    "LAITE-4711,E18,2026-08-30T20:00,,,",
    "LAITE-4712,E17,2026-09-02T10:00,K2,,",
    "LAITE-4712,E17,eilen,K2,,",
)
RAW = ("LAITE", "Maija", "Virta")


def visit(number: int, day: str, *turns: tuple[str, str]) -> str:
    """A note of a visit of customer `number`, as a line of a chat log."""
    said = [{"speaker": speaker, "text": text} for speaker, text in turns]
    facts = {"conversation_id": f"v{number}", "channel": "in_person", "customer_id": f"K{number}", "started_at": day}
    return json.dumps({**facts, "turns": said})


def test_a_shop_note_and_a_chat_of_a_customer_are_one_journey(config: Config) -> None:
    note = ("agent", "Asiakas toi rikkinäisen modeemin ja oli todella vihainen.")
    write(config.paths.landing, "chats.jsonl", chat(1), chat(2))
    write(config.paths.landing, "notes.jsonl", visit(1, "2026-08-25", note), visit(2, "2026-08-10", note))
    header = "channel;conversation_id;customer_id;sent_at;speaker;text"
    write(config.paths.landing, "shop.csv", header, "myymälä;v3;K1;2026-09-02T10:00;customer;ei toimi")
    steps.night([config.paths.landing], config)
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        found = connection.execute("""
            SELECT journey_id, list(channel ORDER BY contact_number),
                list(first_sentiment IS NULL ORDER BY contact_number)
            FROM journeys GROUP BY ALL ORDER BY ALL
        """).fetchall()  # fmt: skip
        texts = connection.execute("SELECT text FROM utterances WHERE conversation_id = 'v1'").fetchall()
    assert found == [
        ("c2", ["chat"], [False]),
        ("v1", ["in_person", "chat", "in_person"], [True, False, False]),
        ("v2", ["in_person"], [True]),
    ]
    assert texts == [(note[1],)]


@pytest.fixture
def quick(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Settings with the quickest classifier, a secret that can be rotated, and patience with broken rows."""
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "affect-lexicon-0.1.0")
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__MAX_REJECTED_SHARE", "0.5")
    monkeypatch.delenv("TUNNEPOLKU_SECRET")
    load_config.cache_clear()
    assert main(["secret", "new"]) == 0
    return load_config()


def stored(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return rows(connection, query)


@pytest.mark.slow
def test_devices_of_a_night_and_after(quick: Config) -> None:
    """Stored without raw ids, read once, under new keys after a rotation, and forgotten with their customer."""
    landing, published = quick.paths.landing, quick.paths.published
    write(landing, "chats.jsonl", chat(1), chat(2))
    write(landing, "devices.csv", HEADER, *EVENTS)
    counts = steps.night([landing], quick).counts
    assert (counts["device events"], counts["stored"], counts["rejected rows"]) == (3, 5, 1)
    assert rejections(quick) == {("devices.csv", "row 5", "bad_time")}
    moments = "SELECT device_code, channel, contact_number, first_sentiment FROM journeys WHERE device_code NOTNULL"
    assert stored(published, moments) == [("E17", "device", None, None)] * 2
    told = "SELECT code, severity, message, customer_key IS NULL FROM device_events ORDER BY occurred_at"
    assert stored(published, told) == [
        ("E18", None, None, True), ("E17", "critical", "[PERSON] modeemi ei vastaa", False), ("E17", None, None, False)
    ]  # fmt: skip
    assert not [raw for raw in RAW if raw in repr(tables(published))]
    assert stored(published, "SELECT count(DISTINCT device_key) FROM device_events") == [(2,)]

    keys = "SELECT event_key, device_key, customer_key, content_key FROM device_events"
    before = stored(published, keys)
    secret.rotate(argparse.Namespace())
    assert not {key for row in before for key in row if key} & {key for row in stored(published, keys) for key in row}
    write(landing, "rotated.csv", HEADER, *EVENTS, "")
    assert steps.night([landing], quick).counts["unchanged"] == 3

    proof = forget(["K1"], quick)
    assert proof.remaining == 0
    for database in (published, quick.paths.database):
        assert stored(database, "SELECT code FROM device_events") == [("E17",)], "that of K2"
    secret.rotate(argparse.Namespace())
    write(landing, "forgotten.csv", HEADER, *EVENTS, "LAITE-4711,E18,2026-09-05T20:00,K2,,")
    steps.night([landing], quick)
    assert stored(published, "SELECT code FROM device_events ORDER BY code") == [("E17",), ("E18",)], "K2 has it now"
    forgotten = "SELECT position, count(*) FROM rejections WHERE code = 'forgotten' GROUP BY ALL"
    assert stored(published, forgotten) == [("-", 2)]


def test_what_read_and_explain_say_of_devices(config: Config, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = write(tmp_path, "devices.csv", HEADER, *EVENTS)
    assert main(["read", str(file)]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["channel"], first["code"], first["occurred_at"]) == ("device", "E17", "2026-08-31T17:00:00+00:00")
    assert main(["read", str(file), "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "devices.csv: device_csv" in shown
    assert "device events 3, customer_id 2" in shown
    assert "code=E17  severity=critical" in shown
    assert "bad_time 1" in shown
    assert not [raw for raw in RAW if raw in shown]
