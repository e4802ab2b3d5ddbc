"""Train the linear classifier: shared features, one head per corpus, because the corpora mean different things.

Mixed under one head each corpus loses 0.04 macro-F1. The same corpora and lemmas give the same weights.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect import Lemmatize
from pipeline.affect.learning.corpora import DATA_TABLES, Example, read_finnsentiment, read_xed
from pipeline.affect.learning.customers import DEVELOP, Item, read_customers
from pipeline.affect.learning.heads import emotion_head, sentiment_head
from pipeline.affect.linear import OUTPUTS, WEIGHTS, documents, load, make_vectorizers, save, transform
from pipeline.affect.measuring.evaluate import evaluate
from pipeline.conversation import EMOTIONS, SENTIMENTS
from pipeline.models import CARD, ModelCard, sha256_of

MODEL = "affect-linear-0.3.0"
"""Folder of the model that ships."""


def train_linear(
    corpora: Path,
    gold: Path,
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

    lines = {
        "finnsentiment": read_finnsentiment(corpora / "finnsentiment" / "train.tsv"),
        "xed": read_xed(corpora / "xed_fi" / "train.tsv"),
        "customers": [_example(item) for item in read_customers(gold / DEVELOP)],
    }
    vectorizers, features = vectorize([line for part in lines.values() for line in part], lemmatize)
    parts, start = {}, 0
    for name, part in lines.items():
        parts[name] = features[start : start + len(part)], part
        start += len(part)
    with threadpool_limits(limits=1):
        heads = {name: sentiment_head(*part) for name, part in parts.items()}
        columns = {f"sentiment.{name}": column for name, (column, _) in heads.items()}
        for name in ("xed", "customers"):
            weights, bias = zip(*(emotion_head(*parts[name], emotion) for emotion in EMOTIONS), strict=True)
            columns[f"emotions.{name}"] = np.hstack(weights), np.hstack(bias)

    folder.mkdir(parents=True, exist_ok=True)
    priors = {name: prior for name, (_, prior) in heads.items()}
    details = {"lemmatizer": lemmatizer, "priors": priors}
    card = ModelCard(folder, "affect-linear", "affect", "linear", version, {}, details)
    save(card, vectorizers, *(np.hstack([columns[output][side] for output in OUTPUTS]) for side in (0, 1)))
    metrics = evaluate(load(card), corpora, lemmatize)
    rows = {name: len(part) for name, part in lines.items()}
    (folder / CARD).write_text(_card(card, rows, metrics, created or date.today()), encoding="utf-8")
    return metrics


def _example(item: Item) -> Example:
    """An item of our corpus as the linear heads read it: the votes, and the emotions that most readers saw."""
    seen = frozenset(emotion for emotion, share in item.emotions.items() if share > 0.5)
    return Example(item.text, item.votes, seen)


def vectorize(lines: Sequence[Example], lemmatize: Lemmatize) -> tuple[dict[str, Any], Any]:
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
        data=DATA_TABLES.format(**rows),
        metrics=_table(metrics),
    ).replace("'", '"')


def _table(entries: Mapping[str, object]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in entries.items())


CARD_TEXT = """\
name = "{card.name}"
task = "{card.task}"
backend = "{card.backend}"
version = "{card.version}"
created = {created}
description = "Logistic regressions over words, character n-grams and lemmas; a sentiment head per corpus."
intended_use = "Sentiment and emotions of single masked Finnish utterances, to be averaged over many of them."
limits = "Learnt from invented customer service, a forum and film subtitles; single readings are often wrong, irony, \
mild complaints and factual accounts of trouble above all. Not for judging persons, neither customers nor agents."
labels = {labels}
lemmatizer = "{lemmatizer}"

[priors]  # shares of negative, neutral and positive assumed where each head is heard
{priors}

[files]
"{file}" = "{sha256}"

{data}
[metrics]  # macro-F1, see pipeline/affect/measuring/evaluate.py
{metrics}
"""
