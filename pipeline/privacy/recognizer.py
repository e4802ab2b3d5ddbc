"""The learned part of masking, in one folder: lists of names, two linear models over hashed features, a network.

The linear models read every piece and every word that may be a name. Where they are in doubt, or what was said before
lets expect something personal, the network reads the turn, and what it alone sees there is personal too.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from pipeline.conversation import Span
from pipeline.models import ONNX, verified_card
from pipeline.privacy.names import Names
from pipeline.privacy.network import Network, Reading, load_network
from pipeline.privacy.patterns import PERSON

if TYPE_CHECKING:
    import numpy as np

MODEL = "privacy-finnish-0.3.0"
WEIGHTS, LISTS = "weights.npz", "names.bloom"
CODE_BITS, NAME_BITS = 15, 18
"""Weights are found by a feature's CRC-32, cut to so many bits (feature hashing, Weinberger et al. 2009)."""
NONE = "none"
DOUBT = 0.02
"""So far from 0 and from 1 the linear models are sure enough not to ask the network."""
WORD = re.compile(r"[^\W_]+")
GAP = re.compile(r"[ .@+:/'’–_-]{0,3}")
"""What may stand between the words of one span."""


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

    found_threshold: float = 0.5
    """Probability from which the network's word alone is enough, where nothing else took a word for personal."""
    network: Network | None = None
    """Asked where the linear models are in doubt, and where something personal is expected."""

    def type_probability(self, features: Iterable[str]) -> tuple[str, float]:
        """The likeliest type of a piece, should it be personal, and the probability that it is."""
        import numpy as np

        rows = self.code_weights[[crc32(feature.encode()) & ((1 << CODE_BITS) - 1) for feature in features]]
        logits = rows.sum(axis=0)
        odds = np.exp(logits - logits.max())
        return self.types[1 + int(odds[1:].argmax())], 1 - float(odds[0] / odds.sum())

    def name_probability(self, features: Iterable[str]) -> float:
        """The probability that a word is part of a person's name."""
        weights, mask = self.name_weights, (1 << NAME_BITS) - 1
        return _sigmoid(sum([weights[crc32(feature.encode()) & mask] for feature in features]))


@dataclass(frozen=True, slots=True)
class TurnJudge:
    """The recognizer at one turn of a conversation: what decides on its pieces and its words."""

    recognizer: Recognizer
    before: Sequence[str]
    """The turns before it."""
    _readings: dict[str, Reading] = field(default_factory=dict)
    _judged: set[tuple[str, int]] = field(default_factory=set)
    """Texts, and where the words begin in them that were asked about as names."""

    def type_of(self, features: Iterable[str], text: str, start: int, end: int) -> tuple[str, float]:
        """The type of a piece of `text`, "" for none, and the probability that it is personal."""
        type_, probability = self.recognizer.type_probability(features)
        probability = self._settled(probability, text, start, end)
        return type_ if probability >= self.recognizer.code_threshold else "", probability

    def name_confidence(self, features: Iterable[str], text: str, start: int, end: int) -> float:
        """The probability that a word of `text` is part of a name; 0 where that is too little."""
        self._judged.add((text, start))
        probability = self._settled(self.recognizer.name_probability(features), text, start, end)
        return probability if probability >= self.recognizer.name_threshold else 0.0

    def look(self, text: str) -> None:
        """Let the network, if there is one, read the turn whether or not there will be doubt."""
        if self.recognizer.network is not None:
            self._read(text)

    def found(self, text: str) -> Iterator[Span]:
        """What else is personal in `text` by any reading of it, should the network have been asked to read it at all.

        Words that may be names were decided on one by one; the rest of a number or an address may stand in any words.
        Neighbouring words of one type are one span.
        """
        if not self._readings:
            return
        self._read(text)
        threshold = self.recognizer.found_threshold
        readings = [reading for reading in self._readings.values() if reading.highest >= threshold]
        span: Span | None = None
        for match in WORD.finditer(text) if readings else ():
            is_judged = (text, match.start()) in self._judged
            seen = [(r.probability(*match.span()), r.type_of(*match.span())) for r in readings]
            probability, type_ = max(
                ((p, type_) for p, type_ in seen if p >= threshold and not (is_judged and type_ == PERSON)),
                default=(0.0, ""),
            )
            if not type_:
                continue
            here = Span(match.start(), match.end(), type_, round(probability, 2))
            if span and span.type == type_ and GAP.fullmatch(text, span.end, here.start):
                span = Span(span.start, here.end, type_, max(span.confidence, here.confidence))
                continue
            if span:
                yield span
            span = here
        if span:
            yield span

    def _settled(self, probability: float, text: str, start: int, end: int) -> float:
        """The linear model's probability where it is sure; else the mean, of the logits, with the network's."""
        if self.recognizer.network is None or not DOUBT < probability < 1 - DOUBT:
            return probability
        second = self._read(text).probability(start, end)
        return _sigmoid((_logit(probability) + _logit(second)) / 2)

    def _read(self, text: str) -> Reading:
        if text not in self._readings:
            assert self.recognizer.network is not None
            self._readings[text] = self.recognizer.network.read(text, self.before)
        return self._readings[text]


def _sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-max(-50.0, min(50.0, logit))))


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return log(bounded / (1 - bounded))


@cache
def load_recognizer(folder: Path) -> Recognizer:
    """The recognizer in a model folder, read once.

    Raises:
        ModelError: it is missing or not the one its card describes.
    """
    card = verified_card(folder)
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
            found_threshold=settings["found_threshold"],
            network=load_network(folder) if ONNX in card.files else None,
        )
