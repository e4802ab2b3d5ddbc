"""What is delivered packed, or lies in a storage: a night reads it once, and every other command finds it there too."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from pipeline import steps
from pipeline.audit import write_record
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.erasing.forget import forget
from pipeline.sources import SourceFile, find_files
from tests.packing import Memory, locked, zipped
from tests.test_steps import chat, rejections, tables, write

pytestmark = pytest.mark.slow

CHAT_ROWS = "conversation_id;sent_at;speaker;text\nk1;2026-09-01T09:00;asiakas;väärä lasku\n"
CALL = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Asiakas>lasku on väärin\n"
SURVEY = "responded_at,nps_rating,customer_id\n2026-09-02T10:00,9,K1\n"


DELIVERY = zipped(
    {
        "chats/web.csv": CHAT_ROWS.encode("cp1252"),
        "calls/+358505550100 7.vtt": CALL,
        "calls/more.jsonl.gz": gzip.compress(chat(5).encode()),
        "LUEMINUT.md": "hei",
        "calls/.DS_Store": "x",
    }
)


@pytest.fixture
def remote(config: Config, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Settings whose landing folder lies in a storage, with a packed log of chats, an archive and a survey."""
    memory("in/2026/chats.jsonl.gz", gzip.compress(f"{chat(1)}\n{chat(2)}\n".encode()))
    memory("in/delivery.zip", DELIVERY)
    memory("in/nps.csv", SURVEY.encode())
    monkeypatch.setenv("TUNNEPOLKU_PATHS__LANDING", "memory://in")
    load_config.cache_clear()
    return load_config()


def stored(config: Config) -> set[str]:
    return {row[0] for row in tables(config.paths.published)["conversations"]}


def test_a_night_reads_packed_deliveries_once(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", *[chat(number) for number in range(10, 60)]).parent
    (landing / "chats.jsonl.gz").write_bytes(gzip.compress(f"{chat(1)}\n{chat(2)}\n".encode()))
    (landing / "delivery.zip").write_bytes(DELIVERY)
    (landing / "half.jsonl.gz").write_bytes(gzip.compress(chat(9).encode())[:-20])
    (landing / "nested.zip").write_bytes(zipped({"inner.zip": DELIVERY}))
    report = steps.night([landing], config)
    assert stored(config) >= {"c1", "c2", "k1", "c5"}
    assert report.counts["conversations"] == 55
    assert rejections(config) == {
        ("half.jsonl.gz", "file", "bad_archive"),
        ("nested.zip/inner.zip", "file", "bad_archive"),
    }
    names = {row[1]: row[2] for row in tables(config.paths.published)["source_files"]}
    assert names["delivery.zip/web.csv"] == "chat_csv"
    assert names["delivery.zip/[PHONE] 7.vtt"] == "call_webvtt"
    assert b"505550100" not in config.paths.published.read_bytes()
    write(landing, "chats.jsonl", chat(1), chat(2))  # the same, unpacked
    assert steps.night([landing], config).run_id is None


def test_a_night_reads_what_lies_in_a_storage(remote: Config, memory: Memory) -> None:
    report = steps.night([remote.paths.landing], remote)
    assert report.counts["conversations"] == 5
    assert report.counts["survey answers"] == 1
    assert steps.night([remote.paths.landing], remote).run_id is None
    memory("in/2026/late.jsonl", chat(7).encode())
    assert steps.night(["memory://in/**/*.jsonl"], remote).counts["conversations"] == 1
    assert "c7" in stored(remote)


def test_a_file_is_read_for_its_digest_once_a_night(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)  # so that there is something known to compare with
    (landing / "b.zip").write_bytes(zipped({"b.jsonl": chat(2)}))
    taken: list[str] = []
    digest = SourceFile.digest
    monkeypatch.setattr(SourceFile, "digest", lambda file: taken.append(file.name) or digest(file))
    steps.night([landing], config)
    assert taken == ["b.zip/b.jsonl"]
    write(landing, "a.jsonl", chat(3))
    assert steps.night([landing], config).counts["conversations"] == 1
    assert taken == ["b.zip/b.jsonl", "a.jsonl"]


def test_a_locked_archive_is_told_of_once(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", *[chat(number) for number in range(20)]).parent
    (landing / "locked.zip").write_bytes(locked(zipped({"salattu.jsonl": chat(50)})))
    steps.night([landing], config)
    assert rejections(config) == {("locked.zip/salattu.jsonl", "file", "bad_archive")}
    assert steps.night([landing], config).run_id is None


def test_a_backfill_reads_an_archive_again(config: Config) -> None:
    landing = config.paths.landing
    landing.mkdir(parents=True)
    (landing / "a.zip").write_bytes(zipped({"a.jsonl": chat(1), "b.jsonl": chat(2).replace("09-01", "09-02")}))
    steps.night([landing], config)
    day = steps.Period(date(2026, 9, 2), date(2026, 9, 2), config.time.zone)
    assert steps.night([landing], config, period=day).counts["conversations"] == 1
    assert stored(config) == {"c1", "c2"}


def test_read_and_run_take_archives_patterns_and_storages(
    config: Config, memory: Memory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(config.paths.landing, "a.jsonl", chat(1)).parent
    (folder / "d.zip").write_bytes(DELIVERY)
    url = memory("x/b.jsonl", chat(2).encode())
    expected = {
        str(folder / "d.zip"): {"k1", "c5", "+358505550100 7"},
        f"{folder}/*.jsonl": {"c1"},
        url: {"c2"},
        f"zip://chats/web.csv::{folder / 'd.zip'}": {"k1"},
    }
    for address, ids in expected.items():
        assert main(["read", address]) == 0
        assert {json.loads(line)["conversation_id"] for line in capsys.readouterr().out.splitlines()} == ids
    assert main(["run", f"{folder}/*.jsonl", url]) == 0
    assert stored(config) == {"c1", "c2"}
    assert main(["read", "-"]) == 1
    assert "- is not there" in capsys.readouterr().err


def test_the_record_of_processing_names_a_storage_without_its_password(
    remote: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = write_record(remote, date(2026, 11, 3))
    assert "Tiedostot luetaan kansiosta `memory://in`" in text
    assert "chat_jsonl (2 tiedostoa)" in text
    assert "luettavat tiedostot: `memory://in` (oikeuksista päättää tallennuspalvelu)" in text
    monkeypatch.setenv("TUNNEPOLKU_PATHS__LANDING", "sftp://lataaja:salasana@127.0.0.1/in")
    load_config.cache_clear()
    text = write_record(load_config(), date(2026, 11, 3))
    assert "sftp://127.0.0.1/in" in text
    assert "salasana" not in text


def test_forget_names_deliveries_wherever_they_lie(remote: Config, memory: Memory) -> None:
    steps.night([remote.paths.landing], remote)
    memory("in/K1.jsonl", chat(1).replace("K1", "asiakas-4711").encode())
    memory("in/more.zip", zipped({"asiakas-4711.csv": SURVEY.replace("K1", "asiakas-4711").encode("utf-16")}))
    memory("in/half.gz", gzip.compress(b"x" * 1000)[:-10])
    lines = [line for line in forget(["asiakas-4711"], remote).found if line.place == "landing"]
    assert [(line.name, line.found, line.remaining) for line in lines] == [
        ("K1.jsonl", 1, 0), ("half.gz", 1, 0), ("more.zip/….csv", 2, 0),
    ]  # fmt: skip
    assert "asiakas-4711" not in repr(lines)
    assert "damaged" in next(line.note for line in lines if line.name == "half.gz")


def test_a_storage_that_is_away_does_not_keep_anybody_from_being_forgotten(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.night([write(config.paths.landing, "a.jsonl", chat(1, customer_id="asiakas-4711"), chat(2))], config)
    monkeypatch.setenv("TUNNEPOLKU_PATHS__LANDING", "memory://nowhere")
    load_config.cache_clear()
    (line,) = [one for one in forget(["asiakas-4711"], load_config()).found if one.place == "landing"]
    assert (line.name, line.found) == ("memory://nowhere", 1)
    assert "not there" in line.note
    assert stored(config) == {"c2"}


def test_only_the_landing_folder_may_lie_in_a_storage(
    remote: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert remote.paths.landing == "memory://in"
    assert next(file.name for file in find_files([remote.paths.landing])) == "chats.jsonl.gz"
    monkeypatch.setenv("TUNNEPOLKU_PATHS__EXPORTS", "s3://bucket/out")
    load_config.cache_clear()
    assert main(["run"]) == 2
    assert "paths.exports must lie on this machine" in capsys.readouterr().err
    assert not Path("s3:").exists()
