"""Correct the customers' heads with an analyst's own labels, and tell honestly whether that helped.

The encoder stays as it is. What is learnt is a small linear map of its features that is added to the logits of the
sentiment and of the emotions, held back towards no change at all. How far it may go is chosen by cross-validation, and
whether it helped is told from lines that neither the map nor that choice has seen; lines of one conversation, and
lines that say nearly the same, are always on the same side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.finnish import Correction, FinnishClassifier
from pipeline.affect.learning.calibrate import sure_from
from pipeline.affect.learning.customers import Item
from pipeline.affect.measuring.paired import Comparison, Kind, compare, right_decisions
from pipeline.affect.scheme import COLUMNS, columns
from pipeline.affect.scores import Floats, sigmoid, softmax
from pipeline.conversation import EMOTIONS, SENTIMENTS, Emotion, MaskedText, Sentiment
from pipeline.errors import ModelError
from pipeline.models import ModelCard

Rows = NDArray[np.intp]

FEWEST_LINES, FEWEST_OF_A_SENTIMENT, FEWEST_OF_AN_EMOTION, FEWEST_GROUPS = 50, 5, 20, 20
"""Less cannot be measured: with fewer an interval says nothing."""
REACHES = (None, 0.0, 0.5, 1.0, 2.0)
"""How far the features may move a logit: the standard deviation of what they are expected to add before any line is
seen. 0: only the scale and the bias may move. None: nothing may."""
BIAS_REACH, SCALE_REACH = 2.0, 5.0
"""The same for the bias, and for how far the scale may be from 1."""
FOLDS = 5
ALIKE = 0.7
"""Texts that share so much of their character trigrams (Jaccard) say nearly the same."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """One text as an analyst reads it. `emotions` is None where they were not looked at."""

    text: MaskedText
    context: MaskedText
    sentiment: Sentiment
    emotions: frozenset[Emotion] | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is adapted together: labels of one head that enough lines have."""

    head: str
    labels: Sequence[str]
    kind: Kind

    @property
    def places(self) -> list[int]:
        """Where the labels stand among `COLUMNS`."""
        return [COLUMNS.index(f"{self.head}.{label}") for label in self.labels]

    def say(self, logits: Floats) -> Floats:
        """Probabilities (lines, labels)."""
        return softmax(logits) if self.kind == "one" else sigmoid(logits)

    def losses(self, logits: Floats, targets: Floats) -> Floats:
        """Minus the logarithm of the probability of each line's labels (lines)."""
        if self.kind == "one":
            losses: Floats = -(targets * np.log(softmax(logits) + 1e-12)).sum(axis=1)
        else:
            losses = (np.logaddexp(0, logits) - targets * logits).sum(axis=1)
        return losses


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one part: calibrated logits and targets (lines, labels), features (lines, features), groups."""

    logits: Floats
    targets: Floats
    features: Floats
    groups: Rows

    def of(self, rows: NDArray[np.bool_]) -> "Lines":
        """Some of them."""
        return Lines(self.logits[rows], self.targets[rows], self.features[rows], self.groups[rows])

    def corrected(self, correction: Correction) -> Floats:
        """Their logits with a correction."""
        return correction(self.logits, self.features)


@dataclass(frozen=True, slots=True)
class Adapted:
    """What was learnt for one part, how far it was let go, and what it changed on lines that it was not fitted to."""

    part: Part
    reach: float | None
    correction: Correction
    """Of the part's labels only, in calibrated logits."""
    comparison: Comparison
    sure_from: float | None
    """For the card: of a sentiment, told from what was said of lines that the correction was not fitted to."""


def adapt(classifier: FinnishClassifier, corrected: Sequence[Corrected], *, seed: int = 0) -> list[Adapted]:
    """Learn corrections of the sentiment and of the emotions that enough lines have; the classifier is not changed.

    Raises:
        ModelError: there are too few lines, of a sentiment or of different conversations, to tell anything.
    """
    from threadpoolctl import threadpool_limits

    groups = _groups(corrected)
    _check_enough(corrected, groups)
    logits, features = _read(classifier, [line.text for line in corrected], [line.context for line in corrected])
    with threadpool_limits(1):  # the same lines give the same bytes, and so small matrices are no faster with more
        return [
            _adapted(part, Lines(logits[rows][:, part.places], targets, features[rows], groups[rows]), seed)
            for part, rows, targets in _parts(corrected)
        ]


def measure(classifier: FinnishClassifier, adapted: Sequence[Adapted], items: Sequence[Item]) -> list[Comparison]:
    """Each part before and after on a corpus of ours, read without context as its second readers did.

    An item counts with what more than half of its readers say, and not at all where they do not agree on a sentiment.
    """
    items = [item for item in items if item.sentiment]
    conversations = {item.conversation: number for number, item in enumerate(items)}
    groups = np.array([conversations[item.conversation] for item in items])
    logits, features = _read(classifier, [item.text for item in items], [""] * len(items))
    names: list[str] = [*SENTIMENTS, *EMOTIONS]
    shares = np.array([[*item.votes, *item.emotions.values()] for item in items])
    results = []
    for one in adapted:
        labels = [names.index(label) for label in one.part.labels]
        lines = Lines(logits[:, one.part.places], (shares[:, labels] > 0.5).astype(float), features, groups)
        results.append(_compare(one.part, lines, lines.corrected(one.correction)))
    return results


def _read(classifier: FinnishClassifier, texts: Sequence[str], contexts: Sequence[str]) -> tuple[Floats, Floats]:
    """Calibrated logits (texts, columns) and features (texts, features)."""
    temperatures, biases = of_card(classifier.card, "temperatures", 1.0), of_card(classifier.card, "biases", 0.0)
    logits = classifier.network.logits(texts, contexts) / temperatures + biases
    return logits, classifier.network.read(texts, contexts)[0].astype(float)


def of_card(card: ModelCard, table: str, default: float) -> Floats:
    """What a table of the card says of every column."""
    values = np.full(len(COLUMNS), default)
    for head, value in card.details[table].items():
        values[columns(head)] = value
    return values


def _check_enough(corrected: Sequence[Corrected], groups: Rows) -> None:
    if len(corrected) < FEWEST_LINES:
        raise ModelError(f"There are {len(corrected)} corrected utterances: correct at least {FEWEST_LINES}.")
    for label in SENTIMENTS:
        if (count := sum(line.sentiment == label for line in corrected)) < FEWEST_OF_A_SENTIMENT:
            raise ModelError(
                f"Of the corrected utterances {count} are {label}: add some, "
                f"at least {FEWEST_OF_A_SENTIMENT} of each sentiment are needed."
            )
    if (count := len(np.unique(groups))) < FEWEST_GROUPS:
        raise ModelError(
            f"The corrected utterances are of {count} conversations or kinds of text: "
            f"take them from at least {FEWEST_GROUPS}."
        )


def _parts(corrected: Sequence[Corrected]) -> list[tuple[Part, Rows, Floats]]:
    """What can be adapted, the rows of the lines whose labels are known, and their targets (rows, labels)."""
    sentiments = np.array([[line.sentiment == label for label in SENTIMENTS] for line in corrected], dtype=float)
    found = [(Part("sentiment.customers", SENTIMENTS, "one"), np.arange(len(corrected)), sentiments)]
    seen = {row: line.emotions for row, line in enumerate(corrected) if line.emotions is not None}
    emotions = [
        label
        for label in EMOTIONS
        if FEWEST_OF_AN_EMOTION <= sum(label in of for of in seen.values()) <= len(seen) - FEWEST_OF_AN_EMOTION
    ]
    if emotions:
        targets = np.array([[label in of for label in emotions] for of in seen.values()], dtype=float)
        found.append((Part("emotions.customers", emotions, "any"), np.array(list(seen)), targets))
    return found


def _groups(corrected: Sequence[Corrected]) -> Rows:
    """The number of each line's group: one conversation, or texts that say nearly the same, directly or by steps."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    if not corrected:
        return np.zeros(0, dtype=np.intp)
    trigrams = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), binary=True, dtype=np.int32)
    sets = trigrams.fit_transform([line.text for line in corrected])
    sizes = np.asarray(sets.sum(axis=1)).ravel()
    pairs: list[tuple[int, int]] = []
    first: dict[str, int] = {}
    for row, line in enumerate(corrected):
        shared = (sets @ sets[row].T).toarray().ravel()
        pairs += [(row, int(other)) for other in np.flatnonzero(shared >= ALIKE * (sizes + sizes[row] - shared))]
        if line.conversation:
            pairs.append((row, first.setdefault(line.conversation, row)))
    ends = np.array(pairs).T
    graph = coo_matrix((np.ones(len(pairs)), (ends[0], ends[1])), shape=(len(corrected), len(corrected)))
    groups: Rows = connected_components(graph, directed=False)[1].astype(np.intp)
    return groups


def _folds(lines: Lines, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Which lines are unseen, fold by fold: whole groups dealt out at random, those of like labels in turn."""
    names, members = np.unique(lines.groups, return_inverse=True)
    labels = np.zeros(len(names))
    labels[members] = lines.targets @ np.arange(lines.targets.shape[1])
    order = np.lexsort((np.random.default_rng(seed).random(len(names)), labels))
    folds = np.empty(len(names), dtype=np.intp)
    folds[order] = np.arange(len(names)) % FOLDS
    return (folds[members] == fold for fold in range(FOLDS))


def _adapted(part: Part, lines: Lines, seed: int) -> Adapted:
    """Fit one part to all its lines; what that changes is told from fits, choice included, to four fifths of them."""
    after = np.empty_like(lines.logits)
    for unseen in _folds(lines, seed):
        after[unseen] = lines.of(unseen).corrected(_chosen(part, lines.of(~unseen), seed + 1)[1])
    reach, correction = _chosen(part, lines, seed + 1)
    sure = sure_from(part.say(after), lines.targets) if part.kind == "one" else None
    return Adapted(part, reach, correction, _compare(part, lines, after), sure)


def _compare(part: Part, lines: Lines, after: Floats) -> Comparison:
    return compare(part.kind, part.say(lines.logits), part.say(after), lines.targets, lines.groups)


def _chosen(part: Part, lines: Lines, seed: int) -> tuple[float | None, Correction]:
    """The shortest reach whose mistakes on unseen lines are within one standard error of the best one's, and its fit.

    The rule of one standard error, of paired differences: Breiman et al. 1984; Hastie et al. 2009, 7.10. Mistakes, not
    the loss that is fitted: where the parent is right but unsure, less loss was bought with more mistakes.
    """
    mistakes = np.empty((len(REACHES), len(lines.logits)))
    for unseen in _folds(lines, seed):
        seen, rest = lines.of(~unseen), lines.of(unseen)
        for place, reach in enumerate(REACHES):
            said = part.say(rest.corrected(_fit(part, seen, reach)))
            mistakes[place, unseen] = 1 - right_decisions(part.kind, said, rest.targets).mean(axis=1)
    worse = mistakes - mistakes[mistakes.mean(axis=1).argmin()]
    good = worse.mean(axis=1) <= worse.std(axis=1) / np.sqrt(worse.shape[1])
    reach = REACHES[int(good.argmax())]
    return reach, _fit(part, lines, reach)


def _fit(part: Part, lines: Lines, reach: float | None) -> Correction:
    """The likeliest correction under a normal prior around no change: logistic regression, ridge, with an offset."""
    from scipy.optimize import minimize

    size, labels = lines.features.shape[1], lines.logits.shape[1]
    if reach is None:
        return Correction(np.ones(labels), np.zeros((size, labels)), np.zeros(labels))
    mean = lines.features.mean(axis=0)
    # the sum of `size` standardised features times weights ~ N(0, reach² / size) has the standard deviation `reach`
    deviation = lines.features.std(axis=0)
    # a feature that hardly varies here may vary elsewhere: it is not blown up
    gains = reach / np.sqrt(size) / np.maximum(deviation, deviation.mean() / 10 + 1e-6)
    inputs = (lines.features - mean) * gains

    def loss(flat: Floats) -> tuple[float, Floats]:
        change, bias, weights = flat[0], flat[1 : labels + 1], flat[labels + 1 :].reshape(size, labels)
        after = (1 + SCALE_REACH * change) * lines.logits + inputs @ weights + BIAS_REACH * bias
        wrong = part.say(after) - lines.targets
        steps = SCALE_REACH * (wrong * lines.logits).sum(), BIAS_REACH * wrong.sum(axis=0), inputs.T @ wrong
        slope = np.concatenate([np.ravel(step) for step in steps]) + flat
        return float(part.losses(after, lines.targets).sum() + (flat @ flat) / 2), slope

    start = np.zeros(1 + labels * (size + 1))
    bounds = [(-1 / SCALE_REACH, None)] + [(None, None)] * (len(start) - 1)  # a model is never turned upside down
    flat = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x
    weights = flat[labels + 1 :].reshape(size, labels) * gains[:, None]
    scale = np.full(labels, 1 + SCALE_REACH * flat[0])
    return Correction(scale, weights, BIAS_REACH * flat[1 : labels + 1] - mean @ weights)
