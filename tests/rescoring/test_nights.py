"""A night with one model, the files gone, `rescore` with another: as if that one had read the files. Real models."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import keys, steps, store
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.erasing.forget import forget
from pipeline.erasing.retention import expire
from pipeline.rescoring import again
from pipeline.touchpoints.learning.train import MODEL
from tests.conftest import ROOT
from tests.store.rows import rows
from tests.store.test_retention import keep
from tests.test_steps import chat, digest, tables, write

pytestmark = pytest.mark.slow  # each is several small nights

OLD, NEW = "affect-lexicon-0.1.0", "affect-linear-0.3.0"
EARLIER = {"earlier_scores", "earlier_readings"}
READ = {"utterance_scores", "verbatim_scores", *EARLIER}
"""Tables that a model of feelings writes."""
SURVEY = "response_id,responded_at,nps_rating,verbatim,customer_id,conversation_id"
Settings = Callable[..., Config]


@pytest.fixture
def house(config: Config, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with the first model and rules alone; `house(NEW)` takes another, and `name=value` changes more."""

    def settings(model: str = OLD, **changes: str) -> Config:
        for name, value in {"AFFECT__MODEL": model, "TOUCHPOINTS__MODEL": "", **changes}.items():
            monkeypatch.setenv(f"TUNNEPOLKU_{name}", value)
        load_config.cache_clear()
        return load_config()

    return settings


def land(folder: Path) -> None:
    """Chats of two days of one conversation, in three languages, with a bot, a field and a queue; and answers."""
    said = (
        "hei, lasku on taas väärin, tämä on kolmas kerta",
        "harmi, korjaan laskun heti",
        "kiitos, loistavaa palvelua",
    )
    write(
        folder, "1.jsonl", chat(1, *said, queue="Laskutus"), chat(2, "netti ei toimi ollenkaan, ihan surkeaa", "selvä")
    )
    later = chat(1, "lasku tuli taas väärin, vaihdan firmaa", "olen pahoillani", queue="Laskutus").replace(
        "2026-09-01", "2026-09-02"
    )
    swedish = chat(
        3, "hej, jag förstår inte den här räkningen, kan du hjälpa mig", "javisst, jag kan hjälpa dig på svenska"
    )
    write(folder, "2.jsonl", later, swedish, chat(4, "moi", "hei", metadata={"tag": "lasku"}).replace("agent", "bot"))
    answers = (
        "a1,2026-09-02T10:00,2,laskutus ei toimi,K1,c1",
        "a2,2026-09-02T11:00,9,kiitos paljon,K2,",
        "a3,2026-09-02T12:00,9,,K3,",
    )
    write(folder, "3.csv", SURVEY, *answers)


def night(config: Config) -> steps.Report:
    return steps.night([config.paths.landing], config)


def emptied(config: Config) -> Config:
    """The settings, once the files that were read are gone."""
    for path in config.paths.landing.iterdir():
        path.unlink()
    return config


def again_by(settings: Config, *arguments: str) -> None:
    assert load_config() == settings
    assert main(["rescore", *arguments]) == 0


def stored(config: Config, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(config.paths.published), read_only=True) as connection:
        return rows(connection, query)


def test_as_if_the_new_model_had_read_the_files(
    house: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = house()
    land(old.paths.landing)
    night(old)
    emptied(old)
    before = tables(old.paths.published)
    again_by(house(NEW))
    after = tables(old.paths.published)
    monkeypatch.setenv("TUNNEPOLKU_HOME", str(tmp_path / "anew"))
    anew = house(NEW)
    land(anew.paths.landing)
    night(anew)
    expected = tables(anew.paths.published)
    for name in expected.keys() - EARLIER:
        assert after[name] == expected[name], name
    hashes = {old.reader_hash, anew.reader_hash}
    for name in before.keys() - READ:
        assert [without(row, hashes) for row in after[name]] == [without(row, hashes) for row in before[name]], name
    assert len(after["earlier_scores"]) == len(before["utterance_scores"] + before["verbatim_scores"]) == 10


def without(row: tuple[Any, ...], hashes: set[str]) -> tuple[Any, ...]:
    return tuple(value for value in row if not (isinstance(value, str) and value in hashes))


def test_the_old_rows_are_there_for_comparison(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    old = house()
    land(old.paths.landing)
    night(old)
    sentiments = "conversation_id, utterance_index, sentiment, round(sentiment_score, 5), model, run_id"
    before = stored(old, f"SELECT {sentiments} FROM utterance_scores ORDER BY ALL")
    again_by(house(NEW))
    kept = f"SELECT {sentiments} FROM earlier_scores WHERE response_id IS NULL ORDER BY ALL"
    assert stored(old, kept) == [pytest.approx(row) for row in before]
    assert {model for (model,) in stored(old, "SELECT DISTINCT model FROM utterance_scores")} == {"affect-linear"}
    runs = "SELECT model, status, config_hash FROM runs ORDER BY started_at"
    assert stored(old, runs) == [
        ("affect-lexicon", "published", old.config_hash), ("affect-linear", "published", load_config().config_hash)
    ]  # fmt: skip
    capsys.readouterr()
    assert main(["query", "rescored", "--format", "csv"]) == 0
    head, *found = capsys.readouterr().out.splitlines()
    assert head.startswith("earlier_version,present_version,touchpoint")
    assert all(line.startswith("affect-lexicon 0.1.0,affect-linear 0.3.0") for line in found)
    assert main(["check"]) == 0


def test_a_second_time_changes_nothing(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    land(house().paths.landing)
    night(house())
    config = house(NEW)
    again_by(config)
    before = digest(config.paths.database), digest(config.paths.published)
    capsys.readouterr()
    again_by(config)
    assert "Nothing waits to be read again." in capsys.readouterr().out
    assert (digest(config.paths.database), digest(config.paths.published)) == before
    emptied(config)
    assert night(config).run_id is None
    assert not list(config.paths.staging.glob("*.gz"))


def test_a_dry_run_says_what_it_would_be_and_changes_nothing(
    house: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    land(house().paths.landing)
    night(house())
    config = house(NEW)
    before = digest(config.paths.database), digest(config.paths.published)
    capsys.readouterr()
    again_by(config, "--dry-run")
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["chat", "4", "11", "0"] in told
    assert ["survey", "2", "2", "0"] in told
    assert (digest(config.paths.database), digest(config.paths.published)) == before


def test_only_some_days_can_be_read_again(house: Settings) -> None:
    land(house().paths.landing)
    night(house())
    again_by(config := house(NEW), "--from", "2026-09-02", "--to", "2026-09-02")
    assert stored(config, "SELECT DISTINCT model FROM utterance_scores") == [("affect-lexicon",)], "all began before"
    assert stored(config, "SELECT DISTINCT model FROM verbatim_scores") == [("affect-linear",)]


def test_a_night_after_the_change_says_that_versions_are_mixed(
    house: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    land(house().paths.landing)
    assert night(house()).note is None
    config = house(NEW)
    write(config.paths.landing, "4.jsonl", chat(9))
    note = night(config).note
    assert note == (
        "Several versions have read what is stored: affect-lexicon 0.1.0 (10 texts), affect-linear 0.3.0 (2 texts). "
        "Figures mix them until `tunnepolku rescore` has read 4 conversations and 2 answers again from their masked "
        "text."
    )
    capsys.readouterr()
    assert main(["check"]) == 0
    assert note in capsys.readouterr().out
    assert main(["run"]) == 0
    assert note in capsys.readouterr().out.replace("\n", " ")
    again_by(config)
    assert night(config).note is None
    assert main(["check"]) == 0
    assert "versions" not in capsys.readouterr().out


KILLED = """
import os, signal, sys
from pipeline import store
from pipeline.cli import main
run_script, scripts = store.execute_script, []
def killed(connection, path, parameters):
    run_script(connection, path, parameters)
    scripts.append(path.stem)
    if scripts.count("replace") == 2:
        os.kill(os.getpid(), signal.SIGKILL)
store.execute_script = killed
main(["rescore"])
"""


def test_killed_without_warning_it_goes_on(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its second batch is being stored; the rest is read by the next, and what was read is not read again."""
    land(house().paths.landing)
    night(house())
    config = house(NEW, SOURCES__BATCH_SIZE="2")
    process = subprocess.run([sys.executable, "-c", KILLED], env=dict(os.environ), cwd=ROOT, check=False)
    assert process.returncode == -signal.SIGKILL
    with duckdb.connect(str(config.paths.database), read_only=True) as connection:
        models = "SELECT DISTINCT conversation_id, model, run_id FROM utterance_scores ORDER BY ALL"
        first = [row for row in rows(connection, models) if row[1] == "affect-linear"]
    assert [row[0] for row in first] == ["c1", "c2"]
    read = []
    real = again.parts_of
    monkeypatch.setattr(again, "parts_of", lambda c, ids, path: read.extend(ids) or real(c, ids, path))
    again_by(config)
    assert read == ["c3", "c4"]
    assert set(first) <= set(stored(config, models))
    assert stored(config, "SELECT DISTINCT model FROM utterance_scores UNION SELECT model FROM verbatim_scores") == [
        ("affect-linear",)
    ]
    assert stored(config, "SELECT count(*) FROM earlier_scores") == [(10,)]
    assert stored(config, "SELECT status FROM runs ORDER BY started_at") == [
        ("published",),
        ("running",),
        ("published",),
    ]


def test_killed_before_it_was_published_it_is_published_by_the_next(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(house().paths.landing)
    night(house())
    config = house(NEW)
    with monkeypatch.context() as killed:
        killed.setattr(store, "publish", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            main(["rescore"])
    assert stored(config, "SELECT DISTINCT model FROM utterance_scores") == [("affect-lexicon",)]
    again_by(config)
    assert stored(config, "SELECT DISTINCT model FROM utterance_scores") == [("affect-linear",)]


def test_words_that_have_expired_stay_as_they_were_read(house: Settings) -> None:
    config = house()
    land(config.paths.landing)
    write(config.paths.landing, "4.jsonl", chat(9).replace("2026-09-01", "2026-10-01"))
    night(config)
    with store.opened(config.paths.database) as connection:
        assert expire(connection, keep(texts_chat=30, verbatims=30), date(2026, 10, 15)) == {"texts": 4, "verbatims": 2}
    again_by(config := house(NEW))
    assert stored(config, "SELECT DISTINCT conversation_id FROM utterance_scores WHERE model = 'affect-linear'") == [
        ("c9",)
    ]
    assert stored(config, "SELECT count(*) FROM verbatim_scores WHERE model = 'affect-lexicon'") == [(2,)]
    assert stored(config, "SELECT DISTINCT conversation_id, response_id FROM earlier_scores") == [("c9", None)]
    assert (night(config).note or "").endswith("`tunnepolku query rescored` tells how the versions differ.")


def test_the_forgotten_stay_so_and_what_is_kept_of_people_goes_with_them(house: Settings) -> None:
    config = house()
    land(config.paths.landing)
    night(config)
    forget(["K2"], config)
    again_by(config := house(NEW))
    assert stored(config, "SELECT DISTINCT conversation_id FROM utterances ORDER BY ALL") == [("c1",), ("c3",), ("c4",)]
    assert stored(config, "SELECT count(*) FROM earlier_scores WHERE conversation_id = 'c1'") == [(5,)]
    proof = forget(["K1"], config)
    assert proof.remaining == 0
    assert {line.name: line.removed for line in proof.found if line.place == "database"}["earlier_scores"] == 6
    assert stored(config, "SELECT DISTINCT conversation_id FROM earlier_scores ORDER BY ALL") == [("c4",)]
    assert main(["check"]) == 0


def test_what_is_kept_gets_its_new_keys_in_a_rotation(house: Settings) -> None:
    config = house()
    land(config.paths.landing)
    write(config.paths.landing, "4.jsonl", chat(9).replace('"c9"', '"+358505550100"'))
    night(config)
    again_by(config := house(NEW))
    fresh = keys.fresh_link
    joins = "SELECT count(*) FROM score_changes"
    before = stored(config, joins)
    os.environ[keys.NEW_VARIABLE] = "another-secret-for-the-tests-only-of-32-characters"
    try:
        with steps.only_run(config):
            run_id = steps.begin(config)
            keys.rotate(config, fresh())
            os.environ["TUNNEPOLKU_SECRET"] += f" {os.environ[keys.NEW_VARIABLE]}"
            steps.verify(run_id, config)
            steps.publish(run_id, config)
    finally:
        del os.environ[keys.NEW_VARIABLE]
    assert stored(config, joins) == before == [(12,)]


def test_another_path_is_read_again_too(house: Settings, tmp_path: Path) -> None:
    config = house()
    land(config.paths.landing)
    night(config)
    own = tmp_path / "polku.toml"
    text = config.touchpoints.palvelupolku.read_text(encoding="utf-8")
    renamed = text.replace('"laskutus"', '"laskut"').replace('queue = ["laskut"', 'queue = ["laskutus"')
    own.write_text(renamed, encoding="utf-8")
    before = stored(config, "SELECT count(*) FROM conversation_touchpoints WHERE touchpoint = 'laskutus'")
    again_by(config := house(TOUCHPOINTS__PALVELUPOLKU=str(own)))
    assert (
        stored(config, "SELECT count(*) FROM conversation_touchpoints WHERE touchpoint = 'laskut'") == before != [(0,)]
    )
    assert stored(config, "SELECT count(*) FROM earlier_scores") == [(0,)]


def test_without_a_database_it_says_so(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    house()
    assert main(["rescore"]) == 1
    assert "There is no database" in capsys.readouterr().err


OF_009 = """
DROP VIEW score_changes;
DROP VIEW reading_changes;
DROP TABLE earlier_scores;
DROP TABLE earlier_readings;
ALTER TABLE conversation_parts DROP COLUMN reader_hash;
ALTER TABLE survey_responses DROP COLUMN reader_hash;
DELETE FROM schema_versions WHERE name IN ('009_rescoring', 'views');
"""


def test_a_database_of_an_earlier_version_is_brought_up_to_date(house: Settings) -> None:
    """Its rows tell nothing of who read them: all of it is read again, and nothing kept of the same version."""
    config = house()
    land(config.paths.landing)
    night(config)
    with store.opened(config.paths.database) as connection:
        connection.execute(OF_009)
    again_by(config)
    assert stored(config, "SELECT DISTINCT reader_hash FROM conversation_parts") == [(config.reader_hash,)]
    assert stored(config, "SELECT count(*) FROM earlier_scores") == [(0,)]


def test_rows_of_before_the_path_was_read_get_readings(house: Settings) -> None:
    """With the network that reads whole conversations: the earlier touchpoints are kept, by rules alone."""
    config = house()
    land(config.paths.landing)
    night(config)
    again_by(config := house(TOUCHPOINTS__MODEL=MODEL))
    assert stored(config, "SELECT count(*), any_value(model) FROM part_readings") == [(5, "path-finnish")]
    kept = "SELECT count(*), count(model), bool_and(len(touchpoints) = 1) FROM earlier_readings"
    assert stored(config, kept) == [(5, 0, True)]
    assert stored(config, "SELECT count(*) FROM earlier_scores") == [(0,)]
    assert main(["check"]) == 0
