"""The network that is asked where the linear models are in doubt, and how it is taught."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import load_config
from pipeline.errors import ModelError
from pipeline.privacy.gold import Item
from pipeline.privacy.identifiers import Memory
from pipeline.privacy.masking import find_spans
from pipeline.privacy.network import Network, Reading, load_network, show
from pipeline.privacy.patterns import TYPES
from pipeline.privacy.persons import Persons
from pipeline.privacy.recognizer import CODE_BITS, MODEL, NAME_BITS, WORD, Recognizer, TurnJudge, load_recognizer
from pipeline.privacy.spans import FILLER


def test_what_is_masked_is_shown_as_a_mask_and_places_are_kept() -> None:
    text = f"soita {FILLER * 5} heti"
    shown, offsets = show(text)
    assert shown == "soita [M] heti"
    assert text[offsets[shown.index("heti")] : offsets[len(shown)]] == "heti"
    assert show("moi") == ("moi", [0, 1, 2, 3])


def test_a_stretch_is_as_personal_as_its_most_personal_token() -> None:
    reading = read_as([(0, 3, 0.2, "HETU"), (4, 9, 0.7, "PHONE")])
    assert [round(reading.probability(*place), 6) for place in ((0, 3), (2, 6), (20, 25))] == [0.2, 0.7, 0.0]
    assert [reading.type_of(*place) for place in ((0, 3), (2, 6))] == ["HETU", "PHONE"]


def read_as(tokens: Sequence[tuple[int, int, float, str]]) -> Reading:
    """What a network would say: where each token stands, how personal it is, and of which type."""
    probabilities = np.zeros((len(tokens), 1 + len(TYPES)))
    for row, (_, _, probability, type_) in enumerate(tokens):
        probabilities[row, [0, 1 + TYPES.index(type_)]] = 1 - probability, probability
    return Reading([(start, end) for start, end, _, _ in tokens], probabilities)


class Counting(Network):
    """Says of every word how personal it is and of which type, and counts how often it is asked."""

    def __init__(self, probability: float, words: Mapping[str, tuple[float, str]] | None = None) -> None:
        object.__setattr__(self, "probability", probability)
        object.__setattr__(self, "words", words or {})
        object.__setattr__(self, "asked", [])

    __slots__ = ("asked", "probability", "words")

    def read(self, text: str, before: list[str]) -> Reading:
        self.asked.append((text, list(before)))
        said = [
            (*match.span(), *self.words.get(match[0], (self.probability, "PERSON"))) for match in WORD.finditer(text)
        ]
        return read_as(said)


@pytest.mark.parametrize(("linear", "second", "asked"), [(0.5, 0.9, 1), (0.999, 0.1, 0), (0.001, 0.9, 0)])
def test_the_network_is_asked_once_a_text_and_only_in_doubt(linear: float, second: float, asked: int) -> None:
    from math import log

    network = Counting(second)
    judge = TurnJudge(made_of(network, log(linear / (1 - linear))), ["mikä nimi?"])
    found = [judge.name_confidence(["one feature"], "matti", 0, 5) for _ in range(2)]
    assert network.asked == [("matti", ["mikä nimi?"])] * asked
    assert found[0] == found[1]
    assert (found[0] > 0.5) == (linear > 0.5 or (bool(asked) and second > 0.5))


def made_of(network: Network, name_weight: float = -20.0) -> Recognizer:
    """A recognizer whose linear models are sure of nothing being personal, unless the weight says otherwise."""
    sure = np.zeros((1 << CODE_BITS, 2), dtype=np.float32)
    sure[:, 0] = 20.0
    names = load_recognizer(folder()).names
    return Recognizer(names, ("none", "PHONE"), sure, [name_weight] * (1 << NAME_BITS), 0.5, 0.5, network=network)


def test_words_that_were_no_candidates_are_found_where_the_turn_was_read() -> None:
    words = {"harjunreuna": (0.9, "ADDRESS"), "neljä": (0.8, "ADDRESS"), "on": (0.1, "ADDRESS"), "aa": (0.7, "HETU")}
    judge = TurnJudge(made_of(Counting(0.0, words)), [])
    text = "se on harjunreuna neljä ja aa, neljä"
    assert list(judge.found(text)) == []  # nobody asked it to read
    judge.look(text)
    assert [(text[span.start : span.end], span.type, span.confidence) for span in judge.found(text)] == [
        *(("harjunreuna neljä", "ADDRESS", 0.9), ("aa", "HETU", 0.7), ("neljä", "ADDRESS", 0.8)),
    ]


def test_what_the_first_reading_saw_is_found_though_a_part_was_masked_since() -> None:
    text = "harjunreuna kolme"
    network = Counting(0.0, {"harjunreuna": (0.9, "ADDRESS"), "kolme": (0.9, "ADDRESS")})
    judge = TurnJudge(made_of(network), [])
    judge.look(text)
    network.words.clear()
    rest = f"harjunreuna {FILLER * 5}"
    assert [(span.start, span.end) for span in judge.found(rest)] == [(0, 11)]


def test_words_decided_on_as_names_are_left_as_decided() -> None:
    network = Counting(0.6)  # the mean with a linear model that hardly doubts is no name
    judge = TurnJudge(made_of(network, name_weight=-3.0), [])
    assert judge.name_confidence(["one feature"], "toivo", 0, 5) == 0.0
    assert network.asked == [("toivo", [])]
    assert list(judge.found("toivo")) == []


ASKED = ("agent", "mikä on puhelinnumero")


@pytest.mark.parametrize(
    ("turns", "text", "is_read"),
    [
        ([ASKED], "no se on se harjunreuna", True),
        ([ASKED], "aa bee", True),
        ([ASKED], "joo kiitos ihan hyvä", False),  # everyday words alone
        ([ASKED, ("customer", "joo"), ("agent", "no niin")], "no se on se harjunreuna", False),
        ([("customer", "oletteko yrittäneet soittaa")], "no se on se harjunreuna", False),
    ],
)
def test_after_a_question_the_network_reads_what_may_answer_it(
    turns: list[tuple[str, str]], text: str, is_read: bool
) -> None:
    network = Counting(0.0)
    recognizer = made_of(network)
    memory, persons = Memory(), Persons(recognizer.names)
    for speaker, said in turns:
        memory.add(speaker, said)
    judge = TurnJudge(recognizer, [said for _, said in memory.turns])
    find_spans(text, "customer", memory, persons, recognizer.names, judge)
    assert [read for read, _ in network.asked] == [text] * is_read


def folder() -> Path:
    return load_config().paths.models / MODEL


def test_the_shipped_network_tells_a_name_from_a_word_by_what_stands_around() -> None:
    network = load_network(folder())
    name, word = "hei nimeni on toivo virtanen", "en enää toivo mitään hyvitystä"
    assert network.read(name, []).probability(13, 18) > 0.9
    assert network.read(word, []).probability(8, 13) < 0.5


def test_without_it_masking_goes_on_with_the_linear_models() -> None:
    recognizer = replace(load_recognizer(folder()), network=None)
    assert TurnJudge(recognizer, []).type_of(["n=3"], "abc", 0, 3)[1] == recognizer.type_probability(["n=3"])[1]


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no ONNX model"):
        load_network(tmp_path)


@pytest.mark.slow
def test_a_tiny_network_learns_a_name_and_is_exported(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    from pipeline.privacy.learning.network import LABELS, Recipe, export, load_start, rows_of, teach

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "x", "olen", "matti", "lasku", "on", "väärin", "soita", "."]
    inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    config = BertConfig(vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=256)  # fmt: skip
    start = tmp_path / "start"
    BertForTokenClassification(config).save_pretrained(start)
    tokenizer.save_pretrained(start)

    talks = [(Item("olen matti", "", ((5, 10, "PERSON"),)), Item("lasku on väärin", "", ())), (Item("soita", "", ()),)]
    read, network = load_start(start, layers=[1])
    rows = list(rows_of(talks * 4, 1.0, read, lambda item: True))
    assert rows[1][1].count(-100) == 5  # both ends, and the turn before with its separator
    assert len(network.base_model.encoder.layer) == 1
    told: list[tuple[int, int, float]] = []
    recipe = Recipe(epochs=40, rate=3e-3, warm_up=5, batch_size=4)
    teach(network, 0, rows, recipe, lambda step, steps, loss: told.append((step, steps, loss)))
    assert told[-1][0] == told[-1][1] == len(told)
    assert told[-1][2] < told[0][2]
    export(network, read, tmp_path / "out")
    reading = load_network(tmp_path / "out").read("olen matti", [])
    assert reading.probability(5, 10) > 0.5 > reading.probability(0, 4)
    assert network.config.id2label[len(LABELS) - 1] == "PERSON"
