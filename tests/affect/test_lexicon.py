"""What the lexicon does with words, and that what it says of itself is true."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from math import fsum, log
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.affect import lexicon, load_classifier
from pipeline.affect.lexicon import LexiconClassifier, Modifier, Reason, align, load
from pipeline.conversation import EMOTIONS, MaskedText, Score
from pipeline.errors import ModelError
from pipeline.language import load_lemmatizer
from tests.conftest import ROOT

FOLDER = ROOT / "models" / "affect-lexicon-0.1.0"
TABLES = Path(lexicon.__file__).parent
MANY = [
    *("Kiitos avusta [PERSON]!", "", "lasku on väärin", "😀", "[PERSON] [PHONE_1]", "\n \t\u2028", "Hyvä palvelu ?"),
    "En ole mitenkään tyytyväinen, mutta asiakaspalvelija oli aivan ihana ja vitun nopea!!",
    "Pelottaa ettei raha tulekaan, vaikka luvattiin kolmatta kertaa. Onko tämä helppoa?",
    "Ei mitään valittamista, suosittelen kaikille :D",
    "huono palvelu " * 60,
]


@cache
def classifier() -> LexiconClassifier:
    loaded = load_classifier(FOLDER)
    assert isinstance(loaded, LexiconClassifier)
    return loaded


def lemmas_of(text: str) -> list[str]:
    return [token.lemma for token in load_lemmatizer("finnish").lemmatize([MaskedText(text)])[0]]


def read(text: str) -> Score:
    return classifier().score([MaskedText(text)], [lemmas_of(text)])[0]


def explain(text: str) -> list[Reason]:
    return classifier().explain(text, lemmas_of(text))


def logit(text: str) -> float:
    return fsum(reason.contribution for reason in explain(text))


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def assert_sums_to_its_logit(text: str, lemmas: Sequence[str]) -> None:
    (score,) = classifier().score([MaskedText(text)], [lemmas])
    reasons = classifier().explain(text, lemmas)
    said = score.sentiment_probability
    assert fsum(reason.contribution for reason in reasons) == pytest.approx(
        log(said["positive"] / said["negative"]), abs=1e-9
    )
    assert all(0 <= reason.start < reason.end <= len(text) for reason in reasons)


@pytest.mark.parametrize("text", MANY)
def test_contributions_sum_to_the_logit(text: str) -> None:
    assert_sums_to_its_logit(text, lemmas_of(text))


WORDS = sorted({word for row in (*rows(lexicon.WORDS), *rows(lexicon.MODIFIERS)) for word in row["lemma"].split()})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, ",", ".", "!", "?", "[PERSON]", "sohva"]), max_size=30))
def test_contributions_sum_to_the_logit_of_any_words_at_all(words: list[str]) -> None:
    assert_sums_to_its_logit(" ".join(words), words)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=8), max_size=12))
def test_text_and_lemmas_that_do_not_fit_break_nothing(text: str, lemmas: list[str]) -> None:
    assert_sums_to_its_logit(text, lemmas)


def test_reasons_stand_where_their_words_stand() -> None:
    text = "Palvelu oli aivan surkeaa, ettei vaan ihanaa."
    at = {reason.entry: text[reason.start : reason.end] for reason in explain(text)}
    assert at["surkea"] == "surkeaa"
    assert at["aivan"] == "aivan"
    assert at["ihana"] == "ihanaa"
    assert at["ettei"] == "ettei"


def test_words_fused_to_the_lemmatizer_keep_their_lemmas() -> None:
    tokens = align("Toivon ettei se ole rikki", ["toivoa", "että", "ei", "se", "olla", "rikki"])
    assert [token.lemma for token in tokens][2:] == ["se", "olla", "rikki"]


@pytest.mark.parametrize(
    "text",
    [
        "Teen reklamaation vakuutuskorvauksesta.",
        "Irtisanominen koskee kuolinpesän sopimusta.",
        "Alueella on häiriö, siitä tuli vahinko.",
        "Velka on ulosotossa.",
        "Hyvää päivää, kiitos tiedosta!",
        "Olisi kiva jos sovelluksessa olisi tumma teema.",
        "Ymmärrän että harmittaa, pahoittelut tästä.",
        "Ei ongelmaa.",
        "Huomenna kello kolme.",
    ],
)
def test_facts_wishes_and_politeness_are_neutral(text: str) -> None:
    assert read(text).sentiment == "neutral"
    assert not read(text).is_sure


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Palvelu oli ihanaa.", "positive"),
        ("Palvelu oli surkeaa.", "negative"),
        ("Ei mitään valittamista.", "positive"),
        ("Ei oo mulla mitään valittamista.", "positive"),
        ("Palvelu ei ollut hyvää.", "negative"),
        ("Vitun hyvä!", "positive"),
        ("Ihan hirveen kivaa, kiitos tuhannesti!", "positive"),
        ("Kuljettaja oli mukava, mutta paketti oli surkeassa kunnossa.", "negative"),
        ("Paketti oli surkeassa kunnossa, mutta kuljettaja oli aivan ihana.", "positive"),
        ("Huono eikä pelitä, ottaa päähän", "negative"),
    ],
)
def test_feelings_are_read(text: str, sentiment: str) -> None:
    assert read(text).sentiment == sentiment


def test_polarity_nought_is_listed_so_that_one_sees_it_was_decided() -> None:
    assert Reason(0, 12, "reklamaatio", "word", 0.0) in explain("Reklamaation tein eilen.")


class TestRules:
    def test_negation_turns_praise(self) -> None:
        assert logit("se oli mukavaa") > 0 > logit("se ei ollut mukavaa")
        assert logit("se ei ollut kovin mukavaa") < 0

    def test_negation_ends_with_its_clause(self) -> None:
        assert logit("en käynyt, palvelu oli ihana") == logit("kävin, palvelu oli ihana")
        assert logit("en käynyt mutta palvelu oli ihana") == logit("kävin mutta palvelu oli ihana")

    def test_intensifiers_and_dampeners_weigh(self) -> None:
        assert logit("vähän surkea") > logit("surkea") > logit("todella surkea")

    def test_swearing_strengthens_what_stands_beside_it(self) -> None:
        assert logit("ihana vittu") > logit("ihana")
        assert logit("surkea perkele") < logit("surkea")
        assert logit("perkele") == 0

    def test_the_clause_after_mutta_weighs_more(self) -> None:
        assert logit("ihana mutta surkea") < 0 < logit("surkea mutta ihana")

    def test_marks_strengthen_the_sentence_before_them(self) -> None:
        assert logit("Ihanaa!") > logit("Ihanaa.") == logit("Ihanaa. Selvä!")

    def test_what_is_asked_is_hardly_praise(self) -> None:
        assert logit("Onko se helppo?") < logit("Se on helppo.")

    def test_the_feelings_of_another_are_not_the_speakers(self) -> None:
        assert logit("Ymmärrän, että tämä on surkeaa.") > logit("Tämä on surkeaa.")


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Huh, helpotti!", "joy"),
        ("Luotan teihin.", "trust"),
        ("Pelottaa tämä koko juttu.", "fear"),
        ("Oho!", "surprise"),
        ("Olen pettynyt.", "sadness"),
        ("Hävetkää.", "disgust"),
        ("Nyt suututtaa.", "anger"),
        ("Odotan innolla!", "anticipation"),
    ],
)
def test_emotions_that_are_named_are_present(text: str, emotion: str) -> None:
    said = read(text).emotions
    name, probability = max(said.items(), key=lambda pair: pair[1])
    assert name == emotion
    assert probability >= 0.5


def test_negated_emotions_are_not_present() -> None:
    assert read("se ei ole ihanaa").emotions["joy"] < 0.5 <= read("se on ihanaa").emotions["joy"]


def test_only_a_large_sum_is_sure() -> None:
    assert read("Aivan ihana ja mahtava palvelu!").is_sure
    assert not read("Ihan hyvä.").is_sure


def test_it_asks_for_lemmas() -> None:
    with pytest.raises(ModelError, match="reads lemmas"):
        classifier().score([MaskedText("hei")])
    with pytest.raises(ModelError, match="reads lemmas"):
        classifier().score([MaskedText("hei")], [])


class TestTables:
    def test_every_word_has_one_row_and_a_reason(self) -> None:
        table = rows(lexicon.WORDS)
        assert len({row["lemma"] for row in table}) == len(table) > 1000
        assert all(row["note"] and row["lemma"] == " ".join(row["lemma"].lower().split()) for row in table)

    def test_polarities_and_emotions_are_in_their_ranges(self) -> None:
        for row in rows(lexicon.WORDS):
            assert -3 <= float(row["polarity"]) <= 3
            emotions = dict(part.split(":") for part in row["emotions"].split(",") if part)
            assert set(emotions) <= set(EMOTIONS)
            assert all(0 < float(weight) <= 3 for weight in emotions.values())

    def test_no_modifier_changes_more_than_threefold(self) -> None:
        found = [row for rows in classifier().index.values() for row in rows if isinstance(row, Modifier)]
        assert {row.rule for row in found} >= {"negation", "intensifier", "dampener", "swearing", "contrast"}
        assert all(abs(row.positive) <= 3 and abs(row.negative) <= 3 for row in found)

    def test_a_row_stands_once_under_each_rule_and_scope(self) -> None:
        keys = [(row["lemma"], row["rule"], row["scope"]) for row in rows(lexicon.MODIFIERS)]
        assert len(keys) == len(set(keys))

    @pytest.mark.parametrize("name", [lexicon.WORDS, lexicon.MODIFIERS])
    def test_a_table_that_the_card_does_not_know_is_refused(self, name: str) -> None:
        card = classifier().card
        tables = {**card.details["tables"], name: "0" * 64}
        with pytest.raises(ModelError, match=f"{name} is not the table"):
            load(replace(card, details={**card.details, "tables": tables}))

    @pytest.mark.parametrize("row", ["hyvä\tplenty\t\tnote", "hyvä", "hyvä\t1\tjoy\tnote"])
    def test_a_row_that_cannot_be_read_is_told(self, row: str, tmp_path: Path) -> None:
        table = tmp_path / "table.tsv"
        table.write_text(f"lemma\tpolarity\temotions\tnote\n{row}\n", encoding="utf-8")
        with pytest.raises(ModelError, match="a row that cannot be read"):
            lexicon._rows(table, lexicon._entry)
