"""Teaching a tiny network and the letters, and reading with what was written."""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.models import verified_card
from pipeline.touchpoints import lexical
from pipeline.touchpoints.learning.lexical import teach_lexical
from pipeline.touchpoints.learning.network import Example, Recipe
from pipeline.touchpoints.network import Line, window_turns
from pipeline.touchpoints.scheme import MATTERS, STRETCH_HEADS, TURN_HEADS, WHOLE_HEADS, columns, width
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


def test_letters_come_back_as_they_were_written(letters, tmp_path):
    lexical.save(letters, tmp_path)
    texts = ["lasku", "paketti tuli", ""]
    found = lexical.load(tmp_path)
    assert found.read(texts) == pytest.approx(letters.read(texts), abs=0.02)
    assert found.read_spans(texts, [1, 0, 1]) == pytest.approx(letters.read_spans(texts, [1, 0, 1]), abs=0.02)


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
    from pipeline.touchpoints.network import LEAN, SELDOM, load, said

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
    for heads, bias in ((TURN_HEADS, "turn"), (WHOLE_HEADS, "whole")):
        labels = [label for head in heads for label in head.labels]
        leaned = loaded.heads[f"{bias}_bias"] - getattr(network, bias).bias.detach().numpy()
        assert dict(zip(labels, leaned, strict=True)) == pytest.approx(
            {label: LEAN if label in SELDOM else 0 for label in labels}, abs=1e-5
        )
    new = example(99, alone.ids, alone.read)
    lines = [Line("asiakas", text) for text in new.texts]
    (turns,) = loaded.turns([lines])
    with torch.no_grad():
        (wanted,) = network.vectors(network.begin([new]))
    assert turns == pytest.approx(wanted.numpy(), abs=0.25), "whole numbers in place of halves"
    matter = said(loaded.of_turns(turns), TURN_HEADS[0], columns(TURN_HEADS, "matter"))
    wanted_matters = new.turns[:, columns(TURN_HEADS, "matter")].argmax(axis=1)
    assert matter.argmax(axis=1).tolist() == wanted_matters.tolist()
    assert loaded.matters(matter, lines).argmax(axis=1).tolist() == wanted_matters.tolist()
    of_spans = loaded.spans(lines)
    assert MATTERS[of_spans[0, 2].argmax()] == MATTERS[wanted_matters[0]]
    assert MATTERS[of_spans[3, 5].argmax()] == MATTERS[wanted_matters[3]]
    assert loaded.of_whole(turns)[:2].argmax() == new.whole[:2].argmax()

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
