"""Our own corpus as it is committed, and the checks on it."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.affect.learning.customers import DEVELOP, VERIFY, Item, read_customers
from pipeline.affect.measuring.corpus_check import Variety, agreement, near_duplicates, sample, variety
from pipeline.conversation import CUES, EMOTIONS
from pipeline.language import load_lemmatizer
from pipeline.privacy import mask_label
from tests.conftest import ROOT

GOLD = ROOT / "data" / "gold"
GROUPS = {"negation", "fact", "irony", "wish", "mixed", "swearing", "short", "dialect", "understatement"}


@pytest.fixture(scope="module")
def develop() -> list[Item]:
    return read_customers(GOLD / DEVELOP)


@pytest.fixture(scope="module")
def verify() -> list[Item]:
    return read_customers(GOLD / VERIFY)


def test_there_is_enough_of_everything(develop: list[Item], verify: list[Item]) -> None:
    assert len(develop) + len(verify) >= 8000
    for part in (develop, verify):
        assert {item.channel for item in part} == {"chat", "call", "email", "survey"}
        assert {item.speaker for item in part} == {"customer", "agent"}
        groups = Counter(item.group for item in part)
        assert set(groups) == {"", *GROUPS}
        assert min(groups.values()) >= 25
        shares = Counter(item.sentiment for item in part)
        assert all(shares[label] / len(part) > 0.15 for label in ("negative", "neutral", "positive"))
        for emotion in EMOTIONS:
            assert sum(item.emotions[emotion] > 0.5 for item in part) >= 0.05 * len(part), emotion
        for cue in CUES:
            assert sum(item.cue_share(cue) > 0.5 for item in part) >= 0.01 * len(part), cue


def test_every_item_is_read_by_two_in_verify_by_three(develop: list[Item], verify: list[Item]) -> None:
    assert min(len(item.readings) for item in develop) >= 2
    assert min(len(item.readings) for item in verify) >= 3
    assert len({item.id for item in [*develop, *verify]}) == len(develop) + len(verify)


def test_the_parts_share_no_author_no_domain_and_no_text(develop: list[Item], verify: list[Item]) -> None:
    assert not {item.author for item in develop} & {item.author for item in verify}
    assert not {item.domain for item in develop} & {item.domain for item in verify}
    long = {item.text.lower() for item in develop if len(item.text.split()) > 3}
    assert not [item.id for item in verify if item.text.lower() in long]


def test_nothing_personal_stands_in_it(develop: list[Item], verify: list[Item]) -> None:
    masks = re.compile(r"\[(HETU|PHONE|EMAIL|IBAN|CARD|BUSINESS_ID|DATE_OF_BIRTH)\]")
    items = [*develop, *verify]
    found = [
        item.id
        for item in items
        if len(masks.findall(mask_label(item.text, names=False))) > len(masks.findall(item.text))
    ]
    assert not found, "masks stand where numbers and addresses would"


@pytest.mark.slow
def test_no_item_says_what_another_says(develop: list[Item], verify: list[Item]) -> None:
    assert near_duplicates([*develop, *verify]) == []


def test_a_near_duplicate_is_found(verify: list[Item]) -> None:
    item = max(verify[:50], key=lambda item: len(item.text))
    copy = replace(item, id="copy", text=item.text[:-6] + item.text[-4:])
    assert near_duplicates([*verify[:50], copy]) == [(item.id, "copy")]
    assert near_duplicates([]) == []


def test_readers_agree_far_beyond_chance(develop: list[Item], verify: list[Item]) -> None:
    for part in (develop, verify):
        kappas = agreement(part)
        assert set(kappas) == {"sentiment", *EMOTIONS, *CUES}
        assert kappas["sentiment"] > 0.8
        assert min(kappas[emotion] for emotion in EMOTIONS) > 0.6


def test_agreement_is_one_with_itself_and_nothing_by_chance(verify: list[Item]) -> None:
    alike = [replace(item, readings=(item.readings[0],) * 2) for item in verify]
    assert agreement(alike)["sentiment"] == 1
    shifted = [replace(item, readings=(item.readings[0], other.readings[0])) for item, other in zip(verify, verify[7:])]  # noqa: B905
    assert abs(agreement(shifted)["sentiment"]) < 0.1


def test_templates_would_be_seen(develop: list[Item]) -> None:
    lemmatize = load_lemmatizer("simplemma").lemmatize
    ours = variety(sample([item.text for item in develop], 5000), lemmatize)
    slots = variety([f"Laskuni numero {n} on väärin, korjatkaa se." for n in range(700)], lemmatize)
    assert isinstance(ours, Variety)
    assert ours.distinct_pairs > 0.9 > 0.5 > slots.distinct_pairs
    assert ours.commonest_opening < 0.12 < slots.commonest_opening
    assert ours.length_quartiles[0] < ours.length_quartiles[2]


def test_the_guideline_names_every_label() -> None:
    text = Path(GOLD / "GUIDELINE.md").read_text(encoding="utf-8")
    assert all(f"| {label} |" in text for label in (*EMOTIONS, *CUES))
