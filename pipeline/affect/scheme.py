"""The label scheme: what the heads of a neural model say, and in which columns of its one linear layer they say it.

Each corpus has its own sentiment head, because the forum's, the films' and the customers' "neutral" are not the same;
what they have in common they learn together in the encoder. `data/gold/GUIDELINE.md` defines the customers' labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS


@dataclass(frozen=True, slots=True)
class Head:
    """Some columns that are read together.

    `one`: exactly one of the labels holds (softmax). `any`: each holds or not (sigmoid).
    `share`: each is a number from 0 to 1 (sigmoid), known only where it applies.
    """

    name: str
    labels: Sequence[str]
    kind: Literal["one", "any", "share"]


HEADS = (
    Head("sentiment.customers", SENTIMENTS, "one"),
    Head("sentiment.finnsentiment", SENTIMENTS, "one"),
    Head("sentiment.xed", SENTIMENTS, "one"),
    Head("emotions.customers", EMOTIONS, "any"),
    Head("emotions.xed", EMOTIONS, "any"),
    Head("intensity.customers", EMOTIONS, "share"),
    Head("cues.customers", CUES, "any"),
)
COLUMNS = [f"{head.name}.{label}" for head in HEADS for label in head.labels]
"""Names of the columns, in order."""
MAX_INTENSITY = 3
"""An intensity head says a third of the guideline's 1 slight, 2 clear, 3 strong."""

MAX_TOKENS = 96
"""Of a text with its context; the rest of a longer text is not read."""
CONTEXT_TOKENS = 32
"""Of which at most so many are of the context, its end."""


def columns(name: str) -> slice:
    """Where the head of that name stands among `COLUMNS`."""
    start = 0
    for head in HEADS:
        if head.name == name:
            return slice(start, start + len(head.labels))
        start += len(head.labels)
    raise KeyError(name)
