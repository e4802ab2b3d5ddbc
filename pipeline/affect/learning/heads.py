"""Fit the columns of the linear layer: one head of three columns per corpus, one column per emotion.

Temperatures, priors and thresholds are chosen on predictions for training lines that the predicting model has not
seen, never on the development parts, and folded into weights and bias.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.learning.corpora import Example
from pipeline.affect.scores import Floats, softmax
from pipeline.conversation import SENTIMENTS, Emotion

FOLDS = 3
REGULARIZATION = 1.0
"""scikit-learn's C; from 0.6 to 2 the macro-F1 of no head changes by more than 0.015."""
PRIOR_SHARES = np.linspace(0, 1, 11)
"""How much of its corpus's prior a head may keep: none of it finds the rare labels, all of it is most often right."""

Column = tuple[Floats, Floats]
"""Weights (features, outputs) and bias (outputs)."""


def sentiment_head(features: Any, lines: Sequence[Example]) -> tuple[Column, list[float]]:
    """Three columns that hold the evidence of one corpus without its prior, and the prior to judge that corpus with.

    The temperature minimises the log loss on the votes (Guo et al. 2017, On Calibration of Modern Neural Networks).
    The prior is the share of the corpus's own that gives the best macro-F1.
    """
    lines, known = _with_votes(lines)
    features, votes = features[known], np.array([line.votes for line in lines])
    logits = out_of_fold(fit_votes, features, votes, lines)
    temperature, log_prior = temperature_of(logits, votes), np.log(votes.mean(axis=0))
    evidence = logits / temperature - log_prior
    gold = [SENTIMENTS.index(line.sentiment) for line in lines]
    share = max(PRIOR_SHARES, key=lambda share: _macro_f1(gold, evidence + share * log_prior))
    weights, bias = fit_votes(features, votes)
    return (weights / temperature, bias / temperature - log_prior), softmax(share * log_prior).round(4).tolist()


def emotion_head(features: Any, lines: Sequence[Example], emotion: Emotion) -> Column:
    """The column of one emotion, scaled (Platt 1999) and shifted so that 0.5 is the threshold of the best F1."""
    present = np.array([emotion in line.emotions for line in lines])
    logits = out_of_fold(fit_present, features, present, lines)
    slope, _ = fit_present(logits, present)
    weights, bias = fit_present(features, present)
    return weights * slope, (bias - _best_threshold(logits[:, 0], present)) * slope[0]


def _with_votes(lines: Sequence[Example]) -> tuple[list[Example], list[int]]:
    known = [row for row, line in enumerate(lines) if any(line.votes)]
    return [lines[row] for row in known], known


def fit_votes(features: Any, votes: Floats) -> Column:
    """Multinomial logistic regression on shares: each line once per label voted for, weighted by its share."""
    from sklearn.linear_model import LogisticRegression

    rows, labels = np.nonzero(votes)
    model = LogisticRegression(C=REGULARIZATION, max_iter=1000)
    model.fit(features[rows], labels, sample_weight=votes[rows, labels])
    return model.coef_.T, model.intercept_


def fit_present(features: Any, present: NDArray[np.bool_]) -> Column:
    """Logistic regression on whether each line is so."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=REGULARIZATION, max_iter=1000).fit(features, present)
    return model.coef_.T, model.intercept_


def out_of_fold(fit: Callable[[Any, Any], Column], features: Any, targets: Any, lines: Sequence[Example]) -> Floats:
    """Logits (lines, outputs), each from a model trained without that line and without others of the same text."""
    from sklearn.model_selection import GroupKFold

    logits: dict[int, Floats] = {}
    for seen, unseen in GroupKFold(FOLDS).split(features, groups=[line.text for line in lines]):
        weights, bias = fit(features[seen], targets[seen])
        logits.update(zip(unseen.tolist(), features[unseen] @ weights + bias, strict=True))
    return np.stack([logits[row] for row in range(len(lines))])


def temperature_of(logits: Floats, votes: Floats) -> float:
    """The divisor of the logits, 0.2 to 5, that makes the votes likeliest."""
    return float(max(np.geomspace(0.2, 5, 200), key=lambda divisor: (votes * np.log(softmax(logits / divisor))).sum()))


def _best_threshold(logits: Floats, present: NDArray[np.bool_]) -> float:
    """The logit from which on to call the emotion present for the best F1."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(present, logits)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[f1[:-1].argmax()])


def _macro_f1(gold: Sequence[int], logits: Floats) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(gold, logits.argmax(axis=1), average="macro", zero_division=0))
