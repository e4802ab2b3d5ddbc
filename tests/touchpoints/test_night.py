"""A night with a path of one's own: what is named arrives, tables follow the files, old ids stay until read again."""

from datetime import date
from pathlib import Path

import pytest

from pipeline import steps, store
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.errors import ConfigError
from pipeline.touchpoints import load_palvelupolku
from tests.test_steps import chat, write
from tests.touchpoints.talks import written

POLKU = """
name = "Oma"
min_mentions = 1

[[stages]]
id = "alku"
name = "Alku"

[[touchpoints]]
id = "raha"
stage = "alku"
name = "Raha"
lemmas = ["lasku"]

[[contact_points]]
id = "lasku"
name = "Lasku"
kind = "process"
side = "front"
provider = "own"
lemmas = ["lasku"]
"""
AJURIT = '[[drivers]]\nid = "virheet"\nname = "Virheet"\ndescription = "Oikein."\nlemmas = ["väärin"]\n'
ANSWERS = ("responded_at,response_id,nps_rating,verbatim", "2026-09-02T10:00:00,a1,3,Lasku oli taas väärin")


@pytest.fixture
def own(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name, text in (("palvelupolku", POLKU), ("drivers", AJURIT)):
        monkeypatch.setenv(f"TUNNEPOLKU_TOUCHPOINTS__{name.upper()}", str(written(tmp_path, text, f"{name}.toml")))
    load_config.cache_clear()
    return load_config()


def changed(config: Config, text: str) -> None:
    """The path as if another process read it: this one reads each file once."""
    config.touchpoints.palvelupolku.write_text(text, encoding="utf-8")
    load_palvelupolku.cache_clear()


def found(config: Config, query: str) -> list[tuple]:
    with store.opened(config.paths.published, read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_what_is_named_reaches_the_published_copy(own: Config, tmp_path: Path) -> None:
    files = [write(tmp_path / "in", "chats.jsonl", chat(1)), write(tmp_path / "in", "nps.csv", *ANSWERS)]
    steps.night(files, own)
    columns = "contact_point, name, touchpoint, speaker_role, words"
    assert found(own, f"SELECT {columns} FROM contact_point_mentions ORDER BY ALL") == [
        ("lasku", "Lasku", "raha", "agent", "laskua"),
        ("lasku", "Lasku", "raha", "customer", "lasku"),
        ("lasku", "Lasku", None, None, "Lasku"),
    ]  # fmt: skip
    assert found(own, "SELECT driver, touchpoint, nps_rating, words FROM driver_mentions ORDER BY ALL") == [
        ("virheet", "raha", None, "väärin"), ("virheet", None, 3, "väärin")
    ]  # fmt: skip
    assert found(own, "FROM path_stages") == [("alku", "Oma", 0, "Alku")]
    assert steps.find_work(files, own) is None, "nothing is new"

    changed(own, POLKU.replace('id = "raha"', 'id = "maksu"').replace('id = "lasku"', 'id = "paperi"'))
    assert steps.find_work(files, own) == [], "the path is new"
    steps.night(files, own)
    assert found(own, "SELECT touchpoint FROM path_touchpoints") == [("maksu",)]
    old = "SELECT DISTINCT touchpoint, contact_point, name FROM contact_point_mentions WHERE response_id IS NULL"
    assert found(own, old) == [("raha", "lasku", None)]
    steps.night(files, own, period=steps.Period(date(2026, 9, 1), date(2026, 9, 1), own.time.zone))
    assert found(own, old) == [("maksu", "paperi", "Lasku")]


@pytest.mark.slow
def test_a_night_with_a_broken_path_changes_nothing(own: Config, tmp_path: Path) -> None:
    changed(own, POLKU.replace('"process"', '"paper"'))
    with pytest.raises(ConfigError, match=r"line 15, .*lasku: kind: paper") as refused:
        steps.night([write(tmp_path / "in", "chats.jsonl", chat(1))], own)
    assert refused.value.exit_code == 2
    assert not own.paths.database.exists()


# --- the commands ----------------------------------------------------------------------------------------------------


def test_the_path_in_use_is_shown_as_a_tree(own: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["palvelupolku"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Oma (palvelupolku)"
    assert [line.strip("│├└─ ") for line in lines] == [
        "Oma (palvelupolku)", "Alku (alku)", "Raha (raha)", "Missä tahansa",
        "Lasku (lasku): prosessi, näkyvä, oma",
    ]  # fmt: skip
    assert main(["palvelupolku", "--language", "en"]) == 0
    assert "Lasku (lasku): process, front, own" in capsys.readouterr().out


def test_every_problem_is_shown_with_its_line(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, POLKU.replace('"process"', '"paper"').replace('stage = "alku"', 'stage = "loppu"'))
    assert main(["palvelupolku", str(path)]) == 2
    said = capsys.readouterr()
    assert [line.partition(": ")[0] for line in said.out.splitlines()] == [
        "rivi 9, [[touchpoints]] raha", "rivi 15, [[contact_points]] lasku"
    ]  # fmt: skip
    assert said.err == f"tunnepolku: {path}: korjattavaa 2. Korjaa ja aja uudelleen.\n"
    assert main(["palvelupolku", str(path), "--language", "en"]) == 2
    assert "line 9, [[touchpoints]] raha: stage: there is no loppu" in capsys.readouterr().out


def test_an_example_that_misses_is_a_problem(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, AJURIT + 'examples = ["kaikki oikein"]\ncounterexamples = ["taas väärin"]\n')
    assert main(["drivers", str(path)]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "virheet: esimerkki ei osu: kaikki oikein", "virheet: vastaesimerkki osuu: taas väärin"
    ]  # fmt: skip


def test_drivers_are_listed(own: Config, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers"]) == 0
    assert capsys.readouterr().out == "Virheet (virheet): Oikein.\n"


def test_a_file_that_is_not_there_is_named(config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("palvelupolku", "drivers"):
        assert main([command, str(tmp_path / "gone.toml")]) == 2
        assert "gone.toml" in capsys.readouterr().err
