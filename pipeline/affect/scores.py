"""From a model's numbers to `Score`."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, Score
from pipeline.models import ModelCard

Floats = NDArray[np.floating[Any]]
Label = TypeVar("Label", bound=str)


def softmax(logits: Floats) -> Floats:
    """Probabilities that sum to 1 over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: Floats) -> Floats:
    """A yes-or-no probability for each logit."""
    probabilities: Floats = 1 / (1 + np.exp(-logits))
    return probabilities


def make_scores(
    card: ModelCard,
    sentiments: Floats,
    emotions: Floats,
    *,
    sure_from: float = 0.0,
    intensity: Floats | None = None,
    cues: Floats | None = None,
) -> list[Score]:
    """One score per text.

    Args:
        card: of the model.
        sentiments: probabilities of SENTIMENTS (texts, 3).
        emotions: probabilities of EMOTIONS (texts, 8).
        sure_from: the probability of a sentiment from which on it is sure.
        intensity: of EMOTIONS, 0-3 (texts, 8), where the model tells.
        cues: probabilities of CUES (texts, 17), where the model knows them.
    """
    return [
        Score(
            sentiment=SENTIMENTS[int(shares.argmax())],
            sentiment_probability=_named(SENTIMENTS, shares),
            emotions=_named(EMOTIONS, emotions[row]),
            model=card.name,
            model_version=card.version,
            is_sure=bool(shares.max() >= sure_from),
            intensity={} if intensity is None else _named(EMOTIONS, intensity[row]),
            cues={} if cues is None else _named(CUES, cues[row]),
        )
        for row, shares in enumerate(sentiments)
    ]


def _named(labels: Sequence[Label], values: Floats) -> dict[Label, float]:
    return dict(zip(labels, values.tolist(), strict=True))
