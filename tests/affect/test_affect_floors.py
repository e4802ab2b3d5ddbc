"""No classifier that ships may read worse than its floors say; who lowers a floor says why in the commit.

A floor is the least that a figure (`pipeline.affect.measuring.figures`) may be; of `…_error` and `…_changed` the most.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from pipeline.affect import load_classifier
from pipeline.affect.learning.adapted import PRIVATE
from pipeline.affect.learning.customers import VERIFY
from pipeline.affect.measuring.candidate import Candidate, make_candidate
from pipeline.affect.measuring.consistency import PARAPHRASES
from pipeline.affect.measuring.evaluate import measure, measure_all, sentiment_macro_f1
from pipeline.affect.measuring.figures import all_figures, flat
from pipeline.affect.measuring.parts import FILES, read_part
from pipeline.config import load_config
from pipeline.conversation import MaskedText
from pipeline.language import load_lemmatizer
from pipeline.models import ModelCard, all_cards
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
CARDS = [
    card
    for card in all_cards(ROOT / "models")
    if card.task == "affect" and not card.folder.name.startswith(PRIVATE)  # an analyst's own
]
CUSTOMERS = Path(__file__).with_name("customer_utterances.jsonl")
"""63 invented utterances of customers with the sentiment meant, 21 of each: never trained on."""
GOLD = ROOT / "data" / "gold" / VERIFY
OWN, PUBLIC = GOLD.stem, (*FILES, "paraphrases")
NEEDED = [*FILES.values(), PARAPHRASES]
SMALL = "customer_utterances_macro_f1"


def floors(card: ModelCard) -> dict[str, float]:
    return FLOORS[card.folder.name]


def metrics(card: ModelCard) -> dict[str, float]:
    return card.details.get("metrics", {})


def broken(figures: Mapping[str, float], limits: Mapping[str, float]) -> dict[str, str]:
    """The figures that are worse than their limits."""
    return {
        name: f"{figures[name]}, limit {limit}"
        for name, limit in limits.items()
        if (figures[name] > limit if name.endswith(("_error", "_changed")) else figures[name] < limit)
    }


@cache
def candidate(folder: Path) -> Candidate:
    classifier = load_classifier(folder)
    return make_candidate(classifier, load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize)


def test_there_is_a_classifier_and_every_floor_is_of_something_measured() -> None:
    assert CARDS
    names = {name for card in CARDS for name in floors(card)}
    assert {name for name in names if not name.startswith((OWN, *PUBLIC))} == {SMALL}


def test_limits_are_the_least_of_figures_and_the_most_of_errors() -> None:
    figures = {"a_macro_f1": 0.7, "a_calibration_error": 0.03, "typos_changed": 0.05}
    assert broken(figures, figures) == {}
    assert set(broken(figures, {"a_macro_f1": 0.71, "a_calibration_error": 0.04, "typos_changed": 0.04})) == {
        "a_macro_f1",
        "typos_changed",
    }


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_the_card_keeps_every_floor(card: ModelCard) -> None:
    """Those of corpora that not everybody has; the others are measured below, wherever the tests run."""
    limits = {name: limit for name, limit in floors(card).items() if name.startswith(PUBLIC)}
    assert set(limits) <= set(metrics(card))
    assert broken(metrics(card), limits) == {}


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_customers_are_read_above_the_floor(card: ModelCard) -> None:
    classifier = load_classifier(card.folder)
    rows = [json.loads(line) for line in CUSTOMERS.read_text(encoding="utf-8").splitlines()]
    texts, gold = [MaskedText(row["text"]) for row in rows], [row["sentiment"] for row in rows]
    lemmatize = load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize
    assert sentiment_macro_f1(classifier, texts, gold, lemmatize) >= floors(card)[SMALL]


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.exists(), reason=f"NOT MEASURED AGAIN: {GOLD.name} is not written yet.")
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.folder.name)
def test_the_card_tells_what_our_own_corpus_tells(card: ModelCard) -> None:
    told = {name: value for name, value in metrics(card).items() if name.startswith(OWN)}
    limits = {name: limit for name, limit in floors(card).items() if name.startswith(OWN)}
    part = read_part(GOLD.stem, GOLD)
    if any(name.endswith("_changed") for name in (*told, *limits)):  # six readings more
        measured = all_figures(measure_all(candidate(card.folder), [part], in_context=False))
    else:
        measured = flat(*measure(candidate(card.folder), part, in_context=False))
    assert {name: measured[name] for name in told} == pytest.approx(told, abs=0.002)
    assert broken(measured, limits) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "card",
    [card for card in CARDS if any(name.startswith(PUBLIC) for name in metrics(card))],
    ids=lambda card: card.folder.name,
)
def test_the_card_tells_what_the_corpora_tell(card: ModelCard) -> None:
    corpora = load_config().paths.corpora
    if missing := [file for file in NEEDED if not (corpora / file).exists()]:
        pytest.skip(
            f"NOT MEASURED AGAIN: no {', '.join(missing)} in {corpora}; "
            "only the card's own figures were held to the floors."
        )
    parts = [read_part(name, corpora / file) for name, file in FILES.items()]
    measured = all_figures(measure_all(candidate(card.folder), parts, corpora / PARAPHRASES, in_context=False))
    told = {name: value for name, value in metrics(card).items() if name.startswith(PUBLIC)}
    assert {name: measured[name] for name in told} == pytest.approx(told, abs=0.002)
