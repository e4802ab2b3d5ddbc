"""Measuring: figures by hand, against scikit-learn, and over small invented corpora with real classifiers."""

import json
import random
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.finnish import FinnishClassifier, Network
from pipeline.affect.learning.calibrate import expected_calibration_error
from pipeline.affect.learning.customers import Item, Reading
from pipeline.affect.measuring.bootstrap import accuracy, estimate, f1, macro_f1, outcomes
from pipeline.affect.measuring.candidate import Candidate, make_candidate
from pipeline.affect.measuring.consistency import Consistency, paraphrase_consistency, perturbed_consistency
from pipeline.affect.measuring.evaluate import calibration_of, evaluate, measure, report_on, sentiment_macro_f1
from pipeline.affect.measuring.figures import Report, flat
from pipeline.affect.measuring.parts import Part, customers_part, find_parts
from pipeline.affect.scheme import COLUMNS, HEADS
from pipeline.cli.affect import evaluate as evaluate_command
from pipeline.config import Config
from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, MaskedText, Score, Sentiment
from pipeline.errors import ConfigError, ModelError
from pipeline.language import load_lemmatizer
from pipeline.models import ModelCard
from tests.affect.conftest import LINEAR

LEMMATIZE = load_lemmatizer("simplemma").lemmatize


def item(number: int = 0, *, readings: Sequence[Sentiment] = ("neutral",), **changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": str(number), "author": "a", "conversation": f"c{number}", "channel": "chat", "domain": "telecom",
        "theme": "invoice", "speaker": "customer", "group": "", "text": MaskedText("lasku tuli"),
        "context": MaskedText(""), "readings": [Reading(sentiment, {}, frozenset()) for sentiment in readings],
    }  # fmt: skip
    return Item(**values | changes)


def read(
    sentiment: Sentiment,
    probability: float = 0.8,
    *,
    emotions: dict[str, float] | None = None,
    cues: dict[str, float] | None = None,
    intensity: float | None = None,
    is_sure: bool = True,
) -> Score:
    return Score(
        sentiment,
        {label: probability if label == sentiment else (1 - probability) / 2 for label in SENTIMENTS},
        {emotion: (emotions or {}).get(emotion, 0.0) for emotion in EMOTIONS},
        "m",
        "1",
        is_sure,
        {} if intensity is None else dict.fromkeys(EMOTIONS, intensity),
        {} if cues is None else {cue: cues.get(cue, 0.0) for cue in CUES},
    )


def report(items: Sequence[Item], scores: Sequence[Score]) -> Report:
    return report_on(customers_part("own", items), scores, "m-1")


def linear() -> Candidate:
    return make_candidate(load_classifier(LINEAR), LEMMATIZE)


def test_figures_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    draw = np.random.default_rng(3)
    for labels, only_one in ((3, True), (8, False)):
        gold, said = (draw.integers(0, labels, 200) for _ in range(2))
        one, other = np.eye(labels, dtype=bool)[gold], np.eye(labels, dtype=bool)[said]
        if not only_one:
            one, other = (draw.random((200, labels)) < 0.3 for _ in range(2))
        sums = outcomes(one, other).sum(axis=0)
        assert macro_f1(sums) == pytest.approx(f1_score(one, other, average="macro"))
        assert f1(sums) == pytest.approx(f1_score(one, other, average=None))
        if only_one:
            assert accuracy(sums) == pytest.approx(accuracy_score(gold, said))


def test_labels_that_do_not_occur_are_left_out_of_the_mean() -> None:
    gold, said = np.eye(3, dtype=bool)[[0, 0, 1]], np.eye(3, dtype=bool)[[0, 2, 1]]
    assert macro_f1(outcomes(gold, said).sum(axis=0)) == pytest.approx((2 / 3 + 1) / 2)


def test_intervals_cover_repeat_and_widen_with_dependence() -> None:
    draw = np.random.default_rng(5)
    right = np.repeat(draw.random(100) < 0.7, 10)  # ten like turns a conversation
    gold = np.eye(3, dtype=bool)[np.zeros(1000, dtype=int)]
    counts = outcomes(gold, np.eye(3, dtype=bool)[np.where(right, 0, 1)])
    alone = estimate(accuracy, counts, np.arange(1000).astype(str))
    together = estimate(accuracy, counts, np.repeat(np.arange(100), 10).astype(str))
    assert alone.value == together.value == pytest.approx(right.mean())
    assert alone == estimate(accuracy, counts, np.arange(1000).astype(str))
    assert alone.high - alone.low == pytest.approx(4 * np.sqrt(0.7 * 0.3 / 1000), rel=0.2)  # 2 × 1.96 standard errors
    assert together.high - together.low == pytest.approx(4 * np.sqrt(0.7 * 0.3 / 100), rel=0.2)


def test_gold_is_what_most_readers_say_and_the_rest_is_counted() -> None:
    items = [
        item(0, readings=("negative", "negative", "neutral")),
        item(1, readings=("neutral", "neutral", "neutral"), channel="call", text=MaskedText("joo " * 13)),
        item(2, readings=("positive", "positive", "positive"), group="dialect", channel="call"),
        item(3, readings=("negative", "neutral", "positive"), group="irony", speaker="agent"),
    ]
    scores = [read("negative"), read("neutral", is_sure=False), read("negative"), read("negative")]
    told = report(items, scores)
    assert told.sentiment is not None
    assert (told.sentiment.text_count, told.sentiment.unclear_count) == (3, 1)
    assert told.sentiment.confusion == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert told.sentiment.accuracy.value == pytest.approx(2 / 3)
    assert told.sentiment.macro_f1.value == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert (told.sure_coverage, told.sure_accuracy) == (0.75, 0.5)
    assert {facet: {name: figures.text_count for name, figures in by.items()} for facet, by in told.by.items()} == {
        "group": {"dialect": 1, "none": 2},
        "channel": {"call": 2, "chat": 1},
        "register": {"dialect": 1, "spoken": 1, "written": 1},
        "length": {"1-3": 2, "13-25": 1},
        "speaker": {"customer": 3},
        "domain": {"telecom": 3},
    }
    assert told.by["register"]["dialect"].accuracy.value == 0
    assert flat(told)["own_register_spoken_accuracy"] == 1
    assert told.calibration["sentiment"].error == pytest.approx(
        expected_calibration_error([0.8] * 4, [2 / 3, 1, 0, 1 / 3])
    )


def test_emotions_cues_and_intensity() -> None:
    anger = Reading("negative", {"anger": 2}, frozenset({"effort"}))
    worse = Reading("negative", {"anger": 3, "fear": 1}, frozenset({"effort"}))
    calm = Reading("neutral", {}, frozenset())
    items = [replace(item(0), readings=[anger, worse, calm]), replace(item(1), readings=[calm, calm, anger])]
    scores = [
        read("negative", emotions={"anger": 0.9}, cues={"effort": 0.2, "thanks": 0.9}, intensity=2.0),
        read("neutral", emotions={"anger": 0.6}, cues={}, intensity=1.0),
    ]
    told = report(items, scores)
    assert told.emotions is not None
    assert told.cues is not None
    assert (told.emotions.text_count, told.emotions.labelled_count) == (2, 1)
    assert told.emotions.labelled_f1["anger"] == told.emotions.labelled_macro_f1.value == 1
    assert told.emotions.f1["anger"] == told.emotions.macro_f1.value == pytest.approx(2 / 3)
    assert told.emotions.label_counts["anger"] == 1
    assert told.cues.f1["effort"] == told.cues.macro_f1.value == 0
    assert told.intensity_error == pytest.approx(0.5)
    said = [score.emotions[emotion] for score in scores for emotion in EMOTIONS]
    was = [one.emotions[emotion] for one in items for emotion in EMOTIONS]
    assert told.calibration["emotions"].error == pytest.approx(expected_calibration_error(said, was))


def test_what_a_model_does_not_know_is_not_measured() -> None:
    told = report([item(0)], [read("neutral")])
    assert (told.emotions, told.cues, told.intensity_error) == (None, None, None)
    assert set(told.calibration) == {"sentiment", "emotions"}


def test_the_plot_and_the_error_of_the_calibration_agree() -> None:
    draw = np.random.default_rng(2)
    said = draw.random(3000)
    good = calibration_of(said, (draw.random(3000) < said).astype(float))
    overconfident = calibration_of(said, (draw.random(3000) < 0.5 + (said - 0.5) / 2).astype(float))
    for told in (good, overconfident):
        gaps = sum(abs(point.said - point.was) * point.event_count for point in told.bins) / 3000
        assert told.error == pytest.approx(gaps)
    assert good.error < 0.03 < 0.1 < overconfident.error


MOODS = {"neg": "surkea huono väärin", "neu": "lasku tiistaina osoite", "pos": "kiitos hyvä ihana"}
EMOTION = {"neg": "anger", "neu": "neutral", "pos": "joy"}
VOTES = {"neg": ("-1", "-1", "0"), "neu": ("0", "0", "0"), "pos": ("1", "1", "0")}
NAMES: dict[str, Sentiment] = {"neg": "negative", "neu": "neutral", "pos": "positive"}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve lines a mood in every file that is measured on, and our own part beside them."""
    folder, draw = tmp_path_factory.mktemp("corpora"), random.Random(7)
    lines = [(mood, " ".join(draw.choices(words.split(), k=4))) for mood, words in MOODS.items() for _ in range(12)]
    forum = ["annotator_a\tannotator_b\tannotator_c\ttext", *("\t".join((*VOTES[m], text)) for m, text in lines)]
    films = ["text\temotions\tsentiment3", *("\t".join((text, EMOTION[mood], mood)) for mood, text in lines)]
    pairs = [{"label": grade, "txt1": MOODS["neg"], "txt2": MOODS[mood]}
             for grade, mood in (("4", "neg"), ("4", "pos"), ("4<", "pos"), ("1", "neu"))]  # fmt: skip
    own = [
        {
            "id": str(row), "author": "a", "conversation": f"c{row // 2}", "channel": "chat", "domain": "bank",
            "theme": "card", "speaker": "customer", "group": "", "text": text,
            "readings": [{"sentiment": NAMES[mood], "emotions": {}, "cues": []}] * 3,
        }
        for row, (mood, text) in enumerate(lines)
    ]  # fmt: skip
    for name, text in (
        ("finnsentiment/dev.tsv", "\n".join(forum)),
        ("xed_fi/dev.tsv", "\n".join(films)),
        ("xed_fi/dev_clean3.tsv", "\n".join(films)),
        ("paraphrase/opus-pb-dev.json", json.dumps(pairs)),
        ("feelings_own.jsonl", "".join(json.dumps(row) + "\n" for row in own)),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_parts_are_found_and_missing_ones_named(corpora: Path, tmp_path: Path) -> None:
    parts, missing = find_parts(corpora / "feelings_own.jsonl", corpora)
    assert [part.name for part in parts] == ["feelings_own", "finnsentiment_dev", "xed_dev", "xed_dev_clean3"]
    assert missing == {}
    assert parts[0].contexts is not None
    assert parts[0].contexts[1] == parts[0].texts[0]
    assert parts[1].contexts is None
    parts, missing = find_parts(tmp_path / "feelings_own.jsonl", tmp_path)
    assert (parts, len(missing)) == ([], 4)


def test_every_part_is_read_by_its_own_head_and_as_customers_are(corpora: Path) -> None:
    parts, _ = find_parts(corpora / "feelings_own.jsonl", corpora)
    reports = [told for part in parts for told in measure(linear(), part)]
    assert [(told.part, told.head) for told in reports] == [
        ("feelings_own", "customers"),
        ("finnsentiment_dev", "finnsentiment"), ("finnsentiment_dev", "customers"),
        ("xed_dev", "xed"), ("xed_dev", "customers"),
        ("xed_dev_clean3", "xed"), ("xed_dev_clean3", "customers"),
    ]  # fmt: skip
    forum, customers = (told.calibration["sentiment"].error for told in reports[1:3])
    assert forum != customers


def test_cards_get_the_same_figures_under_the_same_names(corpora: Path) -> None:
    classifier = load_classifier(LINEAR)
    figures = evaluate(classifier, corpora, LEMMATIZE)
    assert set(figures) <= set(classifier.card.details["metrics"])
    rows = (corpora / "xed_fi" / "dev_clean3.tsv").read_text(encoding="utf-8").splitlines()[1:]
    texts, gold = [MaskedText(row.split("\t")[0]) for row in rows], [NAMES[row.split("\t")[2]] for row in rows]
    combined = sentiment_macro_f1(classifier, texts, gold, LEMMATIZE)
    assert figures["xed_dev_clean3_combined_macro_f1"] == round(combined, 4)
    with pytest.raises(ModelError, match="missing"):
        evaluate(classifier, corpora / "nowhere", LEMMATIZE)


def test_paraphrases_of_the_highest_grade_are_compared(corpora: Path) -> None:
    assert paraphrase_consistency(linear(), corpora / "paraphrase" / "opus-pb-dev.json") == Consistency(2, 0.5)
    with pytest.raises(ModelError, match="is missing"):
        paraphrase_consistency(linear(), corpora / "none.json")
    with pytest.raises(ModelError, match="not a file of paraphrases"):
        paraphrase_consistency(linear(), corpora / "feelings_own.jsonl")


def test_only_texts_that_a_perturbation_changes_are_counted() -> None:
    texts = [MaskedText("kiitos avusta"), MaskedText("Huono palvelu."), MaskedText("ok")]
    found = perturbed_consistency(linear(), texts, None)
    assert found["lowered"] == Consistency(1, 0)
    assert found["shouted"] == Consistency(3, 0)
    assert found["without_dots"].pair_count == 0
    assert found == perturbed_consistency(linear(), texts, None)


class Counting:
    """A session of onnxruntime that counts the rows it is given."""

    def __init__(self, session: Any) -> None:
        self.session, self.rows = session, 0

    def get_outputs(self) -> Any:
        return self.session.get_outputs()

    def run(self, names: list[str], given: dict[str, Any]) -> Any:
        self.rows += len(given["input_ids"])
        return self.session.run(names, given)


@pytest.fixture(scope="module")
def tiny_network() -> Network:
    """Four words, each with its own logits; a text has the mean of its words'."""
    onnx = pytest.importorskip("onnx")
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {"<pad>": 0, "</s>": 1, "<unk>": 2, "hyvä": 3}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    weights = np.random.default_rng(1).normal(size=(4, len(COLUMNS))).astype(np.float32)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"])
              for name in ("input_ids", "attention_mask")]  # fmt: skip
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["words", "input_ids"], ["read"]),
            helper.make_node("ReduceMean", ["read"], ["features"], axes=[1], keepdims=0),
            helper.make_node("Identity", ["features"], ["logits"]),
        ],
        "tiny", inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", len(COLUMNS)])
         for name in ("features", "logits")],
        [numpy_helper.from_array(weights, "words")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return Network(tokenizer, session)


def test_a_network_reads_each_text_once_for_all_its_heads(tiny_network: Network, corpora: Path) -> None:
    session = Counting(tiny_network.session)
    details = {
        "temperatures": {},
        "biases": {"sentiment.xed": [99.0, 0.0, 0.0], "sentiment.customers": [0.0, 0.0, 99.0]},
        "sure_from": 0.5,
    }
    card = ModelCard(Path(), "tiny", "affect", "finnish", "1", {}, details)
    candidate = make_candidate(FinnishClassifier(card, replace(tiny_network, session=session)), LEMMATIZE)
    long = [MaskedText("hyvä " * 20 + str(n)) for n in range(7)]
    part = Part("xed_dev", "xed", long, np.arange(7).astype(str),
                sentiments=np.eye(3, dtype=bool)[[0] * 7])  # fmt: skip
    own, combined = measure(candidate, part)
    assert session.rows == 7
    assert own.sentiment is not None
    assert combined.sentiment is not None
    assert own.sentiment.accuracy.value == 1
    assert combined.sentiment.confusion[0] == [0, 0, 7]
    assert combined.calibration == {}
    assert {head.name.partition(".")[2] for head in HEADS} == {"customers", "finnsentiment", "xed"}


def options(corpora: Path, gold: Path | None, **changes: Any) -> Namespace:
    values = {"corpora": corpora, "gold": gold, "require": False, "model": None, "by": None, "format": "table"}
    values["card"] = False
    return Namespace(**values | changes)


def test_the_command_tells_everything_as_json(
    config: Config, corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = corpora / "feelings_own.jsonl"
    evaluate_command(options(corpora, gold, format="json", by=["channel"], model=[str(LINEAR)], require=True))
    (told,) = json.loads(capsys.readouterr().out)
    assert told["model"] == LINEAR.name
    assert set(told["reports"][0]["by"]) == {"channel"}
    assert told["figures"]["paraphrases_changed"] == 0.5
    assert {"feelings_own_accuracy", "feelings_own_typos_changed", "xed_dev_emotions_macro_f1"} <= set(told["figures"])
    assert sum(point["event_count"] for point in told["reports"][0]["calibration"]["sentiment"]["bins"]) == 36


def test_the_command_says_what_was_not_measured_and_shows_no_text(
    config: Config, corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = corpora / "feelings_own.jsonl"
    evaluate_command(options(tmp_path, gold, by=["group"]))
    shown = capsys.readouterr()
    assert "feelings_own, group: none" in shown.out
    assert "finnsentiment" not in shown.out
    assert [line.split(",")[0] for line in shown.err.splitlines()] == [
        f"Not measured: {name}" for name in ("finnsentiment_dev", "xed_dev", "xed_dev_clean3", "paraphrases")
    ]
    for words in MOODS.values():
        assert not any(word in shown.out + shown.err for word in words.split())
    with pytest.raises(ModelError, match="finnsentiment_dev, xed_dev, xed_dev_clean3, paraphrases"):
        evaluate_command(options(tmp_path, gold, require=True))
    with pytest.raises(ConfigError, match="not there"):
        evaluate_command(options(corpora, tmp_path / "none.jsonl"))
    with pytest.raises(ModelError, match="nothing to measure"):
        evaluate_command(options(tmp_path, None))  # TUNNEPOLKU_HOME of the test holds no corpus of ours
