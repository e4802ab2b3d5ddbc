"""From a model's numbers to `Score`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import EMOTIONS, SENTIMENTS, Score
from pipeline.models import ModelCard

Floats = NDArray[np.floating[Any]]


def softmax(logits: Floats) -> Floats:
    """Probabilities that sum to 1 over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: Floats) -> Floats:
    """A yes-or-no probability for each logit."""
    probabilities: Floats = 1 / (1 + np.exp(-logits))
    return probabilities


def make_scores(card: ModelCard, sentiments: Floats, emotions: Floats) -> list[Score]:
    """One score per text from the probabilities of SENTIMENTS (texts, 3) and EMOTIONS (texts, 8)."""
    return [_score(card, *row) for row in zip(sentiments.tolist(), emotions.tolist(), strict=True)]


def _score(card: ModelCard, sentiments: list[float], emotions: list[float]) -> Score:
    probability = dict(zip(SENTIMENTS, sentiments, strict=True))
    return Score(
        sentiment=max(SENTIMENTS, key=probability.__getitem__),
        sentiment_probability=probability,
        emotions=dict(zip(EMOTIONS, emotions, strict=True)),
        model=card.name,
        model_version=card.version,
    )
