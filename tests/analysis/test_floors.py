"""What ships reads whole conversations at least as well as its floors say, on authors it has not learnt from."""

import json
from dataclasses import replace

import pytest

from pipeline.analysis import load_readers
from pipeline.analysis.evaluate import agreement, evaluate, figures
from pipeline.models import read_card
from pipeline.touchpoints.gold import VALIDATE, VERIFY, read_gold
from tests.conftest import ROOT

FLOORS = json.loads((ROOT / "tests" / "floors.json").read_text(encoding="utf-8"))
GOLD = ROOT / "data" / "gold" / VERIFY


@pytest.mark.slow
def test_the_shipped_network_keeps_its_floors_and_its_card_tells_the_same(config):
    quick = replace(config, affect=replace(config.affect, evidence=False))
    found = evaluate(list(read_gold(GOLD)), quick, *load_readers(quick))
    card = read_card(config.paths.models / config.touchpoints.model)
    limits = FLOORS[card.folder.name]
    named = {f"{GOLD.stem}_{name}": value for name, value in found.items()}
    assert limits.keys() == named.keys() - {f"{GOLD.stem}_conversation_count"}
    assert {name: value for name, value in named.items() if value < limits.get(name, 0)} == {}
    assert {name: named[name] for name in limits} == pytest.approx(
        {name: card.details["metrics"][name] for name in limits}, abs=0.03
    )  # other processors round other numbers


def test_readers_agree_more_than_the_network_with_them():
    """The gold can tell a better network from a worse one: two readers who know the guideline agree."""
    readers = agreement(list(read_gold(GOLD)))
    limits = FLOORS["path-finnish-0.5.0"]
    assert all(readers[name.removeprefix(f"{GOLD.stem}_")] >= limit for name, limit in limits.items())


def test_a_summary_is_a_second_reading():
    """Of the hard conversations that choose among rules somebody read the whole, not each turn."""
    golds = list(read_gold(ROOT / "data" / "gold" / VALIDATE))
    assert all(gold.summary and len(gold.readings) == 1 for gold in golds)
    readers = agreement(golds)
    assert readers["conversation_count"] == len(golds) == 200
    assert 0.8 < readers["touchpoints"] < 1
    assert 0.8 < readers["empathy_turns_f1"] < 1


def test_figures_of_what_is_all_right_and_all_wrong():
    wanted = {
        "touchpoints": ["laskutus"], "goal_reached": "yes", "ease": "easy", "start_sentiment": "neutral",
        "end_sentiment": "positive", "lowest_turn": 3, "complaint": True, "repeat_contact": False, "churn_risk": False,
        "transferred": True, "agent_empathy_turns": [2],
    }  # fmt: skip
    wrong = wanted | {
        "touchpoints": ["laskutus", "toimitus"], "goal_reached": "no", "ease": "hard", "start_sentiment": "negative",
        "end_sentiment": "negative", "lowest_turn": 5, "complaint": False, "transferred": False,
        "agent_empathy_turns": [4],
    }  # fmt: skip
    right = figures([wanted], [wanted | {"lowest_turn": 4}])
    assert {value for name, value in right.items() if name != "conversation_count"} == {1.0}
    told = figures([wanted], [wrong])
    assert {name: value for name, value in told.items() if value} == {
        "conversation_count": 1.0, "repeat_contact_f1": 1.0, "churn_risk_f1": 1.0
    }  # fmt: skip
