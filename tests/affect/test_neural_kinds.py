"""Sequence classifiers of other makes than BERT, untrained and tiny: no pooler, other heads, other positions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.affect import load_classifier
from pipeline.affect.neural import load, relabelled, write_card
from pipeline.conversation import SENTIMENTS
from pipeline.errors import ConfigError, ModelError
from pipeline.models import verified_card
from tests.affect.conftest import TEXTS, numbers

pytestmark = pytest.mark.slow

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
MADE: dict[str, Callable[[Any], Any]] = {
    "XLM-R": lambda transformers: transformers.XLMRobertaConfig(**SIZES, type_vocab_size=1, max_position_embeddings=34),
    "FinBERT": lambda transformers: transformers.BertConfig(**SIZES, max_position_embeddings=32),
    "ELECTRA": lambda transformers: transformers.ElectraConfig(**SIZES, max_position_embeddings=32),
    "DistilBERT": lambda transformers: transformers.DistilBertConfig(
        dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=32
    ),
    "ModernBERT": lambda transformers: transformers.ModernBertConfig(**SIZES, max_position_embeddings=64),
}


@pytest.fixture(params=MADE)
def folder(request: pytest.FixtureRequest, tiny_model: Path, tmp_path: Path) -> Path:
    """A model of each make with three labels that are only numbered; its tokenizer names no greatest length."""
    import torch
    import transformers

    own = transformers.AutoTokenizer.from_pretrained(tiny_model)
    own.model_max_length = int(1e30)
    own.save_pretrained(tmp_path)
    torch.manual_seed(0)
    config = MADE[request.param](transformers)
    config.update({"vocab_size": len(own), "initializer_range": 0.5, "num_labels": 3})
    config.update({f"{role}_token_id": getattr(own, f"{role}_token_id") for role in ("pad", "cls", "sep")})
    transformers.AutoModelForSequenceClassification.from_config(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_model_of_any_make_is_read(folder: Path) -> None:
    write_card(folder, name="kind", version="1", labels={f"LABEL_{n}": label for n, label in enumerate(SENTIMENTS)})
    classifier = load_classifier(folder)
    scores = classifier.score(TEXTS)
    one_by_one = [classifier.score([text])[0] for text in TEXTS]
    assert [numbers(one) for one in scores] == [pytest.approx(numbers(one), abs=1e-4) for one in one_by_one]
    assert len({str(one.sentiment_probability) for one in scores}) > 3


def test_the_settings_say_what_labels_mean(neural_folder: Path) -> None:
    card = verified_card(neural_folder)
    assert relabelled(card, "") is card
    turned = relabelled(card, "negative=positive, neutral=neutral,positive = negative,")
    ours, theirs = (load(one).score(TEXTS) for one in (card, turned))
    for one, other in zip(ours, theirs, strict=True):
        negative, neutral, positive = one.sentiment_probability.values()
        assert list(other.sentiment_probability.values()) == pytest.approx([positive, neutral, negative])
        assert set(other.emotions.values()) == {0.0}, "the settings replace the card's labels"
    with pytest.raises(ModelError, match="no label for neutral or positive"):
        load(relabelled(card, "joy=negative"))


@pytest.mark.parametrize("labels", ["LABEL_0", "=negative", "LABEL_0=bad"])
def test_settings_that_map_nothing_are_refused(neural_folder: Path, labels: str) -> None:
    card = verified_card(neural_folder)
    with pytest.raises(ConfigError, match="written own=ours"):
        relabelled(card, labels)
