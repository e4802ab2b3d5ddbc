"""An encoder of transformers with one linear layer over its first token: all heads of the label scheme in one pass.

It is a plain sequence classifier with `COLUMNS` as its labels, so that any encoder can be the start and whatever reads
such a model can read ours. Torch is imported inside: reading with the shipped model needs none of this.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect.scheme import COLUMNS, CONTEXT_TOKENS, MAX_TOKENS
from pipeline.affect.scores import Floats
from pipeline.errors import ModelError

MISSING = "The packages transformers and torch are missing: run pip install -e '.[neural]' in the checkout."
BATCH_SIZE = 64

STAND_IN = "korhonen"
"""What a mask reads as: the commonest surname here (DVV). From a name to it the sentiment of 300 lines moves as far as
from one name to another: 0.035 against 0.039."""


def make_network(start: Path, layers: Sequence[int] | None = None) -> tuple[Any, Any]:
    """Tokenizer and network from the weights in `start`: an encoder, or a network that was saved before.

    Args:
        start: a folder that `save_pretrained` wrote.
        layers: which layers of the encoder to keep, in order; None keeps them all.

    Raises:
        ModelError: transformers is not installed, or the folder holds no encoder with a fast tokenizer that reads
            `MAX_TOKENS` at once.
    """
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging
    except ImportError:
        raise ModelError(MISSING) from None
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # that the new heads are untrained is no news
    try:
        tokenizer = AutoTokenizer.from_pretrained(start, local_files_only=True)
        network = AutoModelForSequenceClassification.from_pretrained(
            start, num_labels=len(COLUMNS), local_files_only=True, dtype="float32", ignore_mismatched_sizes=True
        )
    except (OSError, ValueError):
        raise ModelError(f"{start} holds no encoder with a tokenizer: save it with save_pretrained.") from None
    if network.config.max_position_embeddings < MAX_TOKENS:
        raise ModelError(f"The encoder in {start} reads fewer than {MAX_TOKENS} tokens at once: choose another.")
    network.config.id2label = dict(enumerate(COLUMNS))
    network.config.label2id = {name: column for column, name in enumerate(COLUMNS)}
    if layers is not None:
        _keep_layers(network, layers)
    return _reads_plainly(tokenizer), network


def _reads_plainly(tokenizer: Any) -> Any:
    """The tokenizer made blind to case and to what was masked: neither says anything of feeling.

    Both are part of its own normalisation, so that they hold wherever it is loaded. A mask reads as a name does.
    """
    from tokenizers import Regex, normalizers

    backend = tokenizer.backend_tokenizer
    if isinstance(backend.normalizer, normalizers.Sequence) and "Lowercase" in repr(backend.normalizer):
        return tokenizer
    plain = [normalizers.Replace(Regex(r"\[[A-Z][A-Z0-9_]*\]"), STAND_IN), normalizers.Lowercase()]
    backend.normalizer = normalizers.Sequence([*plain, *([backend.normalizer] if backend.normalizer else [])])
    return tokenizer


def _keep_layers(network: Any, layers: Sequence[int]) -> None:
    import torch

    stack = network.base_model.encoder
    stack.layer = torch.nn.ModuleList([stack.layer[place] for place in layers])
    network.config.num_hidden_layers = len(layers)


def encode(tokenizer: Any, texts: Sequence[str], contexts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text and, after a separator, the end of its context."""
    ends = tokenizer.sep_token_id
    ids: list[list[int]] = tokenizer(list(texts), truncation=True, max_length=MAX_TOKENS - CONTEXT_TOKENS)["input_ids"]
    if any(contexts):
        before = tokenizer(list(contexts), add_special_tokens=False)["input_ids"]
        ids = [
            [*text, *context[-CONTEXT_TOKENS + 1 :], ends] if context else text
            for text, context in zip(ids, before, strict=True)
        ]
    return ids


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[Any, Any]:
    """Token ids and attention mask as tensors (rows, longest row)."""
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def predict(network: Any, tokenizer: Any, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
    """Logits (texts, columns) of a network in evaluation, in single precision."""
    import torch

    rows = encode(tokenizer, texts, contexts or [""] * len(texts))
    logits = np.empty((len(rows), len(COLUMNS)), dtype=np.float32)
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=network.device.type == "cpu"):
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            ids, mask = padded([rows[row] for row in batch], tokenizer.pad_token_id)
            output = network(input_ids=ids.to(network.device), attention_mask=mask.to(network.device))
            logits[batch] = output.logits.float().cpu().numpy()
    return logits


def fetch_encoder(model_id: str, revision: str, *, allow_download: bool = False) -> Path:
    """The folder of one commit of a hub model: in the local cache, or fetched over the network if `allow_download`.

    Raises:
        ModelError: `revision` is not a full commit id, transformers is not installed, or the model cannot be had.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        raise ModelError(f"{revision!r} may point elsewhere tomorrow: give the 40 digits of a commit as revision.")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ModelError(MISSING) from None
    try:
        wanted = ["*.json", "*.safetensors", "*.txt", "*.model"]
        folder = snapshot_download(
            model_id, revision=revision, allow_patterns=wanted, local_files_only=not allow_download
        )
    except (OSError, ValueError):
        raise ModelError(
            f"{model_id} at {revision} is not in the local cache: check both names, and add --download to fetch it."
        ) from None
    return Path(folder)
