"""Hiding small groups, and attacks on what is left."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.sharing import People, Table, hide_linked, hide_small

FLOOR = 5
Sizes = Mapping[tuple[str, ...], int]


def table(sizes: Sizes, *dimensions: str, column: str = "customer_count") -> Table:
    """A table with a count of people and a mean for each group."""
    names = dimensions or ("touchpoint", "channel", "week")[: len(next(iter(sizes)))]
    rows = tuple((*key, size, size / 100) for key, size in sizes.items())
    people = People(tuple(names), {column: frozenset({column, "mean_sentiment"})})
    return Table((*names, column, "mean_sentiment"), rows, people)


def line(*sizes: int) -> Sizes:
    return {(chr(ord("a") + place),): size for place, size in enumerate(sizes)}


def shown(hidden: Table) -> dict[tuple[Any, ...], int]:
    """The people of the groups whose figures stand there."""
    return {
        key: size for key, size in zip(hidden.names(), hidden.sizes(next(iter(hidden.people.covers))), strict=True)
        if size is not None
    }  # fmt: skip


def totals(sizes: Sizes) -> Iterator[list[tuple[str, ...]]]:
    """The groups of each total that could be formed: every choice of dimensions kept, but all."""
    dimensions = range(len(next(iter(sizes))))
    for kept in chain.from_iterable(combinations(dimensions, count) for count in dimensions):
        names = {tuple(key[place] for place in kept) for key in sizes}
        yield from ([key for key in sizes if tuple(key[place] for place in kept) == name] for name in names)


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ((5, 6, 7), "abc"),
        ((4, 6, 7), "c"),  # a is small; the total less b and c would give it
        ((4, 4, 7, 8), "d"),  # the same four may stand in both, so that a larger one must stand beside them
        ((4, 7), ""),
        ((3,), ""),
        ((5,), "a"),
        ((0, 6, 7), "bc"),
        ((1, 30, 20, 10), "bc"),
    ],
)
def test_the_smallest_is_hidden_with_the_small(sizes: tuple[int, ...], left: str) -> None:
    assert "".join(key for (key,) in shown(hide_small(table(line(*sizes)), FLOOR))) == left


def test_hidden_rows_keep_their_names_and_nothing_else() -> None:
    hidden = hide_small(table(line(4, 6, 7, 0)), FLOOR)
    assert hidden.columns == ("touchpoint", "customer_count", "mean_sentiment", "is_hidden")
    assert hidden.rows == (("a", None, None, True), ("b", None, None, True), ("c", 7, 0.07, False))


def test_rows_stand_in_the_order_of_their_groups() -> None:
    """In the order of a measure a hidden row would lie between two figures that are shown."""
    rows = (("c", 9, -0.5), ("a", 4, 0.1), ("b", 8, 0.4))
    hidden = hide_small(Table(("touchpoint", "customer_count", "mean_sentiment"), rows, table(line(1)).people), FLOOR)
    assert [row[0] for row in hidden.rows] == ["a", "b", "c"]


def test_a_second_population_hides_its_own_figures_and_the_first_all() -> None:
    covers = {"customer_count": frozenset({"customer_count", "respondent_count", "mean", "nps"}),
              "respondent_count": frozenset({"respondent_count", "nps"})}  # fmt: skip
    rows = (("a", 3, 0.1, 0, None), ("b", 9, 0.2, 6, 1.0), ("c", 12, 0.3, 2, 2.0), ("d", 20, 0.4, 8, 3.0))
    people = People(("touchpoint",), covers)
    hidden = hide_small(Table(("touchpoint", "customer_count", "mean", "respondent_count", "nps"), rows, people), FLOOR)
    assert hidden.rows == (
        ("a", None, None, None, None, True),
        ("b", None, None, None, None, True),
        ("c", 12, 0.3, None, None, True),
        ("d", 20, 0.4, 8, 3.0, False),
    )


def test_rare_words_are_left_out() -> None:
    hidden = hide_small(table({("anger", "lasku"): 5, ("anger", "harvinainen"): 4}, "emotion", "lemma"), FLOOR)
    assert [row[:3] for row in hidden.rows] == [("anger", "lasku", 5)]


def test_what_only_all_totals_together_give_away_is_hidden_too() -> None:
    """Two blocks of hidden groups, and one group between them: rows one and two less columns one and two are it."""
    blocks = {(row, column): 20 for row in "12" for column in "12"} | {
        (row, column): 20 for row in "34" for column in "34"
    }
    others = {(row, column): 50 for row in "1234" for column in "1234"}
    sizes = others | blocks | {key: 4 for key in blocks if key[0] == key[1]} | {("1", "3"): 3}
    assert gives_away(sizes, {key for key in sizes if key not in blocks and key != ("1", "3")}) >= {("1", "3")}
    left = set(shown(hide_small(table(sizes), FLOOR)))
    assert left
    assert not gives_away(sizes, left)


def test_what_the_totals_alone_give_away_hides_nothing_more() -> None:
    """The total of all less the total of row 1 is row 2's only group, whatever is hidden."""
    sizes = {("1", "a"): 20, ("1", "b"): 30, ("1", "c"): 40, ("2", "a"): 1}
    assert shown(hide_small(table(sizes), FLOOR)) == {("1", "c"): 40}


def gives_away(sizes: Sizes, left: set[Any], reach: int = 1) -> set[Any]:
    """Small groups whose size no other solution of the totals changes, by trying all changes of -1, 0 and 1.

    In two dimensions that is enough: the solutions differ by cycles of such changes. A total of fewer people than the
    floor is not known; what totals alone tell is not the table's fault.
    """

    def fixed(unknown: list[Any]) -> set[Any]:
        changes = np.array(np.meshgrid(*[range(-reach, reach + 1)] * len(unknown))).reshape(len(unknown), -1)
        for one in totals(sizes):
            if len(one) > 1 and sum(sizes[key] for key in one) >= FLOOR:
                changes = changes[:, changes[[key in one for key in unknown]].sum(axis=0) == 0]
        return {key for key, change in zip(unknown, changes, strict=True) if not change.any()}

    unknown = [key for key in sizes if key not in left]
    found = {key for key in (fixed(unknown) if unknown else set()) if sizes[key] < FLOOR}
    return found - fixed(list(sizes)) if found and len(sizes) < 10 else found


def tables(*dimensions: Sequence[str], least: int = 1) -> st.SearchStrategy[Sizes]:
    size = st.one_of(st.integers(1, 7), st.integers(1, 60))
    return st.dictionaries(st.tuples(*map(st.sampled_from, dimensions)), size, min_size=least, max_size=30)


ANY = st.one_of(tables("abcdefgh"), tables("abcd", "wxyz"), tables("abc", "xyz", "123"))


@given(ANY, st.integers(2, 8))
@example({("a",): 1, ("b",): 5}, 5)
@settings(max_examples=150, deadline=None)
def test_no_total_less_what_is_shown_is_a_small_group(sizes: Sizes, floor: int) -> None:
    left = shown(hide_small(table(sizes), floor))
    assert all(size >= floor for size in left.values())
    for one in totals(sizes):
        hidden = [sizes[key] for key in one if key not in left]
        if hidden and len(hidden) < len(one):
            assert len(hidden) >= 2
            assert max(hidden) >= floor  # even if all others in them are the same people


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_hiding_again_hides_nothing_more(sizes: Sizes) -> None:
    once = hide_small(table(sizes), FLOOR)
    assert hide_small(once, FLOOR) == once


@given(ANY)
@settings(max_examples=60, deadline=None)
def test_nothing_is_hidden_where_all_are_many(sizes: Sizes) -> None:
    large = {key: size + FLOOR - 1 for key, size in sizes.items()}
    assert shown(hide_small(table(large), FLOOR)) == large


@given(tables("abc", "xyz", least=4))
@settings(max_examples=40, deadline=None)
def test_no_small_group_follows_from_all_totals_by_brute_force(sizes: Sizes) -> None:
    assert not gives_away(sizes, set(shown(hide_small(table(sizes), FLOOR))))


def test_the_brute_force_finds_what_is_given_away() -> None:
    sizes = {(row, column): 9 for row in "ab" for column in "xy"} | {("a", "x"): 2}
    assert gives_away(sizes, set(sizes) - {("a", "x")}) == {("a", "x")}
    assert not gives_away(sizes, set())


WHOLE, PARTS = "touchpoints", "channels"


def test_a_group_hidden_whole_is_hidden_in_parts() -> None:
    """Without that b's parts would give b, and b the small a."""
    parts = {
        ("a", "chat"): 3, ("b", "chat"): 7, ("b", "call"): 6, ("c", "chat"): 5, ("c", "email"): 9, ("d", "chat"): 30,
        ("d", "email"): 20, ("e", "call"): 90, ("e", "email"): 80,
    }  # fmt: skip
    assert shown(hide_small(table(parts), FLOOR)).keys() >= {("b", "chat"), ("b", "call")}
    hidden = hide_linked({WHOLE: table(line(3, 13, 14, 50, 170)), PARTS: table(parts)}, FLOOR)
    assert ("b",) not in shown(hidden[WHOLE])
    assert not [key for key in shown(hidden[PARTS]) if key[0] == "b"]


def test_a_group_whose_only_part_is_hidden_is_hidden() -> None:
    parts = {("a", "chat"): 3, ("b", "chat"): 7, ("c", "call"): 40, ("d", "call"): 50, ("d", "chat"): 60}
    hidden = hide_linked({WHOLE: table(line(8, 7, 40, 110)), PARTS: table(parts)}, FLOOR)
    assert ("b", "chat") not in shown(hidden[PARTS])
    assert ("b",) not in shown(hidden[WHOLE])


def test_other_people_are_not_linked() -> None:
    tables = {WHOLE: table(line(3, 13, 96)), PARTS: table({("b", "chat"): 7}, column="respondent_count")}
    assert shown(hide_linked(tables, FLOOR)[PARTS]) == {("b", "chat"): 7}


@given(tables("abcd", "xyz", least=3))
@settings(max_examples=60, deadline=None)
def test_no_file_helps_another(parts: Sizes) -> None:
    """Who adds up the parts of a hidden whole, or knows a whole of one part, learns of no small group."""
    wholes: dict[tuple[str, ...], int] = {}
    for (name, _), size in parts.items():
        wholes[name,] = wholes.get((name,), 0) + size
    hidden = {name: shown(one) for name, one in hide_linked({WHOLE: table(wholes), PARTS: table(parts)}, FLOOR).items()}
    known = {
        key
        for key in wholes
        if key in hidden[WHOLE] or all(part in hidden[PARTS] for part in parts if part[0] == key[0])
    }
    rest = [wholes[key] for key in wholes if key not in known]
    assert not rest or len(rest) == len(wholes) or (len(rest) > 1 and max(rest) >= FLOOR)
    for key in known:
        own = [part for part in parts if part[0] == key[0]]
        assert len(own) > 1 or own[0] in hidden[PARTS]
