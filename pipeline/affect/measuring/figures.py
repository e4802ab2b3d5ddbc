"""What a measurement tells: a report of one model on one part through one head, and the same flat for its card."""

from dataclasses import dataclass, field

from pipeline.affect.measuring.bootstrap import Estimate
from pipeline.affect.measuring.consistency import Consistency

CARD_FACETS = ("group", "channel", "register")
"""Facets whose accuracies stand among the flat figures, on cards and floors."""


@dataclass(frozen=True, slots=True)
class SentimentFigures:
    """How well sentiment is read. `unclear_count` texts have no majority and are left out."""

    text_count: int
    unclear_count: int
    macro_f1: Estimate
    accuracy: Estimate
    confusion: list[list[int]]
    """Texts by gold (rows) and reading (columns), in the order of SENTIMENTS."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well labels that may be there or not are read: emotions or cues."""

    text_count: int
    labelled_count: int
    """Texts that carry at least one of the labels."""
    labelled_macro_f1: Estimate
    """On those alone, as XED is usually measured."""
    macro_f1: Estimate
    labelled_f1: dict[str, float]
    f1: dict[str, float]
    label_counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Bin:
    """A point of the plot of the calibration: what was said, what was (means, 0-1), of how many events."""

    said: float
    was: float
    event_count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error, 0-1, and its plot."""

    error: float
    bins: list[Bin]


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of one model on one part through one head; None: part or model tells nothing of it."""

    model: str
    part: str
    head: str
    is_own_head: bool
    """Whether it is the head for this corpus; else the part is read as customers are."""
    sentiment: SentimentFigures | None = None
    emotions: LabelFigures | None = None
    cues: LabelFigures | None = None
    intensity_error: float | None = None
    """Mean absolute error of the intensity, 1-3, of the emotions that are there."""
    sure_coverage: float | None = None
    sure_accuracy: float | None = None
    """The share of texts whose sentiment is sure, and the accuracy on them, as customers are read."""
    calibration: dict[str, Calibration] = field(default_factory=dict)
    """Of `sentiment` (the most probable one alone, as Guo et al. 2017 do), `emotions` and `cues` (every label)."""
    by: dict[str, dict[str, SentimentFigures]] = field(default_factory=dict)
    """Facet → value → how well sentiment is read there."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that was measured of one model."""

    model: str
    is_in_context: bool
    """Whether it was given the turns before each."""
    reports: list[Report]
    consistency: dict[str, Consistency]
    """Kind of pairs → how often their sentiments differ: `feelings_verify_spoken`, `paraphrases`."""


def all_figures(measurement: Measurement) -> dict[str, float]:
    """The measurement flat, four decimals. Of figures named `…_error` and `…_changed` the least is best."""
    found = {name: value for report in measurement.reports for name, value in flat(report).items()}
    return found | {f"{name}_changed": round(told.changed, 4) for name, told in measurement.consistency.items()}


def flat(report: Report) -> dict[str, float]:
    """The report flat, four decimals: what cards and floors hold."""
    start = report.part if report.is_own_head else f"{report.part}_combined"
    found: dict[str, float | None] = {}
    if report.sentiment:
        found |= {"macro_f1": report.sentiment.macro_f1.value, "accuracy": report.sentiment.accuracy.value}
        found |= {"sure_coverage": report.sure_coverage, "sure_accuracy": report.sure_accuracy}
    if report.emotions:
        found["emotions_macro_f1"] = report.emotions.labelled_macro_f1.value
        found["all_emotions_macro_f1"] = report.emotions.macro_f1.value
    if report.cues:
        found["cues_macro_f1"] = report.cues.macro_f1.value
    found["intensity_error"] = report.intensity_error
    found |= {f"{name}_calibration_error": told.error for name, told in report.calibration.items()}
    for facet in CARD_FACETS:
        found |= {f"{facet}_{name}_accuracy": told.accuracy.value for name, told in report.by.get(facet, {}).items()}
    return {f"{start}_{name}": round(value, 4) for name, value in found.items() if value is not None}
