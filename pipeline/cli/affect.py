"""`evaluate affect` and `models compare`: how well classifiers read what they have not learnt from."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import wide_console, working
from pipeline.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from pipeline.affect.measuring.bootstrap import Estimate
    from pipeline.affect.measuring.candidate import Candidate
    from pipeline.affect.measuring.compare import Comparison
    from pipeline.affect.measuring.figures import LabelFigures, Measurement, Report, SentimentFigures
    from pipeline.affect.measuring.parts import Part
    from pipeline.config import Config

FACETS = ("group", "channel", "register", "length", "speaker", "domain")


def evaluate(options: argparse.Namespace) -> None:
    """Tables of the figures, or one JSON array of an object per model.

    Raises:
        ConfigError: `--gold` names no file.
        ModelError: nothing to measure on is there, or with `--require` not everything.
    """
    from pipeline.affect.measuring.evaluate import measure_all
    from pipeline.affect.measuring.figures import all_figures
    from pipeline.config import load_config
    from pipeline.models import write_metrics

    config = load_config()
    parts, paraphrases = _what_there_is(options, config)
    measured = []
    for name in options.model or [config.affect.model]:
        candidate = load_candidate(config, name)
        with working(f"Measuring {candidate.name}"):
            told = measure_all(candidate, parts, paraphrases, in_context=config.affect.context_turns > 0)
        measured.append(told)
        if options.card:
            write_metrics(model_folder(config, name), all_figures(told))
    facets = options.by or FACETS
    if options.format == "json":
        print(json.dumps([_as_json(one, facets) for one in measured], ensure_ascii=False, indent=2))
        return
    for one in measured:
        _write(one, facets)


def compare(options: argparse.Namespace) -> None:
    """A line per part and what is read there: both figures, their difference with its interval, McNemar's test.

    Raises:
        ConfigError: `--gold` names no file.
        ModelError: a model or everything to measure on is missing, or with `--require` anything.
    """
    from pipeline.affect.measuring.compare import compare as compare_models
    from pipeline.config import load_config

    config = load_config()
    parts, _ = _what_there_is(options, config)
    first, second = (load_candidate(config, name) for name in (options.first, options.second))
    with working(f"Comparing {first.name} with {second.name}"):
        compared = compare_models(first, second, parts, in_context=config.affect.context_turns > 0)
    if options.format == "json":
        rows = [{"first_model": first.name, "second_model": second.name} | asdict(one) for one in compared]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _write_comparison(first.name, second.name, compared)


def model_folder(config: "Config", name: str) -> Path:
    """The folder of a model: one under models/, or any other that holds a card."""
    from pipeline.models import CARD

    inside, elsewhere = config.paths.models / name, Path(name)
    return elsewhere.resolve() if not (inside / CARD).exists() and (elsewhere / CARD).exists() else inside


def load_candidate(config: "Config", name: str) -> "Candidate":
    """A classifier and its lemmatizer, ready to be measured.

    Raises:
        ModelError: the model is missing or altered.
    """
    from pipeline.affect import load_classifier
    from pipeline.affect.measuring.candidate import make_candidate
    from pipeline.language import load_lemmatizer

    classifier = load_classifier(model_folder(config, name))
    return make_candidate(classifier, load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize)


def _what_there_is(options: argparse.Namespace, config: "Config") -> "tuple[list[Part], Path | None]":
    """The parts and the paraphrases; what is not there is named on standard error, never left out in silence."""
    from pipeline.affect.learning.customers import VERIFY
    from pipeline.affect.measuring.consistency import PARAPHRASES
    from pipeline.affect.measuring.parts import find_parts
    from pipeline.config import project_root

    corpora: Path = options.corpora or config.paths.corpora
    if options.gold and not options.gold.is_file():
        raise ConfigError(f"{options.gold} is not there: name a file in the format of data/gold/{VERIFY}.")
    parts, missing = find_parts(options.gold or project_root() / "data" / "gold" / VERIFY, corpora)
    paraphrases = corpora / PARAPHRASES
    if not paraphrases.is_file():
        missing["paraphrases"] = paraphrases
    for name, path in missing.items():
        print(f"Not measured: {name}, because {path} is not there; README says where to get it.", file=sys.stderr)
    if missing and (options.require or not parts):
        names = ", ".join(missing)
        raise ModelError(f"There is nothing to measure {names} on: get what README names, or set --corpora.")
    return parts, paraphrases if paraphrases.is_file() else None


def _as_json(measurement: "Measurement", facets: Sequence[str]) -> dict[str, Any]:
    """What JSON shows of a model: every report with the facets asked for, and `figures` flat, as cards hold them."""
    from pipeline.affect.measuring.figures import all_figures

    told = asdict(measurement)
    for report in told["reports"]:
        report["by"] = {facet: found for facet, found in report["by"].items() if facet in facets}
    return told | {"figures": all_figures(measurement)}


def _write(measurement: "Measurement", facets: Sequence[str]) -> None:
    """The tables of one model."""
    console = wide_console()
    context = "with the turns before each" if measurement.is_in_context else "each text alone"
    console.print(f"{measurement.model}, {context}; 95 % intervals over whole conversations")
    _write_sentiment(measurement.reports, facets)
    for report in measurement.reports:
        for what, told in (("emotion", report.emotions), ("cue", report.cues)):
            if told:
                _write_labels(f"{_read_as(report)}, {what}", told)
    rows = [row for report in measurement.reports for row in _other(report)]
    rows += [
        (name, "sentiment changed", told.pair_count, f"{told.changed:.3f}")
        for name, told in measurement.consistency.items()
    ]
    _table(("part", "figure", "n", "value"), rows)


def _write_sentiment(reports: "list[Report]", facets: Sequence[str]) -> None:
    rows = []
    for report in reports:
        if report.sentiment:
            rows.append((_read_as(report), *_cells(report.sentiment)))
            for facet in facets:
                for value, told in report.by.get(facet, {}).items():
                    rows.append((f"{_read_as(report)}, {facet}: {value}", *_cells(told)))
    _table(("sentiment", "n", "unclear", "accuracy", "macro-F1", "confusion: gold -, 0, + read as -/0/+"), rows)


def _read_as(report: "Report") -> str:
    return report.part if report.is_own_head else f"{report.part}, read as {report.head}"


def _cells(told: "SentimentFigures") -> tuple[object, ...]:
    confusion = "  ".join("/".join(map(str, row)) for row in told.confusion)
    return told.text_count, told.unclear_count, _interval(told.accuracy), _interval(told.macro_f1), confusion


def _interval(told: "Estimate") -> str:
    return f"{told.value:.3f} [{told.low:.3f}, {told.high:.3f}]"


def _write_labels(title: str, told: "LabelFigures") -> None:
    rows: list[Sequence[object]] = [
        (label, told.label_counts[label], f"{told.labelled_f1[label]:.3f}", f"{told.f1[label]:.3f}")
        for label in told.f1
    ]
    counts = f"{told.labelled_count} of {told.text_count} texts"
    rows.append(("macro-F1", counts, _interval(told.labelled_macro_f1), _interval(told.macro_f1)))
    _table((title, "n", "F1, texts that carry any", "F1, all texts"), rows)


def _other(report: "Report") -> Iterator[tuple[object, ...]]:
    """Abstention, intensity and calibration."""
    count = report.sentiment.text_count if report.sentiment else ""
    for name in ("sure_coverage", "sure_accuracy", "intensity_error"):
        if (value := getattr(report, name)) is not None:
            yield _read_as(report), name.replace("_", " "), count, f"{value:.3f}"
    for name, told in report.calibration.items():
        events = sum(point.event_count for point in told.bins)
        yield _read_as(report), f"expected calibration error, {name}", events, f"{told.error:.3f}"


def _write_comparison(first: str, second: str, compared: "list[Comparison]") -> None:
    rows = [
        (one.part, one.what, one.text_count, f"{one.first:.3f}", f"{one.second:.3f}", _interval(one.difference),
         one.only_first_right, one.only_second_right, f"{one.p_value:.4f}" if one.p_value >= 0.0001 else "< 0.0001")
        for one in compared
    ]  # fmt: skip
    wide_console().print(f"A = {first}, B = {second}; macro-F1, and texts that only one of them reads rightly")
    _table(("part", "what", "n", "A", "B", "B - A", "only A right", "only B right", "McNemar's p"), rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.table import Table

    table = Table(*names)
    for row in rows:
        table.add_row(*map(str, row))
    wide_console().print(table)
