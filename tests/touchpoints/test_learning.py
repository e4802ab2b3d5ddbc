"""Teaching a tiny network and the letters, and reading with what was written."""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from pipeline.conversation import SENTIMENTS
from pipeline.errors import ModelError
from pipeline.models import verified_card
from pipeline.touchpoints import lexical
from pipeline.touchpoints.learning.lexical import NEVER, teach_lexical
from pipeline.touchpoints.learning.network import Example, Recipe
from pipeline.touchpoints.network import LEAN, LETTERS, PREFIXES, Line, PathNetwork, window_turns
from pipeline.touchpoints.reading import GOALS
from pipeline.touchpoints.scheme import (
    AGENT_DEEDS,
    CUSTOMER_DEEDS,
    FEELINGS,
    MATTERS,
    PART_HEADS,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    columns,
    width,
)
from tests.conftest import ROOT

ALONE = ROOT / "models" / "affect-finnish-0.2.1"
WORDS = {
    "laskutus": ("lasku meni väärin", "laskun eräpäivä", "maksoin laskut jo"),
    "neuvonta": ("mihin aikaan aukeaa", "auki sunnuntaina", "aukiolo pyhinä"),
    "toimitus": ("paketti ei tullut", "paketin toimitus", "noudin paketit jo"),
}


def turns_of(names):
    rows = np.full((len(names), width(TURN_HEADS)), np.nan, np.float32)
    rows[:, columns(TURN_HEADS, "matter")] = [[name == other for other in MATTERS] for name in names]
    return rows


def example(seed, ids=None, alone=None):
    """Three turns of one matter, then three of another; the first matter gives the goal of the whole."""
    rng = Random(seed)
    names = [name for name in rng.sample(list(WORDS), 2) for _ in range(3)]
    texts = [rng.choice(WORDS[name]) for name in names]
    goal = np.array([names[0] == "laskutus", names[0] != "laskutus", 0], np.float32)
    dimensions = np.concatenate([goal, [0, 0, 0, 1]]).astype(np.float32)
    assert len(dimensions) == width(STRETCH_HEADS)
    lines = [Line("asiakas", text) for text in texts]
    return Example(
        texts=texts,
        customers=[True] * len(texts),
        windows=window_turns(ids(lines)) if ids else [],
        alone=alone(texts) if alone else np.zeros((len(texts), 1), np.float32),
        turns=turns_of(names),
        whole=np.concatenate([dimensions, np.zeros(width(WHOLE_HEADS) - len(dimensions))]).astype(np.float32),
        end=np.array([0, 1, 0], np.float32),
        stretches=[(0, 2, dimensions), (3, 5, dimensions)],
    )


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def letters():
    return teach_lexical([example(seed) for seed in range(40)], passes=60)


def test_letters_tell_what_forms_of_known_words_are_about(letters):
    read = letters.read(["laskuista puhe", "laskuttaja", "pakettia", "paketissa vika"])
    assert [MATTERS[place] for place in read.argmax(axis=1)] == ["laskutus"] * 2 + ["toimitus"] * 2
    assert read.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_the_turns_around_speak_for_one_that_tells_nothing(letters):
    read = letters.read(["joo", "laskun eräpäivä", "joo"])
    assert MATTERS[read[0].argmax()] == "laskutus"


def test_what_stands_around_is_counted_as_if_it_were_one_text(letters):
    texts = ["lasku meni", "väärin", "paketti", "tuli jo"]
    found = lexical.features(letters.vectorizer.transform(texts), letters.idf).toarray()
    size = len(letters.idf)
    for place in range(4):
        joined = " ".join(texts[max(0, place - 2) : place + 3])
        (alone,) = lexical.features(letters.vectorizer.transform([joined]), letters.idf).toarray()
        assert found[place, size : 2 * size] == pytest.approx(alone[:size], abs=1e-6)
    assert np.linalg.norm(found[0, :size]) == pytest.approx(1)
    assert np.linalg.norm(found[0, 2 * size :]) == pytest.approx(lexical.WHOLE_WEIGHT)


def test_stretches_are_read_as_wholes_and_customers_count_for_more(letters):
    texts = ["lasku meni väärin", "auki sunnuntaina", "laskun eräpäivä"]
    places = lexical.spans(3)
    assert places == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    read = letters.read_spans(texts, [True] * 3)
    assert read.shape == (len(places), len(MATTERS))
    assert read.sum(axis=1) == pytest.approx(np.ones(len(places)), abs=1e-5)
    named = dict(zip(places, (MATTERS[place] for place in read.argmax(axis=1)), strict=True))
    assert (named[0, 0], named[1, 1], named[2, 2]) == ("laskutus", "neuvonta", "laskutus")
    billing = MATTERS.index("laskutus")
    by_customer, by_agent = (letters.read_spans(texts, who)[places.index((0, 1))] for who in ([1, 0, 1], [0, 1, 1]))
    assert by_customer[billing] > by_agent[billing]


def test_a_long_conversation_is_read_in_stretches_of_bounded_length(letters):
    texts = ["laskun eräpäivä", "paketin toimitus"] * 45
    places = lexical.spans(len(texts))
    assert max(last - first for first, last in places) == lexical.LONGEST - 1
    assert {place for first, last in places for place in range(first, last + 1)} == set(range(len(texts)))
    together = letters.read_spans(texts, [True] * len(texts))
    assert len(together) == len(places) > lexical.AT_ONCE
    alone = letters.read_spans(texts[-2:], [True, True])
    assert together[places.index((88, 89))] == pytest.approx(alone[1], abs=1e-5)


def acting(customer, agent, goal):
    """A talk of four turns, of which it is known what they do and feel; the last tells how it ended."""
    customer_text, deed, feeling = customer
    agent_text, move = agent
    texts = [customer_text, agent_text, "no niin", "kiitti kaikki toimii" if goal == "yes" else "jäi tekemättä"]
    rows = turns_of(["laskutus"] * 4)
    for place in (0, 2, 3):
        rows[place, columns(TURN_HEADS, "customer")] = [place == 0 and deed == label for label in CUSTOMER_DEEDS]
        rows[place, columns(TURN_HEADS, "feeling")] = [value == (feeling if place == 0 else 0) for value in FEELINGS]
    rows[1, columns(TURN_HEADS, "agent")] = [move == label for label in AGENT_DEEDS]
    dimensions = np.array([goal == "yes", goal == "no", 0, 0, 0, 0, 1], np.float32)
    whole = np.concatenate([dimensions, [deed == "complaint", 0, 0, 0]]).astype(np.float32)
    windows, alone, end = [], np.zeros((4, 1), np.float32), np.array([goal == "no", 0, goal == "yes"], np.float32)
    return Example(texts, [True, False, True, True], windows, alone, rows, whole, end, [(0, 3, dimensions)])


@pytest.fixture(scope="module")
def acted():
    """Letters that know complaints and thanks, understanding and handing over."""
    customers = [("tämä on aivan törkeetä", "complaint", -2), ("kiitos kovasti avusta", "thanks", 2)]
    agents = [("ymmärrän että harmittaa", "understanding"), ("siirrän sinut eteenpäin", "hand_over")]
    talks = [acting(one, other, goal) for one in customers for other in agents for goal in ("yes", "no")]
    return teach_lexical([*talks * 4, *(example(seed) for seed in range(8))], passes=20)


def likely(acted, texts):
    """The labels of what each turn most probably does, of deeds with log odds above 0."""
    labels = [label for head in TURN_HEADS for label in head.labels][lexical.DEEDS]
    return [{labels[place] for place in np.flatnonzero(row > 0)} for row in acted.read_deeds(texts)]


def test_letters_tell_what_turns_do_and_feel(acted):
    found = likely(acted, ["törkeetä on", "ymmärrän", "kiitoksia avusta", "siirränkö"])
    assert [found[place] & {"complaint", "thanks", "-2", "2"} for place in (0, 2)] == [
        {"complaint", "-2"},
        {"thanks", "2"},
    ]
    assert [found[place] & {"understanding", "hand_over"} for place in (1, 3)] == [{"understanding"}, {"hand_over"}]


def test_the_turn_before_counts_for_what_a_turn_does(letters):
    texts = ["lasku meni", "paketti", "auki"]
    size = len(letters.idf)
    found = lexical.deed_features(letters.vectorizer.transform(texts), letters.idf).toarray()
    assert not found[0, size:].any(), "nothing before the first"
    assert found[1:, size:] == pytest.approx(found[:-1, :size] * lexical.BEFORE_WEIGHT, abs=1e-6)


def test_of_what_nobody_does_letters_are_sure(acted):
    labels = [label for head in TURN_HEADS for label in head.labels][lexical.DEEDS]
    assert acted.read_deeds(["törkeetä"])[0, labels.index("churn")] == NEVER


def test_letters_tell_how_a_part_ends(acted):
    goals = columns(WHOLE_HEADS, "goal")
    for last, wanted in (("hyvä nyt kaikki toimii", "yes"), ("se jäi tekemättä", "no")):
        read = acted.read_part(["kiitos", "ymmärrän", "no niin", last], [True, False, True, True])
        assert GOALS[read[goals].argmax()] == wanted
        assert SENTIMENTS[read[columns(PART_HEADS, "end")].argmax()] == {"yes": "positive", "no": "negative"}[wanted]
    assert acted.read_part(["kaikki toimii"], [False]).shape == (width(PART_HEADS),), "without a customer"


@pytest.mark.parametrize(
    ("talk", "moved"),
    [
        (("cacc", ["moi laskusta nyt", "selvä", "kiitti kaikki toimii", "joo kiitti"]), 2),
        (("caca", ["moi laskusta nyt", "selvä", "joo", "jäi se tekemättä"]), 0),
        (("caca", ["moi", "selvä", "kiitti", "jäi se tekemättä"]), 2),
        (("aa", ["kaikki toimii nyt", "jäi se tekemättä"]), None),
    ],
)
def test_the_feeling_where_the_arc_ends_is_moved_by_how_the_whole_ends(acted, talk, moved):
    """From that of the turn half way to the end's, in log odds of the sentiments; strong and weak keep their share."""
    heads = {"turn_weight": np.zeros((width(TURN_HEADS), 1)), "turn_bias": np.zeros(width(TURN_HEADS))}
    network, own = PathNetwork(None, None, heads, acted, None), columns(TURN_HEADS, "feeling")
    lines = [Line(PREFIXES["customer" if one == "c" else "agent"], text) for one, text in zip(*talk, strict=True)]
    found = network.of_turns(np.zeros((len(lines), 1)), lines)[:, own]
    alone = LETTERS["feeling"] * acted.read_deeds(talk[1])[:, own.start - lexical.DEEDS.start :]
    rest = [place for place in range(len(lines)) if place != moved]
    assert found[rest] == pytest.approx(alone[rest], abs=1e-5)
    if moved is not None:
        before, after = (np.log(np.add.reduceat(np.exp(row[moved]), [0, 2, 3])) for row in (alone, found))
        end = acted.read_part(talk[1], [one == "c" for one in talk[0]])[columns(PART_HEADS, "end")]
        assert np.diff(after) == pytest.approx(np.diff(before + end) / 2, abs=1e-4)
        assert np.diff(found[moved])[[0, 3]] == pytest.approx(np.diff(alone[moved])[[0, 3]], abs=1e-4)


def test_a_part_is_its_last_turns_all_and_those_of_each_side(letters):
    texts = ["lasku", "paketti", "auki", "eräpäivä", "pyhinä", "noudin"]
    customers = [True, False, True, True, False, False]
    size = len(letters.idf)
    found = lexical.part_features(letters.vectorizer.transform(texts), customers, letters.idf).toarray()[0]
    for block, part in enumerate((texts[-4:], texts, ["lasku", "auki", "eräpäivä"], ["pyhinä", "noudin"])):
        (alone,) = lexical.deed_features(letters.vectorizer.transform([" ".join(part)]), letters.idf).toarray()
        weight = lexical.PART_WEIGHT if block else 1
        assert found[block * size : (block + 1) * size] == pytest.approx(alone[:size] * weight, abs=1e-6)


def test_letters_come_back_as_they_were_written(acted, tmp_path):
    letters = acted
    lexical.save(letters, tmp_path)
    texts = ["lasku", "paketti tuli", ""]
    found = lexical.load(tmp_path)
    assert found.read(texts) == pytest.approx(letters.read(texts), abs=0.02)
    assert found.read_spans(texts, [1, 0, 1]) == pytest.approx(letters.read_spans(texts, [1, 0, 1]), abs=0.02)
    assert found.read_deeds(texts) == pytest.approx(letters.read_deeds(texts), abs=0.05)
    assert found.read_part(texts, [1, 0, 1]) == pytest.approx(letters.read_part(texts, [1, 0, 1]), abs=0.05)


def test_a_file_of_letters_that_is_missing_or_another_is_told(tmp_path):
    with pytest.raises(ModelError, match="restore it"):
        lexical.load(tmp_path)
    np.savez(tmp_path / lexical.LEXICAL, weights=np.zeros(3))
    with pytest.raises(ModelError, match="restore it"):
        lexical.load(tmp_path)


# --- the network -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """An untrained encoder of 16 features that knows the shipped tokenizer's pieces."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()

    folder: Path = tmp_path_factory.mktemp("start")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=40_000, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=514, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_taught_network_reads_what_it_learnt_and_as_torch_does(start, tmp_path, capsys):
    import torch

    from pipeline.touchpoints.learning.network import make_network, teach
    from pipeline.touchpoints.learning.train import Alone, go_on_from, write
    from pipeline.touchpoints.network import load, said

    alone = Alone(ALONE)
    examples = [example(seed, alone.ids, alone.read) for seed in range(24)]
    passages = [replace(one, whole=None, stretches=()) for one in examples[:4]]
    read = np.concatenate([one.alone for one in examples])
    network = make_network(start, read.mean(axis=0), 0.5 / (read.std(axis=0) + 1e-3), frozen_layers=1)
    frozen = [parameter.clone() for parameter in network.encoder.encoder.layer[0].parameters()]
    losses = []
    recipe = Recipe(epochs=12, rate=1e-3, head_rate=1e-2, frozen_layers=1, passages_at_once=2)
    teach(network, examples, passages, recipe, lambda step, steps, loss: losses.append(loss))
    assert losses[-1] < losses[0] / 4
    assert all(map(torch.equal, network.encoder.encoder.layer[0].parameters(), frozen)), "what is frozen stays"

    shutil.copytree(ALONE, tmp_path / ALONE.name)
    folder = tmp_path / "path-tiny-1.0.0"
    write(network, teach_lexical(examples, passes=60), alone, examples, folder, recipe="tiny")
    loaded = load(verified_card(folder))
    new = example(99, alone.ids, alone.read)
    texts = new.texts
    lines = [Line("asiakas", text) for text in texts]
    (turns,) = loaded.turns([lines])
    with torch.no_grad():
        (wanted,) = network.vectors(network.begin([new]))
    assert turns == pytest.approx(wanted.numpy(), abs=0.25), "whole numbers in place of halves"
    logits = loaded.of_turns(turns, lines)
    own, letters = turns @ loaded.heads["turn_weight"].T + loaded.heads["turn_bias"], loaded.lexical.read_deeds(texts)
    beside = np.split(letters, np.cumsum([len(head.labels) for head in TURN_HEADS[1:3]]), axis=1)
    for head, told in zip(TURN_HEADS[1:4], beside, strict=True):
        place, weight = columns(TURN_HEADS, head.name), LETTERS[head.name]
        lean = LEAN if head.kind == "any" else 0
        pooled = (1 - weight) * own[:, place] + weight * told + lean
        alike = [np.allclose(*pair, atol=1e-4) for pair in zip(logits[:, place], pooled, strict=True)]
        assert alike.count(False) == (head.name == "feeling"), "the feeling of one turn goes by the end too"
    matter = said(logits, TURN_HEADS[0], columns(TURN_HEADS, "matter"))
    wanted_matters = new.turns[:, columns(TURN_HEADS, "matter")].argmax(axis=1)
    assert matter.argmax(axis=1).tolist() == wanted_matters.tolist()
    assert loaded.matters(matter, lines).argmax(axis=1).tolist() == wanted_matters.tolist()
    of_spans = loaded.spans(lines)
    assert MATTERS[of_spans[0, 2].argmax()] == MATTERS[wanted_matters[0]]
    assert MATTERS[of_spans[3, 5].argmax()] == MATTERS[wanted_matters[3]]
    assert loaded.of_whole(turns, lines)[:2].argmax() == new.whole[:2].argmax()

    further = make_network(start, np.zeros_like(read[0]), np.zeros_like(read[0]), frozen_layers=1)
    go_on_from(further, folder)
    further.eval()
    with torch.no_grad():
        (resumed,) = further.vectors(further.begin([new]))
    assert resumed.numpy() == pytest.approx(wanted.numpy(), abs=0.25), "what was learnt, by way of whole numbers"
    assert torch.equal(further.whole.weight, network.whole.weight)
    assert torch.equal(further.turn.bias, network.turn.bias), "what reading leans by is not learnt twice"
    with pytest.raises(ModelError, match="another shape"):
        go_on_from(make_network(start, np.zeros(3), np.zeros(3), frozen_layers=1), folder)


def test_of_a_passage_is_learnt_what_is_known():
    from pipeline.touchpoints.gold import GoldTurn, Passage
    from pipeline.touchpoints.learning.train import passage_of

    class Spelling:
        def ids(self, lines):
            return [[len(line.prefix), len(line.text)] for line in lines]

        def read(self, texts):
            return np.zeros((len(texts), 1), np.float32)

    felt = GoldTurn(-1, frozenset({"complaint"}), frozenset())
    passage = Passage(
        ("laskutus", "toimitus"), ("customer", "agent", "customer"), ("kallis", "joo", "no"), (felt, None, None)
    )
    learnt = passage_of(passage, Spelling())
    assert (learnt.whole, learnt.stretches, learnt.texts) == (None, (), passage.texts)
    assert learnt.customers == [True, False, True]
    matters = learnt.turns[:, columns(TURN_HEADS, "matter")]
    assert matters.tolist() == [[0.5 * (name in passage.matters) for name in MATTERS]] * 3
    known = ~np.isnan(learnt.turns).any(axis=1)
    assert not known.any(), "nobody is a customer and an agent, and of no turn the target is known"
    deeds = learnt.turns[0, columns(TURN_HEADS, "customer")]
    assert deeds.tolist() == [label == "complaint" for label in TURN_HEADS[1].labels]
    assert learnt.turns[0, columns(TURN_HEADS, "feeling")].tolist() == [0, 1, 0, 0, 0]
    for row, heads in (
        (0, ("agent", "target")),
        (1, ("customer", "agent", "feeling", "target")),
        (2, ("customer", "feeling")),
    ):
        assert all(np.isnan(learnt.turns[row, columns(TURN_HEADS, head)]).all() for head in heads)
