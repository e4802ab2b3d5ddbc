"""`metrics` and `query`."""

import argparse
import json
import sys
from typing import Any

from pipeline.cli.console import wide_console
from pipeline.errors import ConfigError


def list_metrics(_options: argparse.Namespace) -> None:
    """Each metric with the comments its file begins with."""
    from pipeline import store

    for name, path in store.metrics().items():
        print(name)
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("--"):
                break
            print(f"    {line.removeprefix('-- ')}")


def query(options: argparse.Namespace) -> None:
    """Run one metric and write its rows."""
    from pipeline import store
    from pipeline.config import load_config

    pairs = [parameter.partition("=") for parameter in options.parameters]
    if not all(separator for _, separator, _ in pairs):
        raise ConfigError("Parameters are written name=value, such as touchpoint=laskutus.")
    database = options.database or load_config().paths.published
    with store.opened(database, read_only=True) as connection:
        columns, rows = store.run_metric(connection, options.name, {name: value for name, _, value in pairs})
    {"table": _write_table, "jsonl": _write_rows, "csv": _write_csv}[options.format](columns, rows)


def _write_table(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        table.add_row(
            *("–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value) for value in row)
        )
    wide_console().print(table)


def _write_rows(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))


def _write_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    import csv

    csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *rows])
