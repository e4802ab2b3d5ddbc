"""`evaluate privacy`: what masking catches, what it touches without need, what still gets through."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, wide_console, working

if TYPE_CHECKING:
    from pipeline.privacy.evaluate import Evaluation


def evaluate(options: argparse.Namespace) -> None:
    """A table by type and register, or one JSON object; with --misses each line that is not masked as it should be."""
    from pipeline.config import load_config, project_root
    from pipeline.models import write_metrics
    from pipeline.privacy.evaluate import VERIFY, figures
    from pipeline.privacy.evaluate import evaluate as evaluate_privacy
    from pipeline.privacy.recognizer import MODEL

    path: Path = options.file or project_root() / "data" / "gold" / VERIFY
    with working(f"Masking {path.name}"):
        evaluation = evaluate_privacy(path)
    if options.card:
        named = {f"{path.stem}_{name}": value for name, value in figures(evaluation).items()}
        write_metrics(load_config().paths.models / MODEL, named, "tunnepolku evaluate privacy")
    if options.format == "json":
        print(json.dumps({"file": path.name, "figures": figures(evaluation)}, ensure_ascii=False, indent=2))
    else:
        _print(path.name, evaluation)
    if options.misses:
        for miss in evaluation.misses:
            print(f"not masked\t{miss.id}\t{miss.type}\t{miss.words}")
        for item in evaluation.touched:
            print(f"touched\t{item.id}\t{item.text}")


def _print(name: str, evaluation: "Evaluation") -> None:
    from pipeline.privacy.evaluate import SPOKEN, WRITTEN
    from pipeline.privacy.special import CATEGORIES

    console = wide_console()
    console.print(f"Masking of {name}: a span counts as caught if no letter or digit of it stays readable.")
    columns = ("n written", "recall", "n spoken", "recall", "n", "recall", "right type", "precision")
    table = plain_table("type", *columns, right=columns)
    types = [type_ for what, type_, _ in sorted(evaluation.counts) if what == "gold"]
    for type_ in (*dict.fromkeys(types), ""):
        cells = []
        for register in (WRITTEN, SPOKEN, ""):
            cells += [
                str(evaluation.count("gold", type_, register)),
                evaluation.percent("masked", "gold", type_, register),
            ]
        cells += [evaluation.percent("typed", "gold", type_), evaluation.percent("right", "found", type_)]
        table.add_row(type_ or "all", *cells)
    console.print(table)
    for register in (WRITTEN, SPOKEN, ""):
        clean = evaluation.count("clean", "", register)
        share = evaluation.percent("touched", "clean", "", register)
        console.print(f"{register or 'all'}: {clean} lines without personal data, {share} of them touched")
    for category in CATEGORIES:
        found = evaluation.percent("flag_right", "flag", category)
        right = evaluation.percent("flag_right", "flag_found", category)
        console.print(f"flag {category}: {evaluation.count('flag', category)} talks, recall {found}, precision {right}")
