"""Train the linear classifier: shared features, one head per corpus, because the corpora mean different things.

Mixed under one head each corpus loses 0.04 macro-F1. The same corpora and lemmas give the same weights.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect.corpora import Example, read_finnsentiment, read_xed
from pipeline.affect.evaluate import Lemmatize, evaluate
from pipeline.affect.heads import emotion_head, sentiment_head
from pipeline.affect.linear import CUSTOMER, HEADS, WEIGHTS, documents, load, make_vectorizers, save, transform
from pipeline.conversation import EMOTIONS, SENTIMENTS
from pipeline.models import CARD, ModelCard, sha256_of

CUSTOMER_PRIOR = (0.3, 0.4, 0.3)
"""Negative, neutral, positive as assumed of customers: almost nothing, but in doubt an utterance is neutral."""


def train_linear(
    corpora: Path,
    folder: Path,
    version: str,
    lemmatize: Lemmatize,
    *,
    lemmatizer: str = "simplemma",
    created: date | None = None,
) -> dict[str, float]:
    """Train on the corpora, write weights and card into `folder`, return the metrics that the card shows.

    Takes about two minutes. It keeps to one thread: with more, sums come in another order, the last digits differ and
    the same corpora no longer give the same bytes (and it takes longer). `lemmatizer` names the one whose `lemmatize`
    is given; `created` is the date on the card, by default today.

    Raises:
        ModelError: a corpus is missing.
    """
    from threadpoolctl import threadpool_limits

    finnsentiment = read_finnsentiment(corpora / "finnsentiment" / "train.tsv")
    xed = read_xed(corpora / "xed_fi" / "train.tsv")
    vectorizers, features = _vectorize([*finnsentiment, *xed], lemmatize)
    parts = [(features[: len(finnsentiment)], finnsentiment), (features[len(finnsentiment) :], xed)]
    with threadpool_limits(limits=1):
        heads = [sentiment_head(*part) for part in parts]
        columns = [column for column, _ in heads] + [emotion_head(*parts[1], emotion) for emotion in EMOTIONS]
    priors = {CUSTOMER: list(CUSTOMER_PRIOR)} | dict(zip(HEADS, [prior for _, prior in heads], strict=True))

    folder.mkdir(parents=True, exist_ok=True)
    details = {"lemmatizer": lemmatizer, "priors": priors}
    card = ModelCard(folder, "affect-linear", "affect", "linear", version, {}, details)
    save(card, vectorizers, np.hstack([weights for weights, _ in columns]), np.hstack([bias for _, bias in columns]))
    metrics = evaluate(load(card), corpora, lemmatize)
    rows = {"finnsentiment_rows": len(finnsentiment), "xed_rows": len(xed)}
    (folder / CARD).write_text(_card(card, rows, metrics, created or date.today()), encoding="utf-8")
    return metrics


def _vectorize(lines: Sequence[Example], lemmatize: Lemmatize) -> tuple[dict[str, Any], Any]:
    """Fitted vectorisers, and the features of `lines` (lines, features)."""
    texts = [line.text for line in lines]
    lemmas = [[token.lemma for token in tokens] for tokens in lemmatize(texts)]
    vectorizers = make_vectorizers()
    for name, read in documents(texts, lemmas).items():
        vectorizers[name].fit(read)
    return vectorizers, transform(vectorizers, texts, lemmas)


def _card(card: ModelCard, rows: Mapping[str, int], metrics: Mapping[str, float], created: date) -> str:
    return CARD_TEXT.format(
        card=card,
        created=created.isoformat(),
        labels=[*SENTIMENTS, *EMOTIONS],
        lemmatizer=card.details["lemmatizer"],
        priors=_table(card.details["priors"]),
        file=WEIGHTS,
        sha256=sha256_of(card.folder / WEIGHTS),
        metrics=_table(metrics),
        **rows,
    ).replace("'", '"')


def _table(entries: Mapping[str, object]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in entries.items())


CARD_TEXT = """\
name = "{card.name}"
task = "{card.task}"
backend = "{card.backend}"
version = "{card.version}"
created = {created}
description = "Logistic regressions over words, character n-grams and lemmas; a sentiment head per corpus, averaged."
intended_use = "Sentiment and emotions of single masked Finnish utterances, to be averaged over many of them."
limits = "Learnt from a forum and film subtitles, not from customer service; single readings are often wrong, irony, \
mild complaints and factual accounts of trouble above all. Not for judging persons, neither customers nor agents."
labels = {labels}
lemmatizer = "{lemmatizer}"

[priors]  # shares of negative, neutral and positive assumed: of customers, and to judge each head on its corpus
{priors}

[files]
"{file}" = "{sha256}"

[[data]]
title = "FinnSentiment, training part"
licence = "CC BY 4.0"
rows = {finnsentiment_rows}
attribution = "Lindén, Jauhiainen, Hardwick 2023, FinnSentiment, Language Resources and Evaluation 57(2), Kielipankki"
source = "urn:nbn:fi:lb-2023012701"

[[data]]
title = "XED, Finnish, training part"
licence = "CC BY 4.0"
rows = {xed_rows}
attribution = "Öhman, Pàmies, Kajava, Tiedemann 2020, XED: A Multilingual Dataset for Sentiment Analysis and Emotion \
Detection, COLING"
source = "github Helsinki-NLP/XED"

[metrics]  # macro-F1, see pipeline/affect/evaluate.py
{metrics}
"""
