"""Train a network on lines with soft targets; where a target is unknown its column is not trained.

The heads are first fitted on the frozen encoder, whose first token hardly varies until it is standardised; only then
does everything learn. A run writes a checkpoint after every part of an epoch and goes on from it when started again.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from pipeline.affect.learning.network import encode, padded
from pipeline.affect.learning.perturb import perturbed
from pipeline.affect.scheme import COLUMNS, HEADS, columns
from pipeline.affect.scores import Floats
from pipeline.conversation import MaskedText

CHECKPOINT = "checkpoint.pt"
_GAIN = 0.5
"""How far a standardised feature reaches into the tanh of the pooler."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text to learn from. `targets` (columns): shares from 0 to 1, NaN where unknown."""

    text: MaskedText
    targets: Floats
    context: str = ""
    weight: float = 1.0
    """Of its loss."""
    reads: float = 1.0
    """How often an epoch reads it: 2 twice, 0.4 in two epochs of five."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. What the shipped model was trained with stands on its card; what was tried, in CONTRIBUTING."""

    epochs: int = 4
    customers: float = 3.0
    """How often an epoch reads each line of our own corpus: customers are what counts."""
    public: float = 0.3
    """How often it reads each of the public ones."""
    batch_size: int = 32
    rate: float = 6e-5
    """Highest learning rate of the last layer; rates above 2.5e-4 fail."""
    layer_decay: float = 0.95
    """Each layer further down learns at this share of the rate of the one above it."""
    warm_up: float = 0.06
    """Share of the steps over which the rate rises; then it falls to nothing, in a straight line."""
    perturbed: float = 0.3
    """Share of the lines that are read as somebody else would have typed them."""
    in_context: float = 0.5
    """Share of the lines with a context that are read in it."""
    averaged: float = 0.998
    """Decay of the moving average of the weights, which is what is kept (Polyak and Juditsky 1992)."""
    agreement: float = 0.0
    """Weight of agreement: a second pass, with other dropout, reads each line as somebody else would have typed it and
    is to say the same (R-Drop, Liang et al. 2021; Unsupervised Data Augmentation, Xie et al. 2020). It doubles the
    time."""
    seed: int = 1


def finetune(
    network: Any,
    tokenizer: Any,
    lines: Sequence[Line],
    recipe: Recipe,
    folder: Path,
    *,
    progress: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> None:
    """Train the network in place and leave it with its averaged weights.

    Args:
        network: what `make_network` made, on the device to train on.
        tokenizer: its tokenizer.
        lines: what to learn from.
        recipe: how.
        folder: where the checkpoint lies; a checkpoint of the same run is gone on from.
        progress: told the step, the number of steps and the mean loss since the epoch began or was gone on with.
    """
    import torch

    torch.manual_seed(recipe.seed)
    steps_per_epoch = math.ceil(len(_rows(lines, Random())) / recipe.batch_size)
    steps = steps_per_epoch * recipe.epochs
    optimizer = torch.optim.AdamW(_rates(network, recipe), weight_decay=0.01, fused=True)
    peaks = [group["lr"] for group in optimizer.param_groups]
    average = [parameter.detach().clone() for parameter in network.parameters()]
    done = _resume(folder, network, optimizer, average)
    total, since = 0.0, done
    network.train()
    for step in range(done, steps):
        if step % steps_per_epoch == 0 or step == done:
            batches = list(_batches(lines, tokenizer, recipe, epoch=step // steps_per_epoch))
            total, since = 0.0, step
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * _slope(step / steps, recipe.warm_up)
        loss = _loss(network, batches[step % steps_per_epoch], tokenizer.pad_token_id, recipe.agreement)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            decay = min(recipe.averaged, (step + 1) / (step + 10))
            torch._foreach_lerp_(average, [parameter.detach() for parameter in network.parameters()], 1 - decay)
        total += float(loss.detach())
        progress(step + 1, steps, total / (step - since + 1))
        if (step + 1) % max(1, steps_per_epoch // 4) == 0:
            _save_checkpoint(folder, network, optimizer, average, step + 1)
    with torch.no_grad():
        for parameter, mean in zip(network.parameters(), average, strict=True):
            parameter.copy_(mean)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    network.eval()


def _slope(share: float, warm_up: float) -> float:
    return share / warm_up if share < warm_up else (1 - share) / (1 - warm_up)


def _rates(network: Any, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameter groups: the heads at ten times the rate, each layer below the last one slower than the one above."""
    layers = list(network.base_model.encoder.layer)
    groups: list[dict[str, Any]] = [
        {"params": list(layer.parameters()), "lr": recipe.rate * recipe.layer_decay**depth}
        for depth, layer in enumerate(reversed(layers))
    ]
    words = list(network.base_model.embeddings.parameters())
    groups.append({"params": words, "lr": recipe.rate * recipe.layer_decay ** len(layers)})
    below = {id(parameter) for group in groups for parameter in group["params"]}
    heads = [parameter for parameter in network.parameters() if id(parameter) not in below]
    return [*groups, {"params": heads, "lr": recipe.rate * 10}]


def _batches(lines: Sequence[Line], tokenizer: Any, recipe: Recipe, epoch: int) -> Iterator[Any]:
    """Batches of like length in random order: token ids of each line for both passes, targets, weights."""
    random = Random(recipe.seed * 1000 + epoch)
    lines = [lines[row] for row in _rows(lines, random)]
    texts = [perturbed(line.text, random) if random.random() < recipe.perturbed else line.text for line in lines]
    contexts = [line.context if line.context and random.random() < recipe.in_context else "" for line in lines]
    ids = encode(tokenizer, texts, contexts)
    others = ids
    if recipe.agreement:
        others = encode(tokenizer, [perturbed(line.text, random) for line in lines], contexts)
    order = sorted(range(len(lines)), key=lambda row: len(ids[row]) + random.uniform(0, 4))
    batches = [order[start : start + recipe.batch_size] for start in range(0, len(order), recipe.batch_size)]
    random.shuffle(batches)
    for batch in batches:
        targets = np.stack([lines[row].targets for row in batch])
        passes = [ids[row] for row in batch], [others[row] for row in batch]
        yield passes, targets, np.array([lines[row].weight for row in batch])


def _rows(lines: Sequence[Line], random: Random) -> list[int]:
    """Which lines an epoch reads, each as often as it says; always as many."""
    rows = []
    for reads in sorted({line.reads for line in lines}):
        alike = [row for row, line in enumerate(lines) if line.reads == reads]
        rows += alike * int(reads) + random.sample(alike, round(reads % 1 * len(alike)))
    return rows


def _loss(network: Any, batch: Any, pad: int, agreement: float) -> Any:
    import torch

    passes, targets, weights = batch
    device = network.device
    wanted = torch.tensor(targets, dtype=torch.float32, device=device)
    weight = torch.tensor(weights, dtype=torch.float32, device=device)

    def logits(rows: Sequence[Sequence[int]]) -> Any:
        ids, mask = padded(rows, pad)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output = network(input_ids=ids.to(device), attention_mask=mask.to(device))
        return output.logits.float()

    first = logits(passes[0])
    loss = _disagreement(first, wanted, weight)
    if agreement:
        second = logits(passes[1])
        loss = (loss + _disagreement(second, wanted, weight)) / 2
        loss = loss + agreement * (_divergence(first, second) + _divergence(second, first)) / 2
    return loss


def _disagreement(logits: Any, targets: Any, weights: Any) -> Any:
    """Cross-entropy of the known targets: over a head's labels for `one`, the sum over its labels for the others."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax

    losses = torch.zeros(len(logits), device=logits.device)
    for head in HEADS:
        part, wanted = logits[:, columns(head.name)], targets[:, columns(head.name)]
        known = ~torch.isnan(wanted)
        wanted = torch.nan_to_num(wanted)
        if head.kind == "one":
            losses = losses - (wanted * log_softmax(part, dim=1)).sum(dim=1)
        else:
            entropy = binary_cross_entropy_with_logits(part, wanted, reduction="none")
            losses = losses + (entropy * known).sum(dim=1) * (0.3 if head.kind == "share" else 0.5)
    return (losses * weights).mean()


def _divergence(logits: Any, others: Any) -> Any:
    """Kullback-Leibler divergence from the others, summed over the heads, in the mean over the lines."""
    from torch.nn.functional import binary_cross_entropy_with_logits, kl_div, log_softmax, sigmoid, softmax

    total = 0
    for head in HEADS:
        part, other = logits[:, columns(head.name)], others[:, columns(head.name)]
        if head.kind == "one":
            total = total + kl_div(log_softmax(part, dim=1), softmax(other, dim=1), reduction="batchmean")
        else:
            shares = sigmoid(other)
            entropy = binary_cross_entropy_with_logits(part, shares, reduction="none")
            own = binary_cross_entropy_with_logits(other, shares, reduction="none")
            total = total + 0.5 * (entropy - own).sum(dim=1).mean()
    return total


def fit_heads(
    network: Any, tokenizer: Any, lines: Sequence[Line], *, standardise: bool, limit: int = 12_000, seed: int = 1
) -> None:
    """Fit the heads of a BERT on its frozen first token; other encoders keep the heads they have.

    Args:
        network: what `make_network` made.
        tokenizer: its tokenizer.
        lines: what to learn from; a head that none of them knows stays as it is.
        standardise: make the pooler tanh(gain · (x - mean) / deviation) first, for a bare encoder.
        limit: so many of the lines are enough.
        seed: of which.
    """
    import torch

    pooler = getattr(network.base_model, "pooler", None)
    if pooler is None:
        return
    torch.manual_seed(seed)
    chosen = Random(seed).sample(range(len(lines)), min(limit, len(lines)))
    features = _first_tokens(network, tokenizer, [lines[row].text for row in chosen])
    with torch.no_grad():
        if standardise:
            mean, deviation = features.mean(dim=0), features.std(dim=0) + 1e-4
            pooler.dense.weight.copy_(torch.diag(_GAIN / deviation))
            pooler.dense.bias.copy_(-_GAIN * mean / deviation)
        pooled = torch.tanh(features @ pooler.dense.weight.cpu().T + pooler.dense.bias.cpu())
    layer = network.classifier
    wanted = torch.tensor(np.stack([lines[row].targets for row in chosen]), dtype=torch.float32)
    weights = torch.tensor([lines[row].weight for row in chosen])
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.01, weight_decay=0.05)
    for _ in range(12):
        for part in torch.randperm(len(chosen)).split(256):
            _disagreement(layer(pooled[part]), wanted[part], weights[part]).backward()
            optimizer.step()
            optimizer.zero_grad()


def _first_tokens(network: Any, tokenizer: Any, texts: Sequence[str]) -> Any:
    import torch

    rows = encode(tokenizer, texts, [""] * len(texts))
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    features = torch.empty(len(rows), network.config.hidden_size)
    network.eval()
    with torch.no_grad(), torch.autocast(network.device.type, dtype=torch.bfloat16):
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            ids, mask = padded([rows[row] for row in batch], tokenizer.pad_token_id)
            output = network.base_model(input_ids=ids.to(network.device), attention_mask=mask.to(network.device))
            features[batch] = output.last_hidden_state[:, 0].float().cpu()
    return features


def _save_checkpoint(folder: Path, network: Any, optimizer: Any, average: Any, step: int) -> None:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "average": average, "step": step}
    state["random"] = torch.get_rng_state()
    torch.save(state, folder / f"{CHECKPOINT}.new")
    (folder / f"{CHECKPOINT}.new").replace(folder / CHECKPOINT)


def _resume(folder: Path, network: Any, optimizer: Any, average: list[Any]) -> int:
    """The step to go on from: that of the checkpoint in `folder`, 0 without one."""
    import torch

    if not (folder / CHECKPOINT).is_file():
        return 0
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    for own, saved in zip(average, state["average"], strict=True):
        own.copy_(saved)
    torch.set_rng_state(state["random"])
    return int(state["step"])


def known_targets(**heads: Floats) -> Floats:
    """Targets of one line, all unknown but those of the heads given, by their names with `_` for the dot."""
    row = np.full(len(COLUMNS), np.nan, dtype=np.float32)
    for name, values in heads.items():
        row[columns(name.replace("_", ".", 1))] = values
    return row
