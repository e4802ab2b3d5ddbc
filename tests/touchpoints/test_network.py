"""How conversations become windows of turns, and what the heads make of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.models import ModelCard
from pipeline.touchpoints.network import MAX_TOKENS, MAX_TURN_TOKENS, feeds, load, said, window_turns
from pipeline.touchpoints.scheme import STRETCH_HEADS, TURN_HEADS, WHOLE_HEADS, Head, columns, width


def test_a_short_conversation_is_one_window():
    (window,) = window_turns([[7, 8], [9]])
    assert window.ids == (0, 7, 8, 2, 9, 2)
    assert window.turns == (-1, 0, 0, 0, 1, 1)


def test_a_turn_without_words_has_its_separator():
    (window,) = window_turns([[], [9]])
    assert window.turns == (-1, 0, 1, 1)


def test_a_long_turn_is_cut():
    (window,) = window_turns([[5] * 1000])
    assert len(window.ids) == 1 + MAX_TURN_TOKENS + 1


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_windows_hold_every_turn_whole_and_overlap(sizes):
    windows = window_turns([[5] * size for size in sizes])
    assert all(len(window.ids) == len(window.turns) <= MAX_TOKENS for window in windows)
    seen = [set(window.turns[1:]) for window in windows]
    assert set().union(*seen) == set(range(len(sizes)))
    for window in windows:
        for place in set(window.turns[1:]):
            assert window.turns.count(place) == min(sizes[place], MAX_TURN_TOKENS) + 1
    assert all(max(left) < max(right) for left, right in pairwise(seen)), "each goes further"


def test_what_is_padded_is_hidden():
    inputs = feeds([*window_turns([[5, 6]]), *window_turns([[5]])])
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_every_head_has_columns_of_its_own():
    for heads in (TURN_HEADS, STRETCH_HEADS, WHOLE_HEADS):
        taken = [place for head in heads for place in range(width(heads))[columns(heads, head.name)]]
        assert taken == list(range(width(heads)))
    with pytest.raises(KeyError):
        columns(TURN_HEADS, "weather")


def test_one_of_some_sums_to_one_and_yes_or_no_does_not():
    logits = np.array([[0.0, 0.0, 50.0, 0.0]], np.float32)
    one = said(logits, Head("goal", ("yes", "no", "unclear"), "one"), slice(0, 3))
    assert one.sum() == pytest.approx(1)
    assert one[0, 2] == pytest.approx(1)
    assert said(logits, Head("event", ("complaint", "churn"), "any"), slice(0, 2)).tolist() == [[0.5, 0.5]]


def test_a_folder_that_holds_no_network_is_told(tmp_path):
    with pytest.raises(ModelError, match="restore it"):
        load(ModelCard(tmp_path, "path", "conversations", "path", "1", {}, {"alone": "affect"}))
