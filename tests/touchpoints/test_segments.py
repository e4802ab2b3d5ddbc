"""The course through the touchpoints of a conversation."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.touchpoints.segments import Stretch, stretches

NAMES = ("laskutus", "toimitus", "unknown")


def turn(**shares: float) -> dict[str, float]:
    rest = (1 - sum(shares.values())) / (len(NAMES) - len(shares))
    return {name: log(shares.get(name, rest)) for name in NAMES}


BILL, PARCEL, NOTHING = turn(laskutus=0.9), turn(toimitus=0.9), turn(unknown=0.9)


def found(*turns, change=3.0):
    return [(one.first, one.last, one.touchpoint) for one in stretches(turns, change=change)]


def test_one_matter_is_one_stretch_and_tells_how_sure_it_is():
    assert stretches([BILL, BILL], change=3.0) == [Stretch(0, 1, "laskutus", pytest.approx(0.9))]


def test_a_turn_that_sounds_of_something_else_makes_no_stretch_of_its_own():
    assert found(BILL, PARCEL, BILL, BILL) == [(0, 3, "laskutus")]


def test_several_turns_of_something_else_do():
    assert found(BILL, BILL, PARCEL, PARCEL, PARCEL) == [(0, 1, "laskutus"), (2, 4, "toimitus")]


def test_a_touchpoint_may_come_back():
    assert [name for *_, name in found(*[BILL] * 4, *[PARCEL] * 4, *[BILL] * 4)] == ["laskutus", "toimitus", "laskutus"]


def test_a_change_that_costs_nothing_follows_every_turn():
    assert len(found(BILL, PARCEL, BILL, change=0.0)) == 3


def test_talk_about_nothing_belongs_to_what_stands_beside_it():
    assert found(NOTHING, NOTHING, NOTHING, BILL, BILL, BILL) == [(0, 5, "laskutus")]
    assert found(BILL, BILL, BILL, NOTHING, NOTHING, NOTHING) == [(0, 5, "laskutus")]


def test_nothing_but_talk_about_nothing_is_unknown():
    assert found(NOTHING, NOTHING) == [(0, 1, "unknown")]


def test_a_stretch_read_as_a_whole_counts_beside_its_turns():
    """Two turns that lean one way each, and together are plainly about the other."""
    either = turn(laskutus=0.5, toimitus=0.4)
    assert [one.touchpoint for one in stretches([either, either])] == ["laskutus"]
    spans = {(0, 0): either, (1, 1): either, (0, 1): PARCEL}
    assert [one.touchpoint for one in stretches([either, either], spans)] == ["toimitus"]


def test_where_stretches_are_read_only_those_are_possible():
    spans = {(place, place): BILL for place in range(4)} | {(0, 1): BILL, (2, 3): PARCEL}
    found = stretches([BILL, BILL, PARCEL, PARCEL], spans, change=1.0)
    assert [(one.first, one.last, one.touchpoint) for one in found] == [(0, 1, "laskutus"), (2, 3, "toimitus")]


@given(st.lists(st.sampled_from([BILL, PARCEL, NOTHING]), min_size=1, max_size=30), st.floats(0, 20))
def test_stretches_cover_every_turn_once(turns, change):
    parts = stretches(turns, change=change)
    assert [index for one in parts for index in range(one.first, one.last + 1)] == list(range(len(turns)))
    assert all(left.touchpoint != right.touchpoint for left, right in pairwise(parts))
    assert all(0 < one.confidence <= 1 for one in parts)
