"""What `analyze` takes and prints: the contract, with a network that says what it is told to."""

import io
import json
import sys
from dataclasses import replace

import pytest

from pipeline.analysis import analyze, load_readers
from pipeline.cli import main
from pipeline.touchpoints.reader import PathReader
from tests.touchpoints.fakes import FakeNetwork, card

KEYS = {
    "conversation_id", "touchpoints", "goal_reached", "ease", "start_sentiment", "end_sentiment", "lowest_turn",
    "complaint", "repeat_contact", "churn_risk", "transferred", "agent_empathy_turns", "reason", "roles",
    "role_confidence",
}  # fmt: skip
TALK = (
    ("customer", "laskutus tunne-1 complaint koko_complaint lasku tuli taas kahdesti"),
    ("agent", "laskutus understanding no voi ymmärrän"),
    ("customer", "laskutus tunne-2 repeat_contact koko_repeat_contact tämä on kolmas kerta"),
    ("agent", "laskutus mirroring hand_over koko_hand_over siirrän sinut"),
    ("customer", "laskutus tunne2 koko_yes koko_mixed kiitos ihan hirveästi avusta"),
)


@pytest.fixture
def analysed(config, tmp_path):
    """Analyzes records, or lines, with small models."""
    affect = replace(config.affect, model="affect-lexicon-0.1.0", evidence=False)
    quick = replace(config, affect=affect, touchpoints=replace(config.touchpoints, model=""))
    reader, rules = load_readers(quick)
    path_reader = PathReader(rules.taxonomies, card(tmp_path), FakeNetwork())

    def run(*records):
        lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
        return list(analyze(lines, quick, reader, path_reader))

    return run


def record(turns=TALK, conversation_id="k1", **facts):
    said = [{"index": index, "speaker": speaker, "text": text} for index, (speaker, text) in enumerate(turns)]
    return {"conversation_id": conversation_id, "channel": "chat", "turns": said, **facts}


def test_the_contract(analysed):
    (row,) = analysed(record())
    assert set(row) >= KEYS
    assert row["conversation_id"] == "k1"
    assert row["touchpoints"] == ["laskutus"]
    assert (row["goal_reached"], row["ease"]) == ("yes", "mixed")
    assert (row["start_sentiment"], row["end_sentiment"], row["lowest_turn"]) == ("negative", "positive", 2)
    assert (row["complaint"], row["repeat_contact"], row["churn_risk"], row["transferred"]) == (True, True, False, True)
    assert row["agent_empathy_turns"] == [1, 3]
    assert row["reason"]
    assert row["roles"] == {"customer": "customer", "agent": "agent"}
    assert row["role_confidence"] == 1


def test_no_negative_turn_is_no_lowest_turn_and_nothing_told_is_no_ease(analysed):
    (row,) = analysed(record([("customer", "laskutus tunne0 koko_none koko_no asiaa olisi teille")]))
    assert row["lowest_turn"] is None
    assert row["ease"] == "unclear"
    assert row["goal_reached"] == "no"
    assert row["agent_empathy_turns"] == []


def test_touchpoints_come_in_the_order_in_which_they_are_spoken_of(analysed):
    turns = [("customer", "toimitus missä paketti on")] * 4 + [("customer", "laskutus ja entä lasku")] * 4
    assert analysed(record(turns))[0]["touchpoints"] == ["toimitus", "laskutus"]


def test_nothing_known_is_unknown(analysed):
    assert analysed(record([("customer", "unknown hei vaan")]))[0]["touchpoints"] == ["unknown"]


def test_every_line_has_its_object_in_order_whatever_is_wrong_with_it(analysed):
    rows = analysed(
        record(conversation_id="eka"), "ei jsonia", record(conversation_id="eka"), "[1]", {"conversation_id": "x"},
        record([("customer", "  ")]), {"turns": [{"speaker": "customer", "text": 5}]}, record(conversation_id="vika"),
    )  # fmt: skip
    assert [row["conversation_id"] for row in rows] == ["eka", None, "eka", None, None, None, None, "vika"]
    assert [row.get("error") for row in rows] == [
        None, "malformed_json", None, "not_an_object", "missing_turns", "no_text", "missing_text", None,
    ]  # fmt: skip
    assert rows[1]["position"] == "line 2"


def test_blank_lines_are_passed_over_and_a_missing_id_is_the_number_of_the_line(analysed):
    (row,) = analysed("", {"turns": [{"speaker": "customer", "text": "laskutus hei"}]}, "  ")
    assert row["conversation_id"] == "2"


def test_indexes_are_those_of_the_input(analysed):
    turns = [
        {"index": 10, "speaker": "agent", "text": "hei"},
        {"index": 20, "speaker": "customer", "text": " "},
        {"index": 30, "speaker": "customer", "text": "laskutus tunne-2 lasku on väärin taas"},
        {"index": 40, "speaker": "agent", "text": "understanding voi ei"},
    ]
    (row,) = analysed({"conversation_id": "k", "turns": turns})
    assert row["lowest_turn"] == 30
    assert row["agent_empathy_turns"] == [40]
    for turn in turns:
        del turn["index"]
    (row,) = analysed({"conversation_id": "k", "turns": turns})
    assert (row["lowest_turn"], row["agent_empathy_turns"]) == (2, [3])


def test_roles_of_labels_are_inferred_and_told(analysed):
    turns = [
        ("A", "Malliverkon asiakaspalvelu, Maija puhelimessa, kuinka voin auttaa?"),
        ("B", "No moi, mulla on taas ongelma tän laskun kanssa, se tuli kahdesti."),
        ("A", "Katsotaan heti. Saisinko asiakasnumerosi?"),
        ("B", "En mä sitä muista, mutta nimi on Virtanen."),
        ("A", "Kiitos, löysin laskun. Hyvitän sen teille heti."),
        ("B", "Kiitti, hyvä homma."),
    ]
    (row,) = analysed(record(turns))
    assert row["roles"] == {"A": "agent", "B": "customer"}
    assert 0.5 < row["role_confidence"] <= 1


def test_more_than_a_batch_keeps_its_order(analysed, monkeypatch):
    monkeypatch.setattr("pipeline.analysis.BATCH_SIZE", 3)
    rows = analysed(*(record(TALK[:1], conversation_id=str(number)) for number in range(8)))
    assert [row["conversation_id"] for row in rows] == [str(number) for number in range(8)]


@pytest.mark.slow
def test_the_command_reads_a_pipe_with_the_models_that_ship(config, monkeypatch, capsys):
    turns = [
        ("A", "Malliverkon asiakaspalvelu, Liisa puhelimessa, kuinka voin auttaa?"),
        ("B", "No hei, Maija Mallista päivää, mun lasku on taas väärin ja mua ottaa päähän, irtisanon koko liittymän."),
        ("A", "Ymmärrän hyvin, että harmittaa. Korjaan laskun heti."),
        ("B", "Kiitos, nyt se näkyy oikein. Hienoa palvelua."),
    ]
    piped = "\n".join([json.dumps(record(turns, "ä1")), "ei jsonia", json.dumps(record(turns[1:], None))])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode())))
    assert main(["analyze", "-", "--format", "jsonl"]) == 0
    written = capsys.readouterr()
    first, wrong, last = map(json.loads, written.out.splitlines())
    assert set(first) >= KEYS
    told = ("touchpoints", "goal_reached", "start_sentiment", "end_sentiment", "lowest_turn", "churn_risk", "roles")
    assert [first[name] for name in told] == [
        ["laskutus"], "yes", "negative", "positive", 1, True, {"A": "agent", "B": "customer"},
    ]  # fmt: skip
    assert first["agent_empathy_turns"] == [2]
    assert "Maija" not in written.out
    assert '"ä1"' in written.out, "as it was written, no escapes"
    assert wrong == {"conversation_id": None, "error": "malformed_json", "position": "line 2"}
    assert written.err == "tunnepolku: line 2: malformed_json\n"
    assert (last["conversation_id"], last["lowest_turn"]) == ("3", 0)
