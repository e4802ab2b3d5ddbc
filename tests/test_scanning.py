"""The search of the house's files: every kind in every kind of file, and nothing that only looks so."""

import gzip
import json
import random
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipeline import scanning, steps
from pipeline.cli import main
from pipeline.config import Config
from pipeline.errors import CheckFailed
from pipeline.privacy import mask
from tests.conftest import ROOT
from tests.test_steps import chat, digest, write

PERSONAL = {
    "HETU": ("131052-952K", "131052A952K", "010190+123X"),
    "IBAN": ("FI2112345600000785", "FI21 1234 5600 0007 85"),
    "EMAIL": ("maija.malli@posti.example.fi", "a@b.fi"),
    "PHONE": ("0505550100", "050 555 0100", "040-5550100", "+358 50 555 0100", "00358455550100"),
    "CARD": ("4012888888881881", "4012 8888 8888 1881", "5105-1051-0510-5100"),
    "SPOKEN_PHONE": (
        "nolla neljä nolla yks kaks kolme neljä",
        "Nolla viis nolla, nolla yksi kaheksan yheksän kaks",
        "nolla viiskyt viis viis viis nolla yks kuus",
    ),
}
HARMLESS = (
    "[HETU] [IBAN] [EMAIL] [PHONE] [PERSON]", "20261001-1234", "131052-9521234", "2026-09-01 04:51:23.456789",
    "0.0451234567", "-0.4012888888881881", "4012888888881882", "9f131052-952a-4b1c-8a52-131052952101", "x@y", "v@1.5",
    "a3131052b952c", "20261001T013000-abc123", "050", "0451 23", "1572860-0", "yks kaks kolme", "JJFI65432100000123456",
    "0000000004512345678", "K0505550100",
    "viite yksi kaksi kolme neljä viisi kuusi seitsemän", "nolla kaksi nolla yksi yksi yksi yksi yksi",
    "lisää viis kuusi seitsemän kahdeksan yhdeksän kymmenen", "neljäs viides kuudes",
)  # fmt: skip
PAIRS = [(kind, text) for kind, texts in PERSONAL.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), PAIRS, ids=[text for _, text in PAIRS])
def test_each_kind_is_found_wherever_it_stands(kind: str, text: str) -> None:
    for line in (text, f"moi {text} kiitos", f'{{"text": "{text}"}}', f"id;{text};3\n", f"({text})", f"{text}\nmuuta"):
        assert list(scanning.kinds(line)) == [kind], line


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_so_is_not_found(text: str) -> None:
    for line in (text, f"moi {text} kiitos", f'{{"text": "{text}"}}', f"id;{text};3\n"):
        assert list(scanning.kinds(line)) == [], line


def test_both_languages_of_regular_expressions_find_the_same() -> None:
    """Rows of a database are chosen by DuckDB's, and counted by Python's."""
    texts = [f"x {text} y" for text in (*HARMLESS, *(text for _, text in PAIRS))]
    with duckdb.connect() as connection:
        found = connection.execute("SELECT regexp_matches(unnest(?), ?)", [texts, scanning.ANY]).fetchall()
    assert [row for (row,) in found] == [re.search(scanning.ANY, text) is not None for text in texts]


@pytest.mark.slow
def test_what_the_masking_passes_the_scan_passes() -> None:
    """Were it wider than the masking, one harmless text would stop every night from then on."""
    pieces = [text for kind, text in PAIRS if kind != "SPOKEN_PHONE"]
    pieces += [
        *HARMLESS,
        "0",
        "1",
        "5",
        "31",
        "04",
        "050",
        "+358",
        "358",
        "FI21",
        "FI",
        "A",
        "k",
        "ä",
        "x",
        "1234",
        "555",
    ]
    pieces += ["0100", "952K", " ", "\n", *"-–.,()/:@_"]
    draw = random.Random(20261101)
    for _ in range(4000):
        text = mask("".join(draw.choices(pieces, k=draw.randint(1, 9))), names=False)[0]
        assert list(scanning.kinds(text)) == [], text


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "data" / "samples").rglob("*.csv")), ids=lambda path: path.name)
def test_samples_once_masked_are_silent(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert list(scanning.kinds(mask(line, names=False)[0])) == []


# --- files -----------------------------------------------------------------------------------------------------------


def write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def write_utf16(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-16")


def write_gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(json.dumps({"text": text}, ensure_ascii=False).encode()))


def write_zip(path: Path, text: str) -> None:
    inner = gzip.compress(text.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/inner.xml.gz", inner)


def write_duckdb(path: Path, text: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n, [{'said': ?}] AS texts", [text])


def write_parquet(path: Path, text: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT ? AS said", [text])
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def write_sqlite(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE log (message TEXT); CREATE TABLE block_schema (fields TEXT)")
        connection.execute("INSERT INTO log VALUES (?)", [text])
        connection.execute("INSERT INTO block_schema VALUES ('such as somebody@example.com')")
        connection.commit()


WRITERS = (write_text, write_utf16, write_gzip, write_zip, write_duckdb, write_parquet, write_sqlite)


@pytest.mark.parametrize("place", ["staging", "exports", "logs", "published"])
@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_of_any_kind_in_any_place_is_looked_into(config: Config, place: str, writer: object) -> None:
    folder = {"published": config.paths.published.parent}.get(place) or getattr(config.paths, place)
    (folder / "deep").mkdir(parents=True)
    writer(folder / "deep" / "file", "soita 050 555 0100 tai 050 555 0101, osoite on maija@example.fi")
    writer(folder / "deep" / "harmless", " ".join(HARMLESS))
    hits = [(hit.place, hit.name, hit.kind, hit.count) for hit in scanning.scan(config)]
    assert hits == [(place, "file", "EMAIL", 1), (place, "file", "PHONE", 2)]


def test_prefects_database_is_looked_into(config: Config) -> None:
    path = config.paths.database.parents[1] / ".prefect" / "prefect.db"
    path.parent.mkdir(parents=True)
    write_sqlite(path, "asiakas 131052-952K")
    assert [(hit.place, hit.kind) for hit in scanning.scan(config)] == [("prefect", "HETU")]


def test_a_log_of_many_lines_is_read_to_its_end(config: Config) -> None:
    line = "yö alkoi ja loppui\n" * (scanning.CHUNK // 10)
    write(config.paths.logs, "night.log", line, "soita 050 555 0100")
    assert [hit.count for hit in scanning.scan(config)] == [1]


def test_the_message_names_file_and_kind_and_never_the_text(config: Config) -> None:
    write(config.paths.logs, "yö 0505550100.log", "olen 131052-952K")
    with pytest.raises(CheckFailed) as caught:
        scanning.check(config)
    message = str(caught.value)
    assert "logs/yö….log" in message or "logs/yö …log" in message or "logs/yö…log" in message
    assert "HETU" in message
    assert "PHONE" in message
    for text in ("0505550100", "131052", "952K"):
        assert text not in message


def test_a_file_that_cannot_be_looked_into_fails_too(config: Config) -> None:
    config.paths.exports.mkdir(parents=True)
    write_zip(config.paths.exports / "half.zip", "moi")
    content = (config.paths.exports / "half.zip").read_bytes()
    (config.paths.exports / "half.zip").write_bytes(content[:40])
    with pytest.raises(CheckFailed, match=r"exports/half\.zip.*cannot be looked into"):
        scanning.check(config)


# --- the night -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hit_stops_the_night_before_publishing(config: Config) -> None:
    landing = write(config.paths.landing, "a.jsonl", chat(1)).parent
    steps.night([landing], config)
    before = digest(config.paths.published)
    leak = write(config.paths.logs, "night.log", "asiakas 050 555 0100")
    write(landing, "b.jsonl", chat(2))
    with pytest.raises(CheckFailed, match=r"logs/night\.log \(PHONE, 1\)"):
        steps.night([landing], config)
    assert digest(config.paths.published) == before
    assert main(["check"]) == 1
    leak.unlink()
    steps.night([landing], config)
    assert digest(config.paths.published) != before
    assert main(["check"]) == 0


def test_what_a_killed_night_left_half_written_does_not_stop_the_next(config: Config) -> None:
    config.paths.staging.mkdir(parents=True)
    (config.paths.staging / ".abc-00000.json.gz.unfinished").write_bytes(gzip.compress(b"{" * 1000)[:20])
    steps.night([write(config.paths.landing, "a.jsonl", chat(1)).parent], config)
    assert list(config.paths.staging.glob("*.gz*")) == []
