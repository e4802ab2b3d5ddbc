"""`run` and `check`."""

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, wide_console
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.sources import SourceFile
    from pipeline.steps import Report


def run(options: argparse.Namespace) -> None:
    """Run the night and show what it brought."""
    from rich.console import Console
    from rich.progress import track

    from pipeline import steps
    from pipeline.config import load_config
    from pipeline.language import why_no_voikko

    config = load_config()
    if (options.first is None) != (options.last is None):
        raise ConfigError("A backfill needs both --from and --to.")
    period = steps.Period(options.first, options.last, config.time.zone) if options.first else None
    notes = Console(stderr=True)
    if config.language.lemmatizer == "finnish" and (reason := why_no_voikko()):
        print(reason, file=sys.stderr)

    def progress(files: Iterable["SourceFile"], total: int) -> Iterable["SourceFile"]:
        return track(files, "Reading", total=total, console=notes, disable=not notes.is_terminal, transient=True)

    report = steps.night(options.paths or [config.paths.landing], config, period=period, progress=progress)
    _show(report, config.paths.published)


def _show(report: "Report", published: Path) -> None:
    console = wide_console()
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items())
    console.print(f"Nothing was new. Stored so far: {counts}." if report.run_id is None else f"Tonight: {counts}.")
    names = ("touchpoint", "n", "mean\nsentiment", "dominant\nemotion", "NPS\nn", "NPS", "95 %\ninterval")
    table = plain_table(*names, right=("n", "mean\nsentiment", "NPS\nn", "NPS", "95 %\ninterval"))
    for values in report.rows:
        row = dict(zip(report.columns, values, strict=True))
        answered = row["nps"] is not None
        table.add_row(
            row["touchpoint"],
            f"{row['conversation_count']:,}",
            f"{row['mean_sentiment']:+.2f}",
            row["dominant_emotion"] or "–",
            f"{row['nps_count']:,}",
            f"{row['nps']:+.0f}" if answered else "–",
            f"{row['nps_low']:+.0f} … {row['nps_high']:+.0f}" if answered else "–",
        )
    console.print(table)
    if report.note:
        console.print(report.note)
    console.print(f"Published: {published}", soft_wrap=True)
    command = _command()
    console.print(f"Try next:  {command} query complaints_despite_good_nps", soft_wrap=True)
    console.print(f"           {command} query before_after touchpoint=laskutus date=2026-10-01", soft_wrap=True)


def _command() -> str:
    """How this person calls us from where they stand: the virtual environment need not be active."""
    script = Path(sys.executable).with_name("tunnepolku")
    if shutil.which("tunnepolku"):
        return "tunnepolku"
    if not script.exists():
        return f"{sys.executable} -m pipeline"
    return str(script.relative_to(Path.cwd())) if script.is_relative_to(Path.cwd()) else str(script)


def check(options: argparse.Namespace) -> None:
    """Run the checks on a database, and search the files of the house."""
    from pipeline import scanning, store
    from pipeline.config import load_config
    from pipeline.rescoring.versions import mixture

    config = load_config()
    with store.opened(options.database or config.paths.database, read_only=True) as connection:
        names = store.check(connection, {"max_rejected_share": config.sources.max_rejected_share})
        note = mixture(connection, config)
    print(f"All {len(names)} checks hold: {', '.join(names)}.")
    if note:
        print(note)
    print(f"Nothing in {scanning.check(config)} files of staging, exports, logs, published and Prefect looks personal.")
