"""Which groups are hidden so that nobody learns of fewer people than the floor: cell suppression.

A group of fewer people than the floor is hidden (primary suppression). Whoever knows a total could subtract what is
shown, so that more is hidden until no total helps (secondary suppression; Hundepool et al. 2012, Statistical
Disclosure Control, chapter 4): in every margin, that is along any of the dimensions and over all, none are hidden, or
at least two with at least the floor together, or all. Since the same person may stand in several groups, "together" is
counted as the largest of them alone. Then no small group may follow from all margins taken together, as the one
solution of their equations. Tables of the same people hide the same: a group that is hidden whole is hidden in parts.

What this does not protect against:

- intervals: linear programming over all margins may still tell that a hidden figure lies between two bounds;
- sums of several small groups that only a combination of margins gives;
- two folders of different nights: their difference may be one day's few people, so let weeks pass between them;
- tables of nearly the same people, such as all conversations and those of two turns or more: few may differ;
- what a group that is shown tells of all in it (an NPS of -100), and what a reader knows from elsewhere;
- people counted several times, where the source names no customers and each conversation counts as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations
from typing import Any

from pipeline.sharing.people import Table

IS_HIDDEN = "is_hidden"
Key = tuple[Any, ...]
Hidden = dict[tuple[str, str], set[int]]
"""Table and counting column → numbers of the hidden rows."""
PRIME = (1 << 61) - 1
"""Elimination counts modulo this prime: exact, and quick where most factors are 0."""


def hide_small(table: Table, floor: int) -> Table:
    """The table without what tells of fewer than `floor` people; `is_hidden` says where something is missing.

    Hidden rows keep the name of their group; hidden words are left out, and so are groups of nobody.
    """
    return hide_linked({"": table}, floor)[""]


def hide_linked(tables: Mapping[str, Table], floor: int) -> dict[str, Table]:
    """The same for tables that leave together, so that none tells what another hides."""
    hidden: Hidden = {(name, column): set() for name, table in tables.items() for column in table.people.covers}
    count, before = 0, -1
    while count > before:
        for (name, column), rows in hidden.items():
            rows |= _suppressed(tables[name], column, floor, rows)
        _link(tables, hidden)
        count, before = sum(map(len, hidden.values())), count
    return {
        name: _without(table, {column: hidden[name, column] for column in table.people.covers})
        for name, table in tables.items()
    }


def _suppressed(table: Table, column: str, floor: int, hidden: Collection[int]) -> set[int]:
    """The rows to hide for the people that one column counts; at least those of `hidden`."""
    sizes, keys = table.sizes(column), table.names()
    rows = [row for row, size in enumerate(sizes) if size != 0]
    counted = [floor if size is None else size for size in (sizes[row] for row in rows)]  # hidden already: large enough
    already = {place for place, row in enumerate(rows) if sizes[row] is None or row in hidden}
    already |= {place for place, size in enumerate(counted) if size < floor}
    if not table.people.are_words:
        already = _secondary([keys[row] for row in rows], counted, floor, already)
    return {rows[place] for place in already}


def _secondary(keys: Sequence[Key], sizes: Sequence[int], floor: int, primary: Set[int]) -> set[int]:
    """The smallest visible group of a margin that gives something away, again and again until none does.

    A total of fewer people than the floor is known to nobody: it is hidden wherever it could stand. Small groups that
    the totals alone give away are left to who publishes the totals: hiding more does not help them.
    """
    hidden, lines = set(primary), margins(keys)
    totals = [line for line in lines if sum(sizes[place] for place in line) >= floor]
    small = {place for place, size in enumerate(sizes) if size < floor} - _following(totals, set(range(len(sizes))))

    def is_unsafe(line: Sequence[int]) -> bool:
        left = [sizes[place] for place in line if place in hidden]
        return 0 < len(left) < len(line) and (len(left) < 2 or max(left) < floor)

    def gives_away() -> tuple[int, ...] | None:
        told = small & _following(totals, hidden) if small else small
        return next((line for line in lines if told.intersection(line) and not hidden.issuperset(line)), None)

    while line := next(filter(is_unsafe, lines), None) or gives_away():
        shown = [place for place in line if place not in hidden]
        hidden.add(min(shown, key=lambda place: (sizes[place], str(keys[place]))))
    return hidden


def margins(keys: Sequence[Key]) -> list[tuple[int, ...]]:
    """The groups that add up to a total, for every total of two groups or more, the smallest sets first."""
    lines = defaultdict(list)
    dimensions = range(len(keys[0]) if keys else 0)
    for kept in (kept for count in dimensions for kept in combinations(dimensions, count)):
        for place, key in enumerate(keys):
            lines[kept, tuple(key[dimension] for dimension in kept)].append(place)
    return sorted({tuple(line) for line in lines.values() if len(line) > 1}, key=lambda line: (len(line), line))


def _following(totals: Iterable[Sequence[int]], unknown: Set[int]) -> set[int]:
    """Which unknown groups follow from the totals: Gauss and Jordan's elimination, equations as {unknown: factor}."""
    solved: dict[int, dict[int, int]] = {}
    for total in totals:
        rest = {place: 1 for place in total if place in unknown}
        for pivot, equation in solved.items():
            _subtract(rest, equation, rest.get(pivot, 0))
        if not rest:
            continue
        pivot = min(rest)
        inverse = pow(rest[pivot], -1, PRIME)
        rest = {place: factor * inverse % PRIME for place, factor in rest.items()}
        for equation in solved.values():
            _subtract(equation, rest, equation.get(pivot, 0))
        solved[pivot] = rest
    return {pivot for pivot, equation in solved.items() if len(equation) == 1}


def _subtract(equation: dict[int, int], other: Mapping[int, int], times: int) -> None:
    if times:
        for place, factor in other.items():
            if value := (equation.get(place, 0) - times * factor) % PRIME:
                equation[place] = value
            else:
                equation.pop(place, None)


def _link(tables: Mapping[str, Table], hidden: Hidden) -> None:
    """Hide the parts of a group that another table hides whole, and the whole of one part that is hidden."""
    for (name, column), rows in hidden.items():
        for other, parts_of in _finer(tables, name, column):
            sizes = tables[other].sizes(column)
            for row, parts in parts_of.items():
                parts = [part for part in parts if sizes[part] != 0]
                if row in rows:
                    hidden[other, column].update(parts)
                elif len(parts) == 1 and parts[0] in hidden[other, column]:
                    rows.add(row)


def _finer(tables: Mapping[str, Table], name: str, column: str) -> Iterator[tuple[str, dict[int, list[int]]]]:
    """Other tables of the people that `column` counts whose rows are parts of this one's, and which rows of which."""
    for other, table in tables.items():
        shared = [group for group in tables[name].people.groups if group in table.people.groups]
        if other == name or not shared or column not in table.people.covers:
            continue
        wholes = {_key(tables[name], row, shared): row for row in range(len(tables[name].rows))}
        if len(wholes) < len(tables[name].rows):  # the coarser one is told apart by what they share
            continue
        parts = defaultdict(list)
        for part in range(len(table.rows)):
            if (key := _key(table, part, shared)) in wholes:
                parts[wholes[key]].append(part)
        yield other, parts


def _key(table: Table, row: int, columns: Sequence[str]) -> Key:
    return tuple(table.rows[row][table.columns.index(column)] for column in columns)


def _without(table: Table, hidden: Mapping[str, Collection[int]]) -> Table:
    """The table with NULL where something is hidden, in the order of its groups: their own would tell of the hidden."""
    rows = []
    counting = [table.sizes(column) for column in table.people.covers]
    keys = table.names()
    for number in sorted(range(len(keys)), key=lambda number: [str(name) for name in keys[number]]):
        row = table.rows[number]
        gone = {name for column, covered in table.people.covers.items() if number in hidden[column] for name in covered}
        is_left_out = table.people.are_words and gone >= set(table.columns) - set(table.people.groups) - {IS_HIDDEN}
        if is_left_out or all(sizes[number] == 0 for sizes in counting):
            continue
        values = dict(zip(table.columns, row, strict=True)) | dict.fromkeys(gone)
        rows.append((*(values[name] for name in table.columns if name != IS_HIDDEN), bool(gone)))
    columns = (*(name for name in table.columns if name != IS_HIDDEN), IS_HIDDEN)
    return replace(table, columns=columns, rows=tuple(rows))
