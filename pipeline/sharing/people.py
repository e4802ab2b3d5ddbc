"""Whose figures a metric tells: the line `-- people:` of its file, and what follows from it.

    -- people: customer_count by touchpoint, channel; respondent_count for nps_count, nps, nps_low, nps_high
    -- people: none (each row is one conversation)

Before `by` stand the columns that count the people of a group, after it the columns that name the group. All else in
the row is told of those people. A column before `for` counts the people of whom the columns after it are told besides.
A person is a customer's keyed hash or, where the source names no customer, the id of the conversation, of the answer.
Where a column counts nobody (the agents of customers' rows), nobody is hidden by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline import insight
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = frozenset({"lemma", "word", "token"})
"""Group columns that hold what somebody said: a hidden group is left out, because its name would tell it."""
TEAMS = frozenset({"queue", "segment"})
"""Group columns that may name a team: of few agents each would be known by it."""
_LINE = re.compile(r"^-- people: (.+)$", re.MULTILINE)
_NONE = re.compile(r"none \((.+)\)")
_ONE_PERSON = re.compile(
    r".*_(?:id|key)|(?:text|verbatim|normalized_\w+|position)|(?:participant|agent|employee|customer)(?!\w*_(?:count|share)$)\w*"
)
"""Columns of one person, one contact or one text: never in what leaves."""


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Whose figures stand in a table."""

    groups: tuple[str, ...]
    """The columns that name a group."""
    covers: Mapping[str, frozenset[str]]
    """Column that counts people → columns that are hidden where they are too few, itself among them."""

    @property
    def are_words(self) -> bool:
        """Whether the groups are words that were said: many a person said several, so that no totals are formed."""
        return bool(WORDS & set(self.groups))


@dataclass(frozen=True, slots=True)
class Table:
    """Aggregates, and whose they are."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    people: People

    def names(self) -> list[tuple[Any, ...]]:
        """The name of each row's group."""
        places = [self.columns.index(name) for name in self.people.groups]
        return [tuple(row[place] for place in places) for row in self.rows]

    def sizes(self, column: str) -> list[int | None]:
        """How many people stand in each row, by one of the columns that count them; None: hidden already."""
        place = self.columns.index(column)
        return [row[place] for row in self.rows]


def shareable() -> list[str]:
    """The names of the metrics that may leave the house."""
    return [name for name in insight.named() if not _why_not(name)]


def read_table(connection: "DuckDBPyConnection", name: str) -> Table:
    """What a metric says now, nothing hidden yet.

    Raises:
        ConfigError: there is no such metric, or it never leaves the house; the message says why.
        StoreError: the database is none of ours.
    """
    if name in insight.named() and (reason := _why_not(name)):
        raise ConfigError(f"The metric {name} does not leave the house: {reason}. Choose one of {_list(shareable())}.")
    columns, rows = insight.run(connection, name, {})
    people = people_of(_line(name), columns)
    if refused := _refused(columns, people):
        raise ConfigError(f"The metric {name} does not leave the house: {refused}.")
    return Table(tuple(columns), tuple(rows), people)


def large_enough(name: str, columns: Sequence[str], rows: Sequence[Row], floor: int) -> list[Row]:
    """The rows of a metric that may be looked at in the house: of teams and insights those of enough people.

    Others tell of agents only all together, and are hidden where they leave the house.
    """
    if not (line := _line(name)) or _NONE.fullmatch(line):
        return list(rows)
    people = people_of(line, columns)
    if name not in insight.INSIGHTS and not TEAMS & set(people.groups):
        return list(rows)
    told = set(columns) - set(people.groups)
    counting = [columns.index(column) for column, covered in people.covers.items() if covered == told]
    return [row for row in rows if not any(0 < row[place] < floor for place in counting)]


def people_of(line: str, columns: Sequence[str]) -> People:
    """What a `-- people:` line says of a table with these columns.

    Raises:
        ConfigError: it names another column, or is not written as at the top of this module.
    """
    first, *others = line.split("; ")
    counting, by, groups = (part.strip() for part in first.partition(" by "))
    told = frozenset(columns) - frozenset(_names(groups))
    covers = dict.fromkeys(_names(counting), told)
    for other in others:
        counting, _, measures = other.partition(" for ")
        covers |= {column: frozenset([column, *_names(measures)]) for column in _names(counting)}
    named = {*_names(groups), *covers, *(name for part in covers.values() for name in part)}
    if not by or not named <= set(columns):
        raise ConfigError("A line `-- people:` is not understood: see pipeline/sharing/people.py on how to write it.")
    return People(tuple(_names(groups)), covers)


def _line(name: str) -> str:
    found = _LINE.search(insight.named()[name].read_text(encoding="utf-8"))
    return found[1] if found else ""


def _why_not(name: str) -> str:
    """Why a metric never leaves the house, by what its file says of it; "" if it may."""
    if not (line := _line(name)):
        return "its file has no line `-- people:` that says whose figures it tells"
    if none := _NONE.fullmatch(line):
        return none[1]
    if "\n-- parameter: " in insight.named()[name].read_text(encoding="utf-8"):
        return "it takes parameters, and of two that are nearly the same the difference may be one person"
    return ""


def _refused(columns: Sequence[str], people: People) -> str:
    """Why these columns never leave the house; "" if they may."""
    if found := [column for column in columns if _ONE_PERSON.fullmatch(column)]:
        return f"{_list(found)} would tell of single persons"
    if TEAMS & set(people.groups) and people.covers.get("agent_count") != frozenset(columns) - set(people.groups):
        return "a queue is a team, and agent_count does not say before `by` how many work in it"
    return ""


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
