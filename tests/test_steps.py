"""The night as a whole: it reads everything once, survives a kill, and never publishes what it should not."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from pipeline import steps, store
from pipeline.config import Config
from pipeline.errors import CheckFailed, SourceError, StoreError
from tests.conftest import ROOT, SAMPLES, user_environment

WHEN = {"run_id", "started_at", "finished_at", "loaded_at", "rejected_at", "applied_at", "since", "batch_id"}
WHEN |= {"code_version"}
"""Columns that say when and by whom a row was written, not what it says; of batches only the run differs."""


def chat(number: int, *texts: str, **facts: str) -> str:
    """One conversation as a line of a chat log."""
    turns = [
        {"speaker": "customer" if index % 2 == 0 else "agent", "sent_at": f"2026-09-01T09:{index:02}:00", "text": text}
        for index, text in enumerate(texts or ("moi, lasku on väärin", "katsotaan laskua"))
    ]
    return json.dumps({"conversation_id": f"c{number}", "customer_id": f"K{number}", "turns": turns, **facts})


def write(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tables(database: Path, without: set[str] = WHEN) -> dict[str, list[tuple]]:
    """Every table's rows, sorted, without the columns that say when they were written."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        content = {}
        for name in sorted(set(names) - {"runs"}):
            columns = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
            told = [column for column in columns if column not in without or column == "started_at" != name]
            kept = ", ".join(f'"{column}"' for column in told)
            content[name] = sorted(connection.execute(f"SELECT {kept} FROM {name}").fetchall(), key=repr)
        return content


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def rejections(config: Config) -> set[tuple[str, str, str]]:
    with duckdb.connect(str(config.paths.database), read_only=True) as connection:
        return set(connection.execute("SELECT file_name, position, code FROM rejections").fetchall())


def test_second_night_changes_nothing(config: Config) -> None:
    landing = write(config.paths.landing, "chats.jsonl", chat(1), chat(2)).parent
    first = steps.night([landing], config)
    before = digest(config.paths.database), digest(config.paths.published)
    second = steps.night([landing], config)
    all_told = {"conversations": 2, "utterances": 4, "survey answers": 0, "device events": 0, "rejected rows": 0}
    assert first.counts == {
        **all_told,
        "stored": 2,
        **dict.fromkeys(("unchanged", "replaced", "merged", "outdated"), 0),
    }
    assert second.run_id is None
    assert second.counts == all_told
    assert (digest(config.paths.database), digest(config.paths.published)) == before
    assert list(config.paths.staging.glob("*.gz")) == []


def test_new_file_is_added(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)
    write(landing, "b.jsonl", chat(2), chat(3))
    report = steps.night([landing], config)
    assert report.counts["conversations"] == 2
    assert len(tables(config.paths.published)["conversations"]) == 3


def test_renamed_file_is_not_read_again(config: Config) -> None:
    file = write(config.paths.landing, "a.jsonl", chat(1))
    steps.night([config.paths.landing], config)
    file.rename(file.with_name("b.jsonl"))
    assert steps.night([config.paths.landing], config).run_id is None


def test_lost_copy_is_published_again_without_reading_anything(config: Config) -> None:
    write(config.paths.landing, "a.jsonl", *[chat(number) for number in range(20)])
    write(config.paths.landing, "b.txt", "ei mikään tunnettu muoto")
    before = steps.night([config.paths.landing], config), tables(config.paths.published)
    config.paths.published.unlink()
    after = steps.night([config.paths.landing], config), tables(config.paths.published)
    assert after[1] == before[1]
    assert after[0].counts["conversations"] == 0
    assert steps.night([config.paths.landing], config).run_id is None


@pytest.mark.slow
def test_night_killed_just_before_its_copy_is_in_place_publishes_it_next_time(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)
    write(landing, "b.jsonl", chat(2))
    with monkeypatch.context() as killed:
        killed.setattr(store, "publish", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            steps.night([landing], config)
    assert len(tables(config.paths.published)["conversations"]) == 1
    assert steps.night([landing], config).run_id is not None
    assert len(tables(config.paths.published)["conversations"]) == 2
    assert steps.night([landing], config).run_id is None


def test_night_killed_before_it_began_starts_again(config: Config) -> None:
    write(config.paths.landing, "a.jsonl", chat(1))
    config.paths.database.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect(str(config.paths.database)).close()
    assert steps.night([config.paths.landing], config).counts["conversations"] == 1


@pytest.mark.slow
def test_bad_files_are_rejected_and_the_rest_goes_on(config: Config) -> None:
    landing = config.paths.landing
    write(landing, "good.jsonl", *[chat(number) for number in range(90)])
    write(landing, "broken_line.jsonl", chat(150), '{"conversation_id": "c151", "tur', chat(152))
    write(landing, "corrected.jsonl", chat(150, "aivan muuta"), chat(160))
    write(landing, "unknown.txt", "tämä ei ole mikään tunnettu muoto")
    write(landing, "truncated.json", '{"conversation_id": "p1",', '"turns": [{"role": "agent", "begin_s": 0.0')
    write(
        landing, "survey.csv", "responded_at,nps_rating,customer_id", "2026-09-02T10:00,11,K1", "2026-09-02T10:00,9,K2"
    )
    (landing / "empty.csv").write_bytes(b"")
    (landing / "latin.json").write_bytes(chat(170, "väärä").replace("\\u00e4", "ä").encode("cp1252"))
    (landing / "latin.csv").write_bytes(
        "conversation_id;sent_at;speaker;text\nc180;2026-09-01T09:00;asiakas;väärä lasku\n".encode("cp1252")
    )
    steps.night([landing], config)
    assert rejections(config) == {
        ("broken_line.jsonl", "line 2", "malformed_json"),
        ("empty.csv", "file", "empty_file"),
        ("latin.json", "line 1", "not_utf8"),
        ("survey.csv", "row 2", "bad_nps_rating"),
        ("truncated.json", "file", "malformed_json"),
        ("unknown.txt", "file", "unknown_format"),
    }
    stored = {row[0] for row in tables(config.paths.published)["conversations"]}
    assert stored == {f"c{number}" for number in [*range(90), 150, 152, 160, 180]}
    assert steps.night([landing], config).run_id is None


@pytest.mark.slow
def test_too_many_rejections_stop_the_night_before_publishing(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)
    before = digest(config.paths.published)
    write(landing, "b.jsonl", chat(2), "{broken", "{broken too", "{and this")
    for _ in range(2):  # and it stays stopped until somebody does something
        with pytest.raises(CheckFailed, match="rejected_share"):
            steps.night([landing], config)
        assert digest(config.paths.published) == before
    write(landing, "c.jsonl", *[chat(number) for number in range(10, 50)])
    steps.night([landing], config)
    assert len(tables(config.paths.published)["conversations"]) == 42


def test_personal_data_reaches_no_file(config: Config) -> None:
    secrets = [
        "131052-952K",
        "050 555 0100",
        "maija.malli@example.fi",
        "FI21 1234 5600 0007 85",
        "Meikäläinen",
        "K4711",
    ]
    text = f"Olen Maija Meikäläinen, {', '.join(secrets[:4])}"
    landing = write(config.paths.landing, "a.jsonl", chat(1, text, customer_id="K4711")).parent
    write(landing, "s.csv", "responded_at,nps_rating,verbatim,customer_id", f'2026-09-02T10:00,9,"{text}",K4711')
    run_id = steps.begin(config)
    for file in sorted(landing.iterdir()):
        staged = steps.stage(file, run_id, config)
        assert "[HETU]" in gzip.decompress(staged.batches[0].path.read_bytes()).decode()
        for secret in secrets:
            assert secret not in gzip.decompress(staged.batches[0].path.read_bytes()).decode()
        steps.load(staged, run_id, config)
    steps.verify(run_id, config)
    steps.publish(run_id, config)
    stored = config.paths.database.read_bytes() + config.paths.published.read_bytes()
    assert b"Olen" in stored or b"[HETU]" in stored
    for secret in secrets:
        assert secret.encode() not in stored, secret


def test_identifier_in_a_conversation_id_is_hashed_and_still_joins(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1).replace('"c1"', '"+358505550100"')).parent
    write(landing, "s.csv", "responded_at,nps_rating,conversation_id", "2026-09-02T10:00,9,+358505550100")
    steps.night([landing], config)
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        rows = connection.execute("SELECT conversation_id, nps_rating FROM touchpoint_nps_by_conversation").fetchall()
    assert [rating for _, rating in rows] == [9]
    assert "505550100" not in rows[0][0]


def test_file_named_by_a_phone_number_is_stored_masked(config: Config) -> None:
    write(config.paths.landing, "+358505550100 1.jsonl", *[chat(number) for number in range(20)], "{broken")
    steps.night([config.paths.landing], config)
    assert b"505550100" not in config.paths.published.read_bytes()
    assert {name for name, _, _ in rejections(config)} == {"[PHONE] 1.jsonl"}


def test_totals_after_a_backfill_are_what_is_stored(config: Config) -> None:
    write(config.paths.landing, "a.jsonl", chat(1), chat(2))
    steps.night([config.paths.landing], config)
    steps.night(
        [config.paths.landing], config, period=steps.Period(date(2026, 9, 1), date(2026, 9, 1), config.time.zone)
    )
    assert steps.night([config.paths.landing], config).counts["conversations"] == 2


def test_only_customers_and_agents_are_scored(config: Config) -> None:
    turns = [
        {"speaker": speaker, "sent_at": "2026-09-01T09:00:00", "text": text}
        for speaker, text in (*((known, "kiitos paljon") for known in ("bot", "customer", "agent")), ("unknown", "mm"))
    ]
    write(config.paths.landing, "a.jsonl", json.dumps({"conversation_id": "c1", "turns": turns}))
    steps.night([config.paths.landing], config)
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        scored = connection.execute(
            "SELECT speaker_role FROM utterances SEMI JOIN utterance_scores USING (utterance_index) ORDER BY 1"
        ).fetchall()
    assert scored == [("agent",), ("customer",)]


def test_other_languages_are_stored_and_never_scored(config: Config) -> None:
    swedish = "hej, jag förstår inte den här räkningen, kan du hjälpa mig"
    texts = ("hei, tämä lasku on väärin", "hei, katson laskua heti", swedish, "javisst, jag kan hjälpa dig på svenska")
    write(config.paths.landing, "a.jsonl", chat(1, *texts), chat(2))
    steps.night([config.paths.landing], config)
    content = tables(config.paths.published)
    assert len(content["utterances"]) == 6
    assert len(content["utterance_scores"]) == 4
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        columns, rows = store.run_metric(connection, "language_switches", {})
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert [(row["from_language"], row["to_language"], row["utterance_index"]) for row in found] == [("fi", "sv", 2)]
    assert found[0]["agent_followed"]


def test_two_runs_at_once_are_refused(config: Config) -> None:
    write(config.paths.landing, "a.jsonl", chat(1))
    with steps.only_run(config), pytest.raises(StoreError, match="Another run"):
        steps.night([config.paths.landing], config)


def test_missing_path_says_so(config: Config) -> None:
    with pytest.raises(SourceError, match="not there"):
        steps.night([config.paths.landing / "nowhere"], config)


@pytest.mark.slow
def test_failed_publishing_leaves_the_old_copy_and_a_failed_run(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)
    before = digest(config.paths.published)
    write(landing, "b.jsonl", chat(2))
    folder = config.paths.published.parent
    folder.rename(folder.with_name("kept"))
    folder.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        steps.night([landing], config)
    folder.unlink()
    folder.with_name("kept").rename(folder)
    assert digest(config.paths.published) == before
    steps.night([landing], config)
    assert len(tables(config.paths.published)["conversations"]) == 2


@pytest.mark.slow
def test_backfill_replaces_the_days_and_nothing_else(config: Config) -> None:
    landing = config.paths.landing
    for day in (1, 2, 3):
        write(landing, f"{day}.jsonl", chat(day).replace("2026-09-01", f"2026-09-0{day}"))
    write(landing, "s.csv", "responded_at,nps_rating,verbatim", "2026-09-02T10:00,9,hyvä", "2026-09-03T10:00,2,huono")
    steps.night([landing], config)
    before = tables(config.paths.published)
    with duckdb.connect(str(config.paths.database)) as connection:
        connection.execute("UPDATE utterances SET text = text || ' muutettu'")
    report = steps.night([landing], config, period=steps.Period(date(2026, 9, 2), date(2026, 9, 2), config.time.zone))
    assert report.counts["conversations"] == 1
    after = tables(config.paths.published)
    assert after["conversations"] == before["conversations"]
    assert after["survey_responses"] == before["survey_responses"]
    assert after["utterance_scores"] == before["utterance_scores"]
    changed = {row[0] for row in after["utterances"] if "muutettu" in str(row)}
    assert changed == {"c1", "c3"}
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        runs = dict(connection.execute("SELECT DISTINCT conversation_id, run_id FROM utterance_scores").fetchall())
    assert runs["c2"] == report.run_id
    assert runs["c1"] != report.run_id


def test_night_after_a_backfill_adds_the_other_days_and_calls_nothing_a_duplicate(config: Config) -> None:
    lines = [chat(day).replace("2026-09-01", f"2026-09-0{day}") for day in (1, 2, 3)]
    write(config.paths.landing, "a.jsonl", *lines)
    steps.night(
        [config.paths.landing], config, period=steps.Period(date(2026, 9, 2), date(2026, 9, 2), config.time.zone)
    )
    assert {row[0] for row in tables(config.paths.published)["conversations"]} == {"c2"}
    steps.night([config.paths.landing], config)
    assert {row[0] for row in tables(config.paths.published)["conversations"]} == {"c1", "c2", "c3"}
    assert rejections(config) == set()


def test_large_file_is_loaded_in_slices(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__BATCH_SIZE", "3")
    from pipeline.config import load_config

    load_config.cache_clear()
    small = load_config()
    write(small.paths.landing, "a.jsonl", *[chat(number) for number in range(8)])
    steps.night([small.paths.landing], small)
    content = tables(small.paths.published)
    assert len(content["conversations"]) == 8
    assert len(content["batches"]) == 3


@pytest.mark.slow
def test_killed_night_resumes_to_the_same_tables(tmp_path: Path) -> None:
    """Killed twice without warning, after the first batch and in the middle of the files, and then left alone."""
    landing = tmp_path / "drop"
    landing.mkdir()
    for path in [*sorted(SAMPLES.glob("calls/*.vtt"))[:20], *SAMPLES.glob("chats/*.csv"), *SAMPLES.glob("surveys/*")]:
        shutil.copy(path, landing)
    command = [sys.executable, "-m", "pipeline", "run", str(landing)]

    def home(name: str) -> tuple[dict[str, str], Path]:
        env = user_environment(tmp_path / name) | {
            "TUNNEPOLKU_AFFECT__EVIDENCE": "false"
        }  # which takes most of a night
        return env, tmp_path / name / "data" / "published" / "tunnepolku.duckdb"

    env, published = home("killed")
    seen: set[str] = set()
    for wanted in (2, 10):
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while process.poll() is None and len(seen) < wanted and time.monotonic() < deadline:
            seen |= {path.name for path in (tmp_path / "killed" / "data" / "staging").glob("*.gz")}
            time.sleep(0.001)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "the night was over before it could be killed"
        assert not published.exists()
    subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, timeout=600)
    env, alone = home("alone")
    subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, timeout=600)
    resumed, undisturbed = tables(published), tables(alone)
    assert resumed.keys() == undisturbed.keys()
    assert len(undisturbed["source_files"]) == len(list(landing.iterdir()))
    for name, rows in undisturbed.items():
        assert resumed[name] == rows, name
