"""Evidence is faithful: without it the label is gone, and none of it could be spared."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.affect import Classifier, load_classifier
from pipeline.affect.evidence import LONG, Span, find_evidence, is_gone, strong_labels, without, words
from pipeline.affect.learning.customers import DEVELOP, read_customers
from pipeline.affect.scores import make_scores
from pipeline.conversation import EMOTIONS, SENTIMENTS, Evidence, MaskedText, Score
from pipeline.errors import ModelError
from pipeline.language import load_lemmatizer
from pipeline.models import ModelCard
from tests.affect.conftest import LINEAR, TEXTS
from tests.affect.conftest import score as scored
from tests.conftest import ROOT

FILLER = ["tilaus", "numero", "saapui", "varastolle", "maanantaina"]


@dataclass(frozen=True)
class WordCounter:
    """A classifier whose every score can be worked out by hand: log-odds summed over the words of text and context."""

    log_odds: Mapping[str, float]
    prior: float = 0.0
    anger: Mapping[str, float] = field(default_factory=dict)
    sure_from: float = 0.0
    read: list[int] = field(default_factory=list)
    lemmatizer: str | None = None
    card: ModelCard = field(default=ModelCard(Path(), "word-counter", "affect", "none", "1", {}, {}))

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        self.read.append(len(texts))
        sentiments, emotions = np.zeros((len(texts), 3)), np.zeros((len(texts), len(EMOTIONS)))
        for row, (text, context) in enumerate(zip(texts, contexts or [MaskedText("")] * len(texts), strict=True)):
            found = [text[start:end].lower() for start, end in words(text)] + context.split()
            positive = self.prior + sum(self.log_odds.get(word, 0.0) for word in found)
            powers = np.exp([-positive, 1.0, positive])  # neutral while positive is between -1 and 1
            sentiments[row] = powers / powers.sum()
            angry = sum(self.anger.get(word, 0.0) for word in found) - 1
            emotions[row, EMOTIONS.index("anger")] = 1 / (1 + np.exp(-angry))
        return make_scores(self.card, sentiments, emotions, sure_from=self.sure_from)


def evidence_of(classifier: Classifier, text: str, context: str = "") -> tuple[Evidence, ...]:
    texts, contexts = [MaskedText(text)], [MaskedText(context)]
    (found,) = find_evidence(classifier, texts, classifier.score(texts, None, contexts), contexts=contexts)
    return found


def quoted(classifier: Classifier, text: str, context: str = "") -> list[tuple[str, str]]:
    return [(part.label, text[part.start : part.end]) for part in evidence_of(classifier, text, context)]


def test_the_word_that_carries_the_label_and_its_weight() -> None:
    classifier, text = WordCounter({"huono": -3}), "Palvelu oli huono, ja odotus kesti."
    (part,) = evidence_of(classifier, text)
    assert (part.label, text[part.start : part.end]) == ("negative", "huono")
    whole, rest = classifier.score([MaskedText(text), MaskedText("Palvelu oli, ja odotus kesti.")])
    fall = whole.sentiment_probability["negative"] - rest.sentiment_probability["negative"]
    assert part.weight == pytest.approx(fall)


def test_neighbours_are_one_span_and_weigh_together() -> None:
    classifier, text = WordCounter({"surkea": -2, "huono": -2}), "Ihan surkea\n huono palvelu"
    (part,) = evidence_of(classifier, text)
    assert text[part.start : part.end] == "surkea\n huono"
    whole, rest = classifier.score([MaskedText(text), MaskedText("Ihan palvelu")])
    fall = whole.sentiment_probability["negative"] - rest.sentiment_probability["negative"]
    assert part.weight == pytest.approx(fall)


def test_words_apart_or_with_a_mark_between_are_two_spans() -> None:
    classifier = WordCounter({"surkea": -2, "huono": -2})
    assert quoted(classifier, "surkea ja huono") == [("negative", "surkea"), ("negative", "huono")]
    assert quoted(classifier, "surkea, huono") == [("negative", "surkea"), ("negative", "huono")]


def test_a_word_that_can_be_spared_is_put_back() -> None:
    classifier = WordCounter({"surkea": -1.2, "huono": -1.1, "hidas": -0.1})
    assert quoted(classifier, "hidas surkea sekä huono") == [("negative", "surkea"), ("negative", "huono")]
    assert quoted(classifier, "hidas surkea") == [("negative", "surkea")]


def test_a_text_of_one_word() -> None:
    classifier = WordCounter({"huono": -3, "!!": 2, "😀": 2})
    assert quoted(classifier, "Huono") == [("negative", "Huono")]
    assert quoted(classifier, " !! ") == [("positive", "!!")]
    assert quoted(classifier, "😀") == [("positive", "😀")]


def test_a_label_that_stays_without_any_word_has_no_evidence() -> None:
    assert quoted(WordCounter({"huono": -1}, prior=-3), "Huono palvelu.") == []
    assert quoted(WordCounter({}, prior=3), "") == []


def test_a_label_that_comes_back_without_any_word_still_has_evidence() -> None:
    classifier = WordCounter({"huono": -4, "hyvä": 3}, prior=-1.5)
    assert quoted(classifier, "muuten hyvä mutta huono") == [("negative", "huono")]


def test_each_strong_label_has_its_own_words() -> None:
    classifier = WordCounter({"huono": -3}, anger={"vihaksi": 4})
    assert quoted(classifier, "Pistää vihaksi huono palvelu") == [("negative", "huono"), ("anger", "vihaksi")]


def test_what_is_neutral_or_unsure_or_unlikely_has_none() -> None:
    assert quoted(WordCounter({"huono": -3}, anger={"vihaksi": 0.5}), "Lasku saapui vihaksi") == []
    assert quoted(WordCounter({"huono": -3}, sure_from=0.999), "Huono palvelu") == []


def test_variants_are_read_in_their_context() -> None:
    classifier = WordCounter({"huono": -1.5, "taas": -1.5})
    assert quoted(classifier, "taas näin", "huono") == []  # the context alone says it
    assert quoted(classifier, "taas näin", "hm") == [("negative", "taas")]


def test_long_texts_are_searched_by_phrases() -> None:
    text = [*FILLER * 20]
    text[33], text[71] = "surkea", "huono"
    classifier = WordCounter({"surkea": -2, "huono": -2})
    assert len(words(" ".join(text))) > LONG
    assert quoted(classifier, " ".join(text)) == [("negative", "surkea"), ("negative", "huono")]
    assert sum(classifier.read) < len(text) * 2 / 3


def test_texts_are_read_together() -> None:
    texts = [MaskedText(f"{word} tuo {other} palvelu") for word in ("huono", "surkea") for other in FILLER]
    classifier = WordCounter({"huono": -3, "surkea": -2})
    scores = classifier.score(texts)
    alone = [find_evidence(classifier, [text], [score]) for text, score in zip(texts, scores, strict=True)]
    classifier.read.clear()
    assert [[found] for found in find_evidence(classifier, texts, scores)] == alone
    assert len(classifier.read) <= 5


def test_words_are_masks_marks_and_emoji_too() -> None:
    text = "Hei [PERSON_1], EU:n 12.50 e:n lasku...  ei-niin-hyvä :) 👍🏽 ?! (no)"
    found = [text[start:end] for start, end in words(text)]
    assert found == [
        "Hei",
        "[PERSON_1]",
        "EU:n",
        "12.50",
        "e:n",
        "lasku",
        "...",
        "ei-niin-hyvä",
        ":)",
        "👍🏽",
        "?!",
        "no",
    ]


@pytest.mark.parametrize(
    ("text", "spans", "rest"),
    [
        ("oli huono, mutta", [(4, 9)], "oli, mutta"),
        ("oli huono", [(0, 3)], "huono"),
        ("a  b c", [(5, 6), (3, 4)], "a"),
        ("hyvä...huono", [(4, 7)], "hyvä huono"),
        ("huono!!", [(0, 7)], ""),
    ],
)
def test_without(text: str, spans: Sequence[Span], rest: str) -> None:
    assert without(text, spans) == rest


def test_a_reader_of_lemmas_asks_for_them() -> None:
    texts = [MaskedText("Aivan ihana ja mahtava palvelu!")]
    classifier = load_classifier(LINEAR)
    with pytest.raises(ModelError, match="needs those of"):
        find_evidence(classifier, texts, scored(classifier, texts))


def test_nothing_in_nothing_out(classifier: Classifier) -> None:
    assert find_evidence(classifier, [], []) == []


def test_every_classifier_gives_faithful_evidence(classifier: Classifier) -> None:
    texts = [MaskedText(" ".join(text.split()[:20])) for text in TEXTS]
    _, found = found_in(classifier, texts)
    cases = [(text, part.label, here) for text, here in zip(texts, found, strict=True) for part in here]
    assert cases
    rest = scored(classifier, [without(text, spans_of(here, label)) for text, label, here in cases])
    assert all(is_gone(label, score) for (_, label, _), score in zip(cases, rest, strict=True))


@pytest.fixture(scope="module")
def develop() -> list[MaskedText]:
    """Some utterances of the develop part of the corpus."""
    items = read_customers(ROOT / "data" / "gold" / DEVELOP)
    return [item.text for item in random.Random(5).sample(items, 150)]


def found_in(classifier: Classifier, texts: Sequence[MaskedText]) -> tuple[list[Score], list[tuple[Evidence, ...]]]:
    scores = scored(classifier, texts)
    lemmatize = load_lemmatizer(classifier.lemmatizer).lemmatize if classifier.lemmatizer else None
    return scores, find_evidence(classifier, texts, scores, lemmatize=lemmatize)


def spans_of(found: Sequence[Evidence], label: str) -> list[Span]:
    return [(part.start, part.end) for part in found if part.label == label]


@pytest.mark.slow
def test_deleting_the_evidence_changes_the_label_and_random_words_hardly_ever(develop: list[MaskedText]) -> None:
    classifier = load_classifier(LINEAR)
    scores, found = found_in(classifier, develop)
    strong = [(n, label) for n, score in enumerate(scores) for label in strong_labels(score)]
    assert len(strong) > 100
    chance = random.Random(1)
    exact, drawn = [], []
    for n, label in strong:
        spans = spans_of(found[n], label)
        size = sum(len(words(develop[n][start:end])) for start, end in spans)
        exact.append(without(develop[n], spans))
        drawn.append(without(develop[n], chance.sample(words(develop[n]), size)))
    gone, by_chance = (
        sum(is_gone(label, score) for (_, label), score in zip(strong, scored(classifier, rest), strict=True))
        for rest in (exact, drawn)
    )
    assert gone >= 0.95 * len(strong)
    assert by_chance <= 0.25 * len(strong)


@pytest.mark.slow
def test_no_word_of_the_evidence_can_be_spared(develop: list[MaskedText]) -> None:
    classifier = load_classifier(LINEAR)
    scores, found = found_in(classifier, develop)
    cases = []
    for n, score in enumerate(scores):
        for label in strong_labels(score):
            needed = [
                (start + first, start + last)
                for start, end in spans_of(found[n], label)
                for first, last in words(develop[n][start:end])
            ]
            cases += [(label, without(develop[n], [span for span in needed if span != spared])) for spared in needed]
    assert len(cases) > 200
    assert not any(
        is_gone(label, score)
        for (label, _), score in zip(cases, scored(classifier, [rest for _, rest in cases]), strict=True)
    )


@pytest.mark.slow
def test_spans_are_whole_words_in_order_without_overlap(develop: list[MaskedText]) -> None:
    _, found = found_in(load_classifier(LINEAR), develop)
    order = [*SENTIMENTS, *EMOTIONS]
    for text, parts in zip(develop, found, strict=True):
        starts, ends = ({span[side] for span in words(text)} for side in (0, 1))
        assert list(parts) == sorted(parts, key=lambda part: (order.index(part.label), part.start))
        for part in parts:
            assert part.start in starts
            assert part.end in ends
            assert 0 <= part.weight <= 1
        for part, following in pairwise(parts):
            assert part.label != following.label or text[part.end : following.start].strip()


@pytest.mark.slow
def test_the_same_texts_have_the_same_evidence_in_any_batch(develop: list[MaskedText]) -> None:
    classifier, some = load_classifier(LINEAR), develop[:30]
    _, found = found_in(classifier, some)
    assert found == found_in(classifier, some)[1]
    assert found == found_in(classifier, some[::-1])[1][::-1]
    assert found == [found_in(classifier, [text])[1][0] for text in some]
