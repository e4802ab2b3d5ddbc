"""Teaching what the letters tell of turns, stretches and conversations."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.touchpoints.learning.network import Example
from pipeline.touchpoints.lexical import (
    DEEDS,
    Layer,
    Lexical,
    deed_features,
    features,
    make_vectorizer,
    part_features,
    span_features,
)
from pipeline.touchpoints.scheme import MATTERS, PART_HEADS, STRETCH_HEADS, TURN_HEADS, columns, width

ALPHA, SPAN_ALPHA = 3e-5, 1e-5
"""L2 penalties; for turns a third and a tenth of it are 3 and 8 points worse on two authors left out."""
PASSES = 8
OF_CONVERSATION = 3.0
"""What a stretch of a conversation counts, beside a passage."""
NEVER = -20.0
"""The bias of a column that no example has."""
DEED_STRENGTH, PART_STRENGTH = 8.0, 8.0
"""Inverse L2 penalties (C of scikit-learn): for deeds an eighth of it is 2 points worse on authors left out."""


def teach_lexical(examples: Sequence[Example], *, passes: int = PASSES, seed: int = 1) -> Lexical:
    """Logistic regression: matters by averaged stochastic gradient descent, each against the others; the rest exactly.

    Args:
        examples: conversations, and passages of some; of three matters at least.
        passes: how often each turn and each stretch is seen.
        seed: of the order in which they are seen.
    """
    from scipy.sparse import vstack

    vectorizer = make_vectorizer()
    counts = vectorizer.fit_transform([text for example in examples for text in example.texts])
    idf = (np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1).astype(np.float32)
    of_examples = list(_by_example(counts, examples))
    matters = [example.turns[:, columns(TURN_HEADS, "matter")].argmax(axis=1) for example in examples]
    turns = vstack([features(own, idf) for own in of_examples], format="csr")
    of_turns = _layer(turns, np.concatenate(matters), np.ones(turns.shape[0]), ALPHA, passes, seed)
    del turns
    rows, about, counted = [], [], []
    for example, own, matter in zip(examples, of_examples, matters, strict=True):
        places = [(first, last) for first, last, _ in example.stretches] or [(0, len(example.texts) - 1)]
        rows.append(span_features(own, example.customers, places, idf))
        about += [matter[first] for first, _ in places]
        counted += [OF_CONVERSATION if example.stretches else 1.0] * len(places)
    spans = vstack(rows, format="csr")
    of_spans = _layer(spans, np.array(about), np.array(counted), SPAN_ALPHA, passes, seed)
    del spans, rows
    deeds = vstack([deed_features(own, idf) for own in of_examples], format="csr")
    of_deeds = _columns(deeds, np.concatenate([example.turns[:, DEEDS] for example in examples]), DEED_STRENGTH)
    del deeds
    read = [part for example, own in zip(examples, of_examples, strict=True) for part in _parts(example, own, idf)]
    parts = vstack([features_of_part for features_of_part, _ in read], format="csr")
    of_parts = _columns(parts, np.stack([known for _, known in read]), PART_STRENGTH)
    return Lexical(vectorizer, idf, of_turns, of_spans, of_deeds, of_parts)


def _parts(example: Example, counts: Any, idf: Any) -> Iterator[tuple[Any, Any]]:
    """Features and what is known of the whole, and of its stretches where it has several: of these goal and ease."""
    if example.whole is not None:
        yield part_features(counts, example.customers, idf), np.concatenate([example.whole, example.end])
    if len(example.stretches) > 1:
        for first, last, dimensions in example.stretches:
            row = np.full(width(PART_HEADS), np.nan, np.float32)
            row[: width(STRETCH_HEADS)] = dimensions
            yield part_features(counts[first : last + 1], example.customers[first : last + 1], idf), row


def _columns(rows: Any, wanted: Any, strength: float) -> Layer:
    """Each column by itself, of the rows in which it is known."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((rows.shape[1], wanted.shape[1]), np.float32)
    bias = np.full(wanted.shape[1], NEVER, np.float32)
    for place, column in enumerate(wanted.T):
        known = ~np.isnan(column)
        holds = column[known] > 0
        if holds.any() and not holds.all():
            model = LogisticRegression(C=strength, solver="liblinear").fit(rows[known], holds)
            weights[:, place], bias[place] = model.coef_[0], model.intercept_[0]
    return Layer(weights, bias)


def _layer(rows: Any, matters: Any, counted: Any, alpha: float, passes: int, seed: int) -> Layer:
    from sklearn.linear_model import SGDClassifier

    model = SGDClassifier(loss="log_loss", alpha=alpha, max_iter=passes, tol=None, average=True, random_state=seed)
    model.fit(rows, matters, sample_weight=counted)
    weights = np.zeros((rows.shape[1], len(MATTERS)), np.float32)
    bias = np.full(len(MATTERS), NEVER, np.float32)
    weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return Layer(weights, bias)


def _by_example(counts: Any, examples: Sequence[Example]) -> Iterator[Any]:
    start = 0
    for example in examples:
        yield counts[start : start + len(example.texts)]
        start += len(example.texts)
