"""The shipped classifier's machinery on a tiny network: training, rounding, calibration, reading."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.finnish import FinnishClassifier, load_network
from pipeline.affect.learning.calibrate import (
    best_biases,
    calibrate,
    expected_calibration_error,
    sure_from,
    temperature,
)
from pipeline.affect.learning.customers import DEVELOP, read_customers
from pipeline.affect.learning.finetune import Line, Recipe, known_targets
from pipeline.affect.learning.perturb import PERTURBATIONS, perturbed, spoken
from pipeline.affect.learning.teachers import LINEAR_SHARE, linear_readings, probabilities_of, readings
from pipeline.affect.learning.train_finnish import NETWORK, customer_line, read_lines, taught
from pipeline.affect.scheme import COLUMNS, HEADS, columns
from pipeline.affect.scores import sigmoid, softmax
from pipeline.conversation import CUES, EMOTIONS, MaskedText, Token
from pipeline.errors import ModelError

FEELINGS = {
    "negative": ("huono palvelu !", "lasku on väärin", "huono lasku", "palvelu on huono ?"),
    "neutral": ("lasku on [PERSON]", "palvelu ?", "lasku ?", "[PERSON] on palvelu"),
    "positive": ("kiitos avusta", "hyvä palvelu", "kiitos 😀", "hyvä ! kiitos"),
}


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of three conversations, a sentiment each, in the form of our own."""
    folder = tmp_path_factory.mktemp("gold")
    with (folder / DEVELOP).open("w", encoding="utf-8") as file:
        for n in range(20):
            for sentiment, texts in FEELINGS.items():
                for turn, text in enumerate(texts):
                    emotions = {"anger": 3} if sentiment == "negative" else {}
                    reading = {"sentiment": sentiment, "emotions": emotions, "cues": ["thanks"] * ("kiitos" in text)}
                    other = {"sentiment": "neutral", "emotions": {}, "cues": []}
                    row = {
                        "id": f"{sentiment}{n}{turn}", "author": "a", "conversation": f"{sentiment}{n}",
                        "channel": "chat", "domain": "telecom", "theme": "invoice", "speaker": "customer", "group": "",
                        "text": text, "readings": [reading, reading, other if turn == 3 else reading],
                    }  # fmt: skip
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return folder


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two public corpora in small."""
    folder = tmp_path_factory.mktemp("public")
    forum = ["text\tannotator_a\tannotator_b\tannotator_c"]
    films = ["text\tsentiment3\temotions"]
    for n in range(20):
        for sentiment, texts in FEELINGS.items():
            vote = {"negative": -1, "neutral": 0, "positive": 1}[sentiment]
            forum += [f"{text} {n}\t{vote}\t{vote}\t0" for text in texts]
            emotion = {"negative": "anger,disgust", "neutral": "", "positive": "joy,trust"}[sentiment]
            films += [f"{text} {n}\t{sentiment[:3]}\t{emotion}" for text in texts]
    for name, rows in (("finnsentiment", forum), ("xed_fi", films)):
        (folder / name).mkdir()
        (folder / name / "train.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def start(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder without any head of ours."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("start")
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


Train = Callable[..., Path]


@pytest.fixture(scope="session")
def train(public: Path, gold: Path, start: Path, tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Training on the small corpora; takes what `train_finnish` takes."""
    import torch

    from pipeline.affect.learning.train_finnish import train_finnish

    torch.set_num_threads(1)  # several tests at once would wait for each other's threads

    def trained(folder: Path | None = None, **options: Any) -> Path:
        folder = folder or tmp_path_factory.mktemp("trained")
        recipe = options.pop("recipe", Recipe(epochs=6, rate=2e-3, averaged=0.5))
        train_finnish(public, gold, options.pop("starts", [start]), folder, "9.9.9", recipe=recipe, **options)
        return folder

    return trained


@pytest.fixture(scope="session")
def trained(train: Train) -> Path:
    """A model folder of a tiny network that has learnt."""
    return train()


@pytest.fixture(scope="session")
def tiny(trained: Path) -> FinnishClassifier:
    """Its classifier."""
    classifier = load_classifier(trained)
    assert isinstance(classifier, FinnishClassifier)
    return classifier


def test_columns_of_the_heads_follow_each_other() -> None:
    ends = [columns(head.name).stop for head in HEADS]
    assert [columns(head.name).start for head in HEADS] == [0, *ends[:-1]]
    assert ends[-1] == len(COLUMNS) == 50
    with pytest.raises(KeyError):
        columns("sentiment.nobody")


def test_an_item_is_what_shares_of_its_readers_saw(gold: Path) -> None:
    items = {item.id: item for item in read_customers(gold / DEVELOP)}
    doubtful = items["negative03"]
    assert doubtful.votes == pytest.approx((2 / 3, 1 / 3, 0))
    assert (doubtful.sentiment, doubtful.emotions["anger"]) == ("negative", pytest.approx(2 / 3))
    assert doubtful.intensity == {"anger": 3.0}
    assert doubtful.context == "lasku on väärin huono lasku"
    assert items["negative00"].context == ""
    targets = customer_line(items["positive00"]).targets
    assert targets[columns("cues.customers")][CUES.index("thanks")] == 1
    assert np.isnan(targets[columns("intensity.customers")]).all(), "nobody saw an emotion: its strength is unknown"
    assert np.isnan(targets[columns("sentiment.xed")]).all()


def test_a_broken_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        read_customers(tmp_path / DEVELOP)
    (tmp_path / DEVELOP).write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(ModelError, match="not a part of the corpus"):
        read_customers(tmp_path / DEVELOP)


def test_conversations_kept_aside_are_kept_aside_whole(public: Path, gold: Path) -> None:
    lines = read_lines(public, gold)
    assert lines.rows == {"customers": 240, "finnsentiment": 240, "xed": 240}
    assert len(lines.learnt) + len(lines.aside) == 720
    assert 20 <= len(lines.aside) <= 140
    customers = [line for line in lines.aside if not np.isnan(line.targets[columns("sentiment.customers")]).any()]
    assert customers
    assert len(customers) % 4 == 0, "a conversation of four turns is learnt from or kept aside, not both"


def test_teachers_fill_what_readers_do_not_say() -> None:
    known = Line(MaskedText("kiitos"), known_targets(sentiment_customers=np.array([1.0, 0, 0])))
    said = np.full((1, len(COLUMNS)), 0.4)
    said[0, columns("cues.customers")] = np.nan
    (result,) = taught([known], said)
    assert result.targets[columns("sentiment.customers")] == pytest.approx([0.88, 0.08, 0.08])
    assert result.targets[columns("sentiment.xed")] == pytest.approx([0.4] * 3)
    assert np.isnan(result.targets[columns("cues.customers")]).all()


def words(texts: Sequence[MaskedText]) -> list[list[Token]]:
    """Every word is its lemma."""
    return [[Token(word, word, "X") for word in text.split()] for text in texts]


def test_the_linear_teacher_has_not_seen_what_it_reads(public: Path, gold: Path) -> None:
    lines = list(read_lines(public, gold).learnt)
    said = linear_readings(lines, words)
    assert np.isnan(said[:, columns("cues.customers")]).all()
    for name in ("sentiment.finnsentiment", "sentiment.xed"):  # our own has few texts, read many times
        head = columns(name)
        known = np.array([not np.isnan(line.targets[head]).any() for line in lines])
        wanted = np.stack([line.targets[head] for line in lines])[known].argmax(axis=1)
        assert (said[known][:, head].argmax(axis=1) == wanted).mean() > 0.8, name
        assert said[:, head].sum(axis=1) == pytest.approx(1)
    odd = [Line(MaskedText("outo rivi"), known_targets(sentiment_customers=np.eye(3)[label])) for label in (0, 2)]
    one, other = (linear_readings([*lines, line], words)[-1, columns("sentiment.customers")] for line in odd)
    assert one == pytest.approx(other, abs=0.05), "how its reader labelled it tells the teacher nothing"


def test_the_linear_model_has_its_share_among_teachers(
    public: Path, gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, head = read_lines(public, gold).learnt[:3], columns("sentiment.customers")
    assert np.isnan(readings(lines, [], None, "cpu")).all()
    said = np.full((3, len(COLUMNS)), 0.5)
    monkeypatch.setattr("pipeline.affect.learning.teachers.network_readings", lambda *given: said)
    other = np.full((3, len(COLUMNS)), np.nan)
    other[:, head] = 1.0
    monkeypatch.setattr("pipeline.affect.learning.teachers.linear_readings", lambda *given: other)
    assert readings(lines, [Path("one")], None, "cpu") == pytest.approx(said)
    assert readings(lines, [], words, "cpu")[:, head] == pytest.approx(1)
    both = readings(lines, [Path("one")], words, "cpu")
    assert both[:, head] == pytest.approx(0.5 + 0.5 * LINEAR_SHARE)
    assert both[:, columns("cues.customers")] == pytest.approx(0.5)


def test_a_temperature_that_was_applied_is_found_again() -> None:
    random = np.random.default_rng(3)
    logits = random.normal(0, 2, (4000, 3))
    drawn = np.array([random.choice(3, p=row) for row in softmax(logits)])
    assert temperature(HEADS[0], logits * 2.5, np.eye(3)[drawn]) == pytest.approx(2.5, rel=0.1)
    present = (random.random(logits.shape) < sigmoid(logits)).astype(float)
    any_head = next(head for head in HEADS if head.kind == "any")
    assert temperature(any_head, logits / 2, present) == pytest.approx(0.5, rel=0.1)


def test_calibration_error_is_the_gap_between_said_and_was() -> None:
    random = np.random.default_rng(4)
    said = random.random(30_000)
    was = random.random(30_000) < said
    assert expected_calibration_error(said, was) < 0.02
    assert expected_calibration_error(np.full(1000, 0.9), np.repeat([1.0, 0.0], 500)) == pytest.approx(0.4, abs=0.1)


def test_sure_readings_are_right_as_often_as_promised() -> None:
    random = np.random.default_rng(5)
    probabilities = softmax(random.normal(0, 2, (5000, 3)))
    shares = np.eye(3)[[random.choice(3, p=row) for row in probabilities]]
    least = sure_from(probabilities, shares)
    sure = probabilities.max(axis=1) >= least
    right = (probabilities.argmax(axis=1) == shares.argmax(axis=1))[sure].mean()
    assert 0.05 < sure.mean() < 0.9
    assert right == pytest.approx(0.95, abs=0.01)


def test_biases_raise_the_macro_f1_of_rare_labels() -> None:
    random = np.random.default_rng(6)
    rare = random.random(6000) < 0.1
    one = next(head for head in HEADS if head.name == "sentiment.finnsentiment")
    shares = np.eye(3)[np.where(rare, 0, np.where(random.random(6000) < 0.1, 2, 1))]
    logits = random.normal(0, 1, shares.shape) + 1.5 * shares + np.log([0.1, 0.8, 0.1])
    better = logits + best_biases(one, logits, shares)
    assert macro_f1(shares, better) > macro_f1(shares, logits) + 0.02
    any_head = next(head for head in HEADS if head.kind == "any")
    present = np.repeat(rare[:, None], len(any_head.labels), axis=1).astype(float)
    logits = random.normal(0, 1, present.shape) + 2 * present - 3
    better = logits + best_biases(any_head, logits, present)
    assert f1(present, better).mean() > f1(present, logits).mean() + 0.1


def macro_f1(shares: Any, logits: Any) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(shares.argmax(axis=1), logits.argmax(axis=1), average="macro"))


def f1(present: Any, logits: Any) -> Any:
    from sklearn.metrics import f1_score

    return f1_score(present > 0, logits > 0, average=None, zero_division=0)


def test_only_the_customers_heads_are_left_calibrated() -> None:
    random = np.random.default_rng(7)
    targets = np.hstack([np.eye(len(head.labels))[random.integers(0, len(head.labels), 900)] for head in HEADS])
    read = calibrate(random.normal(0, 1, targets.shape) + targets, targets)
    assert set(read["temperatures"]) == {head.name for head in HEADS}
    assert set(read["biases"]) == {"sentiment.finnsentiment", "sentiment.xed", "emotions.xed"}


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_perturbed_copies_keep_masks_and_the_seed(name: str) -> None:
    text = "Minä olen [PERSON], ja laskussa oli taas virhe. Onko tämä oikeasti näin vaikeaa?"
    copy = PERTURBATIONS[name](text, Random(1))
    assert copy != text
    assert "[PERSON]" in copy
    assert copy == PERTURBATIONS[name](text, Random(1))


def test_words_become_spoken_ones() -> None:
    said = spoken("Minä olen sanonut, että haluaisin lukea sen.", Random(0), rate=1.0)
    assert said == "Mä oon sanonu, et haluisin lukee sen."
    assert len({perturbed("Minä olen pettynyt tähän.", Random(seed)) for seed in range(30)}) > 10


@pytest.mark.slow
class TestTiny:
    """What needs torch."""

    def test_it_learns_every_head(self, tiny: FinnishClassifier) -> None:
        texts = [MaskedText(text) for texts in FEELINGS.values() for text in texts]
        wanted = [sentiment for sentiment, texts in FEELINGS.items() for _ in texts]
        for corpus in ("customers", "finnsentiment", "xed"):
            read = [score.sentiment for score in tiny.for_corpus(corpus).score(texts)]
            assert sum(one == other for one, other in zip(read, wanted, strict=True)) >= 10, corpus
        angry, thankful = tiny.score([MaskedText("huono palvelu !"), MaskedText("kiitos avusta")])
        assert angry.emotions["anger"] > 0.5 > thankful.emotions["anger"]
        assert angry.intensity["anger"] > 2
        assert thankful.cues["thanks"] > 0.5 > angry.cues["thanks"]
        assert tuple(angry.cues) == CUES
        assert tuple(angry.intensity) == EMOTIONS

    def test_rounding_changes_little(self, trained: Path, tiny: FinnishClassifier) -> None:
        from pipeline.affect.learning.network import make_network, predict

        texts = [text for texts in FEELINGS.values() for text in texts]
        tokenizer, network = make_network(trained / NETWORK)
        whole, rounded = predict(network, tokenizer, texts), tiny.network.logits(texts)
        assert np.corrcoef(whole.ravel(), rounded.ravel())[0, 1] > 0.995
        assert np.abs(probabilities_of(whole) - probabilities_of(rounded)).max() < 0.15

    def test_the_context_is_read(self, tiny: FinnishClassifier) -> None:
        text, before = MaskedText("palvelu ?"), MaskedText("huono palvelu ! huono lasku")
        alone, none, after = tiny.score([text] * 3, contexts=[MaskedText(""), MaskedText(""), before])
        assert alone == none != after
        assert tiny.score([text], contexts=[before])[0] == after

    def test_case_and_masked_words_do_not_matter(self, tiny: FinnishClassifier) -> None:
        one, other = tiny.score([MaskedText("Huono palvelu [PERSON]"), MaskedText("HUONO PALVELU [PERSON_2]")])
        assert one == other

    def test_short_texts_are_remembered_and_not_too_many(
        self, tiny: FinnishClassifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.affect.finnish.REMEMBERED", 5)
        tiny.score([MaskedText(f"lasku {n}") for n in range(20)])
        assert len(tiny.network._known) <= 5
        tiny.score([MaskedText("huono palvelu " * 10)])
        assert all(len(text) <= 40 for text, _ in tiny.network._known)

    def test_the_same_seed_gives_the_same_model_and_another_one_another(self, train: Train) -> None:
        short = Recipe(epochs=1, rate=1e-3)
        one, again, other = (train(recipe=recipe) for recipe in (short, short, Recipe(epochs=1, rate=1e-3, seed=2)))
        texts = ["huono palvelu", "kiitos"]
        assert np.array_equal(load_network(one).logits(texts), load_network(again).logits(texts))
        assert not np.array_equal(load_network(one).logits(texts), load_network(other).logits(texts))

    def test_a_training_that_was_cut_off_goes_on(self, train: Train, tmp_path: Path) -> None:
        recipe = Recipe(epochs=2, rate=1e-3)
        whole = load_network(train(recipe=recipe)).logits(["huono palvelu"])

        def cut(step: int, steps: int, loss: float) -> None:
            if step == steps * 3 // 4:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "model", recipe=recipe, progress=cut)
        assert (tmp_path / "model" / "checkpoint.pt").is_file()
        steps = []
        train(tmp_path / "model", recipe=recipe, progress=lambda step, total, loss: steps.append((step, total)))
        assert 1 < steps[0][0] <= steps[-1][1] * 3 // 4
        assert not (tmp_path / "model" / "checkpoint.pt").exists()
        assert load_network(tmp_path / "model").logits(["huono palvelu"]) == pytest.approx(whole, abs=0.05)

    def test_of_several_starts_the_mean_is_what_is_left_without_an_epoch(self, train: Train, trained: Path) -> None:
        from pipeline.affect.learning.network import make_network

        other = train(starts=[trained / NETWORK], recipe=Recipe(epochs=1, rate=1e-3))
        both = train(starts=[trained / NETWORK, other / NETWORK], recipe=Recipe(epochs=0))
        one, two, mean = (make_network(folder / NETWORK)[1].classifier.weight for folder in (trained, other, both))
        assert not np.array_equal(one.detach(), two.detach())
        assert mean.detach().numpy() == pytest.approx(((one + two) / 2).detach().numpy())
        assert load_classifier(both).card.details["start"] == f"{trained.name} + {other.name}"

    def test_agreement_of_two_passes_can_be_asked_for(self, train: Train) -> None:
        losses: list[float] = []
        train(recipe=Recipe(epochs=1, agreement=1.0), progress=lambda step, steps, loss: losses.append(loss))
        assert losses
        assert all(np.isfinite(losses))

    def test_a_student_keeps_some_layers_and_learns_from_its_teachers(self, train: Train, trained: Path) -> None:
        student = train(
            starts=[trained / NETWORK],
            layers=[0, 2],
            teachers=[trained / NETWORK],
            recipe=Recipe(epochs=6, rate=1e-3, averaged=0.5),
            lemmatize=words,
        )
        config = json.loads((student / NETWORK / "config.json").read_text(encoding="utf-8"))
        assert config["num_hidden_layers"] == 2
        assert load_classifier(student).score([MaskedText("huono palvelu !")])[0].sentiment == "negative"

    def test_a_folder_without_an_encoder_is_refused(self, train: Train, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="holds no encoder"):
            train(starts=[tmp_path])

    def test_a_model_of_other_heads_is_refused(self, trained: Path, tmp_path: Path) -> None:
        import shutil

        folder = Path(shutil.copytree(trained, tmp_path / "other"))
        card = folder / "card.toml"
        card.write_text(card.read_text(encoding="utf-8").replace("[temperatures]", "[warmth]"), encoding="utf-8")
        with pytest.raises(ModelError, match="other heads"):
            load_classifier(folder)
        with pytest.raises(ModelError, match="no ONNX model"):
            load_network(tmp_path)
