"""`forget` and `retention`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, wide_console
from pipeline.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pipeline.erasing.forget import Proof


def forget(options: argparse.Namespace) -> None:
    """Remove customers from everything that is ours, and print the proof."""
    from pipeline import steps
    from pipeline.config import load_config
    from pipeline.erasing.forget import forget

    customers = [*options.customer, *(_customers_in(options.file) if options.file else ())]
    if not any(customer.strip() for customer in customers):
        raise ConfigError("Say who is to be forgotten: --customer KEY, or --file FILE with one a line.")
    config = load_config()
    with steps.only_run(config):
        proof = forget([customer.strip() for customer in customers if customer.strip()], config)
    {"table": _write_table, "json": _write_json}[options.format](proof)
    if proof.remaining:
        raise StoreError("Something of the person is left: see the lines with anything under `remaining`.")


def _customers_in(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError("The file of customers cannot be read as UTF-8: check --file.") from None


def _write_table(proof: "Proof") -> None:
    names = ("place", "what", "scanned", "unit", "found", "removed", "remaining", "note")
    table = plain_table(*names, right=("scanned", "found", "removed", "remaining"))
    for line in proof.found:
        figures = (f"{line.found:,}", f"{line.removed:,}", f"{line.remaining:,}")
        table.add_row(line.place, line.name, f"{line.scanned:,}", line.unit, *figures, line.note)
    console = wide_console()
    console.print(table)
    console.print(f"Forgotten: {', '.join(f'{key}…' for key in proof.keys)}. Tombstones: {proof.tombstones:,}.")
    for note in proof.notes:
        console.print(note)


def _write_json(proof: "Proof") -> None:
    print(json.dumps({**asdict(proof), "remaining": proof.remaining}, ensure_ascii=False, indent=2))


def retention(options: argparse.Namespace) -> None:
    """Show what would expire tonight; nothing is changed."""
    from pipeline import store
    from pipeline.config import load_config
    from pipeline.erasing.retention import expiring, today

    config = load_config()
    with store.opened(config.paths.database, read_only=True) as connection:
        lines = expiring(connection, config.retention, today(config))
    if options.format == "json":
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2, default=str))
        return
    figures = ("kept for", "would expire", "the oldest")
    table = plain_table("what", "channel", *figures, right=figures)
    for line in lines:
        kept = f"{line.days:,} days" if line.days else "ever"
        table.add_row(line.what, line.channel or "–", kept, f"{line.count:,}", str(line.oldest or "–"))
    wide_console().print(table)
