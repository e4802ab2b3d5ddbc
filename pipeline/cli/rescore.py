"""`rescore`: read what is stored again with the models of the settings, without the files that it came from."""

import argparse
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, wide_console

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.rescoring.again import Batch
    from pipeline.rescoring.versions import Version, Waiting

Days = tuple[date | None, date | None]


def rescore(options: argparse.Namespace) -> None:
    """Read again what others have read, check and publish as a night does; or only say what that would be.

    Raises:
        PipelineError: whatever stopped it; what was replaced before stays, nothing half-written does.
    """
    from pipeline import steps
    from pipeline.config import load_config

    config, days = load_config(), (options.first, options.last)
    with steps.only_run(config):
        waiting, versions = _look(config, days)
        _show(waiting, versions)
        if options.dry_run:
            print("Nothing was changed.")
        elif any(line.count for line in waiting) or steps.find_work([], config) is not None:
            _run(config, days)
        else:
            print("Nothing waits to be read again.")


def _look(config: "Config", days: Days) -> tuple[list["Waiting"], list["Version"]]:
    """What waits, and who has read what; a database of an earlier version is brought up to date first."""
    from pipeline import store
    from pipeline.errors import StoreError
    from pipeline.rescoring.versions import find_waiting, stored_versions

    path = config.paths.database
    try:
        with store.opened(path, read_only=True) as connection:
            return find_waiting(connection, config, *days), stored_versions(connection)
    except StoreError:
        if not path.exists():
            raise
    with store.opened(path) as connection:
        store.migrate(connection)
        return find_waiting(connection, config, *days), stored_versions(connection)


def _run(config: "Config", days: Days) -> None:
    """A run of its own: what has expired goes first, as every night, and is not read again."""
    from rich.console import Console
    from rich.progress import track

    from pipeline import steps, store
    from pipeline.rescoring.again import read_again
    from pipeline.touchpoints.reader import load_path_reader

    notes = Console(stderr=True)

    def progress(batches: Iterable["Batch"], total: int) -> Iterable["Batch"]:
        return track(batches, "Reading", total=total, console=notes, disable=not notes.is_terminal, transient=True)

    run_id = steps.begin(config)
    expired = steps.expire(config)
    with store.opened(config.paths.database) as connection:
        reader, path_reader = steps.reader_of(config), load_path_reader(config)
        read_again(connection, run_id, config, reader, path_reader, days, progress)
    steps.verify(run_id, config)
    steps.publish(run_id, config)
    report = steps.report(run_id, config, expired)
    print(report.note or "All that is stored has been read by the same models now.")
    print(f"Published: {config.paths.published}")
    print("Try next:  tunnepolku query rescored")


def _show(waiting: Sequence["Waiting"], versions: Sequence["Version"]) -> None:
    figures = ("to be read again", "texts", "words are gone")
    table = plain_table("channel", *figures, right=figures)
    for line in waiting:
        table.add_row(line.channel, f"{line.count:,}", f"{line.text_count:,}", f"{line.gone_count:,}")
    console = wide_console()
    if waiting:
        console.print(table)
    console.print(f"Read so far by {', '.join(map(str, versions)) or 'nobody'}.")
