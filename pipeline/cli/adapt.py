"""`adapt`: tune the configured classifier on utterances that an analyst has corrected."""

import argparse
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import wide_console, working
from pipeline.conversation import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from pipeline.errors import ConfigError, ModelError, RecordError, SourceError

if TYPE_CHECKING:
    from pipeline.affect.finnish import FinnishClassifier
    from pipeline.affect.learning.adapt import Adapted, Corrected
    from pipeline.affect.measuring.paired import Change, Comparison

SENTIMENT_NAMES: Mapping[str, Sentiment] = {
    **{label: label for label in SENTIMENTS},
    "negatiivinen": "negative", "neutraali": "neutral", "positiivinen": "positive",
}  # fmt: skip
EMOTION_NAMES: Mapping[str, Emotion] = {
    **{label: label for label in EMOTIONS},
    "ilo": "joy", "luottamus": "trust", "pelko": "fear", "yllätys": "surprise",
    "suru": "sadness", "inho": "disgust", "viha": "anger", "odotus": "anticipation",
}  # fmt: skip
FIGURES = {
    "accuracy": "oikein, accuracy",
    "macro_f1": "macro-F1",
    "calibration_error": "kalibrointivirhe, calibration error (ECE)",
}
PARTS = {"sentiment.customers": "sävy, sentiment", "emotions.customers": "tunteet, emotions"}
_LABEL = re.compile(r"[A-Za-z0-9-]+")


def adapt(options: argparse.Namespace) -> None:
    """Learn from the corrections, show on lines not learnt from whether that helped, and write a model if it did.

    Raises:
        ConfigError: a name is taken or not usable, or the model cannot be adapted.
        SourceError: the file of corrections cannot be read.
        ModelError: there are too few corrections, or they did not help and `--anyway` was not given.
    """
    from pipeline.affect.learning.adapt import adapt as learn
    from pipeline.affect.learning.adapted import write
    from pipeline.config import load_config

    config = load_config()
    parent = _parent(config.paths.models / (options.model or config.affect.model))
    name, version = _named(parent.card.name, parent.card.version, options.name, options.label)
    folder = config.paths.models / f"{name}-{version}"
    if folder.exists():
        raise ConfigError(f"{folder} is there already: choose another --label.")
    corrected = _read(options.file, names=config.privacy.names)
    with working("Adapting"):
        adapted = learn(parent, corrected)
    _report(parent, adapted)
    kept = [one for one in adapted if one.reach is not None and (one.comparison.helped or options.anyway)]
    if not kept:
        raise ModelError(_why_not(adapted))
    try:
        write(parent, kept, folder, name, version)
        _parent(folder)  # it loads
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    print(f"Written: {folder}, with {' and '.join(PARTS[one.part.head] for one in kept)}.")
    print(f"Use it with affect.model = {folder.name!r}. Keep it to yourself: it has learnt from your customers' text.")


def _parent(folder: Path) -> "FinnishClassifier":
    from pipeline.affect import load_classifier
    from pipeline.affect.finnish import FinnishClassifier

    classifier = load_classifier(folder)
    if not isinstance(classifier, FinnishClassifier):
        raise ConfigError(f"{folder.name} cannot be adapted: name a model of the backend finnish with --model.")
    return classifier


def _named(name: str, version: str, own_name: str | None, label: str) -> tuple[str, str]:
    """Name and version of the adapted model; what was adapted before gets one more label, as SemVer writes it."""
    from pipeline.affect.learning.adapted import PRIVATE

    if not _LABEL.fullmatch(label) or not _LABEL.fullmatch(own_name or name):
        raise ConfigError("A name or label may hold only letters from a to z, digits and hyphens: choose another.")
    name = PRIVATE + (own_name or name).removeprefix(PRIVATE)
    return name, f"{version}{'.' if '+' in version else '+'}{label}"


def _read(path: Path, *, names: bool) -> "list[Corrected]":
    """The corrections in a file, masked."""
    from pipeline.affect.learning.adapt import Corrected
    from pipeline.privacy import mask
    from pipeline.sources.text import clean

    corrected = []
    for position, row in _rows(path):
        where = f"{path.name}, {position}"
        if missing := {"text", "sentiment"} - row.keys():
            raise SourceError(f"{where} has no {' and no '.join(sorted(missing))}: both are needed, see README.")
        try:
            text, context, said = (clean(row.get(column) or "") for column in ("text", "context", "sentiment"))
        except (AttributeError, TypeError, UnicodeError):
            raise SourceError(f"{where} is not text: correct it.") from None
        if not text:
            raise SourceError(f"{where} has no text: fill it in or take the row out.")
        if said.lower() not in SENTIMENT_NAMES:
            raise SourceError(f"{where} has an unknown sentiment: write one of {', '.join(SENTIMENT_NAMES)}.")
        conversation = str(row.get("conversation_id") or "").strip()
        corrected.append(
            Corrected(
                mask(text, names=names)[0],
                mask(context, names=names)[0],
                SENTIMENT_NAMES[said.lower()],
                _emotions(row.get("emotions"), where),
                conversation or None,
            )
        )
    return corrected


def _emotions(cell: object, where: str) -> frozenset[Emotion] | None:
    """The emotions of a cell or list; an empty one says that there are none, a missing one that nobody looked."""
    if cell is None:
        return None
    said = cell if isinstance(cell, list) else re.split(r"[,;|/\s]+", str(cell))
    words = [str(word).strip().lower() for word in said]
    if any(word and word not in EMOTION_NAMES for word in words):
        raise SourceError(f"{where} has an unknown emotion: write some of {', '.join(EMOTION_NAMES)}.")
    return frozenset(EMOTION_NAMES[word] for word in words if word)


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a CSV file with a header, or of JSON Lines, each with its position."""
    from pipeline.sources import as_source
    from pipeline.sources.text import csv_rows, whole_text

    if not path.is_file():
        raise SourceError(f"{path} is not there: check the path.", code="missing_file")
    text = whole_text(as_source(path))
    if text.lstrip().startswith("{"):
        yield from _json_rows(path.name, text)
        return
    for item in csv_rows(as_source(path)):
        if isinstance(item, RecordError):
            raise SourceError(f"{path.name}, {item.position} is broken off or has other columns: correct it.")
        yield item


def _json_rows(name: str, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise SourceError(f"{name}, line {number} is not a JSON object: correct it.")
            yield f"line {number}", row


def _report(parent: "FinnishClassifier", adapted: "Sequence[Adapted]") -> None:
    """Before and after: on the analyst's own lines, each not fitted to, and on the project's corpus if it is there."""
    from pipeline.affect.learning.adapt import FOLDS, measure
    from pipeline.affect.learning.customers import VERIFY, read_customers
    from pipeline.config import project_root

    for one in adapted:
        counts = f"{one.comparison.line_count} utterances in {one.comparison.group_count} groups"
        _print(f"{PARTS[one.part.head]}: {counts}, {FOLDS}-fold cross-validation", one.comparison)
        if one.part.kind == "any":
            print(f"Emotions with enough utterances: {', '.join(one.part.labels)}.")
        print(f"How far the correction may go, chosen: {_reach(one.reach)}.")
        print(_verdict(one.comparison))
    elsewhere = project_root() / "data" / "gold" / VERIFY
    changed = [one for one in adapted if one.reach is not None]
    if not elsewhere.is_file() or not changed:
        return
    with working("Measuring elsewhere"):
        comparisons = measure(parent, changed, read_customers(elsewhere))
    for one, comparison in zip(changed, comparisons, strict=True):
        title = f"{PARTS[one.part.head]}: muualla, elsewhere: {comparison.line_count} invented utterances of {VERIFY}"
        _print(title, comparison)


def _reach(reach: float | None) -> str:
    if reach is None:
        return "no change at all (ei muutosta)"
    return f"scale and bias, and the features by about {reach:g} in logits" if reach else "scale and bias alone"


def _print(title: str, comparison: "Comparison") -> None:
    from rich.table import Table

    table = Table("", "ennen, before", "jälkeen, after", "muutos, change", "95 %", title=title, title_justify="left")
    for figure, name in FIGURES.items():
        table.add_row(name, *_cells(getattr(comparison, figure)))
    console = wide_console()
    console.print(table)
    counts = f"Set right {comparison.set_right}, set wrong {comparison.set_wrong}"
    console.print(f"{counts}; McNemar's exact p {comparison.p_value:.2g}.")


def _cells(change: "Change") -> tuple[str, ...]:
    difference = change.after - change.before
    interval = f"{change.low:+.3f} … {change.high:+.3f}"
    return f"{change.before:.3f}", f"{change.after:.3f}", f"{difference:+.3f}", interval


def _verdict(comparison: "Comparison") -> str:
    if comparison.helped:
        return "Tämä auttoi: tarkkuus ja macro-F1 paranivat.\nThis helped: accuracy and macro-F1 rose."
    return (
        "Tämä ei auttanut: tarkkuuden tai macro-F1:n muutoksen 95 %:n väli ei ole kokonaan nollan yläpuolella.\n"
        "This did not help: the 95 % interval of the change in accuracy or macro-F1 is not wholly above 0."
    )


def _why_not(adapted: "Sequence[Adapted]") -> str:
    if all(one.reach is None for one in adapted):
        return "No model was written, because no correction reads better than none: correct more utterances."
    return (
        "No model was written, because the corrections did not help: correct more utterances, "
        "or write it all the same with --anyway."
    )
