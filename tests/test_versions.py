"""What is delivered again, night after night: from the files to the published tables."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import steps, store
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.erasing.forget import forget
from pipeline.sources import chat_csv, chat_jsonl
from tests.test_steps import chat, rejections, tables, write

pytestmark = pytest.mark.slow

KINDS = ("stored", "unchanged", "replaced", "merged", "outdated")


@pytest.fixture
def quick(config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings with the quickest classifier."""
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "affect-lexicon-0.1.0")
    load_config.cache_clear()
    return load_config()


def night(config: Config, **more: Any) -> dict[str, int]:
    """What became of the records, without zeros."""
    counts = steps.night([config.paths.landing], config, **more).counts
    return {kind: counts[kind] for kind in KINDS if counts.get(kind)}


def day(number: int, *texts: str, **facts: str) -> str:
    """What was said in conversation c1 on a day of September."""
    return chat(1, *texts, **facts).replace("2026-09-01", f"2026-09-{number:02}")


def found(config: Config, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        return connection.execute(query).fetchall()


TEXTS = "SELECT text FROM utterances ORDER BY conversation_id, utterance_index"


def test_a_week_of_deliveries(quick: Config, capsys: pytest.CaptureFixture[str]) -> None:
    landing = quick.paths.landing
    write(landing, "1.jsonl", day(1, "moi", "hei"), chat(2))
    assert night(quick) == {"stored": 2}
    write(landing, "2.jsonl", day(2, "vielä yksi asia"), chat(2))
    assert night(quick) == {"merged": 1, "unchanged": 1}
    write(landing, "3.jsonl", day(1, "moi taas", "hei"), chat(3))
    assert night(quick) == {"replaced": 1, "stored": 1}
    assert [text for (text,) in found(quick, TEXTS)][:3] == ["moi taas", "hei", "vielä yksi asia"]
    write(landing, "4.jsonl", chat(2), chat(3), chat(4))
    assert main(["run"]) == 0
    assert "1 stored, 2 unchanged, 0 replaced, 0 merged, 0 outdated" in " ".join(capsys.readouterr().out.split())
    files = "SELECT file_name, stored_count, unchanged_count, replaced_count, merged_count FROM deliveries ORDER BY ALL"
    assert found(quick, files) == [
        ("1.jsonl", 2, 0, 0, 0), ("2.jsonl", 0, 1, 0, 1), ("3.jsonl", 1, 0, 1, 0), ("4.jsonl", 1, 2, 0, 0)
    ]  # fmt: skip
    assert rejections(quick) == set()
    assert night(quick) == {}


def test_the_version_that_the_source_changed_last_stays(quick: Config) -> None:
    versions = {hour: day(1, f"tunti {hour}", changed_at=f"2026-09-02T{hour:02}:00Z") for hour in (8, 9, 10)}
    outcomes = []
    for number, hour in enumerate((9, 8, 10)):
        write(quick.paths.landing, f"{number}.jsonl", versions[hour])
        outcomes.append(night(quick))
    assert outcomes == [{"stored": 1}, {"outdated": 1}, {"replaced": 1}]
    assert found(quick, TEXTS) == [("tunti 10",)]
    assert found(quick, "SELECT changed_at FROM conversations") == [(datetime(2026, 9, 2, 10),)]


def test_a_backfill_of_all_files_ends_where_the_nights_did(quick: Config) -> None:
    """The older version lies in the file that a backfill reads last, and the parts in two."""
    landing = quick.paths.landing
    write(landing, "z.jsonl", day(1, "vanha"), chat(2, "eka päivä"))
    night(quick)
    write(landing, "a.jsonl", day(1, "uusi"), chat(2, "toka päivä").replace("2026-09-01", "2026-09-02"))
    assert night(quick) == {"replaced": 1, "merged": 1}
    before = tables(quick.paths.published)
    for last in (1, 2):  # one day, then both
        period = steps.Period(date(2026, 9, 1), date(2026, 9, last), quick.time.zone)
        counts = night(quick, period=period)
        assert counts == {"replaced": 1 + last, "outdated": 1}
    after = tables(quick.paths.published)
    for name in ("conversations", "conversation_parts", "utterances", "utterance_scores", "conversation_touchpoints"):
        assert after[name] == before[name], name


def test_a_night_killed_before_its_file_is_finished_counts_nothing_twice(
    quick: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(quick.paths.landing, "1.jsonl", day(1, "moi"))
    night(quick)
    write(quick.paths.landing, "2.jsonl", day(1, "korjattu"), day(2, "lisää"))
    with monkeypatch.context() as killed:
        killed.setattr(store, "finish_file", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            night(quick)
    assert night(quick) == {}, "its batch is there already"
    assert found(quick, TEXTS) == [("korjattu",), ("lisää",)]
    assert found(quick, "SELECT replaced_count, merged_count FROM source_files WHERE file_name = '2.jsonl'") == [(1, 1)]


def test_edited_answers_replace_and_answers_without_an_id_are_told_by_their_row(quick: Config) -> None:
    head = "response_id,responded_at,nps_rating,verbatim"
    write(quick.paths.landing, "1.csv", head, "a1,2026-09-02T10:00,3,huono", ",2026-09-02T10:00,9,hyvä")
    assert night(quick) == {"stored": 2}
    edited = ("a1,2026-09-02T10:00,8,parempi", ",2026-09-02T10:00,9,hyvä", ",2026-09-02T10:00,9,hyvä")
    write(quick.paths.landing, "2.csv", head, *edited)
    assert night(quick) == {"stored": 1, "unchanged": 1, "replaced": 1}, "two who said the same are two"
    assert found(quick, "SELECT nps_rating, verbatim FROM survey_responses ORDER BY ALL") == [
        (8, "parempi"), (9, "hyvä"), (9, "hyvä")
    ]  # fmt: skip


def test_recordings_of_the_same_name_are_told_by_their_content(quick: Config) -> None:
    for number, text in enumerate(("lasku on väärin", "vika on verkossa", "lasku on väärin")):
        call = f"WEBVTT\n\nNOTE\nqueue: q\n\n00:00.000 --> 00:01.000\n<v Asiakas>{text}</v>\n" + "\n" * number
        write(quick.paths.landing / str(number), "puhelu.vtt", call)
    assert night(quick) == {"stored": 2, "unchanged": 1}
    assert len(found(quick, "SELECT * FROM conversations WHERE source_id = 'puhelu' AND NOT has_own_id")) == 2


# --- two systems -----------------------------------------------------------------------------------------------------


def two_systems(config: Config, monkeypatch: pytest.MonkeyPatch, id_: str) -> None:
    """The same id in two systems, of two customers."""
    monkeypatch.setattr(chat_jsonl, "SYSTEM", "zendesk", raising=False)
    monkeypatch.setattr(chat_csv, "SYSTEM", "chatwoot", raising=False)
    line = json.loads(chat(1, "moi, olen zendeskissä", customer_id="asiakas-1"))
    write(config.paths.landing, "a.jsonl", json.dumps({**line, "conversation_id": id_}))
    rows = f"{id_},2026-09-01T09:00,asiakas,moi chatwootista,asiakas-2"
    write(config.paths.landing, "b.csv", "conversation_id,sent_at,speaker,text,customer_id", rows)
    assert night(config) == {"stored": 2}


@pytest.mark.parametrize("id_", ["keskustelu-4711", "+358505550100"])
def test_forgetting_one_leaves_the_other_systems_conversation_and_lets_it_in_again(
    quick: Config, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    two_systems(quick, monkeypatch, id_)
    proof = forget(["asiakas-1"], quick)
    assert proof.remaining == 0
    assert found(quick, TEXTS) == [("moi chatwootista",)]
    for name in ("a.jsonl", "b.csv"):
        file = quick.paths.landing / name
        file.write_text(file.read_text("utf-8").replace("moi", "moi moi").replace("asiakas-1", "asiakas-9"), "utf-8")
    write(quick.paths.landing, "s.csv", "response_id,responded_at,nps_rating,conversation_id",
          f"a1,2026-09-02T10:00,9,{id_}", "a2,2026-09-02T10:00,9,keskustelu-1")  # fmt: skip
    assert night(quick) == {"stored": 1, "replaced": 1}
    assert found(quick, TEXTS) == [("moi moi chatwootista",)]
    assert found(quick, "SELECT response_id FROM survey_responses") == [("a2",)], "an answer says of no system"
    assert rejections(quick) == {("a.jsonl", "-", "forgotten"), ("s.csv", "-", "forgotten")}


@pytest.mark.parametrize("id_", ["keskustelu-4711", "+358505550100"])
def test_rotation_keeps_both_apart_and_known(quick: Config, monkeypatch: pytest.MonkeyPatch, id_: str) -> None:
    monkeypatch.delenv("TUNNEPOLKU_SECRET")
    assert main(["secret", "new"]) == 0
    two_systems(quick, monkeypatch, id_)
    assert main(["secret", "rotate"]) == 0
    for file in ("a.jsonl", "b.csv"):
        with (quick.paths.landing / file).open("a") as landed:
            landed.write("\n")
    assert night(quick) == {"unchanged": 2}
    rows = found(quick, "SELECT conversation_id, source FROM conversations ORDER BY source")
    assert len({row[0] for row in rows}) == 2
    assert ("505550100" in repr(rows)) is False
    assert [row[0] for row in rows] == ["chatwoot:keskustelu-4711", "keskustelu-4711"] or id_.startswith("+")


# --- clocks ----------------------------------------------------------------------------------------------------------


def clocked(config: Config, day: str, *times: str) -> list[tuple[Any, ...]]:
    turns = [f"k1,{day}T{time},{'asiakas' if n % 2 else 'agentti'},vuoro {n}" for n, time in enumerate(times)]
    write(config.paths.landing, "chat.csv", "conversation_id,sent_at,speaker,text", *turns)
    night(config)
    return found(config, "SELECT text, seconds FROM utterances ORDER BY utterance_index")


@pytest.mark.parametrize(
    ("day", "times", "minutes", "began"),
    [
        ("2026-10-25", ("03:50", "03:50", "03:10", "03:10", "04:05"), (0, 0, 20, 20, 75), "2026-10-25 00:50:00"),
        ("2026-03-29", ("02:58", "03:30", "03:30", "04:10", "04:40"), (0, 32, 32, 32, 42), "2026-03-29 00:58:00"),
        ("2026-03-29", ("02:58", "04:01", "04:01"), (0, 3, 3), "2026-03-29 00:58:00"),
    ],
)
def test_both_changes_of_the_clocks_from_the_file_to_the_table(
    quick: Config, day: str, times: tuple[str, ...], minutes: tuple[int, ...], began: str
) -> None:
    expected = [(f"vuoro {n}", 60.0 * minute) for n, minute in enumerate(minutes)]
    assert clocked(quick, day, *times) == expected
    facts = (
        "SELECT started_at::VARCHAR, started_date::VARCHAR, began_at::VARCHAR FROM conversations, conversation_parts"
    )
    assert found(quick, facts) == [(began, day, began)]


def test_turns_of_one_moment_keep_the_order_of_the_file(quick: Config, tmp_path: Path) -> None:
    times = ["09:00"] * 40
    assert clocked(quick, "2026-09-01", *times) == [(f"vuoro {n}", 0.0) for n in range(40)]
