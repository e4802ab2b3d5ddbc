"""Names that analysts give: kept from run to run, never written over, and told where they are wrong."""

import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.errors import ConfigError
from pipeline.topics import Topic, add_names, load_names


def topic(name: str, *lemmas: str, touchpoint: str = "laskutus") -> Topic:
    return Topic(name, touchpoint, lemmas, 9, 20, (), 0.0, 0.9, ("talk", 1))


FIRST = [topic("kaksi · veloittaa", "kaksi", "veloittaa", "tili"), topic("paperi · kirje", "paperi", "kirje")]


def test_a_name_that_was_changed_is_known_again_by_its_words(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    assert add_names(path, FIRST) == FIRST
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("kaksi · veloittaa", 'Tupla"veloitus'.replace('"', "-")), encoding="utf-8")
    again = add_names(path, [topic("veloittaa · kaksi", "veloittaa", "kaksi", "raha"), topic("osoite", "osoite")])
    assert [one.name for one in again] == ["Tupla-veloitus", "osoite"]
    assert [entry.name for entry in load_names(path)] == ["Tupla-veloitus", "paperi · kirje", "osoite"]
    assert path.read_text(encoding="utf-8").startswith(written.split("[[topics]]")[0]), "what was there stays"


def test_what_is_known_already_changes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    add_names(path, FIRST)
    before = path.read_bytes()
    add_names(path, FIRST)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_is_of_its_touchpoint_and_of_one_topic(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    add_names(path, [topic("oma", "kaksi", "veloittaa")])
    close, closer = topic("a", "kaksi", "x"), topic("b", "kaksi", "veloittaa")
    elsewhere = topic("c", "kaksi", "veloittaa", touchpoint="toimitus")
    assert [one.name for one in add_names(path, [close, closer, elsewhere])] == ["a", "oma", "c"]


def test_marks_in_words_are_written_so_that_they_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    odd = topic('sano "ei" \\ ä', 'sano "ei"', "\\")
    add_names(path, [odd])
    assert load_names(path)[0].name == odd.name
    assert load_names(path)[0].lemmas == odd.lemmas


@pytest.mark.parametrize(
    "text",
    [
        "[[topics]\n", "topics = 3\n", '[other]\nname = "x"\n', '[[topics]]\nname = "x"\n',
        '[[topics]]\nname = ""\ntouchpoint = "laskutus"\nlemmas = ["a"]\n',
        '[[topics]]\nname = "x"\ntouchpoint = "laskutus"\nlemmas = []\n',
        '[[topics]]\nname = "x"\ntouchpoint = "laskutus"\nlemmas = [1]\n',
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_told_and_left(tmp_path: Path, text: str) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"topics\.toml"):
        add_names(path, FIRST)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        add_names(tmp_path / "none" / "topics.toml", FIRST)


@pytest.mark.parametrize("option", ["--days", "--most"])
def test_numbers_below_one_are_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", option, "0"]) == 2
    assert "write 1 or more" in capsys.readouterr().err


def test_the_samples_have_topics_that_can_be_renamed(
    sample_night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tmp_path / "topics.toml"
    given = ["topics", "--days", "90", "--format", "jsonl", "--database", str(sample_night), "--names", str(names)]
    assert main(given) == 0
    first = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first
    assert {row["name"] for row in first} == {entry.name for entry in load_names(names)}
    text = names.read_text(encoding="utf-8")
    names.write_text(text.replace(json.dumps(first[0]["name"], ensure_ascii=False), '"Oma nimi"', 1), encoding="utf-8")
    assert main(given) == 0
    again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in again] == ["Oma nimi", *(row["name"] for row in first[1:])]
