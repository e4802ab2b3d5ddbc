"""`evaluate language`: every figure of any lemmatizer on any treebank."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import wide_console, working
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.language.evaluate import Evaluation

UNSEEN = "_unseen"
"""What ends the names of treebanks of which only the last fifth is measured: the rest is learnt from."""
TREEBANKS = {
    f"tdt_dev{UNSEEN}": "ud_finnish/fi_tdt-ud-dev.conllu",
    f"ftb_dev{UNSEEN}": "ud_finnish/fi_ftb-ud-dev.conllu",
}
"""Name in figures → path under the folder of corpora."""


def treebanks(corpora: Path) -> dict[str, Path]:
    """What is measured by default, none of it learnt from: `TREEBANKS`, there or not, and what data/gold keeps back."""
    from pipeline.config import project_root

    own = sorted((project_root() / "data" / "gold").glob("*_verify.conllu"))
    return {name: corpora / file for name, file in TREEBANKS.items()} | {path.stem: path for path in own}


def evaluate(options: argparse.Namespace) -> None:
    """Tables of the figures, or one JSON array of an object per treebank and lemmatizer."""
    from pipeline.config import load_config
    from pipeline.language import load_lemmatizer
    from pipeline.language.evaluate import evaluate as evaluate_language

    config = load_config()
    files = [(path.stem, path) for path in options.files] or _those_there(options.corpora or config.paths.corpora)
    reports = []
    for name in options.lemmatizer or [config.language.lemmatizer]:
        lemmatizer = load_lemmatizer(name, stanza_folder=config.language.stanza_folder)
        for treebank, path in files:
            with working(f"Measuring {lemmatizer.name} on {treebank}"):
                evaluation = evaluate_language(lemmatizer, path, unseen_only=treebank.endswith(UNSEEN))
            reports.append(_report(treebank, lemmatizer.name, evaluation, options.confusions))
    if options.format == "json":
        print(json.dumps(reports, ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _print(report)


def _those_there(corpora: Path) -> list[tuple[str, Path]]:
    """The default treebanks that exist; each of the others is named on standard error, never left out in silence."""
    found = []
    for name, path in treebanks(corpora).items():
        if path.is_file():
            found.append((name, path))
        else:
            print(f"Not measured: {name} is not under {corpora}; README says where to get it.", file=sys.stderr)
    if not found:
        raise ConfigError(f"There are no treebanks under {corpora}: name CoNLL-U files, or set --corpora.")
    return found


def _report(treebank: str, lemmatizer: str, evaluation: "Evaluation", confusion_count: int) -> dict[str, Any]:
    """What JSON shows of one evaluation; shares are of gold tokens, confusions too."""
    from dataclasses import asdict

    from pipeline.language.evaluate import GROUPS, confusions, figures, shares

    given = evaluation.given
    return {
        "treebank": treebank,
        "lemmatizer": lemmatizer,
        "token_count": len(given),
        "raw_word_count": len(evaluation.raw),
        "figures": figures(evaluation),
        **{f"by_{group}": {name: asdict(at) for name, at in shares(given, group).items()} for group in GROUPS},
        "confusions": [asdict(confusion) for confusion in confusions(given, confusion_count)],
    }


def _print(report: Mapping[str, Any]) -> None:
    from rich.table import Table

    console = wide_console()
    console.print(f"{report['lemmatizer']} on {report['treebank']}, {report['token_count']} gold tokens")
    table = Table("figure", "words", "accuracy")
    for name, value in report["figures"].items():
        table.add_row(name, "", f"{value:.4f}")
    for key in (key for key in report if key.startswith("by_")):
        for name, share in report[key].items():
            table.add_row(f"{key}: {name}", str(share["word_count"]), f"{share['lemma_accuracy']:.4f}")
    console.print(table)
    mistakes = Table("form", "gold lemma", "our lemma", "times")
    for mistake in report["confusions"]:
        mistakes.add_row(mistake["form"], mistake["gold"], mistake["ours"], str(mistake["count"]))
    console.print(mistakes)
