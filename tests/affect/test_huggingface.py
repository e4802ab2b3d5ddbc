"""The shipped model as transformers reads it, here a tiny network of random weights, exported like the real one."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.affect import load_classifier
from pipeline.affect.finnish import CORRECTION, FinnishClassifier, Network, load_network
from pipeline.affect.huggingface import PARTS, Head, write_huggingface
from pipeline.affect.neural import write_card
from pipeline.affect.scheme import COLUMNS, columns
from pipeline.affect.scores import Floats
from pipeline.cli.export import export_model
from pipeline.config import Config
from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, MaskedText
from pipeline.errors import ConfigError, ModelError
from pipeline.models import CARD, ONNX, sha256_of
from tests.affect.conftest import LINEAR, TEXTS, numbers

pytestmark = pytest.mark.slow

ROUNDED = 0.05
"""So far apart the probabilities of the tiny network may lie where only one of both rounds what flows through it."""
DATA = """
[[data]]
title = "A corpus"
licence = "CC BY 4.0"
attribution = "Somebody 2020"
source = "urn:nbn:fi:x"
"""


@pytest.fixture(scope="session")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as `train_finnish` writes it."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    from pipeline.affect.learning.export import export
    from pipeline.affect.learning.network import make_network

    torch.manual_seed(0)
    start, folder = tmp_path_factory.mktemp("start"), tmp_path_factory.mktemp("model")
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.save_pretrained(start)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=128, initializer_range=0.3, layer_norm_eps=1e-5,
    )  # fmt: skip
    BertModel(config).save_pretrained(start)
    tokenizer, network = make_network(start)
    export(network, tokenizer, TEXTS, folder)
    describe(folder)
    return folder


def describe(folder: Path) -> None:
    """Write the model's card."""
    temperatures = {"sentiment.customers": 0.5, "emotions.customers": 2.0, "cues.customers": 1.5}
    files = {path.name: sha256_of(path) for path in folder.iterdir() if path.name != CARD}
    head = {"name": "affect-finnish", "task": "affect", "backend": "finnish", "version": "9.9.9", "sure_from": 0.75}
    tables = {"temperatures": temperatures, "files": files, "metrics.customers": {"macro_f1": 0.5}}
    lines = [f"{key} = {json.dumps(value)}" for key, value in head.items()]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    lines += ["[biases]", '"emotions.customers" = [0.1, 0, 0, 0, 0, 0, 0, -0.1]']
    (folder / CARD).write_text("\n".join(lines) + "\n" + DATA, encoding="utf-8")


def read_by_transformers(folder: Path, texts: Sequence[Any], **options: Any) -> list[dict[str, float]]:
    """Label → score of each text, by the pipeline of transformers."""
    from transformers import pipeline
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    classifier = pipeline("text-classification", model=str(folder), top_k=None, device="cpu")
    read = classifier(list(texts), truncation=True, **options)
    return [{entry["label"]: entry["score"] for entry in one} for one in read]


def without_rounding(folder: Path) -> Network:
    """The network in a folder, with whole numbers as weights but none of what flows between the layers."""
    import onnx
    import onnxruntime

    model = onnx.load(folder / ONNX)
    true: dict[str, str] = {}
    nodes = []
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear" or (node.op_type == "DequantizeLinear" and node.input[0] in true):
            true[node.output[0]] = true.get(node.input[0], node.input[0])
            continue
        for place, name in enumerate(node.input):
            node.input[place] = true.get(name, name)
        nodes.append(node)
    assert true
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    options = onnxruntime.SessionOptions()  # optimised, it would round again
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return Network(load_network(folder).tokenizer, session)


def calibrated(folder: Path, logits: Floats) -> Floats:
    classifier = load_classifier(folder)
    assert isinstance(classifier, FinnishClassifier)
    return logits / classifier._of_columns("temperatures", 1.0) + classifier._of_columns("biases", 0.0)


def test_but_for_rounding_on_the_way_the_logits_are_the_same(model: Path, tmp_path: Path) -> None:
    write_huggingface(model, tmp_path, "all")
    read = read_by_transformers(tmp_path, TEXTS, function_to_apply="none")
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    theirs = np.array([[one[label] for label in config["id2label"].values()] for one in read])
    ours = calibrated(model, without_rounding(model).logits(TEXTS))
    heads = [columns(f"{part}.customers") for part in ("sentiment", "emotions", "intensity", "cues")]
    wanted = np.concatenate([ours[:, head] for head in heads], axis=1)
    assert wanted.std(axis=0).min() > 0.01, "texts are told apart"
    assert theirs == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize(
    ("head", "labels", "field"),
    [("sentiment", SENTIMENTS, "sentiment_probability"), ("emotions", EMOTIONS, "emotions"), ("cues", CUES, "cues")],
)
def test_the_pipeline_reads_as_the_classifier_does(
    model: Path, tmp_path: Path, head: Head, labels: Sequence[str], field: str
) -> None:
    write_huggingface(model, tmp_path, head)
    ours = [getattr(score, field) for score in load_classifier(model).score(TEXTS)]
    theirs = read_by_transformers(tmp_path, TEXTS, batch_size=4)
    assert theirs == [pytest.approx(dict(one), abs=ROUNDED) for one in ours]
    assert [set(one) for one in theirs] == [set(labels)] * len(TEXTS)
    (top,) = read_by_transformers(tmp_path, TEXTS[:1])
    assert (sum(top.values()) == pytest.approx(1)) == (head == "sentiment")


@pytest.mark.parametrize("head", ["sentiment", "all"])
def test_the_transformers_backend_reads_it_by_its_own_labels(model: Path, tmp_path: Path, head: Head) -> None:
    write_huggingface(model, tmp_path, head)
    write_card(tmp_path, name="export", version="1", labels={})
    theirs, ours = (load_classifier(folder).score(TEXTS) for folder in (tmp_path, model))
    size = 3 if head == "sentiment" else 11
    assert [numbers(one)[:size] for one in theirs] == [pytest.approx(numbers(one)[:size], abs=ROUNDED) for one in ours]
    assert any(any(one.emotions.values()) for one in theirs) == (head == "all")


def test_a_pair_is_a_text_in_its_context(model: Path, tmp_path: Path) -> None:
    write_huggingface(model, tmp_path)
    texts, contexts = ["hyvä palvelu", "lasku"], ["lasku on väärin", "kiitos avusta !"]
    pairs = [{"text": text, "text_pair": context} for text, context in zip(texts, contexts, strict=True)]
    ours = load_classifier(model).score([MaskedText(text) for text in texts], None, [MaskedText(c) for c in contexts])
    theirs = read_by_transformers(tmp_path, pairs)
    assert theirs == [pytest.approx(dict(one.sentiment_probability), abs=ROUNDED) for one in ours]
    assert theirs != [pytest.approx(one, abs=1e-3) for one in read_by_transformers(tmp_path, texts)]


def test_corrections_of_an_analyst_go_with_it(model: Path, tmp_path: Path) -> None:
    adapted = Path(shutil.copytree(model, tmp_path / "adapted"))
    random = np.random.default_rng(0)
    weights = random.normal(0, 0.3, (32, len(COLUMNS)))
    correction = {"scale": random.uniform(0.5, 2, len(COLUMNS)), "weights": weights, "bias": weights[0]}
    np.savez(adapted / CORRECTION, **{name: values.astype(np.float32) for name, values in correction.items()})
    describe(adapted)
    write_huggingface(adapted, tmp_path / "export")
    ours, before = (load_classifier(folder).score(TEXTS) for folder in (adapted, model))
    theirs = read_by_transformers(tmp_path / "export", TEXTS)
    assert theirs == [pytest.approx(dict(one.sentiment_probability), abs=ROUNDED) for one in ours]
    changes = [abs(one.sentiment_score - other.sentiment_score) for one, other in zip(ours, before, strict=True)]
    assert max(changes) > 0.05


def test_the_folder_says_what_it_is(model: Path, tmp_path: Path) -> None:
    for head, problem in (("sentiment", "single"), ("emotions", "multi"), ("cues", "multi"), ("all", "multi")):
        write_huggingface(model, tmp_path, head)
        config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
        assert config["problem_type"] == f"{problem}_label_classification"
        assert (config["num_attention_heads"], config["layer_norm_eps"]) == (4, 1e-5)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlanguage: fi\nlicense: apache-2.0\n")
    for told in (
        "9.9.9",
        "`intensity.joy`",
        "CC BY 4.0",
        "Somebody 2020",
        "customers.macro_f1: 0.5",
        "truncation=True",
    ):
        assert told in card
    write_huggingface(model, tmp_path, "sentiment")
    assert "From 0.75 on" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_another_model_is_refused(neural_folder: Path, tmp_path: Path) -> None:
    for other in (LINEAR, neural_folder):
        with pytest.raises(ModelError, match="is no BERT of this project"):
            write_huggingface(other, tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_without_onnx_the_extra_is_named(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModelError, match=r"pip install -e '\.\[neural\]'"):
        write_huggingface(model, tmp_path)


def test_writing_needs_no_torch(model: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "from pathlib import Path; from pipeline.affect.huggingface import write_huggingface\n"
        "write_huggingface(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, str(model), str(tmp_path)], check=True)
    assert (tmp_path / "model.safetensors").is_file()


@pytest.mark.parametrize("head", PARTS)
def test_the_command_writes_a_new_folder(
    model: Path, tmp_path: Path, config: Config, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    options = argparse.Namespace(model=str(model), output=tmp_path / "export", head=head)
    export_model(options)
    assert f"Written: {tmp_path / 'export'}." in capsys.readouterr().out
    assert (tmp_path / "export" / "config.json").is_file()
    with pytest.raises(ConfigError, match="name a new folder"):
        export_model(options)
