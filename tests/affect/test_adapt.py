"""Adapting a tiny network, and telling whether that helped."""

import argparse
import json
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.finnish import Correction, FinnishClassifier
from pipeline.affect.learning.adapt import Adapted, Corrected, Part, _groups, adapt
from pipeline.affect.learning.adapted import write
from pipeline.affect.learning.calibrate import expected_calibration_error
from pipeline.affect.learning.customers import VERIFY
from pipeline.affect.measuring.paired import compare, mcnemar
from pipeline.affect.scheme import COLUMNS, HEADS
from pipeline.cli.adapt import _read, _rows
from pipeline.cli.adapt import adapt as command
from pipeline.config import Config
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText
from pipeline.errors import ConfigError, ModelError, SourceError
from tests.affect.conftest import TEXTS, numbers
from tests.conftest import ROOT

NONE = MaskedText("")
TOLD = "reklamaatio"
"""The word that tells this analyst something else than the model."""
DRAW = Random(5)
WORDS = [TOLD, *("".join(DRAW.choice(part) for part in ("kptslmnr", "aeiou") * 3) for _ in range(300))]


@pytest.fixture(scope="session")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of an untrained network of 32 features that knows the words above."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    from pipeline.affect.learning.export import export
    from pipeline.affect.learning.network import make_network, predict
    from pipeline.models import sha256_of

    marks = ["<pad>", "<unk>", "<s>", "</s>"]
    vocabulary = {word: place for place, word in enumerate([*marks, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    ends = [("<s>", vocabulary["<s>"]), ("</s>", vocabulary["</s>"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    start, folder = tmp_path_factory.mktemp("start"), tmp_path_factory.mktemp("models") / "tiny-1.0.0"
    special = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), marks, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(start)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128, initializer_range=0.3, num_labels=len(COLUMNS),
    )  # fmt: skip
    network = BertForSequenceClassification(config)
    with torch.no_grad():
        # an untrained encoder attends to one word: this one hears all of them alike, and one of them well
        network.bert.encoder.layer[0].attention.self.query.weight.zero_()
        words = network.bert.embeddings.word_embeddings.weight
        words[:, :4] = 0
        words[vocabulary[TOLD]] = torch.tensor([9.0] * 4 + [0.0] * 28)
        network.bert.embeddings.position_embeddings.weight *= 0.1
        network.bert.pooler.dense.weight *= 0.5
        network.save_pretrained(start)
        samples = texts(60, Random(1))
        tokenizer, network = make_network(start)
        raw = torch.tensor(predict(network, tokenizer, samples))
        scale = 2 / raw.std(dim=0)  # every label comes, and about as often, whatever this processor draws
        network.classifier.bias.sub_(raw.mean(dim=0)).mul_(scale)
        network.classifier.weight.mul_(scale[:, None])
        export(network, tokenizer, samples, folder)
    heads = "\n".join(f'"{head.name}" = {0.5 + 0.1 * place:.1f}' for place, head in enumerate(HEADS))
    files = "\n".join(f'"{name}" = "{sha256_of(folder / name)}"' for name in ("model.onnx", "tokenizer.json"))
    (folder / "card.toml").write_text(
        'name = "tiny"\ntask = "affect"\nbackend = "finnish"\nversion = "1.0.0"\ncreated = 2026-01-02\n'
        f'limits = "näyte \\"only\\""\nsure_from = 0.5\n[temperatures]\n{heads}\n[biases]\n'
        f'"emotions.customers" = 0.25\n[files]\n{files}\n[[data]]\ntitle = "x"\nlicence = "CC0 1.0"\n',
        encoding="utf-8",
    )
    return folder


def texts(count: int, draw: Random) -> list[str]:
    return [" ".join(draw.choices(WORDS[1:], k=5) + [TOLD] * 2 * (place % 2)) for place in range(count)]


@pytest.fixture(scope="session")
def parent(model: Path) -> FinnishClassifier:
    classifier = load_classifier(model)
    assert isinstance(classifier, FinnishClassifier)
    return classifier


def told(parent: FinnishClassifier, count: int = 300) -> list[Corrected]:
    lines = [MaskedText(text) for text in texts(count, Random(2))]
    return [
        Corrected(line, NONE, score.sentiment, frozenset())
        for line, score in zip(lines, parent.score(lines), strict=True)
    ]


def shifted(line: Corrected) -> Corrected:
    told = TOLD in line.text
    emotions = frozenset(["anger"] if told else [])
    return replace(line, sentiment="positive" if told else line.sentiment, emotions=emotions)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def corrected(parent: FinnishClassifier) -> list[Corrected]:
    """What the model reads, but whatever tells of the word is positive, and angry, and nothing else is."""
    return [shifted(line) for line in told(parent)]


@pytest.fixture(scope="session")
def adapted(parent: FinnishClassifier, corrected: list[Corrected]) -> list[Adapted]:
    return adapt(parent, corrected)


@pytest.fixture(scope="session")
def child(parent: FinnishClassifier, adapted: list[Adapted], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("models") / "local-tiny-1.0.0+own"
    write(parent, adapted, folder, "local-tiny", "1.0.0+own")
    return load_classifier(folder)


@pytest.mark.slow
class TestTiny:
    """What needs torch, to make the network that is adapted without it."""

    def test_a_shift_is_learnt_and_shown(self, adapted: list[Adapted]) -> None:
        assert [one.part.labels for one in adapted] == [SENTIMENTS, ["anger"]]
        for one in adapted:
            assert one.reach
            assert one.comparison.helped
            assert one.comparison.accuracy.after > one.comparison.accuracy.before + 0.15
            assert one.comparison.p_value < 0.001
            assert one.comparison.set_right > one.comparison.set_wrong
            assert one.comparison.calibration_error.after < one.comparison.calibration_error.before

    def test_the_written_model_has_learnt_it_for_new_texts_too(self, parent: FinnishClassifier, child: Any) -> None:
        new = [MaskedText(text) for text in texts(200, Random(3))]
        wanted = [shifted(Corrected(text, NONE, score.sentiment)) for text, score in zip(new, parent.score(new))]  # noqa: B905
        before, after = (
            np.mean([score.sentiment == line.sentiment for score, line in zip(who.score(new), wanted, strict=True)])
            for who in (parent, child)
        )
        assert after > before + 0.1
        angry = [(score.emotions["anger"] >= 0.5) == (TOLD in text) for score, text in zip(child.score(new), new)]  # noqa: B905
        assert np.mean(angry) > 0.8

    def test_what_was_measured_is_not_what_was_fitted(self, adapted: list[Adapted], corrected: list[Corrected]) -> None:
        """Labels drawn by lot can be learnt by heart, but not foretold."""
        assert adapted[0].comparison.line_count == len(corrected)
        assert adapted[0].comparison.accuracy.after < 1

    def test_labels_drawn_by_lot_do_not_help(self, parent: FinnishClassifier) -> None:
        """An interval of 95 % may be wrong now and then: of 460 lots that were tried, one seemed to help."""
        helped = []
        for seed in range(5):
            draw = Random(seed)
            lines = [replace(line, sentiment=draw.choice(SENTIMENTS), emotions=None) for line in told(parent, 80)]
            helped += [one.comparison.helped for one in adapt(parent, lines)]
        assert len(helped) == 5
        assert sum(helped) <= 1

    def test_the_same_labels_change_nothing(self, parent: FinnishClassifier) -> None:
        (one,) = adapt(parent, [replace(line, emotions=None) for line in told(parent, 100)])
        assert one.reach is None
        assert not one.comparison.helped
        assert one.comparison.accuracy == replace(one.comparison.accuracy, before=1, after=1, low=0, high=0)

    def test_the_same_lines_give_the_same_correction(
        self, parent: FinnishClassifier, adapted: list[Adapted], corrected: list[Corrected], tmp_path: Path, child: Any
    ) -> None:
        write(parent, adapt(parent, corrected), tmp_path / "again", "local-tiny", "1.0.0+own")
        assert (tmp_path / "again" / "heads.npz").read_bytes() == (child.card.folder / "heads.npz").read_bytes()

    def test_the_adapted_model_keeps_the_contract(self, child: Any) -> None:
        together = child.score(TEXTS)
        assert child.score([]) == []
        for text, one in zip(TEXTS, together, strict=True):
            assert numbers(child.score([text])[0]) == pytest.approx(numbers(one), abs=1e-5)
            assert sum(one.sentiment_probability.values()) == pytest.approx(1)
            assert tuple(one.emotions) == EMOTIONS
            assert all(type(number) is float and 0 <= number <= 1 for number in numbers(one))
            assert (one.model, one.model_version) == ("local-tiny", "1.0.0+own")

    def test_what_was_not_corrected_reads_as_before(self, parent: FinnishClassifier, child: Any) -> None:
        lines = [MaskedText(text) for text in texts(20, Random(4))]
        for before, after in zip(parent.score(lines), child.score(lines), strict=True):
            assert {**after.emotions, "anger": 0} == pytest.approx({**before.emotions, "anger": 0}, abs=1e-6)
            assert after.cues == pytest.approx(before.cues, abs=1e-6)
            assert after.intensity == pytest.approx(before.intensity, abs=1e-6)
            assert numbers(after) != pytest.approx(numbers(before), abs=1e-3)

    def test_no_correction_reads_exactly_as_the_parent(
        self, parent: FinnishClassifier, adapted: list[Adapted], tmp_path: Path
    ) -> None:
        none = [replace(one, correction=no_change(one), sure_from=None) for one in adapted]
        write(parent, none, tmp_path / "none", "local-none", "1")
        for before, after in zip(parent.score(TEXTS), load_classifier(tmp_path / "none").score(TEXTS), strict=True):
            assert replace(after, model=before.model, model_version=before.model_version) == before

    def test_a_correction_on_a_correction_is_both(
        self, parent: FinnishClassifier, adapted: list[Adapted], child: Any, tmp_path: Path
    ) -> None:
        """The second is applied to calibrated logits, whatever the card's temperatures and biases are."""
        write(child, adapted, tmp_path / "both", "local-tiny", "1.0.0+own.two")
        both = load_classifier(tmp_path / "both")
        lines = [MaskedText(text) for text in texts(20, Random(4))]
        features = parent.network.read(lines, [""] * len(lines))[0]
        for one in adapted:
            heard = [[*score.sentiment_probability.values(), *score.emotions.values()] for score in child.score(lines)]
            places = [[*SENTIMENTS, *EMOTIONS].index(label) for label in one.part.labels]  # type: ignore[arg-type]
            said = np.array(heard)[:, places]
            logits = np.log(said) if one.part.kind == "one" else np.log(said / (1 - said))
            wanted = one.part.say(one.correction(logits, features))
            again = np.array([numbers(score) for score in both.score(lines)])[:, places]
            assert again == pytest.approx(wanted, abs=1e-4)

    def test_the_card_says_where_it_comes_from_and_no_text(
        self, parent: FinnishClassifier, child: Any, adapted: list[Adapted]
    ) -> None:
        details, folder = child.card.details, child.card.folder
        assert set(child.card.files) == {path.name for path in folder.iterdir()} - {"card.toml"}
        assert (details["parent"]["name"], details["parent"]["version"]) == ("tiny", "1.0.0")
        assert details["data"][0]["rows"] == 300
        assert details["data"][1] == {"title": "x", "licence": "CC0 1.0"}
        assert details["sure_from"] == adapted[0].sure_from != parent.card.details["sure_from"]
        assert details["temperatures"] == parent.card.details["temperatures"]
        assert details["limits"] == 'näyte "only"'
        assert details["metrics"]["sentiment_accuracy_after"] == round(adapted[0].comparison.accuracy.after, 4)
        card = (folder / "card.toml").read_text(encoding="utf-8")
        assert not [word for word in WORDS if word in card]

    def test_an_altered_correction_is_refused(self, child: Any, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(child.card.folder, tmp_path / "model"))
        (folder / "heads.npz").write_bytes((folder / "heads.npz").read_bytes()[:-1] + b"!")
        with pytest.raises(ModelError, match="not the file its card describes"):
            load_classifier(folder)

    @pytest.mark.parametrize("shape", [(), (3,)])
    def test_a_correction_of_other_heads_is_refused(
        self, parent: FinnishClassifier, child: Any, tmp_path: Path, shape: tuple[int, ...]
    ) -> None:
        from pipeline.affect.finnish import load

        folder = Path(shutil.copytree(child.card.folder, tmp_path / "model"))
        np.savez(folder / "heads.npz", scale=np.ones(shape), weights=np.ones((32, 3)), bias=np.ones(shape))
        with pytest.raises(ModelError, match="adapt it again"):
            load(replace(child.card, folder=folder))
        (folder / "heads.npz").write_bytes(b"no archive")
        with pytest.raises(ModelError, match="adapt it again"):
            load(replace(child.card, folder=folder))

    def test_a_file_that_is_not_on_the_card_is_not_read(self, model: Path, parent: FinnishClassifier) -> None:
        assert parent.network.correction is None

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            (lambda lines: lines[:49], "There are 49 corrected utterances"),
            (lambda lines: [replace(line, sentiment="neutral") for line in lines], "0 are negative"),
            (lambda lines: [replace(line, conversation=str(n % 19)) for n, line in enumerate(lines)], "19 conv"),
            (lambda lines: [replace(line, text=lines[n % 3].text) for n, line in enumerate(lines)], "3 conversations"),
        ],
    )
    def test_too_little_is_refused(
        self,
        parent: FinnishClassifier,
        corrected: list[Corrected],
        lines: Callable[[list[Corrected]], list[Corrected]],
        message: str,
    ) -> None:
        with pytest.raises(ModelError, match=message):
            adapt(parent, lines(corrected))


def no_change(one: Adapted) -> Correction:
    correction = one.correction
    return Correction(np.ones_like(correction.scale), 0 * correction.weights, 0 * correction.bias)


@pytest.mark.slow
class TestCommand:
    """`tunnepolku adapt` from the file to the model and the exit code."""

    @pytest.fixture
    def models(self, model: Path, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        from pipeline.config import load_config

        shutil.copytree(ROOT / "models", tmp_path / "models")
        shutil.copytree(model, tmp_path / "models" / "tiny-1.0.0")
        monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "tiny-1.0.0")
        load_config.cache_clear()
        return tmp_path / "models"

    def run(self, file: Path, **changes: object) -> None:
        options: dict[str, object] = {"model": None, "name": None, "label": "own", "anyway": False, **changes}
        command(argparse.Namespace(file=file, **options))

    def test_from_a_spreadsheet_to_a_model(
        self, models: Path, corrected: list[Corrected], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        verify = tmp_path / "data" / "gold" / VERIFY
        verify.parent.mkdir(parents=True)
        verify.write_text("".join(f"{json.dumps(item)}\n" for item in items(corrected)), encoding="utf-8")
        file = spreadsheet(tmp_path / "corrections.csv", corrected)
        self.run(file)
        out = capsys.readouterr().out
        assert "This helped" in out
        assert "Tämä auttoi" in out
        assert "McNemar" in out
        assert "elsewhere: 300 invented utterances" in out
        assert corrected[0].text not in out
        written = load_classifier(models / "local-tiny-1.0.0+own")
        assert written.card.version == "1.0.0+own"
        with pytest.raises(ConfigError, match="is there already"):
            self.run(file)
        with pytest.raises(ConfigError, match="letters from a to z"):
            self.run(file, label="oma malli")

    def test_what_does_not_help_is_said_and_not_written(
        self, models: Path, parent: FinnishClassifier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        draw = Random(1)
        lines = [replace(line, sentiment=draw.choice(SENTIMENTS)) for line in told(parent, 100)]
        file = spreadsheet(tmp_path / "corrections.csv", lines)
        with pytest.raises(ModelError, match="No model was written") as caught:
            self.run(file, name="mine")
        out = capsys.readouterr().out
        assert caught.value.exit_code == 1
        assert "This did not help" in out
        assert "Tämä ei auttanut" in out
        assert not list(models.glob("local-*"))

    def test_anyway_writes_what_did_not_help(
        self, models: Path, parent: FinnishClassifier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Anger by lot: saying it no more sets most lines right, and finds none of the angry ones."""
        draw = Random(1)
        angry = frozenset(["anger"])
        lines = [replace(line, emotions=angry if draw.random() < 0.3 else frozenset()) for line in told(parent, 100)]  # type: ignore[arg-type]
        self.run(spreadsheet(tmp_path / "corrections.csv", lines), name="mine", anyway=True)
        assert "This did not help" in capsys.readouterr().out
        assert load_classifier(models / "local-mine-1.0.0+own").card.name == "local-mine"

    def test_another_backend_is_refused(self, models: Path, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="backend finnish"):
            self.run(tmp_path / "x.csv", model="affect-linear-0.3.0")


def spreadsheet(path: Path, lines: Sequence[Corrected]) -> Path:
    """As Excel saves it in Finland: UTF-8 with a mark, semicolons."""
    finnish = {"negative": "Negatiivinen", "neutral": "neutraali", "positive": "positiivinen"}
    rows = [f"{line.text};{finnish[line.sentiment]};{'viha' if line.emotions else ''}" for line in lines]
    path.write_text("\r\n".join(["text;sentiment;emotions", *rows]) + "\r\n", encoding="utf-8-sig")
    return path


def items(lines: Sequence[Corrected]) -> list[dict[str, Any]]:
    keys = dict.fromkeys(("author", "channel", "domain", "theme", "speaker", "group"), "x")
    reading: dict[str, Any] = {"emotions": {}, "cues": []}
    return [
        {**keys, "id": f"{n}", "conversation": f"c{n % 40}", "text": line.text,
         "readings": [{**reading, "sentiment": line.sentiment}]}
        for n, line in enumerate(lines)
    ]  # fmt: skip


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_of_a_table_are_masked_and_understood(config: Config, tmp_path: Path) -> None:
    file = write_lines(
        tmp_path / "a.csv",
        "conversation_id,text,sentiment,emotions,context",
        '7,"Soita 040 1234567, kiitos",NEGATIIVINEN,"viha, Yllätys",Nimi on Matti Virtanen',
        ",Hyvä,positive,,",
    )
    first, second = _read(file, names=True)
    assert first == Corrected(
        MaskedText("Soita [PHONE], kiitos"), MaskedText("Nimi on [PERSON_1]"), "negative",
        frozenset({"anger", "surprise"}), "7",
    )  # fmt: skip
    assert second == Corrected(MaskedText("Hyvä"), NONE, "positive", frozenset(), None)


def test_json_lines_may_leave_emotions_out(config: Config, tmp_path: Path) -> None:
    rows = [
        {"text": "Hyvä", "sentiment": "positiivinen", "conversation_id": 7},
        {"text": "Huono\u2028", "sentiment": "negative", "emotions": ["viha", "sadness"]},
        {"text": "Joo", "sentiment": "neutral", "emotions": "", "context": None},
    ]
    file = write_lines(tmp_path / "a.jsonl", *(json.dumps(row, ensure_ascii=False) for row in rows))
    assert _read(file, names=False) == [
        Corrected(MaskedText("Hyvä"), NONE, "positive", None, "7"),
        Corrected(MaskedText("Huono"), NONE, "negative", frozenset({"anger", "sadness"})),
        Corrected(MaskedText("Joo"), NONE, "neutral", frozenset()),
    ]


SECRET = "salaisuus"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["text;mood", f"{SECRET};positive"], "row 2 has no sentiment"),
        (["mood;x", f"{SECRET};positive"], "row 2 has no sentiment and no text"),
        (["text;sentiment", f"hyvä;{SECRET}"], "row 2 has an unknown sentiment"),
        (["text;sentiment;emotions", "hyvä;positive;ilo", f"x;neutral;{SECRET}"], "row 3 has an unknown emotion"),
        (["text;sentiment", ";positive"], "row 2 has no text"),
        (["text;sentiment", f"{SECRET};positive;x"], "row 2 is broken off"),
        (['{"text": "a", "sentiment": "neutral"}', f'{{"text": "{SECRET}"'], "line 2 is not a JSON object"),
        (['{"text": ["a"], "sentiment": "neutral"}'], "line 1 is not text"),
        (['{"text": "a", "sentiment": "neutral", "emotions": 3}'], "line 1 has an unknown emotion"),
    ],
)
def test_a_row_that_is_not_understood_is_named_without_its_text(
    config: Config, tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        _read(write_lines(tmp_path / "a.csv", *lines), names=False)
    assert SECRET not in str(caught.value)


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not there"):
        list(_rows(tmp_path / "a.csv"))
    (tmp_path / "a.csv").write_bytes("text;sentiment\nhyvä;positive\n".encode("latin-1"))
    with pytest.raises(SourceError, match="not UTF-8"):
        list(_rows(tmp_path / "a.csv"))


def test_groups_are_conversations_and_texts_that_say_nearly_the_same() -> None:
    texts = ["Kiitos avusta!", "kiitos avusta", "Lasku on väärin", "Mistä näen saldoni?", "Tuli taas virheilmoitus"]
    lines = [Corrected(MaskedText(text), NONE, "neutral") for text in texts]
    lines[3], lines[4] = replace(lines[3], conversation="a"), replace(lines[4], conversation="a")
    first, second, third, fourth, fifth = _groups(lines)
    assert first == second
    assert fourth == fifth
    assert len({first, third, fourth}) == 3


def test_mcnemar_is_the_binomial_test() -> None:
    from scipy.stats import binomtest

    for right, wrong in ((0, 0), (5, 0), (3, 3), (12, 4), (40, 61)):
        expected = binomtest(right, right + wrong).pvalue if right + wrong else 1
        assert mcnemar(right, wrong) == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["one", "any"])
def test_figures_of_a_comparison_are_the_usual_ones(kind: Any) -> None:
    from sklearn.metrics import f1_score

    random = np.random.default_rng(1)
    before = random.dirichlet(np.ones(3), 400) if kind == "one" else random.random((400, 3))
    if kind == "one":
        targets = np.eye(3)[[random.choice(3, p=row) for row in before]]
    else:
        targets = (random.random((400, 3)) < before).astype(float)
    after = 0.7 * targets + 0.3 * before
    found = compare(kind, before, after, targets, np.arange(400) // 2)
    said = np.eye(3)[before.argmax(axis=1)] if kind == "one" else before >= 0.5
    right = (said == targets).all(axis=1) if kind == "one" else said == targets
    sure, was = (before.max(axis=1), right) if kind == "one" else (before.ravel(), targets.ravel())
    assert (found.line_count, found.group_count) == (400, 200)
    assert found.accuracy.before == pytest.approx(right.mean())
    assert found.macro_f1.before == pytest.approx(f1_score(targets, said, average="macro"))
    assert found.calibration_error.before == pytest.approx(expected_calibration_error(sure.tolist(), was.tolist()))
    assert found.accuracy.low < found.accuracy.after - found.accuracy.before < found.accuracy.high
    assert found.helped
    assert found.set_wrong == 0 < found.set_right


def test_the_interval_of_a_difference_is_as_wide_as_theory_says() -> None:
    """Of 400 independent lines, 40 set right and 20 set wrong: 1.96 standard errors of a mean of -1, 0 and 1."""
    targets = np.eye(2)[np.zeros(400, dtype=int)]
    right, wrong = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    before = np.array([wrong] * 40 + [right] * 360)
    after = np.array([right] * 40 + [wrong] * 20 + [right] * 340)
    change = compare("one", before, after, targets, np.arange(400)).accuracy
    half = 1.96 * np.sqrt(60 / 400 - (20 / 400) ** 2) / np.sqrt(400)
    assert (change.low, change.high) == pytest.approx((0.05 - half, 0.05 + half), abs=0.006)


def test_guessing_the_commonest_label_is_no_help() -> None:
    """It raises accuracy and lowers macro-F1."""
    targets = np.eye(3)[np.random.default_rng(2).choice(3, 300, p=[0.8, 0.1, 0.1])]
    before = np.where(np.random.default_rng(3).random((300, 1)) < 0.7, targets, targets[:, ::-1])
    found = compare("one", before, np.tile([0.9, 0.05, 0.05], (300, 1)), targets, np.arange(300))
    assert found.accuracy.low > 0
    assert not found.helped


def test_a_part_knows_its_columns() -> None:
    part = Part("emotions.customers", ["anger", "joy"], "any")
    assert [COLUMNS[place] for place in part.places] == ["emotions.customers.anger", "emotions.customers.joy"]


def test_cards_of_any_shape_are_written_as_toml() -> None:
    from datetime import date

    from pipeline.affect.learning.adapted import _toml

    table = {
        "a b": 'say "ä"\n', "t": True, "n": -1.5, "day": date(2026, 1, 2), "list": [0.1, 2], "none": [],
        "inner": {"x.y": 1, "deep": {"z": "\\"}}, "many": [{"m": 1}, {"m": 2, "in": {"k": "v"}}],
    }  # fmt: skip
    assert tomllib.loads(_toml(table)) == table
