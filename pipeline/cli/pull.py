"""`pull`."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, wide_console
from pipeline.errors import PullError

if TYPE_CHECKING:
    from pipeline.pulling import Pulled


def pull(options: argparse.Namespace) -> None:
    """Pull from every source of the settings, or from one, and say what came.

    Raises:
        PullError: one of them could not be pulled whole; the others have been.
    """
    from pipeline.config import load_config
    from pipeline.pulling import pull_all

    config = load_config()
    with _counting() as told:
        found = pull_all(config, options.name, told)
    _show(found)
    for sentence in (text for pulled in found for text in (*pulled.warnings, pulled.error) if text):
        print(sentence, file=sys.stderr)
    if failed := [pulled.name for pulled in found if pulled.error]:
        raise PullError(
            f"{len(failed)} of {len(found)} sources were not pulled whole, as said above: {', '.join(failed)}."
        )


@contextmanager
def _counting() -> "Iterator[Callable[[Pulled], None]]":
    """A line in the terminal that says how far a pull has come."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("Pulling") as status:
        yield lambda pulled: status.update(f"{pulled.name}: {pulled.files:,} files, {pulled.records:,} records")


def _show(found: "Sequence[Pulled]") -> None:
    table = plain_table("source", "kind", "files", "records", "left out", "", right=("files", "records"))
    for pulled in found:
        left_out = ", ".join(f"{count:,} {why}" for why, count in pulled.left_out.items() if count)
        state = "not whole" if pulled.error else "whole"
        table.add_row(pulled.name, pulled.kind, f"{pulled.files:,}", f"{pulled.records:,}", left_out or "–", state)
    wide_console().print(table)
