"""How feelings of a channel are read beside how they are labelled, with a network that says what it is told to."""

import json
from dataclasses import replace

import pytest
from scipy.stats import ttest_1samp

from pipeline.analysis import load_readers
from pipeline.analysis.channels import calibrate_channels
from pipeline.cli import main
from pipeline.touchpoints.gold import read_gold
from pipeline.touchpoints.reader import PathReader
from tests.touchpoints.fakes import FakeNetwork, card


def gold(number, channel, *turns):
    """A conversation of customers' turns: as read (`tunne…`), and as labelled."""
    spoken = [{"speaker": "agent", "participant": "A", "text": "päivää tunne2"}]
    spoken += [{"speaker": "customer", "participant": "C", "text": text} for text, _ in turns]
    reading = {
        "goal": "yes", "ease": None, "start": "neutral", "end": "neutral", "lowest": None, "churn": False,
        "transferred": False, "segments": [], "turns": [{}, *({"feeling": feeling} for _, feeling in turns)],
    }  # fmt: skip
    head = {"id": f"x-{number}", "author": "x", "channel": channel, "domain": "shop"}
    return head | {"turns": spoken, "readings": [reading]}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "gold.jsonl"
    talks = [
        gold(1, "chat", ("lasku tunne2", 1), ("selvä tunne-2", -2), ("no tunne0", 0)),
        gold(2, "chat", ("lasku tunne2", 2)),
        gold(3, "email", ("lasku tunne-2", 0), ("selvä tunne-2", -1)),
        gold(4, "email", ("lasku tunne-2", 1)),
        gold(5, "email", ("lasku tunne-2", -1)),
        gold(6, "call", ("lasku tunne2", 1)),
    ]
    path.write_text("".join(json.dumps(talk) + "\n" for talk in talks), encoding="utf-8")
    return path


@pytest.fixture
def rows(config, tmp_path, file):
    affect = replace(config.affect, model="affect-lexicon-0.1.0", evidence=False)
    quick = replace(config, affect=affect, touchpoints=replace(config.touchpoints, model=""))
    reader, rules = load_readers(quick)
    path_reader = PathReader(rules.taxonomies, card(tmp_path), FakeNetwork())
    return {row.channel: row for row in calibrate_channels(list(read_gold(file)), reader, path_reader)}


def test_a_channel_that_is_read_too_darkly_shows(rows):
    email = rows["email"]
    assert email.conversation_count == 3
    assert email.labelled == pytest.approx((-0.5 + 1 - 1) / 3)
    assert email.read == pytest.approx(-1, abs=0.01)
    assert email.difference == pytest.approx(email.read - email.labelled)
    differences = [email.read + 0.5, email.read - 1, email.read + 1]
    assert (email.low, email.high) == pytest.approx(
        tuple(ttest_1samp(differences, 0).confidence_interval(0.95)), abs=0.01
    )


def test_a_channel_that_is_read_as_labelled_differs_by_nothing(rows):
    chat = rows["chat"]
    assert (chat.read, chat.labelled, chat.difference) == pytest.approx((0.5, 0.5, 0), abs=0.02)
    assert chat.low < 0 < chat.high


def test_of_a_single_conversation_there_is_no_interval(rows):
    assert (rows["call"].low, rows["call"].high) == (None, None)


@pytest.mark.slow
def test_the_command_tells_each_channel(config, file, capsys):
    assert main(["evaluate", "conversations", str(file), "--channels", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["channel"] for row in told["channels"]] == ["call", "chat", "email"]
    assert all(-1 <= row["read"] <= 1 for row in told["channels"])
    assert main(["evaluate", "conversations", str(file), "--channels"]) == 0
    assert "–" in capsys.readouterr().out


def test_without_a_network_it_says_what_to_do(config, file, capsys, monkeypatch):
    monkeypatch.setenv("TUNNEPOLKU_TOUCHPOINTS__MODEL", "")
    from pipeline.config import load_config

    load_config.cache_clear()
    assert main(["evaluate", "conversations", str(file), "--channels"]) == 2
    assert "touchpoints.model is empty" in capsys.readouterr().err
