"""Hugging Face models, here an untrained tiny one; no network."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.neural import fetch, write_card
from pipeline.cli import main
from pipeline.config import Config, load_config
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText
from pipeline.errors import ModelError
from tests.affect.conftest import TEXTS, numbers, score
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def copy(neural_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may change."""
    return Path(shutil.copytree(neural_folder, tmp_path / "model"))


def configure(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_probabilities_are_softmax_and_sigmoid_of_the_logits(neural_folder: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    text = "lasku on väärin"
    with torch.inference_mode():
        inputs = AutoTokenizer.from_pretrained(neural_folder)(text, return_tensors="pt")
        logits = AutoModelForSequenceClassification.from_pretrained(neural_folder)(**inputs).logits[0].numpy()
    powers = np.exp(logits[:3])
    expected = [*(powers / powers.sum()), *(1 / (1 + np.exp(-logits[3:])))]
    assert numbers(score(load_classifier(neural_folder), [MaskedText(text)])[0]) == pytest.approx(expected, abs=1e-5)


def test_labels_of_the_card_say_what_the_columns_mean(copy: Path) -> None:
    names = [f"LABEL_{column}" for column in range(11)]
    configure(copy, problem_type="single_label_classification", id2label=dict(enumerate(names)))
    labels = dict(zip(names, ["positive", "positive", "neutral", "negative", "negative"], strict=False))
    write_card(copy, name="stars", version="1", labels=labels)
    stars = score(load_classifier(copy), TEXTS)
    assert all(set(one.emotions.values()) == {0.0} for one in stars)
    assert all(sum(one.sentiment_probability.values()) == pytest.approx(1) for one in stars)


def test_a_card_without_labels_takes_the_names_of_the_model(copy: Path, neural_folder: Path) -> None:
    card = copy / "card.toml"
    head, _, rest = card.read_text(encoding="utf-8").partition("[labels]")
    card.write_text(head + rest[rest.index("[files]") :], encoding="utf-8")
    mine, theirs = (score(load_classifier(folder), TEXTS) for folder in (copy, neural_folder))
    assert [numbers(one) for one in mine] == [numbers(one) for one in theirs]


def test_a_model_that_lacks_a_sentiment_is_refused(copy: Path) -> None:
    write_card(copy, name="two", version="1", labels={label: label for label in ("negative", "positive", *EMOTIONS)})
    with pytest.raises(ModelError, match="no label for neutral"):
        load_classifier(copy)


def test_emotions_that_exclude_each_other_are_refused(copy: Path) -> None:
    configure(copy, problem_type="single_label_classification")
    write_card(copy, name="one", version="1", labels={label: label for label in (*SENTIMENTS, *EMOTIONS)})
    with pytest.raises(ModelError, match="exclude each other"):
        load_classifier(copy)


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_a_part_is_refused(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    write_card(copy, name="part", version="1", labels={})
    with pytest.raises(ModelError, match="holds no sequence classifier"):
        load_classifier(copy)


def test_fetch_demands_a_commit(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="40 digits"):
        fetch("someone/some-model", "main", tmp_path)


def test_fetch_stays_off_the_network_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("fetch opened a connection")

    monkeypatch.setattr("socket.socket.connect", connect)
    with pytest.raises(ModelError, match="allow_download=True"):
        fetch("someone/some-model", COMMIT, tmp_path)


def test_fetch_copies_a_model_with_its_tokenizer(neural_folder: Path, tmp_path: Path) -> None:
    fetch(str(neural_folder), COMMIT, tmp_path / "copy")
    write_card(tmp_path / "copy", name="tiny", version="1", labels={label: label for label in (*SENTIMENTS, *EMOTIONS)})
    mine, theirs = (score(load_classifier(folder), TEXTS) for folder in (tmp_path / "copy", neural_folder))
    assert [numbers(one) for one in mine] == [pytest.approx(numbers(one), abs=1e-6) for one in theirs]


def test_without_transformers_the_extra_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError, match=r"pip install -e '\.\[neural\]'"):
        load_classifier(copy)


def test_add_model_then_a_night_with_it(
    tiny_model: Path,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models)
    monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(models))
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__MODEL", "tiny-2")
    load_config.cache_clear()
    labels = [f"--label={label}={label}" for label in (*SENTIMENTS, *EMOTIONS)]
    source = tmp_path / "source"
    shutil.copytree(tiny_model, source, ignore=shutil.ignore_patterns("card.toml"))
    assert main(["add-model", str(source), "tiny", "--version", "2", "--label=x=negative"]) == 1  # labels it lacks
    assert not (models / "tiny-2").exists()
    assert main(["add-model", str(source), "tiny", "--version", "2", *labels]) == 0
    assert main(["add-model", str(source), "tiny", "--version", "2", *labels]) == 2  # it is there already
    landing = tmp_path / "landing"
    landing.mkdir()
    turn = {"speaker": "customer", "sent_at": "2026-09-01T09:00:00", "text": "lasku on väärin"}
    (landing / "a.jsonl").write_text(json.dumps({"conversation_id": "c1", "turns": [turn]}))
    assert main(["run", str(landing)]) == 0
    assert main(["query", "touchpoints", "--format", "jsonl"]) == 0
    assert '"conversation_count": 1' in capsys.readouterr().out


def test_add_model_from_the_hub_needs_a_commit_and_permission(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    load_config.cache_clear()
    assert main(["add-model", "no-such/model", "x", "--revision", "main"]) == 1
    assert "40 digits" in capsys.readouterr().err
    assert main(["add-model", "no-such/model", "x", "--revision", "0" * 40]) == 1
    assert "local cache" in capsys.readouterr().err
    assert not (tmp_path / "models" / "x-1").exists()
