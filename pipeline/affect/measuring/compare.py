"""Is one classifier better than another? Both read the same texts, so that luck with the texts cancels out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.affect.measuring.bootstrap import Bools, Estimate, estimate, macro_f1, outcomes
from pipeline.affect.measuring.candidate import Candidate
from pipeline.affect.measuring.evaluate import said_emotions, said_sentiments
from pipeline.affect.measuring.paired import mcnemar
from pipeline.affect.measuring.parts import Part
from pipeline.affect.scores import Floats
from pipeline.conversation import Score


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two classifiers on the same texts. A text is right when its sentiment, or all its emotions, are as in the gold.

    `p_value` is that of McNemar's exact test (McNemar 1947; of classifiers: Dietterich 1998, Neural Computation 10(7)).
    It takes texts as independent; the interval of `difference` does not, so believe the interval where they disagree.
    """

    part: str
    what: str
    """`sentiment`, of texts with a majority, or `emotions`, of texts that carry one."""
    text_count: int
    first: float
    second: float
    """Macro-F1."""
    difference: Estimate
    """Second less first, with its 95 % interval by paired bootstrap."""
    only_first_right: int
    only_second_right: int
    p_value: float


def compare(first: Candidate, second: Candidate, parts: Sequence[Part], *, in_context: bool = True) -> list[Comparison]:
    """A comparison for each thing that each part tells, each model reading it through its best head for it.

    Raises:
        ModelError: a model cannot read these texts.
    """
    found = []
    for part in parts:
        one, other = (_scores(candidate, part, in_context) for candidate in (first, second))
        if part.sentiments is not None:
            told = (said_sentiments(one), said_sentiments(other))
            found += _compared(part, "sentiment", part.sentiments, told)
        if part.emotions is not None:
            found += _compared(part, "emotions", part.emotions > 0.5, (said_emotions(one), said_emotions(other)))
    return found


def _scores(candidate: Candidate, part: Part, in_context: bool) -> list[Score]:
    return candidate.score(part.texts, part.contexts if in_context else None, candidate.heads(part.corpus)[0])


def _compared(part: Part, what: str, gold: Bools, said: tuple[Bools, Bools]) -> list[Comparison]:
    """One comparison of texts that carry a label, or none if none does."""
    rows = gold.any(axis=1)
    if not rows.any():
        return []
    counts = [outcomes(gold[rows], labels[rows]) for labels in said]
    right = [(gold == labels)[rows].all(axis=1) for labels in said]
    only = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    first, second = (float(macro_f1(count.sum(axis=0))) for count in counts)
    difference = estimate(_difference, np.stack(counts, axis=1), part.conversations[rows])
    return [Comparison(part.name, what, int(rows.sum()), first, second, difference, *only, mcnemar(*only))]


def _difference(sums: Floats) -> Floats:
    """Of the macro-F1 of two models in sums (…, 2, labels, 3)."""
    each = macro_f1(sums)
    difference: Floats = each[..., 1] - each[..., 0]
    return difference
