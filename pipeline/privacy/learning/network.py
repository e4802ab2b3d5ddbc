"""Teach the network: an encoder of transformers with a type for every token, and the file of it that ships.

The gold as it is, a copy of it with other people, edited text with its names in lower case, and a few customers' lines;
AdamW, a warm-up and a linear decline, all layers from the start. Torch is imported inside: masking needs none of this.
"""

import logging
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.errors import ModelError
from pipeline.models import ONNX, TOKENIZER
from pipeline.privacy.gold import Item, Talk
from pipeline.privacy.network import CONTEXT_TOKENS, CONTEXT_TURNS, JOINER, MAX_TOKENS, show
from pipeline.privacy.patterns import TYPES
from pipeline.privacy.recognizer import NONE

LABELS = (NONE, *TYPES)
IGNORED = -100
"""The label of tokens that nothing is learnt from: torch's own number for that."""
MISSING = "The packages transformers, torch and onnx are missing: run pip install -e '.[neural]' in the checkout."


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is taught. The shipped one: layers 0, 2, 4, 6, 8, 11 of its start, and the defaults."""

    layers: Sequence[int] | None = None
    """Layers of the start to keep; None keeps all."""
    epochs: int = 3
    rate: float = 1.2e-4
    """Highest learning rate of the encoder; that of the new layer is ten times as high."""
    batch_size: int = 32
    warm_up: int = 100
    seed: int = 1


Row = tuple[list[int], list[int], float]
"""Token ids, a label for each, weight."""


def rows_of(
    talks: Iterable[Talk],
    weight: float,
    tokenizer: Any,
    keep: Callable[[Item], bool],
    seen: Callable[[Item], Item] = lambda item: item,
) -> Iterator[Row]:
    """A row for each turn that is kept, as it is `seen`, read with those before it."""
    for talk in talks:
        for number, item in enumerate(talk):
            if keep(item):
                before = [show(earlier.text)[0] for earlier in talk[max(0, number - CONTEXT_TURNS) : number]]
                yield (*_encode(seen(item), before, tokenizer), weight)


def _encode(item: Item, before: Sequence[str], tokenizer: Any) -> tuple[list[int], list[int]]:
    shown, offsets = show(item.text)
    encoded = tokenizer(shown, truncation=True, max_length=MAX_TOKENS, return_offsets_mapping=True)
    ids = list(encoded["input_ids"])
    labels = [_label(item, offsets[first], offsets[last]) for first, last in encoded["offset_mapping"]]
    if before:
        context = tokenizer(JOINER.join(before), add_special_tokens=False)["input_ids"][-CONTEXT_TOKENS:]
        ids += [*context, tokenizer.sep_token_id]
    return ids, [*labels, *[IGNORED] * (len(ids) - len(labels))]


def _label(item: Item, start: int, end: int) -> int:
    if start == end:
        return IGNORED
    overlap, type_ = max(((min(end, b) - max(start, a), t) for a, b, t in item.spans), default=(0, NONE))
    return LABELS.index(type_) if overlap > 0 else 0


def load_start(start: Path, layers: Sequence[int] | None = None) -> tuple[Any, Any]:
    """Tokenizer and network from the folder of an encoder, or of a network taught before.

    Raises:
        ModelError: a package is missing, or the folder holds no encoder with a tokenizer.
    """
    try:
        import torch
        from transformers import AutoModelForTokenClassification, AutoTokenizer
        from transformers.utils import logging
    except ImportError:
        raise ModelError(MISSING) from None
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # that the new layer is untaught is no news
    try:
        tokenizer = AutoTokenizer.from_pretrained(start, local_files_only=True)
        network = AutoModelForTokenClassification.from_pretrained(
            start, num_labels=len(LABELS), local_files_only=True, dtype="float32", ignore_mismatched_sizes=True
        )
    except (OSError, ValueError):
        raise ModelError(f"{start} holds no encoder with a tokenizer: save it with save_pretrained.") from None
    if layers is not None:
        stack = network.base_model.encoder
        stack.layer = torch.nn.ModuleList([stack.layer[place] for place in layers])
        network.config.num_hidden_layers = len(layers)
    network.config.id2label = dict(enumerate(LABELS))
    network.config.label2id = {name: number for number, name in enumerate(LABELS)}
    return tokenizer, network


Progress = Callable[[int, int, float], None]
"""Told the step, the number of steps and the loss."""


def teach(network: Any, pad: int, rows: Sequence[Row], recipe: Recipe, progress: Progress) -> None:
    """Train in place."""
    import torch

    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    encoder = {"params": network.base_model.parameters(), "lr": recipe.rate}
    head = {"params": network.classifier.parameters(), "lr": 10 * recipe.rate}
    optimizer = torch.optim.AdamW([encoder, head], weight_decay=0.01)
    batches = list(chain.from_iterable(_batches(rows, recipe.batch_size, rng) for _ in range(recipe.epochs)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / recipe.warm_up) * max(0.02, 1 - step / max(1, len(batches)))
    )
    network.train()
    for number, batch in enumerate(batches, start=1):
        loss = _loss(network, pad, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        progress(number, len(batches), loss.item())
    network.eval()


def _batches(rows: Sequence[Row], size: int, rng: random.Random) -> list[list[Row]]:
    """All rows once, those of like length together, in an order of chance."""
    shuffled = rng.sample(list(rows), len(rows))
    batches = []
    for start in range(0, len(shuffled), 32 * size):
        part = sorted(shuffled[start : start + 32 * size], key=lambda row: len(row[0]))
        batches += [part[at : at + size] for at in range(0, len(part), size)]
    rng.shuffle(batches)
    return batches


def _loss(network: Any, pad: int, batch: Sequence[Row]) -> Any:
    import torch

    longest = max(len(ids) for ids, _, _ in batch)
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row, _, _ in batch])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row, _, _ in batch])
    labels = torch.tensor([[*row, *[IGNORED] * (longest - len(row))] for _, row, _ in batch])
    weights = torch.tensor([weight for _, _, weight in batch])[:, None]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(input_ids=ids, attention_mask=mask).logits
    losses = torch.nn.functional.cross_entropy(
        logits.float().transpose(1, 2), labels, reduction="none", ignore_index=IGNORED, label_smoothing=0.03
    )
    return (losses * weights).sum() / ((labels != IGNORED) * weights).sum()


def export(network: Any, tokenizer: Any, folder: Path) -> None:
    """Write `model.onnx`, its weights rounded to eight bits, and `tokenizer.json` into `folder`.

    Raises:
        ModelError: onnx is not installed.
    """
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError:
        raise ModelError(MISSING) from None
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as aside, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes
        exact = Path(aside) / ONNX
        _trace(network, exact)
        logging.disable(logging.WARNING)  # that a step before it might help, which changes nothing here
        try:
            # weights in seven bits: products of eight may overflow on processors without VNNI
            quantize_dynamic(exact, folder / ONNX, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        finally:
            logging.disable(logging.NOTSET)
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(folder / TOKENIZER))


def _trace(network: Any, path: Path) -> None:
    import torch

    class Logits(torch.nn.Module):  # type: ignore[misc]
        """The network with its bare logits as output."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    implementation, network.config._attn_implementation = network.config._attn_implementation, "eager"
    ids = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 9, 2, 1]])
    shape = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Logits().eval(),
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": shape, "attention_mask": shape, "logits": shape},
        opset_version=17,
        dynamo=False,
    )
    network.config._attn_implementation = implementation
