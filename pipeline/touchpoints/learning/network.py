"""The network as torch learns it: an encoder, and linear heads on turns, stretches and the whole.

Torch is imported inside: reading with the shipped model needs none of this.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.touchpoints.network import POOLS, Window, feeds
from pipeline.touchpoints.scheme import STRETCH_HEADS, TURN_HEADS, WHOLE_HEADS, Head, width

MISSING = "The packages transformers and torch are missing: run pip install -e '.[neural]' in the checkout."
ALONE_SCALE = 0.5
"""Standard deviation of what a turn is alone, beside what it is in context, whose is 1."""
DROPOUT = 0.1
BEGUN_AT_ONCE = 16
SORTED_BATCHES = 12
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast is learnt."""

    epochs: float = 6.0
    rate: float = 1.5e-4
    head_rate: float = 2e-3
    frozen_layers: int = 6
    """The embeddings never learn here, nor do so many layers above them; what they say of a window is read once."""
    batch_size: int = 5
    passages_at_once: int = 16
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation as the network learns it; targets by head, with NaN where a label is not known."""

    texts: Sequence[str]
    customers: Sequence[bool]
    """Which turns are a customer's."""
    windows: Sequence[Window]
    alone: Any
    """(turns, size), unscaled"""
    turns: Any
    """(turns, columns of `TURN_HEADS`)"""
    whole: Any = None
    """(columns of `WHOLE_HEADS`); None for a passage"""
    end: Any = None
    """How the customer feels at the end (sentiments); None for a passage"""
    stretches: Sequence[tuple[int, int, Any]] = field(default_factory=tuple)
    """first, last, (columns of `STRETCH_HEADS`)"""


@dataclass(frozen=True, slots=True)
class Begun:
    """An example, and what the frozen layers say of each of its windows (tokens, size), halves."""

    example: Example
    states: Sequence[Any]


def make_network(start: Path, alone_mean: Any, alone_scale: Any, frozen_layers: int) -> Any:
    """The network to teach.

    Args:
        start: a folder with an encoder of transformers.
        alone_mean: mean of what turns are alone (size).
        alone_scale: what it is multiplied by after that (size).
        frozen_layers: layers that do not learn.

    Raises:
        ModelError: transformers is not installed, or the folder holds no encoder.
    """
    try:
        import torch
        from transformers import AutoModel
        from transformers.utils import logging
    except ImportError:
        raise ModelError(MISSING) from None
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        encoder = AutoModel.from_pretrained(
            start,
            add_pooling_layer=False,
            local_files_only=True,
            dtype="float32",
            attention_probs_dropout_prob=0.0,  # with it a step takes more than twice as long on a CPU
        )
    except (OSError, ValueError):
        raise ModelError(f"{start} holds no encoder: name a folder that `export-model` wrote.") from None

    class Network(torch.nn.Module):  # type: ignore[misc]
        """Windows of turns in, logits out."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            size = encoder.config.hidden_size
            own = size + len(alone_mean)
            self.norm = torch.nn.LayerNorm(size)
            self.turn = torch.nn.Linear(own, width(TURN_HEADS))
            self.pool = torch.nn.Linear(own, POOLS)
            self.whole = torch.nn.Linear(own * POOLS, width(WHOLE_HEADS))
            self.stretch = torch.nn.Linear(own * POOLS, width(STRETCH_HEADS))
            self.drop = torch.nn.Dropout(DROPOUT)
            for layer in (self.turn, self.pool, self.whole, self.stretch):
                torch.nn.init.normal_(layer.weight, std=0.01)
                torch.nn.init.zeros_(layer.bias)
            self.register_buffer("alone_mean", torch.as_tensor(alone_mean, dtype=torch.float32))
            self.register_buffer("alone_scale", torch.as_tensor(alone_scale, dtype=torch.float32))

        def begin(self, examples: Sequence[Example]) -> list[Begun]:
            """Read every window up to the layers that learn."""
            self.eval()
            flat = [(number, window) for number, example in enumerate(examples) for window in example.windows]
            states: list[list[Any]] = [[] for _ in examples]
            with torch.no_grad():
                for start in range(0, len(flat), BEGUN_AT_ONCE):
                    batch = flat[start : start + BEGUN_AT_ONCE]
                    inputs = feeds([window for _, window in batch])
                    hidden = self.encoder.embeddings(input_ids=torch.as_tensor(inputs["input_ids"]))
                    hidden = self._through(hidden, torch.as_tensor(inputs["attention_mask"]), slice(frozen_layers))
                    for (number, window), row in zip(batch, hidden, strict=True):
                        states[number].append(row[: len(window.ids)].half())
            return [Begun(example, own) for example, own in zip(examples, states, strict=True)]

        def _through(self, hidden: Any, mask: Any, layers: slice) -> Any:
            hidden_tokens = torch.where(mask[:, None, None, :] > 0, 0.0, torch.finfo(hidden.dtype).min)
            for layer in self.encoder.encoder.layer[layers]:
                hidden = layer(hidden, hidden_tokens)
            return hidden

        def vectors(self, batch: Sequence[Begun]) -> list[Any]:
            """For each conversation (turns, size)."""
            flat = [state for begun in batch for state in begun.states]
            hidden = torch.nn.utils.rnn.pad_sequence([state.float() for state in flat], batch_first=True)
            lengths = torch.tensor([len(state) for state in flat])
            mask = torch.arange(hidden.shape[1]) < lengths[:, None]
            hidden = self._through(self.drop(hidden), mask, slice(frozen_layers, None))
            found, row = [], 0
            for begun in batch:
                example = begun.example
                sums = hidden.new_zeros((len(example.alone), hidden.shape[-1]))
                counts = hidden.new_zeros((len(example.alone), 1))
                for window in example.windows:
                    places = torch.tensor(window.turns[1:])
                    sums = sums.index_add(0, places, hidden[row, 1 : len(window.ids)])
                    counts = counts.index_add(0, places, torch.ones((len(places), 1)))
                    row += 1
                alone = (torch.as_tensor(example.alone) - self.alone_mean) * self.alone_scale
                found.append(self.drop(torch.cat([self.norm(sums / counts), alone], dim=1)))
            return found

        def pooled(self, turns: Any) -> Any:
            """Some turns in a row as one vector."""
            return (torch.softmax(self.pool(turns), dim=0).T @ turns).reshape(-1)

    network = Network()
    for parameter in network.encoder.embeddings.parameters():
        parameter.requires_grad = False
    for layer in network.encoder.encoder.layer[:frozen_layers]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return network


def teach(
    network: Any, examples: Sequence[Example], passages: Sequence[Example], recipe: Recipe, progress: Progress
) -> None:
    """Teach it, AdamW with a warm-up and a linear decline; each step some conversations and some passages."""
    import torch

    body = [parameter for parameter in network.encoder.parameters() if parameter.requires_grad]
    known = {id(parameter) for parameter in network.encoder.parameters()}
    heads = [parameter for parameter in network.parameters() if id(parameter) not in known]
    groups = [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": recipe.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = max(1, int(len(examples) / recipe.batch_size * recipe.epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.0, 1 - step / steps)
    )
    rng = random.Random(recipe.seed)
    talks = _endless(network.begin(examples), recipe.batch_size, rng)
    single = _endless(network.begin(passages), recipe.passages_at_once, rng)
    network.train()
    mean = 0.0
    for step in range(1, steps + 1):
        loss = _loss(network, next(talks))
        if passages:
            loss = loss + _loss(network, next(single))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean = loss.item() if step == 1 else 0.95 * mean + 0.05 * loss.item()
        progress(step, steps, mean)
    network.eval()


def _endless(examples: Sequence[Begun], size: int, rng: random.Random) -> Iterator[list[Begun]]:
    """Batches without end, each pass in another order; those of a batch are about equally long, to pad little."""
    while examples:
        order = rng.sample(list(examples), len(examples))
        batches = []
        for start in range(0, len(order), size * SORTED_BATCHES):
            part = sorted(order[start : start + size * SORTED_BATCHES], key=lambda one: sum(map(len, one.states)))
            batches += [part[first : first + size] for first in range(0, len(part), size)]
        rng.shuffle(batches)
        yield from batches


WEIGHTS = {"customer": 6.0, "agent": 6.0, "target": 2.0, "event": 2.0}
"""What a head counts; 1 for the others. Most deeds are rare, so that their mean loss is small."""


def _loss(network: Any, begun: Sequence[Begun]) -> Any:
    import torch

    vectors = network.vectors(begun)
    batch = [one.example for one in begun]
    turns = torch.cat([network.turn(vector) for vector in vectors])
    total = _of_heads(TURN_HEADS, turns, torch.cat([torch.as_tensor(example.turns) for example in batch]))
    whole = [
        (network.pooled(vector), one.whole) for vector, one in zip(vectors, batch, strict=True) if one.whole is not None
    ]
    if whole:
        logits = torch.stack([network.whole(vector) for vector, _ in whole])
        total = total + _of_heads(WHOLE_HEADS, logits, torch.stack([torch.as_tensor(target) for _, target in whole]))
        parts = [
            (network.stretch(network.pooled(vector[first : last + 1])), torch.as_tensor(target))
            for vector, example in zip(vectors, batch, strict=True)
            for first, last, target in example.stretches
        ]
        logits, targets = (torch.stack(list(column)) for column in zip(*parts, strict=True))
        total = total + _of_heads(STRETCH_HEADS, logits, targets)
    return total


def _of_heads(heads: Sequence[Head], logits: Any, targets: Any) -> Any:
    """The mean loss of each head over the rows that know it."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    total, start = logits.new_zeros(()), 0
    for head in heads:
        own, wanted = logits[:, start : start + len(head.labels)], targets[:, start : start + len(head.labels)]
        start += len(head.labels)
        known = ~torch.isnan(wanted).any(dim=1)
        if not known.any():
            continue
        if head.kind == "one":
            loss = -(wanted[known] * torch.log_softmax(own[known], dim=1)).sum(dim=1).mean()
        else:
            loss = binary_cross_entropy_with_logits(own[known], wanted[known])
        total = total + WEIGHTS.get(head.name, 1.0) * loss
    return total
