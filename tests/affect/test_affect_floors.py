"""No classifier that ships may read worse than its floors say; who lowers a floor says why in the commit."""

import json
from pathlib import Path

import pytest

from pipeline.affect import load_classifier
from pipeline.affect.evaluate import evaluate, sentiment_macro_f1
from pipeline.config import load_config
from pipeline.conversation import MaskedText
from pipeline.language import load_lemmatizer
from pipeline.models import ModelCard, all_cards
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
CARDS = [card for card in all_cards(ROOT / "models") if card.task == "affect"]
CUSTOMERS = Path(__file__).with_name("customer_utterances.jsonl")
"""63 invented utterances of customers with the sentiment meant, 21 of each: never trained on."""


def floors(card: ModelCard) -> dict[str, float]:
    return FLOORS[card.folder.name]


def test_there_is_a_classifier() -> None:
    assert CARDS


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_the_card_keeps_every_floor(card: ModelCard) -> None:
    metrics = card.details["metrics"]
    assert set(metrics) == set(floors(card)) - {"customer_utterances_macro_f1"}
    assert {name: value for name, value in metrics.items() if value < floors(card)[name]} == {}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_customers_are_read_above_the_floor(card: ModelCard) -> None:
    classifier = load_classifier(card.folder)
    rows = [json.loads(line) for line in CUSTOMERS.read_text(encoding="utf-8").splitlines()]
    texts, gold = [MaskedText(row["text"]) for row in rows], [row["sentiment"] for row in rows]
    lemmatize = load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize
    assert sentiment_macro_f1(classifier, texts, gold, lemmatize) >= floors(card)["customer_utterances_macro_f1"]


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_the_card_tells_what_the_corpora_tell(card: ModelCard) -> None:
    corpora = load_config().paths.corpora
    if not (corpora / "finnsentiment" / "dev.tsv").exists():
        pytest.skip(
            f"NOT MEASURED AGAIN: no corpora in {corpora}; only the card's own figures were held to the floors."
        )
    classifier = load_classifier(card.folder)
    measured = evaluate(classifier, corpora, load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize)
    assert measured == pytest.approx(card.details["metrics"], abs=0.002)
