"""`metrics` and `query`."""

import argparse
import json
import sys
from typing import Any

from pipeline.cli.console import print_rows
from pipeline.errors import ConfigError


def list_metrics(_options: argparse.Namespace) -> None:
    """Each metric and insight with the comments its file begins with."""
    from pipeline import insight

    for name, path in insight.named().items():
        print(name)
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("--"):
                break
            print(f"    {line.removeprefix('-- ')}")


def query(options: argparse.Namespace) -> None:
    """Run one metric or insight and write its rows; those of too few agents are left out, and counted."""
    from pipeline import insight, store
    from pipeline.config import load_config
    from pipeline.sharing import large_enough

    pairs = [parameter.partition("=") for parameter in options.parameters]
    if not all(separator for _, separator, _ in pairs):
        raise ConfigError("Parameters are written name=value, such as touchpoint=laskutus.")
    config = load_config()
    with store.opened(options.database or config.paths.published, read_only=True) as connection:
        columns, rows = insight.run(connection, options.name, {name: value for name, _, value in pairs})
    shown = large_enough(options.name, columns, rows, config.privacy.min_group)
    write(options.format, columns, shown)
    if left_out := len(rows) - len(shown):
        print(f"Left out: {left_out} rows of fewer than {config.privacy.min_group} people.", file=sys.stderr)


def write(form: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows to standard output as table, jsonl or csv."""
    {"table": print_rows, "jsonl": _write_rows, "csv": _write_csv}[form](columns, rows)


def _write_rows(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))


def _write_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    import csv

    csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])
