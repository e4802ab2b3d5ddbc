"""Trains the weights of `roles`: `tunnepolku train roles`, from the annotated talks in data/gold.

Every talk between a customer and an agent is read twice: turn by turn, and cut into sentences or stretches of words as
speech recognizers do. Half of the copies hold masks in place of what is personal, two in five no marks and no capitals.
Lines outside talks, nearly all of customers, count little. What the labels' sums are worth is fitted on authors left
out of the weights: an author is the first part of a line's id.
"""

import csv
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.models import CARD, sha256_of
from pipeline.sources.roles.features import CHANGE_BITS, TURN_BITS, Style, change_features, turn_features
from pipeline.sources.roles.gold import Line, Talk, read_talks
from pipeline.sources.roles.model import WEIGHTS, RoleModel

if TYPE_CHECKING:
    import numpy as np

GOLD = ("privacy_develop.jsonl", "feelings_develop.jsonl")
AGENT = "agent"
CUT, BARE, MASKED = 0.5, 0.4, 0.5
"""How much a cut copy of a talk weighs; how many copies are bare of marks, how many masked."""
PHRASES, PHRASE, OURS = Path(__file__).with_name("phrases.tsv"), 2.0, "phrases"
"""Formulas of calls, how much each weighs, and who wrote them."""
OUTSIDE = 0.05
"""How much a line outside talks weighs."""
STRENGTH = {"turns": 0.5, "changes": 0.3}
"""Inverse strength of the regularization; from 0.3 to 1 authors left out are read alike."""
FOLDS = 6
WINDOWS = (2, 3, 4, 6, 8)
"""How long the parts of talks are that the temperature is fitted on, besides whole ones."""


@dataclass(slots=True)
class Rows:
    """What one of the two models learns from."""

    features: list[dict[int, float]] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)

    def add(self, features: dict[int, float], label: bool, weight: float, author: str) -> None:
        """One more row."""
        self.features.append(features)
        self.labels.append(label)
        self.weights.append(weight)
        self.authors.append(author)

    def of_authors(self, authors: Set[str]) -> "Rows":
        """Only the rows of these authors."""
        part = Rows()
        for row in zip(self.features, self.labels, self.weights, self.authors, strict=True):
            if row[3] in authors:
                part.add(*row)
        return part


def train_roles(gold: Path, folder: Path, *, created: date | None = None) -> None:
    """Learn from the talks in `gold`, write weights and card into `folder`; takes a minute or two.

    Raises:
        ConfigError: a file of talks is not there or is none.
    """
    talks = [talk for name in GOLD for talk in read_talks(gold / name)]
    save(learn(talks), folder, sum(len(talk.lines) for talk in talks), created or date.today())


def learn(talks: Sequence[Talk]) -> RoleModel:
    """The model of these talks and our phrases; the same talks give the same weights."""
    turns, changes = _rows(talks, random.Random(1))
    for phrase in _phrases():
        turns.add(turn_features(phrase.text), phrase.speaker == AGENT, PHRASE, OURS)
    weights, bias = _fit(turns, TURN_BITS, STRENGTH["turns"])
    change_weights, change_bias = _fit(changes, CHANGE_BITS, STRENGTH["changes"])
    return RoleModel(weights.tolist(), bias, change_weights.tolist(), change_bias, _temperature(talks, turns))


def save(model: RoleModel, folder: Path, line_count: int, created: date) -> None:
    """Write weights and card into `folder`."""
    import numpy as np

    names = ("turn_bias", "change_bias", "temperature")
    settings = json.dumps({name: round(getattr(model, name), 6) for name in names})
    turns, changes = (np.array(part, np.float16) for part in (model.turns, model.changes))
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS, allow_pickle=False, turns=turns, changes=changes, settings=np.array(settings))
    card = CARD_TEXT.format(
        version=folder.name.rpartition("-")[2],
        created=created.isoformat(),
        file=WEIGHTS,
        sha256=sha256_of(folder / WEIGHTS),
        lines=line_count,
    )
    (folder / CARD).write_text(card, encoding="utf-8")


def _phrases() -> list[Line]:
    """What people say at the start, the end and the turns of a call: formulas that written examples are short of."""
    rows = csv.DictReader(PHRASES.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    return [Line(row["speaker"], row["text"]) for row in rows]


def _rows(talks: Iterable[Talk], chance: random.Random) -> tuple[Rows, Rows]:
    turns, changes = Rows(), Rows()
    for talk in talks:
        for weight, lines in _copies(talk, chance):
            for line in lines:
                turns.add(turn_features(line.text), line.speaker == AGENT, weight, talk.author)
            style = Style.of([line.text for line in lines], is_written=talk.channel != "call")
            for before, after in pairwise(lines):
                found = dict.fromkeys(change_features(before.text, after.text, style), 1.0)
                changes.add(found, before.speaker != after.speaker, 1.0, talk.author)
    return turns, changes


def _copies(talk: Talk, chance: random.Random) -> Iterator[tuple[float, list[Line]]]:
    """A talk as it is and cut; a line outside talks once."""
    if not talk.is_of_two:
        yield OUTSIDE, _disguised(talk.lines, chance)
        return
    yield 1.0, _disguised(talk.lines, chance)
    lines = _disguised(talk.lines, chance)
    yield CUT, by_sentences(lines) if chance.random() < 0.5 else by_words(lines, chance)


def _disguised(lines: Sequence[Line], chance: random.Random) -> list[Line]:
    is_masked, is_bare = chance.random() < MASKED, chance.random() < BARE
    texts = [line.masked if is_masked else line.text for line in lines]
    return [Line(line.speaker, bare(text) if is_bare else text) for line, text in zip(lines, texts, strict=True)]


def bare(text: str) -> str:
    """A text as recognizers without punctuation write it; masks stay."""
    words = re.sub(r"[.,;!?…]", " ", text).split(" ")
    return " ".join(word if word.startswith("[") else word.lower() for word in words)


def by_sentences(lines: Iterable[Line]) -> list[Line]:
    """The lines cut where a sentence ends."""
    parts = ((line.speaker, part) for line in lines for part in re.split(r"(?<=[.!?])\s+", line.text))
    return [Line(speaker, part) for speaker, part in parts if part.strip()]


def by_words(lines: Iterable[Line], chance: random.Random) -> list[Line]:
    """The lines cut into stretches of 3 to 12 words."""
    cut = []
    for line in lines:
        words = line.text.split()
        while words:
            count = chance.randint(3, 12)
            count = len(words) if len(words) - count < 2 else count
            cut.append(Line(line.speaker, " ".join(words[:count])))
            words = words[count:]
    return cut


def _fit(rows: Rows, bits: int, strength: float) -> tuple["np.ndarray", float]:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the same talks give the same bytes
        model = LogisticRegression(C=strength, max_iter=60, tol=1e-3)
        model.fit(_matrix(rows.features, bits), rows.labels, sample_weight=rows.weights)
    return model.coef_[0], float(model.intercept_[0])


def _matrix(features: Sequence[dict[int, float]], bits: int) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *map(len, features)])
    columns = np.fromiter((bucket for row in features for bucket in row), np.int32, starts[-1])
    values = np.fromiter((value for row in features for value in row.values()), np.float32, starts[-1])
    return csr_matrix((values, columns, starts), shape=(len(features), 1 << bits))


def folds(authors: Iterable[str]) -> dict[str, int]:
    """A part of the cross-validation for each author, the same whatever the order."""
    distinct = sorted(set(authors))
    random.Random(3).shuffle(distinct)
    return {author: at % FOLDS for at, author in enumerate(distinct)}


def _temperature(talks: Sequence[Talk], turns: Rows) -> float:
    """What makes the sums of parts of talks, scored by models that knew none of their author, probabilities."""
    from scipy.optimize import minimize_scalar

    sums = _sums_of_parts(talks, turns)
    import numpy as np

    found = minimize_scalar(lambda scale: np.logaddexp(0, -scale * sums).mean(), bounds=(0.1, 2.0), method="bounded")
    return float(found.x)


def _sums_of_parts(talks: Sequence[Talk], turns: Rows) -> "np.ndarray":
    """For each part of a talk, how much its agent's scores exceed its customer's, as log odds."""
    import numpy as np

    fold = folds(turns.authors)
    models = []
    for left_out in range(FOLDS):
        part = turns.of_authors({author for author, number in fold.items() if number != left_out})
        models.append(_fit(part, TURN_BITS, STRENGTH["turns"]))
    sums = []
    for talk in (talk for talk in talks if talk.is_of_two):
        weights, bias = models[fold[talk.author]]
        scores = _matrix([turn_features(line.text) for line in talk.lines], TURN_BITS) @ weights + bias
        agents = np.array([line.speaker == AGENT for line in talk.lines])
        signed = np.where(agents, scores, -scores)
        for size in (*WINDOWS, len(signed)):
            starts = range(0, len(signed) - size + 1, size)
            sums += [signed[at : at + size].sum() for at in starts if len(set(agents[at : at + size])) == 2]
    return np.array(sums)


CARD_TEXT = """\
name = "roles-finnish"
task = "roles"
backend = "finnish"
version = "{version}"
created = {created}
description = "Two logistic regressions over hashed words, letter groups and cues: does an agent speak, does the \
speaker change."
intended_use = "The roles of speakers in Finnish chats and calls whose source names none; before masking or after."
limits = "Learnt from invented talks of one customer and one agent. Talk between colleagues, three or more people, \
other languages and very short talks are told apart poorly. Not for telling who a person is."

[files]
"{file}" = "{sha256}"

[[data]]
title = "Talks of customers and agents, develop parts: invented, written for this project"
licence = "CC0 1.0"
rows = {lines}
source = "data/gold/privacy_develop.jsonl, data/gold/feelings_develop.jsonl"

[[data]]
title = "Formulas of calls, written for this project: pipeline/sources/roles/phrases.tsv"
licence = "Apache-2.0"
"""
