import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.affect import Classifier, load_classifier
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText, Score
from pipeline.language import load_lemmatizer
from tests.conftest import ROOT

LINEAR = ROOT / "models" / "affect-linear-0.3.0"
FINNISH = ROOT / "models" / "affect-finnish-0.2.1"
LEXICON = ROOT / "models" / "affect-lexicon-0.1.0"
WORDS = ["lasku", "on", "väärin", "kiitos", "avusta", "hyvä", "huono", "palvelu", "[PERSON]", "!", "?", "😀"]

TEXTS = [
    MaskedText(text)
    for text in (
        "Kiitos avusta [PERSON] !",
        "",
        "lasku on väärin",
        "😀",
        "[PERSON] [PHONE_1]",
        "huono palvelu " * 100,
        "\n \t\u2028",
        "Hyvä palvelu ?",
    )
]


def score(classifier: Classifier, texts: Sequence[MaskedText]) -> list[Score]:
    """Scores with the lemmas that the classifier asks for."""
    if classifier.lemmatizer is None:
        return classifier.score(texts, None)
    tokens = load_lemmatizer(classifier.lemmatizer).lemmatize(texts)
    return classifier.score(texts, [[token.lemma for token in text] for text in tokens])


def numbers(score: Score) -> list[float]:
    """Its three and eight probabilities."""
    return [*score.sentiment_probability.values(), *score.emotions.values()]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained BERT of two layers with a label for each sentiment and emotion, saved as transformers does."""
    if any(find_spec(package) is None for package in ("transformers", "torch")):
        complain = pytest.fail if os.environ.get("TUNNEPOLKU_TEST_ALL") == "1" else pytest.skip
        complain("transformers or torch is not installed.")
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    folder = tmp_path_factory.mktemp("tiny")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.5, problem_type="multi_label_classification",
        id2label=dict(enumerate([*SENTIMENTS, *EMOTIONS])),
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def neural_folder(tiny_model: Path) -> Path:
    """The tiny model with a card."""
    from pipeline.affect.neural import write_card

    write_card(tiny_model, name="tiny", version="1", labels={label: label for label in (*SENTIMENTS, *EMOTIONS)})
    return tiny_model


@pytest.fixture(params=["finnish", "linear", "lexicon", pytest.param("transformers", marks=pytest.mark.slow)])
def classifier(request: pytest.FixtureRequest) -> Classifier:
    """A classifier of each registered backend in turn."""
    shipped = {"finnish": FINNISH, "linear": LINEAR, "lexicon": LEXICON}
    return load_classifier(shipped.get(request.param) or request.getfixturevalue("neural_folder"))
