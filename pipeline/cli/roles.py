"""`evaluate roles`: how often inferred speakers are right, and how often what is wrong stays unknown."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.cli.console import plain_table, wide_console, working

COLUMNS = ("count", "accuracy", "told", "told_accuracy", "wrong_flagged", "calibration_error")


def evaluate(options: argparse.Namespace) -> None:
    """A table for each file, or one JSON array of an object per file."""
    from pipeline.config import load_config, project_root
    from pipeline.models import write_metrics
    from pipeline.sources.roles.evaluate import VERIFY, figures
    from pipeline.sources.roles.evaluate import evaluate as evaluate_roles
    from pipeline.sources.roles.gold import read_talks
    from pipeline.sources.roles.model import MODEL

    gold = project_root() / "data" / "gold"
    found = {}
    for path in options.files or [gold / name for name in VERIFY]:
        with working(f"Inferring the roles of {path.name}"):
            found[path] = evaluate_roles(read_talks(path))
    if options.card:
        named = {f"{path.stem}_{name}": value for path in found for name, value in figures(found[path]).items()}
        write_metrics(load_config().paths.models / MODEL, named, "tunnepolku evaluate roles")
    if options.format == "json":
        print(json.dumps([{"file": path.name, "figures": found[path]} for path in found], indent=2))
    else:
        for path, evaluation in found.items():
            _print(path, evaluation)


def _print(path: Path, evaluation: Mapping[str, Mapping[str, float]]) -> None:
    console = wide_console()
    console.print(f"Roles in {path.name}: of conversations with labels, of turns without.")
    names = [column.replace("_", " ") for column in COLUMNS]
    table = plain_table("group", *names, right=names)
    for group, values in evaluation.items():
        table.add_row(group, f"{values['count']:.0f}", *(f"{values[column]:.4f}" for column in COLUMNS[1:]))
    console.print(table)
