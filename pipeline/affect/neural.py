"""Any Hugging Face sequence classifier as a classifier, read from a local folder.

Two steps bring one in, and from then on it is a model like any other: `fetch` copies it from the hub, if that is where
it is, and `write_card` writes its card, whose `[labels]` table says what its labels mean:

    [labels]
    "LABEL_0" = "negative"

The settings may say it instead (`relabelled`). All three sentiments must be there; their probabilities are the softmax
over their labels (several labels may mean one sentiment). Emotions are optional, but must be yes-or-no labels
(`problem_type` multi_label_classification).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect.scores import Floats, make_scores, sigmoid, softmax
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText, Score
from pipeline.errors import ConfigError, ModelError
from pipeline.models import CARD, ModelCard, sha256_of

BATCH_SIZE = 32
MAX_TOKENS = 512
"""At most so many are read, the length most encoders were trained with."""
MISSING = "The packages transformers and torch are missing: run pip install -e '.[neural]' in the checkout."


@dataclass(frozen=True, slots=True)
class NeuralClassifier:
    """A tokenizer and a model of transformers."""

    card: ModelCard
    tokenizer: Any
    model: Any
    meanings: Sequence[str | None]
    """Our label, or None, for each column of its logits."""
    max_tokens: int
    """Longer texts are cut."""
    lemmatizer: str | None = None

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """One score per text; see `pipeline.affect.Classifier`. Lemmas and contexts are not read."""
        if not texts:
            return []
        logits = self._logits(texts)
        sentiment_columns = [column for column, label in enumerate(self.meanings) if label in SENTIMENTS]
        shares = softmax(logits[:, sentiment_columns])
        labels = np.array([self.meanings[column] for column in sentiment_columns])
        sentiments = np.stack([shares[:, labels == label].sum(axis=1) for label in SENTIMENTS], axis=1)
        emotions = np.zeros((len(texts), len(EMOTIONS)))
        for column, label in enumerate(self.meanings):
            if label in EMOTIONS:
                emotions[:, EMOTIONS.index(label)] = sigmoid(logits[:, column])
        return make_scores(self.card, sentiments, emotions)

    def _logits(self, texts: Sequence[str]) -> Floats:
        """Logits (texts, columns). Texts of like length share a batch, so that little is padding."""
        import torch

        logits = np.empty((len(texts), len(self.meanings)))
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                inputs = self.tokenizer(
                    [texts[index] for index in batch],
                    padding=True,
                    truncation=True,
                    max_length=self.max_tokens,
                    return_tensors="pt",
                )
                logits[batch] = self.model(**inputs).logits.double().numpy()
        return logits


def load(card: ModelCard) -> NeuralClassifier:
    """The classifier of a verified card, on the CPU; only what lies in the card's folder is read.

    Raises:
        ModelError: transformers is not installed, the folder holds no such model, or its labels lack a sentiment.
    """
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar
    except ImportError:
        raise ModelError(MISSING) from None
    disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(card.folder, local_files_only=True)
        model = AutoModelForSequenceClassification.from_pretrained(
            card.folder, local_files_only=True, use_safetensors=True, dtype="float32"
        )
    except (OSError, ValueError):
        raise ModelError(
            f"{card.folder} holds no sequence classifier with tokenizer and safetensors: save it with save_pretrained."
        ) from None
    return NeuralClassifier(card, tokenizer, model.eval(), _meanings(card, model.config), _max_tokens(tokenizer, model))


def _max_tokens(tokenizer: Any, model: Any) -> int:
    """What the tokenizer allows and the model has positions for; RoBERTa and its kin count them from padding on."""
    tables = [module for name, module in model.named_modules() if name.endswith("position_embeddings")]
    positions = [
        table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)
        for table in tables
        if hasattr(table, "num_embeddings")
    ]
    return int(min(MAX_TOKENS, tokenizer.model_max_length, *positions))


def _meanings(card: ModelCard, config: Any) -> list[str | None]:
    """Our label for each column, by the card's `[labels]` or, without that table, by the model's own names."""
    own_names = [config.id2label[column] for column in range(config.num_labels)]
    meant = card.details.get("labels", {name: name.lower() for name in own_names})
    meanings = [meant.get(name) for name in own_names]
    if missing := [label for label in SENTIMENTS if label not in meanings]:
        raise ModelError(
            f"The model {card.name} has no label for {' or '.join(missing)}: map its labels "
            f"({', '.join(own_names)}) in the table [labels] of its card, or choose another model."
        )
    if config.problem_type != "multi_label_classification" and any(label in EMOTIONS for label in meanings):
        raise ModelError(
            f"The emotions of the model {card.name} exclude each other: take them out of [labels] in its card or "
            "choose a model trained for multi_label_classification."
        )
    return meanings


def relabelled(card: ModelCard, labels: str) -> ModelCard:
    """The card with the `[labels]` that the settings give, where they give any.

    Args:
        card: of any model.
        labels: such as `LABEL_0=negative, LABEL_1=neutral`; "" leaves the card as it is.

    Raises:
        ConfigError: a part of it is not written own=ours, or is no label of ours.
    """
    pairs = [part.strip().rpartition("=")[::2] for part in labels.split(",") if part.strip()]
    meant = {own.strip(): ours.strip() for own, ours in pairs}
    if not all(own and ours in (*SENTIMENTS, *EMOTIONS) for own, ours in meant.items()):
        raise ConfigError(
            "affect.labels is written own=ours, such as LABEL_0=negative, LABEL_1=neutral, where ours is one of "
            f"{', '.join((*SENTIMENTS, *EMOTIONS))}."
        )
    return replace(card, details={**card.details, "labels": meant}) if meant else card


def fetch(model_id: str, revision: str, folder: Path, *, allow_download: bool = False) -> None:
    """Copy one commit of a hub model into `folder`: from the local cache, or over the network if `allow_download`.

    Raises:
        ModelError: `revision` is not a full commit id, transformers is not installed, or the model cannot be had.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise ModelError(f"{revision!r} may point elsewhere tomorrow: give the 40 digits of a commit as revision.")
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        raise ModelError(MISSING) from None
    try:
        for part in (AutoTokenizer, AutoModelForSequenceClassification):
            loaded = part.from_pretrained(model_id, revision=revision, local_files_only=not allow_download)
            loaded.save_pretrained(folder)
    except (OSError, ValueError):
        raise ModelError(
            f"{model_id} at {revision} is not in the local cache or not a sequence classifier: check both names, "
            "and pass allow_download=True to fetch it from the hub."
        ) from None


def write_card(folder: Path, *, name: str, version: str, labels: Mapping[str, str]) -> None:
    """Write the card of the model in `folder`.

    `labels` maps the model's own label names to ours; without any, its names in lower case are ours. Fill in its data,
    licences and metrics by hand.
    """
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.is_file() and path.name != CARD}
    head = {"name": name, "task": "affect", "backend": "transformers", "version": version}
    tables = {"labels": labels, "files": files} if labels else {"files": files}
    lines = [*_lines(head), *(line for name, table in tables.items() for line in ("", f"[{name}]", *_lines(table)))]
    (folder / CARD).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(table: Mapping[str, str]) -> list[str]:
    """TOML lines; a JSON string is a TOML string."""
    return [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items()]
