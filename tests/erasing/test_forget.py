"""A forgotten person is nowhere, does not come back, and everybody else stays."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import keys, steps, store
from pipeline.cli import main
from pipeline.config import Config
from pipeline.erasing.forget import Proof, forget
from pipeline.erasing.person import Person, as_parts
from pipeline.errors import CheckFailed
from pipeline.privacy import Secret, load_secret, pseudonymize
from tests.test_steps import chat, tables, write

pytestmark = pytest.mark.slow  # each is several small nights

MATTI, LIISA = "asiakas-4711", "asiakas-4712"
"""Customers whose numbers differ in one sign; Matti's conversation ids begin as Liisa's do."""
WHOSE = {"keskustelu-1": MATTI, "keskustelu-2": MATTI, "keskustelu-10": LIISA, "keskustelu-20": LIISA}
SURVEY = "response_id,responded_at,nps_rating,verbatim,customer_id,conversation_id"
ANSWERS = (
    f"vastaus-1,2026-09-02T10:00,2,laskutus ei toimi,{MATTI},",
    "vastaus-2,2026-09-02T11:00,3,ihan kamalaa,,keskustelu-2",
    f"vastaus-10,2026-09-02T12:00,9,kiitos paljon,{LIISA},keskustelu-10",
)
NEEDLES = (MATTI, "keskustelu-1", "keskustelu-2", "vastaus-1", "vastaus-2")
Settings = Callable[..., Config]


def talk(conversation_id: str, customer: str | None, *texts: str) -> str:
    line = json.loads(chat(1, *texts))
    return json.dumps({**line, "conversation_id": conversation_id, "customer_id": customer}, ensure_ascii=False)


def fill(config: Config) -> None:
    """A night over four conversations and three answers; nothing is left in the landing folder."""
    landing = config.paths.landing
    write(landing, "a.jsonl", *(talk(id_, customer) for id_, customer in WHOSE.items()))
    write(landing, "s.csv", SURVEY, *ANSWERS)
    steps.night([landing], config)
    for path in landing.iterdir():
        path.unlink()


@pytest.fixture(scope="session")
def cupboard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the night below are kept, once it has been run."""
    return tmp_path_factory.mktemp("cupboard") / "data"


@pytest.fixture
def filled(house: Settings, cupboard: Path) -> Config:
    """A house after the night of `fill`."""
    config = house()
    folder = config.paths.database.parent
    if cupboard.exists():
        shutil.copytree(cupboard, folder)
    else:
        fill(config)
        shutil.copytree(folder, cupboard)
    return config


def key(config: Config, customer: str) -> str:
    return pseudonymize(customer, load_secret(config.paths.secret), "customer") or ""


def needles(config: Config) -> tuple[str, ...]:
    return (*NEEDLES, key(config, MATTI))


def stored(path: Path) -> tuple[set[str], set[str]]:
    """The ids of the conversations and answers in a database."""
    content = tables(path)
    return {row[0] for row in content["conversations"]}, {row[0] for row in content["survey_responses"]}


LEFT = ({"keskustelu-10", "keskustelu-20"}, {"vastaus-10"})


def rejected(config: Config) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(config.paths.database), read_only=True) as connection:
        return connection.execute("SELECT position, code FROM rejections ORDER BY ALL").fetchall()


def left_in(proof: Proof) -> dict[str, int]:
    return {f"{line.place} {line.name}": line.remaining for line in proof.found if line.remaining}


def lines(proof: Proof) -> dict[str, tuple[int, int, int]]:
    return {f"{line.place} {line.name}": (line.found, line.removed, line.remaining) for line in proof.found}


# --- the tables ------------------------------------------------------------------------------------------------------


def test_the_person_is_gone_from_both_databases_and_others_stay(filled: Config) -> None:
    before = tables(filled.paths.published)
    proof = forget([MATTI], filled)
    for path in (filled.paths.database, filled.paths.published):
        assert stored(path) == LEFT
        for name, rows in tables(path).items():
            assert not [row for row in rows for needle in needles(filled) if f"'{needle}'" in repr(row)], name
            if name != "tombstones":
                assert set(map(repr, rows)) <= set(map(repr, before[name])), name
    assert proof.remaining == 0
    assert lines(proof)["database conversations"] == (2, 2, 0)
    assert lines(proof)["database utterances"] == (4, 4, 0)
    assert lines(proof)["published survey_responses"] == (2, 2, 0)
    assert tables(filled.paths.database)["batches"] == before["batches"]
    steps.verify(steps.begin(filled), filled)


def test_the_bytes_are_gone_from_every_file_of_the_house(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In files that compress nothing, so that a search of their bytes can find what is there: Liisa is."""
    monkeypatch.setitem(store.SETTINGS, "force_compression", "uncompressed")
    config = house()
    fill(config)

    def byte_hits(needle: str) -> int:
        files = [path for path in config.paths.database.parent.rglob("*") if path.is_file()]
        return sum(path.read_bytes().count(needle.encode()) for path in files)

    searched = (key(config, MATTI), "vastaus-2", "ihan kamalaa")
    assert all(byte_hits(needle) > 0 for needle in searched)
    proof = forget([MATTI], config)
    assert [byte_hits(needle) for needle in searched] == [0, 0, 0]
    assert byte_hits(key(config, LIISA)) > 0
    assert byte_hits("kiitos paljon") > 0
    (found, removed, remaining) = lines(proof)["database file"]
    assert found == removed > 0
    assert remaining == 0


def test_a_conversation_is_theirs_by_who_spoke_or_by_their_answer(house: Settings) -> None:
    config = house()
    turns = [{"speaker": "customer", "sent_at": "2026-09-01T09:00", "text": "moi", "participant_id": MATTI}]
    spoken = json.dumps({"conversation_id": "keskustelu-3", "turns": turns})
    write(config.paths.landing, "a.jsonl", spoken, talk("keskustelu-4", None), talk("keskustelu-5", None))
    write(config.paths.landing, "s.csv", SURVEY, f"vastaus-4,2026-09-02T10:00,2,,{MATTI},keskustelu-4")
    steps.night([config.paths.landing], config)
    forget([MATTI], config)
    assert stored(config.paths.published) == ({"keskustelu-5"}, set())
    write(config.paths.landing, "b.jsonl", spoken, talk("keskustelu-4", None), talk("keskustelu-6", None))
    steps.night([config.paths.landing], config)
    assert stored(config.paths.published)[0] == {"keskustelu-5", "keskustelu-6"}


def test_words_of_others_that_hold_the_number_are_emptied(house: Settings) -> None:
    config = house()
    said = f"laskun viite {MATTI}, lasku on väärin"  # what is called a reference is not masked
    write(config.paths.landing, "a.jsonl", talk("keskustelu-1", MATTI), talk("keskustelu-10", LIISA, said, "selvä"))
    write(config.paths.landing, f"kopio {MATTI}.csv", SURVEY, f'vastaus-10,2026-09-02T10:00,1,"{said}",{LIISA},')
    steps.night([config.paths.landing], config)
    proof = forget([MATTI], config)
    assert proof.remaining == 0
    assert lines(proof)["database source_files"] == (1, 0, 0)
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        assert connection.execute("SELECT text, len(tokens) FROM utterances ORDER BY ALL").fetchall() == [
            ("", 0), ("selvä", 1)
        ]  # fmt: skip
        assert connection.execute("SELECT verbatim, len(tokens) FROM survey_responses").fetchall() == [("", 0)]
        assert connection.execute("SELECT count(*) FROM utterance_scores").fetchall() == [(2,)]
        assert ("[FORGOTTEN]",) in connection.execute("SELECT file_name FROM source_files").fetchall()
    run_id = steps.begin(config)
    steps.verify(run_id, config)


def test_a_night_that_failed_its_checks_is_not_published_by_forgetting(filled: Config) -> None:
    write(filled.paths.landing, "b.jsonl", talk("keskustelu-30", LIISA), "{broken", "{broken", "{broken")
    with pytest.raises(CheckFailed):
        steps.night([filled.paths.landing], filled)
    forget([MATTI], filled)
    assert stored(filled.paths.published) == LEFT
    assert stored(filled.paths.database)[0] == LEFT[0] | {"keskustelu-30"}


def test_many_customers_at_once(house: Settings) -> None:
    """More ids than DuckDB searches for at a time."""
    config = house()
    everybody = [f"asiakas-{number}" for number in range(5000, 5150)]
    write(config.paths.landing, "a.jsonl", *(talk(f"keskustelu-{id_}", id_, "moi") for id_ in [*everybody, MATTI]))
    steps.night([config.paths.landing], config)
    proof = forget(everybody, config)
    assert lines(proof)["database conversations"] == (150, 150, 0)
    assert lines(proof)["published utterances"] == (150, 150, 0)
    assert proof.remaining == 0
    assert proof.tombstones == 450  # of each a customer, a conversation, and that in answers which name it
    assert stored(config.paths.published)[0] == {f"keskustelu-{MATTI}"}


# --- files, logs, Prefect --------------------------------------------------------------------------------------------


def packed(content: str, name: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(name, content)
    return memory.getvalue()


def write_exports(folder: Path, needle: str, prefix: str) -> None:
    """Exported files of every kind that hold `needle`."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "a.csv": f"id;n\n{needle};1\n".encode(),
        "b.html": f"<td>{needle}</td>".encode(),
        "c.jsonl.gz": gzip.compress(json.dumps({"id": needle}).encode()),
        "d.xlsx": packed(f"<si><t>{needle}</t></si>", "xl/sharedStrings.xml"),
        "e.zip": packed("x", f"{needle}.txt"),
        "f.txt": f"id\t{needle}\n".encode("utf-16"),
        f"g {needle}.txt": b"x",
    }
    for name, content in contents.items():
        (folder / f"{prefix}{name}").write_bytes(content)
    with duckdb.connect(str(folder / f"{prefix}h.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n, [{'id': ?}] AS ids", [needle])
        connection.execute(f"COPY t TO '{folder / f'{prefix}i.parquet'}'")


@pytest.mark.parametrize("needle", [*NEEDLES[:4], "key"])
def test_exports_of_every_kind_that_hold_the_person_go(filled: Config, needle: str) -> None:
    needle = key(filled, MATTI) if needle == "key" else needle
    write_exports(filled.paths.exports / "deep", needle, "matti ")
    write_exports(filled.paths.exports / "deep", f"{needle}0", "liisa ")
    names = {path.name for path in (filled.paths.exports / "deep").iterdir()}
    assert len(names) == 18
    proof = forget([MATTI], filled)
    left = {path.name for path in (filled.paths.exports / "deep").iterdir()}
    assert left == {name for name in names if name.startswith("liisa")}
    assert sum(line.note == "deleted" for line in proof.found if line.place == "exports") == 9
    assert proof.remaining == 0


def test_logs_lose_their_lines_only(filled: Config) -> None:
    folder = filled.paths.logs
    text = f"yö alkoi\nasiakas {MATTI} hylättiin\nkeskustelu-10 luettiin\nkeskustelu-1: virhe\nyö loppui\n"
    write(folder, "night.log").write_text(text, encoding="utf-8")
    (folder / "old.log.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "quiet.log").write_text("yö alkoi\n", encoding="utf-8")
    (folder / "night.log").chmod(0o640)
    proof = forget([MATTI], filled)
    kept = "yö alkoi\nkeskustelu-10 luettiin\nyö loppui\n"
    assert (folder / "night.log").read_text(encoding="utf-8") == kept
    assert gzip.decompress((folder / "old.log.gz").read_bytes()).decode() == kept
    assert (folder / "night.log").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["night.log", "old.log.gz", "quiet.log"]
    assert lines(proof)["logs night.log"] == (2, 2, 0)
    assert lines(proof)["logs quiet.log"] == (0, 0, 0)


def test_staged_leftovers_that_hold_the_person_go(filled: Config) -> None:
    write(filled.paths.landing, "b.jsonl", talk("keskustelu-7", MATTI), talk("keskustelu-30", LIISA))
    write(filled.paths.landing, "c.jsonl", talk("keskustelu-40", LIISA))
    run_id = steps.begin(filled)
    for name in ("b.jsonl", "c.jsonl"):
        steps.stage(filled.paths.landing / name, run_id, filled)
    assert len(list(filled.paths.staging.glob("*.gz"))) == 2
    forget([MATTI], filled)
    assert len(list(filled.paths.staging.glob("*.gz"))) == 1
    steps.night([filled.paths.landing], filled)
    assert stored(filled.paths.published)[0] == LEFT[0] | {"keskustelu-30", "keskustelu-40"}


def test_the_landing_folder_is_only_reported(filled: Config) -> None:
    file = write(filled.paths.landing, "a.jsonl", talk("keskustelu-1", MATTI), talk("keskustelu-10", LIISA))
    write(filled.paths.landing, "b.jsonl", talk("keskustelu-10", LIISA))
    before = file.read_bytes()
    proof = forget([MATTI], filled)
    assert file.read_bytes() == before
    reported = [line for line in proof.found if line.place == "landing"]
    assert [(line.name, line.found, line.remaining) for line in reported] == [("a.jsonl", 1, 0)]
    assert any("delete it at the source: 1 file" in note for note in proof.notes)


def test_a_file_that_cannot_be_looked_into_is_not_called_clean(filled: Config) -> None:
    filled.paths.exports.mkdir(parents=True)
    (filled.paths.exports / "half.zip").write_bytes(packed("x", "x.txt")[:30])
    assert left_in(forget([MATTI], filled)) == {"exports half.zip": 1}


def make_prefect(config: Config) -> Path:
    """The tables of Prefect's database that a flow writes to, with the columns of version 3.8."""
    path = config.paths.database.parents[1] / ".prefect" / "prefect.db"
    path.parent.mkdir()
    artifact = "id TEXT, key TEXT, type TEXT, data JSON, metadata_ JSON, flow_run_id TEXT, description TEXT"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"""
            CREATE TABLE artifact ({artifact}); CREATE TABLE artifact_collection ({artifact}, latest_id TEXT);
            CREATE TABLE log (id TEXT, name TEXT, level INTEGER, flow_run_id TEXT, message TEXT, timestamp TEXT);
            CREATE TABLE flow_run (id TEXT, name TEXT, parameters JSON);
            INSERT INTO artifact (id, key, data) VALUES ('1', 'night', '[{{"id": "keskustelu-1"}}]'), ('2', 'x', '[]');
            INSERT INTO artifact_collection (id, key, description) VALUES ('1', 'night', 'of {MATTI}');
            INSERT INTO log (id, name, message) VALUES ('1', 'prefect', 'read {MATTI}'), ('2', 'prefect', '{LIISA}');
            INSERT INTO flow_run VALUES ('1', 'golden-mole', '{{}}');
        """)
    return path


def test_prefect_loses_artifacts_and_logs_and_their_bytes(filled: Config) -> None:
    path = make_prefect(filled)
    assert path.read_bytes().count(MATTI.encode()) == 2
    proof = forget([MATTI], filled)
    assert {name: figures for name, figures in lines(proof).items() if name.startswith("prefect")} == {
        "prefect artifact": (1, 1, 0), "prefect artifact_collection": (1, 1, 0),
        "prefect flow_run": (0, 0, 0), "prefect log": (1, 1, 0), "prefect prefect.db": (3, 3, 0),
    }  # fmt: skip
    assert all(needle.encode() not in path.read_bytes() for needle in (MATTI, "keskustelu-1"))
    assert LIISA.encode() in path.read_bytes()


def test_what_is_elsewhere_in_prefect_is_said_to_remain(filled: Config) -> None:
    with closing(sqlite3.connect(make_prefect(filled))) as connection:
        connection.execute("UPDATE flow_run SET parameters = ?", [json.dumps({"paths": [f"/in/{MATTI}"]})])
        connection.commit()
    proof = forget([MATTI], filled)
    assert left_in(proof) == {"prefect flow_run": 1}
    assert any("delete the flow run" in line.note for line in proof.found)


def test_another_prefect_server_is_not_called_clean(filled: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert not any("Prefect" in note for note in forget([MATTI], filled).notes)
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example.fi:4200/api")
    assert any("not looked at" in note and "Prefect" in note for note in forget([MATTI], filled).notes)


# --- coming back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["number", "key"])
def test_a_replay_and_a_backfill_bring_nothing_back(filled: Config, given: str) -> None:
    forget([MATTI if given == "number" else key(filled, MATTI)], filled)
    replay = [talk(id_, customer) for id_, customer in WHOSE.items()]
    write(filled.paths.landing, "again.jsonl", *replay, talk("keskustelu-30", LIISA), talk("keskustelu-31", MATTI))
    write(filled.paths.landing, "nameless.jsonl", talk("keskustelu-1", None), talk("keskustelu-32", None))
    write(filled.paths.landing, "again.csv", SURVEY, *ANSWERS, "vastaus-2,2026-09-02T11:00,3,ihan kamalaa,,")
    steps.night([filled.paths.landing], filled)
    expected = LEFT[0] | {"keskustelu-30", "keskustelu-32"}
    assert stored(filled.paths.published) == (expected, LEFT[1])
    assert rejected(filled).count(("-", "forgotten")) == 7
    day = steps.Period(date(2026, 9, 1), date(2026, 9, 2), filled.time.zone)
    steps.night([filled.paths.landing], filled, period=day)
    assert stored(filled.paths.published) == (expected, LEFT[1])
    for needle in needles(filled):
        assert needle not in repr(rejected(filled))


@pytest.mark.parametrize("given", ["number", "key"])
def test_a_rotation_of_the_secret_brings_nothing_back(
    filled: Config, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """Before and after forgetting: a key given then was made by the chain of then."""
    fresh = ["f" * 40, "e" * 40]
    for number, link in enumerate(fresh):
        keys.rotate(filled, Secret((link,)))
        monkeypatch.setenv("TUNNEPOLKU_SECRET", f"{os.environ['TUNNEPOLKU_SECRET']} {link}")
        if number == 0:
            forget([MATTI if given == "number" else key(filled, MATTI)], filled)
    write(filled.paths.landing, "again.jsonl", *(talk(id_, customer) for id_, customer in WHOSE.items()))
    write(filled.paths.landing, "new.jsonl", talk("keskustelu-31", MATTI), talk("keskustelu-32", LIISA))
    write(filled.paths.landing, "again.csv", SURVEY, *ANSWERS)
    steps.night([filled.paths.landing], filled)
    assert stored(filled.paths.published) == (LEFT[0] | {"keskustelu-32"}, LEFT[1])


def test_ids_that_are_stored_as_hashes_do_not_come_back(house: Settings) -> None:
    """A conversation named by a phone number, and an answer whose source gives no id."""
    config = house()
    spoken = talk("+358505550100", MATTI)
    write(config.paths.landing, "a.jsonl", spoken, talk("keskustelu-10", LIISA))
    nameless = "2026-09-02T10:00,2,kamalaa,+358505550100"
    write(config.paths.landing, "s.csv", "responded_at,nps_rating,verbatim,conversation_id", nameless)
    steps.night([config.paths.landing], config)
    assert [len(ids) for ids in stored(config.paths.published)] == [2, 1]
    forget([MATTI], config)
    assert stored(config.paths.published) == ({"keskustelu-10"}, set())
    write(config.paths.landing, "b.jsonl", spoken.replace(MATTI, ""), talk("keskustelu-11", LIISA))
    write(config.paths.landing, "t.csv", "responded_at,nps_rating,verbatim,conversation_id", nameless, ",,,")
    steps.night([config.paths.landing], config)
    assert stored(config.paths.published) == ({"keskustelu-10", "keskustelu-11"}, set())


def test_the_forgotten_do_not_stop_a_night(filled: Config) -> None:
    forget([MATTI, LIISA], filled)
    write(filled.paths.landing, "a.jsonl", *(talk(id_, customer, "moi") for id_, customer in WHOSE.items()))
    report = steps.night([filled.paths.landing], filled)
    assert report.counts["conversations"] == 0
    assert stored(filled.paths.published) == (set(), set())
    assert rejected(filled) == [("-", "forgotten")] * 4


def test_forgetting_again_finds_nothing_and_keeps_the_tombstones(filled: Config) -> None:
    forget([MATTI], filled)
    stones = tables(filled.paths.database)["tombstones"]
    again = forget([MATTI], filled)
    assert tables(filled.paths.database)["tombstones"] == stones
    assert len(stones) == 7
    assert all((line.found, line.removed, line.remaining) == (0, 0, 0) for line in again.found)


def test_an_unknown_customer_gets_a_tombstone_even_before_the_first_night(house: Settings) -> None:
    config = house()
    proof = forget([MATTI], config)
    assert (proof.remaining, proof.tombstones) == (0, 1)
    fill(config)
    assert stored(config.paths.published)[0] == LEFT[0]


def test_tombstones_join_with_nothing(filled: Config) -> None:
    forget([MATTI], filled)
    content = tables(filled.paths.database)
    for stone, kind, _ in content["tombstones"]:
        assert len(stone) == 32
        assert kind in {"tombstone-customer", "tombstone-conversation", "tombstone-response"}
        assert stone not in repr({name: rows for name, rows in content.items() if name != "tombstones"})


def test_what_was_killed_in_the_middle_is_done_by_the_next(filled: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write_exports(filled.paths.exports, "keskustelu-2", "matti ")
    with monkeypatch.context() as killed:
        killed.setattr(store, "publish", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            forget([MATTI], filled)
    write_exports(filled.paths.exports, "keskustelu-2", "more ")
    assert forget([MATTI], filled).remaining == 0
    assert list(filled.paths.exports.iterdir()) == []
    assert stored(filled.paths.published) == stored(filled.paths.database) == LEFT


# --- the ids as patterns ---------------------------------------------------------------------------------------------


def test_an_id_is_found_as_a_word_and_not_in_a_longer_one() -> None:
    person = Person(numbers=("chat-1", "chat-10", "K.17", "a|b(", "ÄÄ-55"))
    for text in ("chat-1", "(chat-1)", "id:chat-10,", "K.17", "[a|b(]", "ÄÄ-55ä", "x\nchat-1\n"):
        assert person.hits(text) == 1, text
    for text in ("chat-100", "xchat-1", "chat-1a", "K917", "K.170", "chat", ""):
        assert person.hits(text) == 0, text
    assert Person(numbers=("K1",)).hits("K1") == 0  # too short to search texts for
    assert Person().hits("anything\n") == 0


def test_no_id_is_shown() -> None:
    person = Person(numbers=("K1", "chat-1", "chat-10"))
    assert person.redacted("K1 chat-10 xchat-1x K12") == "… … x…x K12"


def test_a_tree_of_ids_finds_what_each_of_them_does() -> None:
    import re

    ids = ["abcd", "abcdef", "abxy", "qwerty.1", "qwerty.2", "abcd-1"]
    for id_ in ids:
        assert re.fullmatch(as_parts(ids), id_)
    assert not re.fullmatch(as_parts(ids), "abcde")


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["table", "json"])
def test_the_proof_names_every_table_and_file_and_no_id(
    filled: Config, capsys: pytest.CaptureFixture[str], format_name: str
) -> None:
    make_prefect(filled)
    write_exports(filled.paths.exports, "keskustelu-1", "")
    write(filled.paths.logs, f"{MATTI}.log", "moi")
    write(filled.paths.landing, f"{MATTI}.jsonl", talk("keskustelu-1", MATTI))
    own = key(filled, MATTI)
    assert main(["forget", "--customer", MATTI, "--format", format_name]) == 0
    printed = capsys.readouterr().out
    for name in (*tables(filled.paths.database), "a.csv", "h.duckdb", "artifact_collection", own[:8]):
        assert name in printed, name
    for needle in needles(filled):
        assert needle not in printed, needle
    if format_name == "json":
        proof = json.loads(printed)
        assert proof["remaining"] == 0
        assert proof["keys"] == [own[:8]]
        assert {line["place"] for line in proof["found"]} == {
            "database", "published", "exports", "logs", "prefect", "landing"
        }  # fmt: skip


def test_customers_come_from_a_file_too(filled: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.txt").write_text(f"\ufeff{MATTI}\n\n {LIISA} \n", encoding="utf-8")
    assert main(["forget", "--file", str(tmp_path / "list.txt")]) == 0
    assert stored(filled.paths.published) == (set(), set())
    assert main(["forget"]) == 2
    assert main(["forget", "--file", str(tmp_path / "nowhere.txt")]) == 2


def test_what_remains_is_an_exit_code(filled: Config, capsys: pytest.CaptureFixture[str]) -> None:
    filled.paths.exports.mkdir(parents=True)
    (filled.paths.exports / "half.zip").write_bytes(packed("x", "x.txt")[:30])
    assert main(["forget", "--customer", MATTI]) == 1
    assert "is left" in capsys.readouterr().err


def test_nobody_is_forgotten_while_a_night_goes_on(filled: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with steps.only_run(filled):
        assert main(["forget", "--customer", MATTI]) == 1
    assert "Another run" in capsys.readouterr().err
    assert len(stored(filled.paths.database)[0]) == 4
