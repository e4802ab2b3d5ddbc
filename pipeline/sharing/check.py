"""What is left over in a folder that is to leave: counted once more against the database, and not by what wrote it.

Whoever has the folder is taken to know every total besides, and to subtract what is shown: from each total alone, from
all of them together (as the null space of their equations), and from one file with the help of another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import PrivacyError, StoreError
from pipeline.sharing.files import README, cell, read_csv
from pipeline.sharing.people import Table, read_table
from pipeline.store import last_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTHING = 1e-9
"""Below this a number is rounding, among sums of zeros and ones."""
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """Of the people one column counts: how many each group has, and which of the groups the files tell of."""

    file: str
    column: str
    groups: tuple[str, ...]
    sizes: Mapping[Name, int]
    shown: set[Name]
    have_totals: bool


def check_share(folder: Path, connection: "DuckDBPyConnection", floor: int) -> list[str]:
    """The files of a folder, once it is certain that no group under the floor can be seen or computed in them.

    Args:
        folder: what `write_share` wrote.
        connection: the published database of the same night.
        floor: the least number of people of a group that may be told of.

    Raises:
        PrivacyError: a group under the floor is there.
        ConfigError: a file is of a metric that never leaves the house.
        StoreError: the folder is not what it should be, or of another night.
    """
    _same_night(folder, connection)
    paths = sorted(folder.glob("*.csv"))
    told = [one for path in paths for one in _read(path, read_table(connection, path.stem))]
    _help_each_other(told)
    found = {one.file: len(small) for one in told if (small := _small(one, floor))}
    if found:
        files = ", ".join(f"{file} ({count})" for file, count in found.items())
        raise PrivacyError(f"Groups of fewer than {floor} people can be seen or computed in {files}: share again.")
    return [path.name for path in paths]


def _same_night(folder: Path, connection: "DuckDBPyConnection") -> None:
    try:
        text = (folder / README).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise StoreError(f"There is no {README} in {folder}: name a folder that `tunnepolku share` wrote.") from None
    run = last_run(connection)
    if run is None or run[0] not in text.split():
        raise StoreError(f"{folder} is of another night than the database: share again, or name that --database.")


def _read(path: Path, table: Table) -> list[_Told]:
    columns, rows = read_csv(path)
    people, keys = table.people, [_cells(key) for key in table.names()]
    if not {*people.groups} <= set(columns):
        raise StoreError(f"{path} lacks the columns {', '.join(people.groups)}: share again.")
    found = {_cells(row[columns.index(name)] for name in people.groups): row for row in rows}
    if not found.keys() <= set(keys):
        raise StoreError(f"{path} has groups that the database has not: share again.")
    return [
        _Told(
            path.name,
            column,
            people.groups,
            sizes={key: size for key, size in zip(keys, table.sizes(column), strict=True) if size},
            shown={
                key
                for key, row in found.items()
                if (people.are_words and covered == people.covers[next(iter(people.covers))])
                or any(value for name, value in zip(columns, row, strict=True) if name in covered)
            },
            have_totals=not people.are_words,
        )
        for column, covered in people.covers.items()
    ]


def _cells(values: Iterable[Any]) -> Name:
    return tuple(cell(value) for value in values)


def _help_each_other(told: list[_Told]) -> None:
    """Note as shown what another file gives away: a whole whose parts are all shown, the only part of a shown whole."""
    before = -1
    while before < (before := sum(len(one.shown) for one in told)):
        for whole in told:
            for part in told:
                common = [name for name in whole.groups if name in part.groups]
                if whole is not part and whole.column == part.column and common and whole.have_totals:
                    _give_away(whole, part, common)


def _give_away(whole: _Told, part: _Told, common: list[str]) -> None:
    wholes: dict[Name, list[Name]] = defaultdict(list)
    parts: dict[Name, list[Name]] = defaultdict(list)
    for one, found in ((whole, wholes), (part, parts)):
        places = [one.groups.index(name) for name in common]
        for key in one.sizes:
            found[tuple(key[place] for place in places)].append(key)
    if any(len(keys) > 1 for keys in wholes.values()):
        return
    for name, (key,) in wholes.items():
        if parts[name] and part.shown.issuperset(parts[name]):
            whole.shown.add(key)
        if len(parts[name]) == 1 and key in whole.shown:
            part.shown.add(parts[name][0])


def _small(told: _Told, floor: int) -> set[Name]:
    """The groups under the floor that are told of, and those in totals of which too little is hidden."""
    seen = {key for key in told.shown if 0 < told.sizes.get(key, 0) < floor}
    if not told.have_totals:
        return seen
    places = {key: place for place, key in enumerate(told.sizes)}
    totals, left_over = [], []
    for mask in range((1 << len(told.groups)) - 1):  # every choice of dimensions that are kept, but not all
        lines = defaultdict(list)
        for key in told.sizes:
            lines[tuple(part for place, part in enumerate(key) if mask >> place & 1)].append(key)
        for line in lines.values():
            left = [key for key in line if key not in told.shown]
            if left and len(left) < len(line) and max(told.sizes[key] for key in left) < floor:
                seen.update(left)
            if len(line) > 1 and sum(told.sizes[key] for key in line) >= floor:
                totals.append({places[key] for key in line})
                left_over.append({places[key] for key in left})
    solved = _solved(left_over, len(places)) - _solved(
        totals, len(places)
    )  # not by what the files show: by the totals alone
    return seen | {key for key, place in places.items() if place in solved and told.sizes[key] < floor}


def _solved(equations: list[set[int]], count: int) -> set[int]:
    """Which of `count` unknowns the sums over these sets determine: those that are 0 all over the null space."""
    import numpy as np

    matrix = np.array([[place in one for place in range(count)] for one in equations], dtype=float)
    _, scales, basis = np.linalg.svd(matrix.reshape(len(equations), count))
    free = np.abs(basis[int((scales > NOTHING).sum()) :]).max(axis=0, initial=0)
    told = np.abs(matrix.reshape(len(equations), count)).max(axis=0, initial=0)
    return {place for place in range(count) if told[place] and free[place] < NOTHING}
