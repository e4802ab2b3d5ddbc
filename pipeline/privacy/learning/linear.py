"""The linear part of the recognizer: what masking asks on its way through annotated talks, and what it learns so."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from pipeline.privacy.gold import Item, Talk
from pipeline.privacy.identifiers import Memory
from pipeline.privacy.masking import find_spans
from pipeline.privacy.names import Names
from pipeline.privacy.patterns import PERSON
from pipeline.privacy.persons import Persons
from pipeline.privacy.recognizer import CODE_BITS, NAME_BITS, NONE

if TYPE_CHECKING:
    import numpy as np

FORGOTTEN = 0.08
"""Share of what is personal that a training example's past does not know of: at night some is missed too."""


@dataclass(slots=True)
class Examples:
    """Hashed features, labels and weights."""

    rows: list[list[int]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, features: Iterable[str], label: str, weight: float, bits: int) -> None:
        """One more."""
        self.rows.append([crc32(feature.encode()) & ((1 << bits) - 1) for feature in features])
        self.labels.append(label)
        self.weights.append(weight)


def collect(
    talks: Iterable[Talk],
    names: Names,
    weight: float,
    codes: Examples,
    people: Examples,
    rng: random.Random,
    forgotten: float = FORGOTTEN,
) -> None:
    """Walk through talks as masking does, and note what it asks with the answer that the gold gives."""
    for talk in talks:
        memory, persons = Memory(), Persons(names)
        for item in talk:
            judge = GoldJudge(item, codes, people, weight, forgotten, rng)
            find_spans(item.text, item.speaker, memory, persons, names, judge)


@dataclass(frozen=True, slots=True)
class GoldJudge:
    """What decides on a turn in training: its gold. It notes what it is asked, and now and then forgets to answer."""

    item: Item
    codes: Examples
    people: Examples
    weight: float
    forgotten: float
    rng: random.Random

    def look(self, text: str) -> None:
        """Nothing to prepare."""

    def type_of(self, features: Iterable[str], text: str, start: int, end: int) -> tuple[str, float]:
        """The type of the gold."""
        label = type_at(self.item, start, end)
        self.codes.add(features, label or NONE, self.weight, CODE_BITS)
        return ("", 0.0) if self.rng.random() < self.forgotten else (label, 1.0)

    def name_confidence(self, features: Iterable[str], text: str, start: int, end: int) -> float:
        """1 for a name of the gold."""
        is_name = type_at(self.item, start, end) == PERSON
        self.people.add(features, str(is_name), self.weight, NAME_BITS)
        return float(is_name and self.rng.random() >= self.forgotten)

    def found(self, text: str) -> tuple[()]:
        """Nothing that was not asked about: there is nothing to learn from it."""
        return ()


def type_at(item: Item, start: int, end: int) -> str:
    """The type of the gold span that a stretch overlaps most, "" for none."""
    overlaps = [(min(end, stop) - max(start, begin), type_) for begin, stop, type_ in item.spans]
    most, type_ = max(overlaps, default=(0, ""))
    return type_ if most > 0 else ""


def fit(examples_: Examples, bits: int, inverse_strength: float) -> tuple[list[str], "np.ndarray"]:
    """Class names and weights (features × classes) of a logistic regression; of two classes one column."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    counts = [len(row) for row in examples_.rows]
    indices = np.concatenate([np.asarray(row) for row in examples_.rows])
    matrix = csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, np.concatenate([[0], np.cumsum(counts)])),
        shape=(len(counts), 1 << bits),
    )
    matrix.sum_duplicates()
    model = LogisticRegression(C=inverse_strength, max_iter=300, fit_intercept=False)
    model.fit(matrix, examples_.labels, sample_weight=examples_.weights)
    return list(model.classes_), model.coef_.T.astype(np.float32)
