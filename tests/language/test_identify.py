"""Language per utterance and per conversation. The turns of identify_turns.tsv are invented.

The `verify` turns were written when the weights and settings stood: they have chosen nothing, and must not.
"""

import csv
import json
from itertools import groupby
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load_config
from pipeline.conversation import MaskedText
from pipeline.errors import ModelError
from pipeline.language import identify as module
from pipeline.language.identify import LANGUAGES, identify, main_language, words_in
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))[module.MODEL]


def read(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


TURNS = read(Path(__file__).with_name("identify_turns.tsv"))
ALONE = [row for row in TURNS if not row["conversation"]]
TOGETHER = [list(rows) for key, rows in groupby(TURNS, key=lambda row: row["conversation"]) if key]


def languages(*texts: str, declared: str | None = None) -> list[str]:
    return identify([MaskedText(text) for text in texts], declared=declared)


def right_share(rows: list[dict[str, str]], found: list[str]) -> float:
    return sum(row["language"] == language for row, language in zip(rows, found, strict=True)) / len(rows)


@pytest.mark.parametrize(
    ("language", "floor"), [(language, FLOORS[f"turns_alone_{language}_accuracy"]) for language in LANGUAGES]
)
def test_reads_single_turns(language: str, floor: float) -> None:
    rows = [row for row in ALONE if row["language"] == language]
    assert len(rows) >= 60
    assert right_share(rows, [languages(row["text"])[0] for row in rows]) >= floor


def test_reads_turns_that_chose_nothing() -> None:
    rows = [row for row in ALONE if row["split"] == "verify"]
    assert right_share(rows, [languages(row["text"])[0] for row in rows]) >= FLOORS["verify_turns_alone_accuracy"]


@pytest.mark.parametrize("split", ["develop", "verify"])
def test_reads_conversations_that_change_language(split: str) -> None:
    conversations = [rows for rows in TOGETHER if rows[0]["split"] == split]
    assert len(conversations) >= 10
    rows = [row for conversation in conversations for row in conversation]
    found = [code for rows in conversations for code in languages(*(row["text"] for row in rows))]
    assert right_share(rows, found) >= FLOORS["turns_in_conversation_accuracy"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ok thanks", "en"),
        ("joo kiitos", "fi"),
        ("tack", "sv"),
        ("aitäh", "et"),
        ("спасибо", "ru"),
        ("spasibo", "ru"),
        ("danke schön", "other"),
        ("cancelaa mun orderi plz", "fi"),
        ("en mä tiiä mikä tos on", "fi"),
        ("jooooo kiitoooos", "fi"),
        ("السلام عليكم", "other"),
        ("你好,我的包裹还没到", "other"),
    ],
)
def test_two_words_are_enough(text: str, language: str) -> None:
    assert languages(text) == [language]


@pytest.mark.parametrize(
    "nothing", ["", " ", "ok", "[PERSON]", "[PERSON_1]:lle", "👍", ":DDD", "45,90 €", "https://example.com/the-best-of"]
)
def test_a_turn_without_evidence_takes_its_neighbours_language(nothing: str) -> None:
    assert languages(nothing) == ["fi"]
    assert languages("I want to cancel my order", nothing, "yes please, thank you") == ["en"] * 3
    assert languages(nothing, "jag har inte fått räkningen ännu") == ["sv"] * 2
    assert languages("mikä tässä nyt maksaa", nothing) == ["fi"] * 2


def test_short_turns_follow_the_conversation() -> None:
    assert languages("internet ei tööta", "jah", "on", "super", "aitäh teile")[2:4] == ["et", "et"]
    assert languages("jag väntar på paketet", "hej", "ja", "super")[1:] == ["sv"] * 3


def test_a_switch_is_visible_and_one_foreign_word_is_none() -> None:
    found = languages("Hei, kuinka voin auttaa?", "do you speak english", "Valitettavasti en puhu englantia.", "ok")
    assert found == ["fi", "en", "fi", "fi"]
    assert languages("se mun subscription on vieläkin päällä") == ["fi"]


@pytest.mark.parametrize(("declared", "taken"), [(None, "fi"), ("sv", "sv"), ("other", "other"), ("de", "other")])
def test_the_declared_language_is_taken_where_nothing_speaks_against_it(declared: str | None, taken: str) -> None:
    assert languages("[PERSON]", "👍", declared=declared) == [taken] * 2
    assert languages("kiitos avusta, lasku on nyt maksettu", declared=declared) == ["fi"]


def test_the_main_language_has_most_text() -> None:
    texts = [MaskedText(text) for text in ("hei", "moi", "hello, my invoice is wrong again", "[PERSON_OF_A_LONG_MASK]")]
    assert main_language(["fi", "fi", "en", "fi"], texts) == "en"
    assert main_language(["sv", "sv", "fi"], [MaskedText("👍")] * 3) == "sv"
    assert main_language([], []) == "fi"


def test_what_votes() -> None:
    assert words_in("Jooooo, [PERSON]:lle OK! Don’t http://a.fi x 5e xD &gt; you@example.com") == ["joo", "don't"]


def test_decomposed_letters_are_letters() -> None:
    assert words_in(normalize("NFD", "Pyörä äitiä")) == ["pyörä", "äitiä"]


@given(st.lists(st.text()), st.sampled_from([None, *LANGUAGES]))
def test_any_text_gets_one_code_each(texts: list[str], declared: str | None) -> None:
    found = languages(*texts, declared=declared)
    assert len(found) == len(texts)
    assert set(found) <= set(LANGUAGES)
    assert main_language(found, [MaskedText(text) for text in texts]) in LANGUAGES


def test_says_that_the_weights_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MODEL", "absent-0.0.0")
    module._weights.cache_clear()
    with pytest.raises(ModelError, match="There is no model"):
        languages("sanajotakukaanmuueikirjoita")


@pytest.mark.parametrize("corpus", ["finnsentiment", "xed_fi"])
def test_finnish_corpora_are_finnish(corpus: str) -> None:
    # What is left is mostly right: English, Swedish and Estonian sentences, foreign names, file names and references.
    path = load_config().paths.corpora / corpus / "dev.tsv"
    if not path.exists():
        pytest.skip(f"NOT MEASURED: there is no {corpus}; README says where to get the corpora.")
    found = [languages(row["text"])[0] for row in read(path)]
    assert found.count("fi") / len(found) >= FLOORS[f"{corpus}_dev_finnish_share"]
