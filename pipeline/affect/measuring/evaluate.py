"""Measure a classifier on what it has not learnt from. Macro-F1: the mean of F1 over labels, rare or not.

Gold of our corpus is what more than half of the readers say; texts on whose sentiment they have no majority are counted
and left out. Calibration alone is held against the shares of readers themselves.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.affect import Classifier, Lemmatize
from pipeline.affect.learning.calibrate import expected_calibration_error
from pipeline.affect.measuring.bootstrap import Bools, accuracy, estimate, f1, macro_f1, outcomes
from pipeline.affect.measuring.candidate import Candidate, make_candidate
from pipeline.affect.measuring.consistency import Consistency, paraphrase_consistency, perturbed_consistency
from pipeline.affect.measuring.figures import (
    Bin,
    Calibration,
    LabelFigures,
    Measurement,
    Report,
    SentimentFigures,
    flat,
)
from pipeline.affect.measuring.parts import CUSTOMERS, FILES, LENGTHS, LONGEST, Part, read_part
from pipeline.affect.scores import Floats
from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, MaskedText, Score, Sentiment

__all__ = [
    "calibration_of",
    "evaluate",
    "measure",
    "measure_all",
    "report_on",
    "said_emotions",
    "said_sentiments",
    "sentiment_macro_f1",
]

BINS = 15
"""Of the plot of the calibration, as many as its error has."""


def evaluate(classifier: Classifier, corpora: Path, lemmatize: Lemmatize) -> dict[str, float]:
    """Macro-F1 (0-1, four decimals) on FinnSentiment dev (2,727 lines) and XED dev (2,509 lines): what cards show.

    Sentiment is measured with the head for each corpus and, `…_combined_…`, as the classifier reads customers.
    `dev_clean3` is the 1,222 XED lines of at least three words with one label. Emotions are measured on the lines that
    carry one, as is usual for XED, and, `…_all_emotions_…`, among the neutral lines too.

    Raises:
        ModelError: a corpus is missing.
    """
    candidate = make_candidate(classifier, lemmatize)
    parts = [read_part(name, corpora / file) for name, file in FILES.items()]
    measured = [report for part in parts for report in measure(candidate, part)]
    found = {name: value for report in measured for name, value in flat(report).items()}
    return {name: found[name] for name in sorted(found) if name.endswith("macro_f1")}


def sentiment_macro_f1(
    classifier: Classifier, texts: Sequence[MaskedText], gold: Sequence[Sentiment], lemmatize: Lemmatize
) -> float:
    """Macro-F1 (0-1) of the most probable sentiment."""
    is_gold = np.array([[label == right for label in SENTIMENTS] for right in gold])
    scores = make_candidate(classifier, lemmatize).score(texts)
    return float(macro_f1(outcomes(is_gold, said_sentiments(scores)).sum(axis=0)))


def measure_all(
    candidate: Candidate, parts: Sequence[Part], paraphrases: Path | None = None, *, in_context: bool = True
) -> Measurement:
    """Every report on every part, and how consistent the model is: on our own parts, and between paraphrases.

    Raises:
        ModelError: the model cannot read these texts, or the file of paraphrases is none.
    """
    consistency: dict[str, Consistency] = {}
    for part in parts:
        if part.corpus == CUSTOMERS:
            found = perturbed_consistency(candidate, part.texts, part.contexts if in_context else None)
            consistency |= {f"{part.name}_{name}": told for name, told in found.items()}
    if paraphrases:
        consistency["paraphrases"] = paraphrase_consistency(candidate, paraphrases)
    reports = [report for part in parts for report in measure(candidate, part, in_context=in_context)]
    return Measurement(candidate.name, in_context, reports, consistency)


def measure(candidate: Candidate, part: Part, *, in_context: bool = True) -> list[Report]:
    """A report per head that can read the part, its own first.

    Raises:
        ModelError: the model cannot read these texts.
    """
    contexts = part.contexts if in_context else None
    return [
        report_on(part, candidate.score(part.texts, contexts, head), candidate.name, head)
        for head in candidate.heads(part.corpus)
    ]


def report_on(part: Part, scores: Sequence[Score], model: str, head: str = CUSTOMERS) -> Report:
    """What the scores of a part, one per text, are worth."""
    said_cues = _table(scores, "cues", CUES) if scores and scores[0].cues else None
    emotions = _table(scores, "emotions", EMOTIONS)
    return Report(
        model,
        part.name,
        head,
        is_own_head=head == part.corpus,
        sentiment=_sentiment_figures(part, scores, np.ones(len(scores), dtype=bool)),
        emotions=_label_figures(part, part.emotions, emotions, EMOTIONS),
        cues=_label_figures(part, part.cues, said_cues, CUES),
        intensity_error=_intensity_error(part, scores),
        **_abstaining(part, scores, head),
        calibration=_calibrations(part, scores, said_cues),
        by={facet: _by(part, scores, values) for facet, values in part.facets.items()},
    )


def said_sentiments(scores: Sequence[Score]) -> Bools:
    """Which of SENTIMENTS each score says (texts, 3)."""
    return np.array([[score.sentiment == label for label in SENTIMENTS] for score in scores]).reshape(-1, 3)


def said_emotions(scores: Sequence[Score]) -> Bools:
    """Which of EMOTIONS each score says (texts, 8)."""
    return _table(scores, "emotions", EMOTIONS) >= 0.5


def _table(scores: Sequence[Score], name: str, labels: Sequence[str]) -> Floats:
    """A mapping of every score as an array (texts, labels)."""
    rows = [[getattr(score, name)[label] for label in labels] for score in scores]
    return np.array(rows, dtype=np.float64).reshape(len(scores), len(labels))


def _sentiment_figures(part: Part, scores: Sequence[Score], among: Bools) -> SentimentFigures | None:
    """Of the texts `among` which are meant."""
    if part.sentiments is None:
        return None
    rows = among & part.sentiments.any(axis=1)
    if not rows.any():
        return None
    gold, said = part.sentiments[rows], said_sentiments(scores)[rows]
    counts, clusters = outcomes(gold, said), part.conversations[rows]
    return SentimentFigures(
        text_count=int(rows.sum()),
        unclear_count=int((among & ~rows).sum()),
        macro_f1=estimate(macro_f1, counts, clusters),
        accuracy=estimate(accuracy, counts, clusters),
        confusion=(gold.T.astype(int) @ said.astype(int)).tolist(),
    )


def _by(part: Part, scores: Sequence[Score], values: Sequence[str]) -> dict[str, SentimentFigures]:
    order = [*LENGTHS, LONGEST]
    names = sorted(set(values), key=lambda name: (order.index(name) if name in order else 0, name))
    told = {name: _sentiment_figures(part, scores, np.asarray(values) == name) for name in names}
    return {name: figures for name, figures in told.items() if figures is not None}


def _abstaining(part: Part, scores: Sequence[Score], head: str) -> dict[str, float]:
    """The share of texts whose sentiment is sure, and the accuracy on them; only customers' readings are ever sure."""
    if part.sentiments is None or head != CUSTOMERS or not scores:
        return {}
    is_sure = np.array([score.is_sure for score in scores])
    hits: Bools = part.sentiments & said_sentiments(scores)
    right = hits[is_sure & part.sentiments.any(axis=1)].any(axis=1)
    return {"sure_coverage": float(is_sure.mean())} | ({"sure_accuracy": float(right.mean())} if right.size else {})


def _label_figures(
    part: Part, shares: Floats | None, said: Floats | None, labels: Sequence[str]
) -> LabelFigures | None:
    """`shares` of readers who saw each label and the probabilities `said` (texts, labels)."""
    if shares is None or said is None or not len(shares):
        return None
    gold, clusters = shares > 0.5, part.conversations
    counts, carries = outcomes(gold, said >= 0.5), gold.any(axis=1)
    if not carries.any():
        return None
    return LabelFigures(
        text_count=len(gold),
        labelled_count=int(carries.sum()),
        labelled_macro_f1=estimate(macro_f1, counts[carries], clusters[carries]),
        macro_f1=estimate(macro_f1, counts, clusters),
        labelled_f1=dict(zip(labels, f1(counts[carries].sum(axis=0)).tolist(), strict=True)),
        f1=dict(zip(labels, f1(counts.sum(axis=0)).tolist(), strict=True)),
        label_counts=dict(zip(labels, gold.sum(axis=0).tolist(), strict=True)),
    )


def _intensity_error(part: Part, scores: Sequence[Score]) -> float | None:
    if part.intensity is None or part.emotions is None or not scores or not scores[0].intensity:
        return None
    there = part.emotions > 0.5
    gaps = np.abs(part.intensity - _table(scores, "intensity", EMOTIONS))[there]
    return float(gaps.mean()) if gaps.size else None


def _calibrations(part: Part, scores: Sequence[Score], cues: Floats | None) -> dict[str, Calibration]:
    found = {}
    if part.votes is not None and len(scores):
        said = _table(scores, "sentiment_probability", SENTIMENTS)
        top = said.argmax(axis=1)
        rows = np.arange(len(top))
        found["sentiment"] = calibration_of(said[rows, top], part.votes[rows, top])
    for name, told, shares in (("emotions", _table(scores, "emotions", EMOTIONS), part.emotions),
                               ("cues", cues, part.cues)):  # fmt: skip
        if told is not None and shares is not None and shares.size:
            found[name] = calibration_of(told.ravel(), shares.ravel())
    return found


def calibration_of(said: Floats, was: Floats) -> Calibration:
    """The error of the probabilities of events, and equally full bins of them.

    Args:
        said: the probability of each event.
        was: whether it happened, or the share of readers who say so.
    """
    parts = [part for part in np.array_split(np.argsort(said, kind="stable"), BINS) if len(part)]
    bins = [Bin(float(said[part].mean()), float(was[part].mean()), len(part)) for part in parts]
    return Calibration(expected_calibration_error(said.tolist(), was.tolist()), bins)
