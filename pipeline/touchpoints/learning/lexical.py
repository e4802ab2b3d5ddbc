"""Teaching what turns are about by their letters."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.touchpoints.learning.network import Example
from pipeline.touchpoints.lexical import Lexical, features, make_vectorizer
from pipeline.touchpoints.scheme import MATTERS, TURN_HEADS, columns

ALPHA = 3e-5
"""L2 penalty; a third and a tenth of it are 3 and 8 points worse on two authors left out."""
PASSES = 8


NEVER = -20.0
"""The bias of a matter that no example is about."""


def teach_lexical(examples: Sequence[Example], *, passes: int = PASSES, seed: int = 1) -> Lexical:
    """Logistic regression by averaged stochastic gradient descent, one matter against the others.

    Args:
        examples: conversations, and single turns of which only the matter is known; of three matters at least.
        passes: how often each turn is seen.
        seed: of the order in which turns are seen.
    """
    from scipy.sparse import vstack
    from sklearn.linear_model import SGDClassifier

    vectorizer = make_vectorizer()
    counts = vectorizer.fit_transform([text for example in examples for text in example.texts])
    idf = np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1
    rows = vstack([features(own, idf) for own in _by_example(counts, examples)], format="csr")
    matters = np.concatenate([example.turns[:, columns(TURN_HEADS, "matter")].argmax(axis=1) for example in examples])
    model = SGDClassifier(loss="log_loss", alpha=ALPHA, max_iter=passes, tol=None, average=True, random_state=seed)
    model.fit(rows, matters)
    weights = np.zeros((rows.shape[1], len(MATTERS)), np.float32)
    bias = np.full(len(MATTERS), NEVER, np.float32)
    weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return Lexical(vectorizer, idf.astype(np.float32), weights, bias)


def _by_example(counts: Any, examples: Sequence[Example]) -> Iterator[Any]:
    start = 0
    for example in examples:
        yield counts[start : start + len(example.texts)]
        start += len(example.texts)
