"""`show`: one conversation in the terminal, masked: its turns, the arc, the segments, goal, ease and why."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.console import plain_table, wide_console
from pipeline.errors import StoreError
from pipeline.sparkline import bar, sparkline

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Row = Mapping[str, Any]
COLOURS = {"negative": "red", "neutral": "white", "positive": "green"}
ARC = ("start", "lowest", "highest", "end", "slope", "peak_end", "recovery")


def show(options: argparse.Namespace) -> None:
    """Print one conversation of the published database.

    Raises:
        StoreError: nothing is published, or no conversation has that id.
    """
    from pipeline import store
    from pipeline.config import load_config

    database: Path = options.database or load_config().paths.published
    with store.opened(database, read_only=True) as connection:
        found = store.rows(connection, "show/conversation", {"conversation": options.conversation})
        if not found:
            raise StoreError(f"No conversation {options.conversation} is stored: see the table conversations for ids.")
        chosen = {"conversation": found[0]["conversation_id"]}
        turns = store.rows(connection, "show/turns", chosen)
        segments = store.rows(connection, "show/segments", chosen)
    print_conversation(wide_console(), found[0], turns, segments)


def print_conversation(console: "Console", summary: Row, turns: Sequence[Row], segments: Sequence[Row]) -> None:
    """What the rows of `sql/show` say, as text."""
    facts = [summary["conversation_id"], summary["channel"], summary["queue"], summary["started_at"]]
    console.print("  ".join(str(fact) for fact in facts if fact is not None), style="bold")
    console.print(_table_of_turns(turns))
    console.print(f"arc  {sparkline(turns)}  " + "  ".join(_figure(summary, name) for name in ARC))
    console.print(_table_of_segments(segments))
    told = {
        "goal": summary["goal_reached"],
        "ease": summary["ease"],
        "complaint": summary["complaint"],
        "repeat contact": summary["repeat_contact"],
        "churn risk": summary["churn_risk"],
        "transferred": summary["transferred"],
        "agent's empathy": _listed(summary["agent_empathy_turns"]),
        "reason": summary["reason"],
    }
    console.print("  ".join(f"{name}: {_said(value)}" for name, value in told.items()))


def _figure(summary: Row, name: str) -> str:
    column = name if name in ("slope", "peak_end", "recovery") else f"{name}_feeling"
    value = summary[column]
    if value is None:
        return f"{name} –"
    return f"{name} {value:+.2f} ± {summary[f'{name}_standard_error']:.2f}"


def _table_of_turns(turns: Sequence[Row]) -> "Table":
    from rich.text import Text

    table = plain_table("turn", "at", "who", "feeling", "said", "does")
    for turn in turns:
        feeling, at = turn["feeling"], turn["seconds"]
        table.add_row(
            str(turn["utterance_index"]),
            "" if at is None else f"{int(at) // 60}:{int(at) % 60:02d}",
            turn["speaker_role"],
            "" if feeling is None else f"{bar(feeling)} {feeling:+.2f}",
            Text(turn["text"] or "(expired)", style=COLOURS.get(turn["sentiment"], "")),
            ", ".join(turn["deeds"] or ()),
        )
    return table


def _table_of_segments(segments: Sequence[Row]) -> "Table":
    names = ("turns", "touchpoint", "decided by", "confidence", "goal", "ease", "start", "lowest", "end", "reason")
    table = plain_table(*names)
    for segment in segments:
        table.add_row(
            f"{segment['first_utterance_index']}–{segment['last_utterance_index']}",
            *(_said(segment[name]) for name in ("touchpoint", "rule", "confidence", "goal", "ease")),
            *(_said(segment[f"{name}_feeling"]) for name in ("start", "lowest", "end")),
            _said(segment["reason"]),
        )
    return table


def _said(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _listed(indexes: Sequence[int] | None) -> str | None:
    return ", ".join(str(index) for index in indexes) if indexes else None
