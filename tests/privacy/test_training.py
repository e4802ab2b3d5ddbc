"""The recognizer learns from annotated lines; the one that ships keeps its floors."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import load_config
from pipeline.errors import ConfigError, ModelError
from pipeline.models import read_card, verified_card
from pipeline.privacy.evaluate import VERIFY, evaluate, figures
from pipeline.privacy.gold import Item, read_gold
from pipeline.privacy.learning import examples
from pipeline.privacy.learning.linear import Examples, collect, fit, type_at
from pipeline.privacy.learning.train import write_recognizer
from pipeline.privacy.names import Names
from pipeline.privacy.patterns import TYPES
from pipeline.privacy.recognizer import CODE_BITS, MODEL, NAME_BITS, WEIGHTS, Recognizer, TurnJudge, load_recognizer
from pipeline.privacy.spans import FILLER
from pipeline.privacy.special import CATEGORIES
from tests.conftest import ROOT

GOLD = ROOT / "data" / "gold"
FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))[MODEL]
NAMES = Names.of(["FIRST:matti", "FIRST:liisa", "LAST:virtanen"])
TALKS = [
    (
        Item("mikä on puhelinnumero", "agent", ()),
        Item("se on nolla neljä nolla yks kaks kolme", "customer", ((6, 38, "PHONE"),)),
    ),
    (Item("hinta oli neljäkymmentä viis kaks yks nolla euroa", "customer", ()),),
    (Item("olen matti virtanen", "customer", ((5, 19, "PERSON"),)),),
    (Item("matti meikäläinen päivää vaan", "agent", ((0, 17, "PERSON"),)),),
]


def learnt() -> tuple[Examples, Examples]:
    codes, people = Examples(), Examples()
    collect(TALKS, NAMES, 1.0, codes, people, random.Random(1), forgotten=0.0)
    return codes, people


def test_masking_asks_about_numbers_and_names_and_the_gold_answers() -> None:
    codes, people = learnt()
    assert codes.labels == ["PHONE", "none"]
    assert people.labels.count("True") == 4
    assert all(0 <= row < 1 << CODE_BITS for rows in codes.rows for row in rows)


def test_what_was_learnt_is_told_apart_again() -> None:
    codes, _ = learnt()
    codes.labels[1] = "none"
    classes, weights = fit(codes, CODE_BITS, 10.0)
    scores = [weights[rows].sum() for rows in codes.rows]
    assert classes == ["PHONE", "none"]
    assert scores[1] > 0 > scores[0]  # of two classes there is one column, for the latter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    types = ("none", "PHONE")
    recognizer = Recognizer(
        NAMES, types, np.zeros((1 << CODE_BITS, 2), dtype=np.float32), [0.0] * (1 << NAME_BITS), 0.4, 0.5
    )
    write_recognizer(recognizer, tmp_path / "privacy-finnish-9.9.9")
    return tmp_path / "privacy-finnish-9.9.9"


def test_a_recognizer_is_written_with_its_card_and_read_again(folder: Path) -> None:
    card, recognizer = verified_card(folder), load_recognizer(folder)
    assert (card.task, card.backend, card.version) == ("privacy", "finnish", "9.9.9")
    assert all(source["licence"] and source["attribution"] for source in card.details["data"])
    assert recognizer.types == ("none", "PHONE")
    judge = TurnJudge(recognizer, [])
    assert judge.type_of(["a", "b"], "", 0, 0) == ("PHONE", 0.5)  # no weights: even odds, above the threshold of 0.4
    assert judge.name_confidence(["a"], "", 0, 0) == 0.5
    first = (folder / WEIGHTS).read_bytes()
    write_recognizer(recognizer, folder)
    assert (folder / WEIGHTS).read_bytes() == first


def test_an_altered_recognizer_is_refused(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"altered")
    with pytest.raises(ModelError, match="not the file its card describes"):
        load_recognizer(folder)


def test_the_type_of_a_stretch_is_that_of_the_span_it_overlaps_most() -> None:
    item = Item("0123456789", "", ((0, 4, "PHONE"), (4, 10, "CARD")))
    assert [type_at(item, 0, 6), type_at(item, 3, 10), type_at(Item("x", "", ()), 0, 1)] == ["PHONE", "CARD", ""]


def test_copies_name_others_in_the_same_case() -> None:
    talk = (Item("Matille ja Virtaselle, Matti.", "", ((0, 7, "PERSON"), (11, 21, "PERSON"), (23, 28, "PERSON"))),)
    (copy,) = examples.renamed(talk, ["liisa"], lambda base: base in ("matti", "virtanen"), random.Random(1))
    assert copy.text == "Liisalle ja Liisalle, Liisa."
    assert [copy.text[start:end] for start, end, _ in copy.spans] == ["Liisalle", "Liisalle", "Liisa"]


def test_lowered_copies_keep_their_spans() -> None:
    item = Item("Hei, Matti! Soita.", "", ((5, 10, "PERSON"),))
    assert examples.lowered(item, keep_marks=True).text == "hei, matti! soita."
    plain = examples.lowered(item)
    assert (plain.text, plain.text[slice(*plain.spans[0][:2])]) == ("hei matti soita", "matti")


def test_blanked_copies_hide_spans_whole_or_from_a_word_on() -> None:
    item = Item("se on nolla neljä nolla yks", "", ((6, 27, "PHONE"),))
    seen = {examples.blanked(item, random.Random(seed)) for seed in range(30)}
    assert item in seen
    assert Item("se on " + FILLER * 21, "", ()) in seen
    assert Item("se on nolla neljä " + FILLER * 9, "", ((6, 18, "PHONE"),)) in seen


@pytest.mark.parametrize(
    ("name", "case", "form"),
    [
        *(("virtanen", "n", "virtasen"), ("virtanen", "a", "virtasta"), ("heikki", "lle", "heikille")),
        *(("kevin", "n", "kevinin"), ("väinö", "lta", "väinöltä"), ("liisa", "", "liisa")),
    ],
)
def test_inflection(name: str, case: str, form: str) -> None:
    assert examples.inflect(name, case) == form


# --- the gold --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["privacy_develop.jsonl", VERIFY])
def test_the_gold_is_what_it_says(file: str) -> None:
    items = [item for talk in read_gold(GOLD / file) for item in talk]
    assert len({item.id for item in items}) == len(items)
    for item in items:
        ends = [0, *(end for _, end, _ in item.spans)]
        assert all(
            before <= start < end <= len(item.text) for before, (start, end, _) in zip(ends, item.spans, strict=False)
        )
        assert {type_ for _, _, type_ in item.spans} <= set(TYPES), item.id
        assert set(item.flags) <= set(CATEGORIES), item.id
        assert item.channel in ("chat", "call", "survey", "email"), item.id


def test_develop_and_verify_have_other_authors_and_enough_of_all() -> None:
    develop, verify = (
        [item for talk in read_gold(GOLD / f) for item in talk] for f in ("privacy_develop.jsonl", VERIFY)
    )
    assert not {item.id[:3] for item in develop} & {item.id[:3] for item in verify}
    spoken = [span for item in verify if item.channel == "call" for span in item.spans if span[2] != "PERSON"]
    assert len(verify) >= 400
    assert len(spoken) >= 100
    assert sum(not item.spans for item in verify) >= 100


def test_a_file_that_is_no_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not there"):
        read_gold(tmp_path / "none.jsonl")
    (tmp_path / "other.jsonl").write_text('{"text": "moi"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="no file of annotated lines"):
        read_gold(tmp_path / "other.jsonl")


# --- the floors ------------------------------------------------------------------------------------------------------


def broken(measured: dict[str, float]) -> dict[str, str]:
    """Figures worse than their floors; of `touched` the most that may be."""
    return {
        name: f"{measured.get(name)}, limit {limit}"
        for name, limit in FLOORS.items()
        if name not in measured or (measured[name] > limit if name.endswith("touched") else measured[name] < limit)
    }


@pytest.mark.slow
def test_masking_keeps_its_floors() -> None:
    measured = {f"privacy_verify_{name}": value for name, value in figures(evaluate(GOLD / VERIFY)).items()}
    assert broken(measured) == {}
    card = read_card(load_config().paths.models / MODEL).details["metrics"]
    assert {name: value for name, value in measured.items() if abs(card.get(name, -1) - value) > 0.002} == {}


def test_every_type_has_a_floor_in_both_registers() -> None:
    wanted = {f"privacy_verify_{type_.lower()}_{how}_recall" for type_ in TYPES for how in ("written", "spoken")}
    assert wanted <= set(FLOORS)
    assert {"privacy_verify_precision", "privacy_verify_touched"} <= set(FLOORS)
