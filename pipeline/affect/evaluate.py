"""Measure a classifier on the development parts of the corpora. Macro-F1: the mean of F1 over labels, rare or not."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.affect import Classifier
from pipeline.affect.corpora import Example, read_finnsentiment, read_xed
from pipeline.affect.linear import LinearClassifier
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText, Score, Sentiment, Token

Lemmatize = Callable[[Sequence[MaskedText]], list[list[Token]]]


def evaluate(classifier: Classifier, corpora: Path, lemmatize: Lemmatize) -> dict[str, float]:
    """Macro-F1 (0-1, four decimals) on FinnSentiment dev (2,727 lines) and XED dev (2,509 lines).

    Sentiment is measured with the head for each corpus and, `…_combined_…`, as the classifier reads customers.
    `dev_clean3` is the 1,222 XED lines of at least three words with one label. Emotions are measured on the lines that
    carry one, as is usual for XED, and, `…_all_emotions_…`, among the neutral lines too.

    Raises:
        ModelError: a corpus is missing.
    """
    xed = read_xed(corpora / "xed_fi" / "dev.tsv")
    scores = _scored(classifier, [line.text for line in xed], lemmatize)
    emotional = [(line, score) for line, score in zip(xed, scores, strict=True) if line.emotions]
    metrics = {
        "xed_dev_emotions_macro_f1": _emotion_f1(*zip(*emotional, strict=True)),
        "xed_dev_all_emotions_macro_f1": _emotion_f1(xed, scores),
    }
    for corpus, name, lines in (
        ("finnsentiment", "finnsentiment_dev", read_finnsentiment(corpora / "finnsentiment" / "dev.tsv")),
        ("xed", "xed_dev_clean3", read_xed(corpora / "xed_fi" / "dev_clean3.tsv")),
    ):
        texts, gold = [line.text for line in lines], [line.sentiment for line in lines]
        head = classifier.for_corpus(corpus) if isinstance(classifier, LinearClassifier) else classifier
        metrics[f"{name}_macro_f1"] = sentiment_macro_f1(head, texts, gold, lemmatize)
        metrics[f"{name}_combined_macro_f1"] = sentiment_macro_f1(classifier, texts, gold, lemmatize)
    return {name: round(value, 4) for name, value in sorted(metrics.items())}


def sentiment_macro_f1(
    classifier: Classifier, texts: Sequence[MaskedText], gold: Sequence[Sentiment], lemmatize: Lemmatize
) -> float:
    """Macro-F1 (0-1) of the most probable sentiment."""
    from sklearn.metrics import f1_score

    read = [score.sentiment for score in _scored(classifier, texts, lemmatize)]
    return float(f1_score(gold, read, labels=SENTIMENTS, average="macro", zero_division=0))


def _scored(classifier: Classifier, texts: Sequence[MaskedText], lemmatize: Lemmatize) -> list[Score]:
    if classifier.lemmatizer is None:
        return classifier.score(texts, None)
    return classifier.score(texts, [[token.lemma for token in tokens] for tokens in lemmatize(texts)])


def _emotion_f1(lines: Sequence[Example], scores: Sequence[Score]) -> float:
    from sklearn.metrics import f1_score

    gold = [[emotion in line.emotions for emotion in EMOTIONS] for line in lines]
    read = [[score.emotions[emotion] >= 0.5 for emotion in EMOTIONS] for score in scores]
    return float(f1_score(gold, read, average="macro", zero_division=0))
