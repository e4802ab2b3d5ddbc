"""The shipped classifier: one small Finnish encoder that reads everything in one pass, run by onnxruntime.

The network says logits for every head of the label scheme; the card says how to read them: the temperature of each
head, the biases of its labels, and from which probability on a sentiment is sure.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from pipeline.affect.scheme import COLUMNS, CONTEXT_TOKENS, HEADS, MAX_INTENSITY, MAX_TOKENS, columns
from pipeline.affect.scores import Floats, make_scores, sigmoid, softmax
from pipeline.conversation import MaskedText, Score
from pipeline.errors import ModelError
from pipeline.models import ModelCard, load_onnx

CORRECTION = "heads.npz"
"""Only in models that `pipeline.affect.learning.adapt` wrote."""
CUSTOMERS = "customers"
BATCH_SIZE = 16
"""Texts of like length at once: more only adds padding."""
REMEMBERED = 20_000
"""Texts of at most `SHORT` characters whose logits are kept: "joo" and "kiitos" come again and again."""
SHORT = 40


@dataclass(frozen=True, slots=True)
class Correction:
    """What an analyst's corrections make of the logits: `scale * logits + features @ weights + bias`."""

    scale: Floats
    """(columns)"""
    weights: Floats
    """(features, columns)"""
    bias: Floats
    """(columns)"""

    def __call__(self, logits: Floats, features: Floats) -> Floats:
        """Corrected logits (texts, columns)."""
        corrected: Floats = self.scale * logits + features @ self.weights + self.bias
        return corrected


@dataclass(frozen=True, slots=True)
class Network:
    """A tokenizer and a session of onnxruntime: texts in, logits out."""

    tokenizer: Any
    session: Any
    correction: Correction | None = None
    _known: OrderedDict[tuple[str, str], Floats] = field(default_factory=OrderedDict, repr=False)

    def logits(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
        """Logits (texts, columns), uncalibrated; each text, with its context, is read once however often it comes."""
        keys = list(zip(texts, contexts or [""] * len(texts), strict=True))
        found = {key: self._known[key] for key in keys if key in self._known}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        found |= dict(zip(new, self.read([key[0] for key in new], [key[1] for key in new])[1], strict=True))
        self._known.update((key, found[key]) for key in new if len(key[0]) + len(key[1]) <= SHORT)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return np.stack([found[key] for key in keys])

    def read(self, texts: Sequence[str], contexts: Sequence[str]) -> tuple[Floats, Floats]:
        """What the last layer takes, the `features` (texts, size), and the logits that it makes of them: one pass."""
        rows = self._encode(texts, contexts)
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        size = {part.name: part.shape[-1] for part in self.session.get_outputs()}
        features, logits = (np.empty((len(rows), size[part]), dtype=np.float32) for part in ("features", "logits"))
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            inputs = feeds([rows[row] for row in batch])
            features[batch], logits[batch] = self.session.run(["features", "logits"], inputs)
        return features, logits if self.correction is None else self.correction(logits, features)

    def _encode(self, texts: Sequence[str], contexts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text and, after a separator, the end of its context: as `network.encode` does it."""
        end = self.tokenizer.encode("").ids[-1]
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        most = MAX_TOKENS - CONTEXT_TOKENS
        ids = [row if len(row) <= most else [*row[: most - 1], end] for row in ids]
        if any(contexts):
            before = self.tokenizer.encode_batch(list(contexts), add_special_tokens=False)
            ids = [
                [*row, *context.ids[-CONTEXT_TOKENS + 1 :], end] if context.ids else row
                for row, context in zip(ids, before, strict=True)
            ]
        return ids


@dataclass(frozen=True, slots=True)
class FinnishClassifier:
    """A network read as its card says; `corpus` names the head that is heard."""

    card: ModelCard
    network: Network
    corpus: str = CUSTOMERS
    lemmatizer: str | None = None

    def for_corpus(self, corpus: str) -> Self:
        """This classifier with the head of one of the corpora it learnt from: for evaluation."""
        return replace(self, corpus=corpus)

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """One score per text; see `pipeline.affect.Classifier`. Lemmas are not read."""
        if not texts:
            return []
        logits = self.network.logits(texts, contexts)
        logits = logits / self._of_columns("temperatures", 1.0) + self._of_columns("biases", 0.0)
        emotions = "xed" if self.corpus == "xed" else CUSTOMERS
        return make_scores(
            self.card,
            softmax(logits[:, columns(f"sentiment.{self.corpus}")]),
            sigmoid(logits[:, columns(f"emotions.{emotions}")]),
            sure_from=self.card.details["sure_from"],
            intensity=MAX_INTENSITY * sigmoid(logits[:, columns(f"intensity.{CUSTOMERS}")]),
            cues=sigmoid(logits[:, columns(f"cues.{CUSTOMERS}")]),
        )

    def _of_columns(self, table: str, default: float) -> Floats:
        """What a table of the card says of every column; heads it does not name have the default."""
        given = self.card.details[table]
        parts = [np.broadcast_to(given.get(head.name, default), len(head.labels)) for head in HEADS]
        return np.concatenate(parts).astype(np.float32)


def feeds(rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The inputs of the network for rows of token ids, padded to the longest with what its mask hides."""
    ids = np.zeros((len(rows), max(len(row) for row in rows)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def load(card: ModelCard) -> FinnishClassifier:
    """The classifier of a verified card.

    Raises:
        ModelError: the files are not such a model, or its heads are not those of this version.
    """
    network = load_network(card.folder)
    if CORRECTION in card.files:
        network = replace(network, correction=_read_correction(card.folder))
    if network.session.get_outputs()[0].shape[-1] != len(COLUMNS) or "temperatures" not in card.details:
        raise ModelError(f"The model {card.name} {card.version} has other heads than this version: train it again.")
    return FinnishClassifier(card, network)


@cache
def load_network(folder: Path) -> Network:
    """The tokenizer and the network in a folder, loaded once a process: who reads whole conversations needs it too.

    Raises:
        ModelError: the files are not such a model.
    """
    return Network(*load_onnx(folder))


def _read_correction(folder: Path) -> Correction:
    try:
        with (folder / CORRECTION).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            correction = Correction(arrays["scale"], arrays["weights"], arrays["bias"])
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        correction = None
    shapes = correction and {correction.scale.shape, correction.weights.shape[1:], correction.bias.shape}
    if correction is None or shapes != {(len(COLUMNS),)}:
        raise ModelError(f"{folder / CORRECTION} is no correction of this model: adapt it again.")
    return correction
