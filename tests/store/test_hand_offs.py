"""hand_offs: where an agent hands over, what the customer feels before and after, and who has to tell it again."""

import random
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import Token
from tests.store.rows import conversation, key, load, rows

HANDS_OVER = {"hand_over": 0.9}


def agent(number: int | None = 1) -> dict[str, Any]:
    return {"role": "agent", "sentiment": 0.0, "participant_key": key(number)}


def customer(feeling: float = 0.0, **cues: float) -> dict[str, Any]:
    return {"role": "customer", "sentiment": feeling, "told": {"cues": cues}}


def found(
    connection: DuckDBPyConnection, folder: Path, columns: str, turns: Sequence[Any], **facts: Any
) -> list[tuple[Any, ...]]:
    load(connection, folder, [conversation("c1", turns, **{"goal": "yes", **facts})])
    return rows(connection, f"SELECT {columns} FROM hand_offs ORDER BY utterance_index")


def test_feelings_before_and_after(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Before 0.5 and 0.1, after -0.8: variances 0.25, 0.09 and 0.16."""
    turns = [customer(0.5), agent(), customer(0.1), agent(), agent(2), customer(-0.8)]
    columns = (
        "utterance_index, last_utterance_index, is_new_agent, mean_before, mean_after, change, change_standard_error"
    )
    assert found(connection, tmp_path, columns, turns, moves={"3": HANDS_OVER}) == [
        (3, 4, True, pytest.approx(0.3), -0.8, pytest.approx(-1.1), pytest.approx(sqrt(0.34 / 4 + 0.16)))
    ]
    assert rows(connection, "SELECT before_indices, after_indices, repeat_indices FROM hand_offs") == [
        ([0, 2], [5], [])
    ]


@pytest.mark.parametrize(
    ("turns", "moves", "places"),
    [
        ([customer(), agent(), customer(), agent()], {}, []),
        ([customer(), agent(), customer(), agent()], {"1": HANDS_OVER}, [(1, 1)]),
        ([customer(), agent(), customer(), agent(2)], {}, [(3, 3)]),
        ([customer(), agent(), customer(), agent(2)], {"1": HANDS_OVER, "3": HANDS_OVER}, [(1, 3)]),
        ([customer(), agent(), agent(), agent(2)], {"1": HANDS_OVER}, [(1, 3)]),
        ([customer(), agent(), agent(), agent(), agent(2)], {"1": HANDS_OVER}, [(1, 1), (4, 4)]),
        ([agent(), customer(), agent(2), customer(), agent(), agent(2)], {}, [(2, 2)]),
        ([agent(None), customer(), agent(2), customer(), agent(None)], {}, []),
        ([agent(1), agent(None), customer(), agent(2)], {}, [(3, 3)]),
        ([customer(), agent(), customer()], {"0": HANDS_OVER, "1": {"hand_over": 0.49}}, []),
        ([agent(1), agent(2), agent(3)], {}, [(1, 2)]),
    ],
    ids=["none", "told", "new agent", "told and arrived", "a turn between", "two turns between",
         "who spoke before is not new",
         "an agent without a key is not new", "nor does it hide a new one", "customers do not hand over", "a chain"],
)  # fmt: skip
def test_what_is_a_hand_over(
    connection: DuckDBPyConnection, tmp_path: Path, turns: list[Any], moves: Any, places: list[tuple[int, int]]
) -> None:
    assert found(connection, tmp_path, "utterance_index, last_utterance_index", turns, moves=moves) == places


def test_each_hand_over_is_compared_up_to_its_neighbours(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [
        customer(0.6),
        agent(1),
        agent(2),
        customer(0.2),
        customer(-0.2),
        agent(2),
        agent(2),
        agent(3),
        customer(-0.8),
    ]
    assert found(connection, tmp_path, "utterance_index, mean_before, mean_after, change", turns) == [
        (2, pytest.approx(0.6), pytest.approx(0), pytest.approx(-0.6)),
        (7, pytest.approx(0), -0.8, pytest.approx(-0.8)),
    ]


def test_without_turns_on_both_sides_there_is_no_change(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [agent(1), agent(2), customer(-0.8)]
    columns = "mean_before, mean_after, change, change_standard_error, before_indices"
    assert found(connection, tmp_path, columns, turns) == [(None, -0.8, None, None, [])]


def test_back_channels_do_not_count(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    listening = {**customer(0.9), "tokens": [["joo", "joo", "INTJ"]]}
    turns = [customer(0.4), agent(1), agent(2), listening, customer(-0.4)]
    assert found(connection, tmp_path, "mean_after, after_indices", turns) == [(-0.4, [4])]


@pytest.mark.parametrize(
    ("cues", "moves", "repeats"),
    [
        ({}, {}, False),
        ({"effort": 0.5}, {}, True),
        ({}, {"repeat_contact": 0.6}, True),
        ({"effort": 0.49}, {"repeat_contact": 0.49}, False),
    ],
)
def test_who_tells_the_story_again(
    connection: DuckDBPyConnection, tmp_path: Path, cues: Any, moves: Any, repeats: bool
) -> None:
    turns = [customer(0.0, effort=0.9), agent(1), agent(2), customer(), customer(0.0, **cues)]
    columns = "repeats_story, repeat_indices"
    assert found(connection, tmp_path, columns, turns, moves={"0": {"repeat_contact": 0.9}, "4": moves}) == [
        (repeats, [4] if repeats else [])
    ]


def told(*words: tuple[str, str] | str) -> list[Token]:
    """Tokens by lemma and part of speech; VERB where none is given."""
    pairs = [(word, "VERB") if isinstance(word, str) else word for word in words]
    return [Token(lemma, lemma, upos) for lemma, upos in pairs]


MATTER = [("Modeemi", "NOUN"), ("Kuopio", "PROPN"), ("viisi", "NUM"), ("valo", "NOUN")]
NEAR = told("juuri", "se", "se", "se", "kertoa")
APART = told("juuri", "se", "se", "se", "se", "kertoa")


@pytest.mark.parametrize(
    ("later", "repeats"),
    [
        ([NEAR], [3]),
        ([APART], []),
        ([told("kertoa")], []),
        ([told("kertoa"), told("uudestaan", "selittää")], [4]),
        ([told(("modeemi", "NOUN"), ("kuopio", "PROPN")), told(("viisi", "NUM"))], [3, 4]),
        ([told(("modeemi", "NOUN"), ("kuopio", "PROPN"))], []),
        ([told(("modeemi", "VERB"), ("kuopio", "PROPN"), ("viisi", "NUM"))], []),
        ([told("olla")] * 2 + [told(*MATTER)], [5]),
        ([told("olla")] * 3 + [told(*MATTER)], []),
    ],
    ids=["says so", "too far apart", "no word of again", "says so later", "names three things", "names two",
         "verbs are no things", "in the third turn", "in the fourth"],
)  # fmt: skip
def test_words_that_tell_it_again(
    connection: DuckDBPyConnection, tmp_path: Path, later: list[list[Token]], repeats: list[int]
) -> None:
    turns = [
        {**customer(), "tokens": [*told(*MATTER), *NEAR]},
        agent(1),
        agent(2),
        *({**customer(), "tokens": tokens} for tokens in later),
    ]
    columns = "repeats_story, repeat_indices"
    assert found(connection, tmp_path, columns, turns) == [(bool(repeats), repeats)]


def test_the_things_named_again(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    other = [("[PERSON_1]", "PROPN"), ("se", "NOUN"), ("sähkö", "NOUN")]
    turns = [
        {**customer(), "tokens": told(*MATTER, *other)},
        agent(1),
        agent(2),
        {**customer(), "tokens": told(*reversed(MATTER), *other[:2])},
    ]
    assert found(connection, tmp_path, "things_again", turns) == [(["kuopio", "modeemi", "valo", "viisi"],)]


def test_nobody_knows_whether_a_silent_customer_repeats_it(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    assert found(connection, tmp_path, "repeats_story", [customer(), agent(1), agent(2)]) == [(None,)]


@pytest.mark.parametrize(("words", "repeats"), [(NEAR, True), (APART, False), ([], None)])
def test_without_readings_a_new_agent_and_the_words_still_tell(
    connection: DuckDBPyConnection, tmp_path: Path, words: list[Token], repeats: bool | None
) -> None:
    turns = [("customer", 0.5), agent(1), agent(2), {"role": "customer", "sentiment": -0.5, "tokens": words}]
    columns = "hand_over_probability, is_new_agent, change, repeats_story"
    assert found(connection, tmp_path, columns, turns, goal=None) == [(None, True, -1.0, repeats)]


def test_from_and_to(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [customer(), agent(1), agent(2), customer(), customer()]
    stretches = [(0, 2, "laskutus"), (3, 4, "tekninen_tuki")]
    columns = "from_touchpoint, to_touchpoint"
    assert found(connection, tmp_path, columns, turns, touchpoints=stretches) == [("laskutus", "tekninen_tuki")]


def test_from_and_to_without_customers_are_where_it_happens(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    columns = "from_touchpoint, to_touchpoint"
    assert found(connection, tmp_path, columns, [agent(1), agent(2)]) == [("laskutus", "laskutus")]


@pytest.mark.parametrize(("fall", "is_found"), [(0.5, True), (0.0, False)])
def test_a_planted_fall_is_found_and_an_absent_one_is_not(
    connection: DuckDBPyConnection, tmp_path: Path, fall: float, is_found: bool
) -> None:
    chance = random.Random(3)
    talks = [
        conversation(f"c{number}", [customer(round(mood, 3)), agent(1), agent(2),
                                    customer(round(mood - fall + chance.gauss(0, 0.2), 3))], customer=number)
        for number, mood in enumerate(chance.uniform(-0.2, 0.4) for _ in range(40))
    ]  # fmt: skip
    load(connection, tmp_path, talks)
    columns, (row,) = store.run_metric(connection, "hand_offs", {})
    told = dict(zip(columns, row, strict=True))
    assert (told["hand_off_count"], told["compared_count"], told["customer_count"]) == (40, 40, 40)
    assert told["mean_change"] == pytest.approx(-fall, abs=0.1)
    assert (told["change_high"] < 0) == is_found
    assert told["change_low"] < -fall < told["change_high"]
