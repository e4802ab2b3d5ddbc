"""What the page of a team tells: teams below the floor are not there at all, nor what fewer people say or do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.packs.weeks import Week
from pipeline.sparkline import sparkline

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = Mapping[str, Any]
TALKS = 2
"""So many of the best arcs at most, and of the worst."""
AROUND = 2
"""So many turns before and after the lowest one are shown of a long talk, beside its first and last ones."""
WHOLE = 14
"""A talk of so many turns or fewer is shown whole."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk: its arc, and its masked turns; None stands for turns that are left out."""

    summary: Row
    line: str
    turns: tuple[Row | None, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """What the page of a team tells of a week; rows as the queries under `sql/packs` have them."""

    team: str
    week: Week
    floor: int
    agent_count: int
    customer_count: int
    conversation_count: int
    best: tuple[Talk, ...]
    worst: tuple[Talk, ...]
    events: tuple[Row, ...]
    touchpoints: tuple[Row, ...]
    behaviours: tuple[Row, ...]
    quotes: Mapping[str, str]
    """Event (thanks, complaint) → what one customer said."""


def read_packs(connection: "DuckDBPyConnection", week: Week, floor: int, team: str | None = None) -> list[Pack]:
    """What there is to tell of each team of at least `floor` agents who served at least `floor` customers in the week.

    Args:
        connection: a published database.
        week: of which week.
        floor: the least number of people of a group that may be told of.
        team: only of this one (default: of all).

    Raises:
        StoreError: the database is none of ours.
    """
    days = {"first_day": week.first_day, "last_day": week.last_day, "before": week.before, "floor": floor}
    teams = [found for found in store.rows(connection, "packs/teams", days) if team in (None, found["team"])]
    return [_pack(connection, week, floor, found, {**days, "team": found["team"]}) for found in teams]


def _pack(connection: "DuckDBPyConnection", week: Week, floor: int, team: Row, chosen: Row) -> Pack:
    def told(name: str) -> tuple[Row, ...]:
        return tuple(store.rows(connection, f"packs/{name}", chosen))

    arcs, seen = told("arcs"), set[str]()
    best = _apart((arc for arc in arcs if arc["kind"] == "best"), TALKS, seen)
    worst = _apart((arc for arc in arcs if arc["kind"] == "worst"), TALKS, seen)
    quoted = told("quotes")
    return Pack(
        **team,
        week=week,
        floor=floor,
        best=tuple(_talk(connection, arc) for arc in best),
        worst=tuple(_talk(connection, arc) for arc in worst),
        events=told("events"),
        touchpoints=told("touchpoints"),
        behaviours=told("behaviours"),
        quotes={
            event: quote["text"]
            for event in ("thanks", "complaint")
            for quote in _apart((row for row in quoted if row["event"] == event), 1, seen)
        },
    )


def _apart(rows: Iterable[Row], count: int, seen: set[str]) -> list[Row]:
    """The first of these rows in which nobody stands who stood in one before, neither as customer nor as agent."""
    chosen: list[Row] = []
    for row in rows:
        people = {row["customer"], row.get("agent", row["customer"])}
        if len(chosen) < count and not people & seen:
            seen |= people
            chosen.append(row)
    return chosen


def _talk(connection: "DuckDBPyConnection", arc: Row) -> Talk:
    turns = store.rows(connection, "show/turns", {"conversation": arc["conversation_id"]})
    return Talk(arc, sparkline(turns), tuple(shortened(turns, arc["lowest_index"])))


def shortened(turns: list[dict[str, Any]], lowest: int) -> list[Row | None]:
    """The turns of a talk that tell its arc: the first three, those around the lowest one, and the last three."""
    if len(turns) <= WHOLE:
        return list(turns)
    shown: list[Row | None] = []
    for place, turn in enumerate(turns):
        if place < 3 or place >= len(turns) - 3 or abs(turn["utterance_index"] - lowest) <= AROUND:
            shown.append(turn)
        elif shown[-1] is not None:
            shown.append(None)
    return shown
