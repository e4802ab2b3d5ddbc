"""Teaching what turns and stretches are about by their letters."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.touchpoints.learning.network import Example
from pipeline.touchpoints.lexical import Layer, Lexical, features, make_vectorizer, span_features
from pipeline.touchpoints.scheme import MATTERS, TURN_HEADS, columns

ALPHA, SPAN_ALPHA = 3e-5, 1e-5
"""L2 penalties; for turns a third and a tenth of it are 3 and 8 points worse on two authors left out."""
PASSES = 8
OF_CONVERSATION = 3.0
"""What a stretch of a conversation counts, beside a passage."""
NEVER = -20.0
"""The bias of a matter that no example is about."""


def teach_lexical(examples: Sequence[Example], *, passes: int = PASSES, seed: int = 1) -> Lexical:
    """Logistic regression by averaged stochastic gradient descent, one matter against the others.

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
    return Lexical(vectorizer, idf, of_turns, of_spans)


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
