"""The learned part of masking: two linear models over hashed features, and the lists of names, in one folder."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from pipeline.models import verified_card
from pipeline.privacy.names import Names

if TYPE_CHECKING:
    import numpy as np

MODEL = "privacy-linear-0.1.0"
WEIGHTS, LISTS = "weights.npz", "names.bloom"
CODE_BITS, NAME_BITS = 15, 18
"""Weights are found by a feature's CRC-32, cut to so many bits (feature hashing, Weinberger et al. 2009)."""
NONE = "none"


@dataclass(frozen=True, eq=False, slots=True)
class Recognizer:
    """What decides whether a piece or a word is personal."""

    names: Names
    types: tuple[str, ...]
    """The types a piece may have; the first is `none`."""
    code_weights: "np.ndarray"
    """Logits: one row a feature, one column a type."""
    name_weights: list[float]
    code_threshold: float
    """Probability of being something personal from which a piece is masked."""
    name_threshold: float

    def type_of(self, features: Iterable[str], _start: int = 0, _end: int = 0) -> tuple[str, float]:
        """The type of a piece, "" for none, and the probability that it is personal at all."""
        import numpy as np

        rows = self.code_weights[[crc32(feature.encode()) & ((1 << CODE_BITS) - 1) for feature in features]]
        logits = rows.sum(axis=0)
        odds = np.exp(logits - logits.max())
        probability = 1 - float(odds[0] / odds.sum())
        if probability < self.code_threshold:
            return "", probability
        return self.types[1 + int(odds[1:].argmax())], probability

    def name_confidence(self, features: Iterable[str], _start: int = 0, _end: int = 0) -> float:
        """The probability that a word is part of a person's name; 0 where that is too little."""
        weights, mask = self.name_weights, (1 << NAME_BITS) - 1
        logit = sum(weights[crc32(feature.encode()) & mask] for feature in features)
        probability = 1 / (1 + exp(-max(-50.0, min(50.0, logit))))
        return probability if probability >= self.name_threshold else 0.0


@cache
def load_recognizer(folder: Path) -> Recognizer:
    """The recognizer in a model folder, read once.

    Raises:
        ModelError: it is missing or not the one its card describes.
    """
    verified_card(folder)
    import numpy as np

    with np.load(folder / WEIGHTS) as arrays:
        settings = json.loads(str(arrays["settings"]))
        return Recognizer(
            names=Names((folder / LISTS).read_bytes()),
            types=tuple(settings["types"]),
            code_weights=arrays["codes"].astype(np.float32),
            name_weights=arrays["names"].astype(np.float32).tolist(),
            code_threshold=settings["code_threshold"],
            name_threshold=settings["name_threshold"],
        )
