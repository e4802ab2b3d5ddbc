"""customer_feelings, emotion_arcs and touchpoint_arcs: figures computed by hand, and a second implementation."""

import random
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline.conversation import MaskedText
from tests.store.rows import conversation, load, rows

Turn = dict[str, Any]


def said(feeling: float | None, words: int | str = 5, **told: float) -> Turn:
    """A customer's turn of so many words, or of these; `told` are its cues."""
    tokens = ["sana"] * words if isinstance(words, int) else words.split()
    cues = {"told": {"cues": told}} if told else {}
    return {"role": "customer", "sentiment": feeling, "tokens": [[token, token, "X"] for token in tokens], **cues}


AGENT: Turn = {"role": "agent", "sentiment": 0.9}


def arc(connection: DuckDBPyConnection, columns: str, view: str = "emotion_arcs") -> tuple[Any, ...]:
    (row,) = rows(connection, f"SELECT {columns} FROM {view}")
    return row


def load_one(connection: DuckDBPyConnection, folder: Path, turns: Sequence[Any], **facts: Any) -> None:
    load(connection, folder, [conversation("c1", turns, **{"goal": "yes", **facts})])


LONG = [
    said(0.5, 1),
    AGENT,
    said(-0.8, 4, complaint=0.5),
    said(-0.9, "Joo okei"),
    said(-0.6, 2),
    said(0.4, 3),
    said(0.9, 1),
]
"""Feelings and variances: 0.5 ± 0.25, -0.8 ± 0.16, -0.6 ± 0.24, 0.4 ± 0.24, 0.9 ± 0.09; "Joo okei" does not count."""


def test_start_is_the_first_long_turn_and_end_the_last(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, LONG)
    found = arc(connection, "turn_count, start_index, start_feeling, start_standard_error, start_sentiment, end_index, "
                            "end_feeling, end_standard_error, end_sentiment")  # fmt: skip
    assert found == pytest.approx((5, 2, -0.8, 0.4, "negative", 5, 0.4, sqrt(0.24), "neutral"))


def test_lowest_highest_and_mean(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, LONG)
    found = arc(connection, "lowest_index, lowest_feeling, lowest_standard_error, lowest_negative_probability, "
                            "highest_index, highest_feeling, highest_standard_error, mean_feeling, "
                            "mean_feeling_standard_error")  # fmt: skip
    assert found == pytest.approx((2, -0.8, 0.4, 0.8, 6, 0.9, 0.3, 0.08, sqrt(0.98) / 5))


def test_peak_end_and_recovery(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The extreme is 0.9, the end 0.4; the customer complains at -0.8."""
    load_one(connection, tmp_path, LONG)
    found = arc(connection, "extreme_index, peak_end, peak_end_standard_error, complaint_index, recovery, "
                            "recovery_standard_error")  # fmt: skip
    assert found == pytest.approx((6, 0.65, sqrt(0.33) / 2, 2, 1.2, sqrt(0.4)))


def test_slope_is_a_weighted_line(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, LONG)
    x, y, variance = np.arange(5) / 4, np.array([0.5, -0.8, -0.6, 0.4, 0.9]), np.array([0.25, 0.16, 0.24, 0.24, 0.09])
    weight = np.diag(1 / (0.48 + variance))
    design = np.stack([np.ones(5), x], axis=1)
    solve = np.linalg.inv(design.T @ weight @ design) @ design.T @ weight
    expected = (solve @ y)[1], sqrt((solve @ np.diag(variance) @ solve.T)[1, 1])
    assert arc(connection, "slope, slope_standard_error") == pytest.approx(expected)


def test_two_turns_have_the_slope_of_their_difference(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(-0.8), AGENT, said(0.4)])
    assert arc(connection, "slope, slope_standard_error") == pytest.approx((1.2, sqrt(0.4)))


def test_a_single_turn(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [AGENT, said(-0.6, 1, complaint=0.9)])
    found = arc(connection, "turn_count, start_index, end_index, peak_end, peak_end_standard_error, slope, "
                            "slope_standard_error, recovery, recovery_standard_error")  # fmt: skip
    assert found == (1, 1, 1, -0.6, pytest.approx(sqrt(0.24)), None, None, 0, 0)


def test_where_no_turn_is_long_the_first_and_the_last_that_count(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    load_one(connection, tmp_path, [said(0.9, "joo"), said(-0.3, 3), said(0.2, 2), said(-0.9, "mm")])
    assert arc(connection, "start_index, end_index, turn_count, lowest_index") == (1, 1, 2, 1), "three words can end it"
    connection.execute("UPDATE utterances SET tokens = tokens[:2]")
    assert arc(connection, "start_index, end_index") == (1, 2)


def test_only_back_channels_make_no_arc(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(-0.9, "joo"), AGENT, said(0.1, "selvä juttu")])
    assert rows(connection, "FROM emotion_arcs") == rows(connection, "FROM touchpoint_arcs") == []


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        *((words, False) for words in ("joo", "JOO", "Joo joo", "mm", "mhm", "okei", "ok aivan", "öö juu",
                                       "selvä juttu", "aijaa ok", "kyllä", "näin on")),
        *((words, True) for words in ("no", "no joo", "ei", "jes", "joo kiitos", "hyvä", "kiitti", "jookos", "just joo",
                                      "selväksi", "joo mutta kun")),
    ],
)  # fmt: skip
def test_back_channels(connection: DuckDBPyConnection, tmp_path: Path, words: str, counts: bool) -> None:
    load_one(connection, tmp_path, [said(0.0, words)])
    assert rows(connection, "SELECT counts FROM customer_feelings") == [(counts,)]


def test_punctuation_is_no_word_and_an_emoji_counts_alone(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [
        {"role": "customer", "sentiment": 0.0, "tokens": [["Okei", "okei", "INTJ"], [".", ".", "PUNCT"]]},
        {"role": "customer", "sentiment": 0.9, "tokens": [["😀", "😀", "SYM"]]},
    ])  # fmt: skip
    assert rows(connection, "SELECT word_count, counts FROM customer_feelings ORDER BY ALL") == [(0, True), (1, False)]


def test_expired_words_are_told(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Without words nothing is short: the retention of texts must not turn a "joo" into a long turn in silence."""
    load_one(connection, tmp_path, [said(0.2, "joo"), said(-0.6)])
    assert arc(connection, "has_words, turn_count, start_index") == (True, 1, 1)
    connection.execute("UPDATE utterances SET text = '', tokens = []")
    assert arc(connection, "has_words, turn_count, start_index, end_index") == (False, 2, 0, 1)


def test_of_equally_strong_turns_the_negative_is_the_extreme(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(0.75), said(-0.75), said(0.0), said(-0.75)])
    assert arc(connection, "extreme_index, lowest_index, highest_index") == (1, 1, 0)


def test_without_a_complaint_there_is_no_recovery(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(-0.8, complaint=0.49), said(0.8)])
    assert arc(connection, "complaint_index, recovery") == (None, None)


def test_recovery_is_from_the_lowest_between_complaint_and_end(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """What was lower before the complaint, or after the end (one word), is no part of it."""
    load_one(connection, tmp_path, [said(-1.0), said(-0.5, complaint=0.9), said(-0.75), said(0.25), said(-0.9, 1)])
    assert arc(connection, "end_index, recovery") == (3, pytest.approx(1.0))


def test_a_complaint_after_the_end_has_no_recovery(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(0.5), said(-0.9, 2, complaint=0.9)])
    assert arc(connection, "end_index, complaint_index, recovery, recovery_standard_error") == (0, 1, None, None)


def test_agents_bots_and_unscored_turns_are_no_part(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [AGENT, said(None), ("bot", None), ("unknown", None), said(-0.4)])
    assert arc(connection, "turn_count, mean_feeling") == (1, pytest.approx(-0.4))


def test_variance_of_torn_feelings(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Half negative, half positive is as unsure as can be, and neutral only on average."""
    load_one(connection, tmp_path, [said(0.0)])
    connection.execute("""
        UPDATE utterance_readings SET negative_probability = 0.5, neutral_probability = 0, positive_probability = 0.5
    """)
    assert rows(connection, "SELECT feeling, variance, sentiment FROM customer_feelings") == [(0, 1, "negative")]
    assert arc(connection, "lowest_feeling, lowest_standard_error, lowest_negative_probability") == (0, 1, 0.5)


# --- where feelings come from ----------------------------------------------------------------------------------------


def test_feelings_in_context_outrank_those_of_the_turn_alone(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(0.0), said(0.0)])
    connection.execute("UPDATE utterance_readings SET negative_probability = 0.7, neutral_probability = 0.3")
    assert arc(connection, "feeling_source, mean_feeling") == ("context", pytest.approx(-0.7))


def test_what_was_not_read_in_context_is_read_turn_by_turn(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [said(0.6), AGENT, said(0.2)], goal=None)
    assert arc(connection, "feeling_source, mean_feeling") == ("turn", pytest.approx(0.4))


def test_a_conversation_never_mixes_the_two(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Of a conversation of two parts one was stored before version 008: all its turns are taken alone."""
    load_one(connection, tmp_path, [said(0.6), AGENT, said(0.2)])
    connection.execute("UPDATE utterance_readings SET negative_probability = 1, positive_probability = 0")
    connection.execute("DELETE FROM utterance_readings WHERE utterance_index = 2")
    assert arc(connection, "feeling_source, mean_feeling") == ("turn", pytest.approx(0.4))
    assert rows(connection, "SELECT DISTINCT feeling_source FROM customer_feelings") == [("turn",)]


# --- segments --------------------------------------------------------------------------------------------------------


def test_each_segment_has_its_own_arc(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [said(-0.8, complaint=0.9), said(0.2), AGENT, said(0.6), said(-0.2)]
    stretches = [(0, 1, "laskutus"), (2, 3, "toimitus"), (4, 4, "laskutus")]
    load_one(connection, tmp_path, turns, touchpoints=stretches)
    found = rows(connection, """
        SELECT first_utterance_index, touchpoint, stage, turn_count, start_feeling, end_feeling, slope, recovery
        FROM touchpoint_arcs ORDER BY ALL
    """)  # fmt: skip
    assert found == [
        (0, "laskutus", "stage of laskutus", 2, -0.8, 0.2, pytest.approx(1.0), pytest.approx(1.0)),
        (2, "toimitus", "stage of toimitus", 1, 0.6, 0.6, None, None),
        (4, "laskutus", "stage of laskutus", 1, -0.2, -0.2, None, None),
    ]
    assert arc(connection, "turn_count, start_feeling, end_feeling, recovery") == pytest.approx((4, -0.8, -0.2, 0.6))


def test_turns_outside_every_segment_are_of_the_conversation_alone(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    load_one(connection, tmp_path, [said(0.1), said(0.5), said(0.9)], touchpoints=[(1, 1, "laskutus")])
    assert arc(connection, "turn_count", "touchpoint_arcs") == (1,)
    assert arc(connection, "turn_count") == (3,)


# --- a second implementation -----------------------------------------------------------------------------------------


def expected_arc(turns: Sequence[tuple[int, float, int, bool]]) -> dict[str, Any]:
    """From (index, feeling, words, complains) of the turns that count, as the definitions say it."""
    error = {index: abs(feeling) - feeling**2 for index, feeling, _, _ in turns}
    value = {index: feeling for index, feeling, _, _ in turns}
    start = next((index for index, _, words, _ in turns if words >= 4), turns[0][0])
    end = next((index for index, _, words, _ in reversed(turns) if words >= 3), turns[-1][0])
    extreme = max(value, key=lambda index: (abs(value[index]), -value[index], -index))
    complaint = next((index for index, _, _, complains in turns if complains), None)
    since = [index for index in value if complaint is not None and complaint <= index <= end]
    lowest_since = min(since, key=lambda index: (value[index], index)) if since else None
    return {
        "turn_count": len(turns), "start_index": start, "end_index": end, "extreme_index": extreme,
        "lowest_index": min(value, key=lambda index: (value[index], index)),
        "highest_index": max(value, key=lambda index: (value[index], -index)),
        "peak_end": (value[extreme] + value[end]) / 2,
        "peak_end_standard_error": sqrt(error[extreme] + (3 if extreme == end else 1) * error[end]) / 2,
        "complaint_index": complaint,
        "recovery": None if lowest_since is None else value[end] - value[lowest_since],
        "recovery_standard_error": None if lowest_since is None
        else 0 if lowest_since == end else sqrt(error[end] + error[lowest_since]),
        "slope": np.polyfit(
            np.arange(len(turns)) / (len(turns) - 1), list(value.values()), 1,
            w=[(0.48 + error[index]) ** -0.5 for index in value],
        )[0] if len(turns) > 1 else None,
    }  # fmt: skip


def test_random_conversations_against_a_second_implementation(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    chance = random.Random(20261001)
    talks, expected = [], {}
    for number in range(60):
        turns: list[Turn] = []
        counting = []
        for index in range(chance.randrange(1, 9)):
            if chance.random() < 0.3:
                turns.append(AGENT if chance.random() < 0.5 else said(chance.choice([-0.9, 0.9]), "joo"))
                continue
            turn = index, chance.randrange(-10, 11) / 10, chance.randrange(1, 6), chance.random() < 0.3
            turns.append(said(turn[1], turn[2], complaint=0.9 if turn[3] else 0.1))
            counting.append(turn)
        talks.append(conversation(f"c{number}", turns, goal="no"))
        if counting:
            expected[f"c{number}"] = expected_arc(counting)
    load(connection, tmp_path, talks)
    columns = list(expected_arc([(0, 0.0, 1, False)]))
    found = rows(connection, f"SELECT conversation_id, {', '.join(columns)} FROM emotion_arcs")
    assert {row[0] for row in found} == set(expected)
    for name, *figures in found:
        assert figures == pytest.approx([expected[name][column] for column in columns], abs=1e-9), name


def test_text_without_tokens_is_no_expired_text(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load_one(connection, tmp_path, [{"role": "customer", "sentiment": 0.1, "tokens": [], "text": MaskedText("...")}])
    assert rows(connection, "SELECT word_count, counts FROM customer_feelings") == [(0, True)]
