"""What becomes of a conversation as a whole, with a network that says what it is told to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.conversation import Evidence, MaskedConversation, MaskedText, MaskedUtterance, Token
from pipeline.touchpoints import Taxonomies, load_palvelupolku
from pipeline.touchpoints.reader import PathReader, lines
from pipeline.touchpoints.reading import MOVES
from pipeline.touchpoints.scheme import WHOLE_HEADS
from tests.store.rows import score
from tests.touchpoints.fakes import FakeNetwork, card

DEFAULT = Path(__file__).parents[2] / "pipeline" / "palvelupolku.toml"


@pytest.fixture
def reader(tmp_path):
    return PathReader(Taxonomies(load_palvelupolku(DEFAULT)), card(tmp_path), FakeNetwork())


def talk(*turns):
    return MaskedConversation(
        "c",
        "chat",
        tuple(_turn(index, *turn) for index, turn in enumerate(turns)),
        "fi",
        None,
        None,
        None,
        {},
        "line 1",
    )


def _turn(index, speaker, text, **facts):
    tokens = tuple(Token(word, word, "NOUN") for word in text.split())
    turn = MaskedUtterance(index, speaker, MaskedText(text), None, None, None, tokens)
    return replace(turn, **facts)


def read(reader, *turns):
    (found,) = reader.read([talk(*turns)])
    return found


def test_segments_carry_their_own_goal_and_ease_and_the_whole_has_its_own(reader):
    found = read(
        reader,
        *[("customer", "laskutus koko_yes koko_easy")] * 4,
        *[("customer", "toimitus koko_no koko_hard")] * 4,
    )
    goals = [max(one.dimensions.goal, key=one.dimensions.goal.get) for one in found.segments]
    eases = [max(one.dimensions.ease, key=one.dimensions.ease.get) for one in found.segments]
    assert [one.touchpoint for one in found.segments] == ["laskutus", "toimitus"]
    assert goals == ["yes", "no"]
    assert eases == ["easy", "hard"]
    assert sum(found.dimensions.goal.values()) == pytest.approx(1)
    assert (found.model, found.model_version) == ("fake", "1")


def test_the_only_stretch_is_the_whole_and_reads_as_it_does(reader, monkeypatch):
    heard = FakeNetwork.of_whole
    monkeypatch.setattr(FakeNetwork, "of_whole", lambda self, *read: heard(self, *read) + _hard())
    one = read(reader, *[("customer", "laskutus koko_yes koko_easy")] * 4)
    assert one.dimensions.ease["hard"] > 0.9
    assert one.segments[0].dimensions == one.dimensions
    both = read(reader, *[("customer", "laskutus koko_easy")] * 4, *[("customer", "toimitus koko_easy")] * 4)
    assert [segment.dimensions.ease["easy"] > 0.9 for segment in both.segments] == [True, True]


def _hard():
    return np.array([20.0 * (label == "hard") for head in WHOLE_HEADS for label in head.labels], np.float32)


def test_where_nothing_tells_of_ease_the_three_are_small(reader):
    found = read(reader, ("customer", "laskutus koko_none"))
    assert sum(found.dimensions.ease.values()) < 0.01


def test_events_are_those_of_the_whole(reader):
    found = read(reader, ("customer", "laskutus churn koko_churn"), ("agent", "hand_over koko_hand_over"))
    assert {event for event, share in found.events.items() if share > 0.5} == {"churn", "hand_over"}


def test_a_turn_that_shows_an_event_counts_more_than_the_whole(reader):
    found = read(reader, ("customer", "laskutus churn koko_complaint"), ("agent", "churn repeat_contact"))
    assert {event for event, share in found.events.items() if share > 0.5} == {"churn"}
    (silent,) = reader.read([talk(("agent", "laskutus koko_complaint"))])
    assert silent.events["complaint"] > 0.9, "without a turn of the customer the whole tells alone"


def test_turns_of_people_are_read_and_each_side_has_its_own_moves(reader):
    found = read(
        reader,
        ("bot", "hei"),
        ("customer", "repeat_contact understanding tunne-2"),
        ("agent", "understanding repeat_contact"),
        ("unknown", "hei"),
    )
    assert set(found.turns) == {1, 2}
    assert all(set(turn.moves) == set(MOVES) for turn in found.turns.values())
    assert found.turns[1].feeling["negative"] > 0.9
    assert found.turns[1].strength < -0.9
    assert found.turns[2].feeling is found.turns[2].strength is None
    assert found.turns[1].moves["repeat_contact"] > 0.9
    assert found.turns[1].moves["understanding"] == 0
    assert found.turns[2].moves["understanding"] > 0.9
    assert found.turns[2].moves["repeat_contact"] == 0


def test_what_a_recognizer_made_up_is_not_read(reader):
    turn = ("customer", "tunne-2 laskutus")
    suspect = replace(talk(turn), utterances=(_turn(0, *turn, asr_suspect="repetition"),))
    (found,) = reader.read([suspect])
    assert found.turns == {}
    assert lines(suspect)[0].text == ""


def test_a_strong_feeling_has_a_target_and_the_words_that_carry_it(reader):
    carried = replace(score(-0.9), evidence=(Evidence("negative", 6, 11, 0.5), Evidence("anger", 0, 5, 0.5)))
    conversation = talk(("customer", "hinta nousi tunne-2 hinta"), ("customer", "hei tunne0 tuote"))
    turns = (replace(conversation.utterances[0], score=carried), conversation.utterances[1])
    (found,) = reader.read([replace(conversation, utterances=turns)])
    (target,) = [one for one in found.mentions if one.kind == "target"]
    assert (target.label, target.place.utterance_index, target.place.start, target.place.end) == ("hinta", 0, 6, 11)
    assert target.weight > 0.9


def test_without_words_found_the_turn_is_the_evidence(reader):
    found = read(reader, ("customer", "tuote tunne2"))
    (target,) = [one for one in found.mentions if one.kind == "target"]
    assert (target.label, target.place.start, target.place.end) == ("tuote", 0, 12)


def test_the_reason_is_the_clause_of_the_turn_that_the_customer_minds_most(reader):
    found = read(
        reader,
        ("customer", "laskutus tunne0 asia koskee laskua"),
        ("customer", "laskutus tunne-2 lasku tuli kahdesti"),
        ("agent", "laskutus tunne-2 lasku tuli kahdesti"),
    )
    reason = found.segments[0].reason
    assert reason.utterance_index == 1


def test_a_customer_who_says_nothing_of_substance_has_no_reason(reader):
    assert (
        read(reader, ("customer", "laskutus joo"), ("agent", "laskutus lasku tuli kahdesti nyt")).segments[0].reason
        is None
    )


def test_agents_after_the_first_are_another_agent():
    conversation = talk(("agent", "hei"), ("customer", "hei"), ("agent", "hei"), ("agent", "hei"))
    keys = ("a", None, "b", "a")
    turns = tuple(replace(turn, participant_key=key) for turn, key in zip(conversation.utterances, keys, strict=True))
    found = [line.prefix for line in lines(replace(conversation, utterances=turns))]
    assert found == ["virkailija", "asiakas", "toinen virkailija", "virkailija"]


def test_without_a_model_the_rules_place_the_whole(tmp_path):
    rules = PathReader(Taxonomies(load_palvelupolku(DEFAULT)))
    (found,) = rules.read([talk(("customer", "lasku lasku"), ("customer", "paketti"))])
    assert [(one.touchpoint, one.rule, one.dimensions) for one in found.segments] == [
        ("laskutus", "laskutus.lemmas", None)
    ]
    assert found.turns == {}
