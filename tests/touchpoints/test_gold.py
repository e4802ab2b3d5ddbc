"""Our own conversations and passages, as they are read."""

import json

import pytest

from pipeline.errors import ModelError
from pipeline.touchpoints.gold import DEVELOP, VALIDATE, VERIFY, GoldTurn, Passage, read_gold, read_passages
from pipeline.touchpoints.reading import TARGETS
from pipeline.touchpoints.scheme import AGENT_DEEDS, CUSTOMER_DEEDS, FEELINGS, MATTERS
from tests.conftest import ROOT

GOLD = ROOT / "data" / "gold"
DEEDS = {"customer": {*CUSTOMER_DEEDS}, "agent": {*AGENT_DEEDS, "request", "thanks"}, "bot": {*AGENT_DEEDS}}
"""Agents ask for things and thank too: that is labelled, and not learnt."""


def is_well_labelled(speaker: str, turn: GoldTurn) -> bool:
    felt = turn.feeling in FEELINGS if speaker == "customer" else turn.feeling is None
    return felt and turn.does <= DEEDS[speaker] and turn.targets <= {*TARGETS}


@pytest.mark.parametrize("file", [DEVELOP, VALIDATE, VERIFY])
def test_every_conversation_is_labelled_throughout(file):
    wrong = []
    for talk in read_gold(GOLD / file):
        for reading in talk.readings:
            ends = [(segment.first, segment.last) for segment in reading.segments]
            joined = [0, *(last + 1 for _, last in ends)] == [*(first for first, _ in ends), len(talk.speakers)]
            known = all(segment.touchpoint in MATTERS for segment in reading.segments)
            if not (joined and known and all(map(is_well_labelled, talk.speakers, reading.turns))):
                wrong.append(talk.conversation.conversation_id)
    assert not wrong


def test_no_author_both_teaches_and_measures():
    authors = [{talk.author for talk in read_gold(GOLD / file)} for file in (DEVELOP, VALIDATE, VERIFY)]
    assert len(set().union(*authors)) == sum(map(len, authors)) == 41


def test_every_passage_is_about_something_known_and_well_labelled():
    passages = list(read_passages(GOLD))
    wrong = [one.texts for one in passages if not one.matters or not {*one.matters} <= {*MATTERS}]
    wrong += [
        one.texts
        for one in passages
        if not all(
            turn is None or is_well_labelled(who, turn) for who, turn in zip(one.speakers, one.turns, strict=True)
        )
    ]
    assert not wrong
    assert len({one.texts for one in passages}) > 0.99 * len(passages)


def test_passages_say_what_is_known_and_no_more(tmp_path):
    labelled = {"speaker": "customer", "text": "taas sama juttu", "feeling": -1, "does": ["repeat_contact"]}
    bare = {"speaker": "agent", "text": "katotaan"}
    passage = {"id": "a-1", "matters": ["toimitus"], "turns": [labelled, bare]}
    (tmp_path / "passages_develop.jsonl").write_text(json.dumps(passage) + "\n")
    (tmp_path / "feelings_develop.jsonl").write_text(
        json.dumps({"id": "d1", "speaker": "customer", "text": "kallista"})
    )
    (tmp_path / "matters_develop.jsonl").write_text(json.dumps({"id": "d1", "matters": ["ostaminen", "laskutus"]}))
    assert list(read_passages(tmp_path)) == [
        Passage(
            ("toimitus",),
            ("customer", "agent"),
            ("taas sama juttu", "katotaan"),
            (GoldTurn(-1, frozenset({"repeat_contact"}), frozenset()), None),
        ),
        Passage(("ostaminen", "laskutus"), ("customer",), ("kallista",), (None,)),
    ]


def test_missing_and_other_passages_are_told(tmp_path):
    with pytest.raises(ModelError, match=r"passages_develop\.jsonl cannot be read"):
        list(read_passages(tmp_path))
    (tmp_path / "passages_develop.jsonl").write_text('{"id": "a-1"}\n')
    with pytest.raises(ModelError, match=r"passages_develop\.jsonl holds no passages"):
        list(read_passages(tmp_path))
