"""A small Finnish encoder that reads a turn where the linear models do not suffice: how personal each word is.

It reads the turn and, after a separator, the end of those before it. One turn at a time, so that what it says of one
does not depend on its neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.models import load_onnx
from pipeline.privacy.patterns import TYPES
from pipeline.privacy.spans import FILLER

if TYPE_CHECKING:
    import numpy as np

MAX_TOKENS, CONTEXT_TOKENS, CONTEXT_TURNS = 160, 70, 4
"""Of a turn, of what was said before, and how many turns that is."""
JOINER = " . "
"""Stands between the turns of the context."""
MASK = "[M]"
"""What the network sees where something is masked already; its tokenizer reads every mask as the same letter."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of a turn."""

    places: Sequence[tuple[int, int]]
    """Where each token stands: character offsets, end exclusive."""
    probabilities: "np.ndarray"
    """Tokens × types, the first of them `none`."""

    def probability(self, start: int, end: int) -> float:
        """The probability that a stretch is personal: that of its most personal token; 0 where it was cut off."""
        return max((1 - float(self.probabilities[token, 0]) for token in self._tokens(start, end)), default=0.0)

    @property
    def highest(self) -> float:
        """The probability of the most personal token."""
        real = [at for at, (first, last) in enumerate(self.places) if first < last]
        return 1 - float(self.probabilities[real, 0].min()) if real else 0.0

    def type_of(self, start: int, end: int) -> str:
        """The likeliest type of a stretch, should it be personal."""
        total = self.probabilities[list(self._tokens(start, end)), 1:].sum(axis=0)
        return TYPES[int(total.argmax())]

    def _tokens(self, start: int, end: int) -> Iterator[int]:
        return (at for at, (first, last) in enumerate(self.places) if first < end and start < last)


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """A tokenizer and a session of onnxruntime."""

    tokenizer: Any
    session: Any

    def read(self, text: str, before: Sequence[str]) -> Reading:
        """Read a turn, given the turns before it; what is masked in it already is a run of `spans.FILLER`."""
        import numpy as np

        shown, offsets = show(text)
        encoding = self.tokenizer.encode(shown)
        ids = [*encoding.ids[: MAX_TOKENS - 1], encoding.ids[-1]] if len(encoding.ids) > MAX_TOKENS else encoding.ids
        places = [(offsets[first], offsets[last]) for first, last in encoding.offsets[: len(ids)]]
        ids = [*ids, *self._context(before, encoding.ids[-1])]
        feeds = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        logits = self.session.run(["logits"], feeds)[0][0][: len(places)]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Reading(places, odds / odds.sum(axis=1, keepdims=True))

    def _context(self, before: Sequence[str], end: int) -> list[int]:
        said = JOINER.join(show(text)[0] for text in before[-CONTEXT_TURNS:])
        ids: list[int] = self.tokenizer.encode(said, add_special_tokens=False).ids[-CONTEXT_TOKENS:] if said else []
        return [*ids, end] if ids else []


def show(text: str) -> tuple[str, list[int]]:
    """A text with masks for runs of filler, and for each place in it, its end too, the place in `text`."""
    parts = re.split(f"({FILLER}+)", text)
    shown = [MASK if part.startswith(FILLER) else part for part in parts]
    starts = [0, *accumulate(len(part) for part in parts)]
    offsets: list[int] = []
    for part, seen, start in zip(parts, shown, starts, strict=False):
        offsets += [start] * len(seen) if seen is not part else range(start, start + len(part))
    return "".join(shown), [*offsets, len(text)]


def load_network(folder: Path) -> Network:
    """The network in a model folder.

    Raises:
        ModelError: the files are not such a model.
    """
    return Network(*load_onnx(folder, threads=1))  # one short turn at a time: threads would only wait for each other
