"""Train the network that reads conversations, from our gold, and write it as a model folder."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.affect.finnish import Network, load_network
from pipeline.affect.huggingface import parameters
from pipeline.affect.learning.export import quantise
from pipeline.conversation import SENTIMENTS, MaskedConversation, Speaker
from pipeline.errors import ModelError
from pipeline.models import CARD, ONNX, TOKENIZER, sha256_of, verified_card
from pipeline.touchpoints import lexical
from pipeline.touchpoints.gold import GoldConversation, GoldReading, GoldTurn, Passage
from pipeline.touchpoints.learning.lexical import teach_lexical
from pipeline.touchpoints.learning.network import ALONE_SCALE, Example, Progress, Recipe, make_network, teach
from pipeline.touchpoints.network import HEADS, PREFIXES, Line, feeds, window_turns
from pipeline.touchpoints.reader import lines
from pipeline.touchpoints.reading import TARGETS
from pipeline.touchpoints.scheme import (
    AGENT_DEEDS,
    CUSTOMER_DEEDS,
    FEELINGS,
    MATTERS,
    NO_EASE,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    columns,
    width,
)

MODEL = "path-finnish-0.5.0"
Floats = NDArray[np.float32]
LAYERS = ("norm", "turn", "pool", "whole", "stretch")
"""What stands on the encoder."""
GRAPH = "encoder."
"""Before the names of the encoder's parameters in `model.onnx`."""


class Alone:
    """What the classifier of feelings makes of turns by themselves, and its tokenizer, which the encoder shares."""

    def __init__(self, folder: Path) -> None:
        self.network: Network = load_network(folder)
        self.name = folder.name

    def read(self, texts: Sequence[str]) -> Floats:
        """(texts, size)."""
        return np.concatenate(self.network.read(texts, [""] * len(texts)), axis=1)

    def ids(self, spoken: Sequence[Line]) -> list[list[int]]:
        """Token ids of each turn, without marks of start and end."""
        texts = [f"{line.prefix}: {line.text}" for line in spoken]
        return [one.ids for one in self.network.tokenizer.encode_batch(texts, add_special_tokens=False)]


def example_of(gold: GoldConversation, masked: MaskedConversation, alone: Alone) -> Example:
    """A gold conversation, masked, as the network learns it; the first reading is what is learnt."""
    spoken = lines(masked)
    reading = gold.readings[0]
    return Example(
        texts=[line.text for line in spoken],
        customers=[speaker == "customer" for speaker in gold.speakers],
        windows=window_turns(alone.ids(spoken)),
        alone=alone.read([line.text for line in spoken]),
        turns=np.stack([_turn(gold, reading, place) for place in range(len(spoken))]),
        whole=_whole(gold, reading),
        end=np.array([name == reading.end for name in SENTIMENTS], np.float32),
        stretches=[
            (segment.first, segment.last, _dimensions(segment.goal, segment.ease)) for segment in reading.segments
        ],
    )


def passage_of(passage: Passage, alone: Alone) -> Example:
    """A passage as the network learns it: what its turns are about, and what they do where that is known."""
    spoken = [Line(PREFIXES[speaker], text) for speaker, text in zip(passage.speakers, passage.texts, strict=True)]
    rows = [_row(speaker, passage.matters, turn) for speaker, turn in zip(passage.speakers, passage.turns, strict=True)]
    customers = [speaker == "customer" for speaker in passage.speakers]
    windows, read = window_turns(alone.ids(spoken)), alone.read(passage.texts)
    return Example(passage.texts, customers, windows, read, np.stack(rows))


def _turn(gold: GoldConversation, reading: GoldReading, place: int) -> Floats:
    touchpoint = next(one.touchpoint for one in reading.segments if one.first <= place <= one.last)
    return _row(gold.speakers[place], [touchpoint], reading.turns[place])


def _row(speaker: Speaker, matters: Sequence[str], turn: GoldTurn | None) -> Floats:
    """What is known of a turn, by the columns of `TURN_HEADS`; of several matters each holds as much."""
    row = np.full(width(TURN_HEADS), np.nan, np.float32)
    row[columns(TURN_HEADS, "matter")] = [(name in matters) / len(matters) for name in MATTERS]
    if turn and speaker == "customer":
        row[columns(TURN_HEADS, "customer")] = [deed in turn.does for deed in CUSTOMER_DEEDS]
        row[columns(TURN_HEADS, "feeling")] = [value == turn.feeling for value in FEELINGS]
        if turn.feeling and turn.targets:
            row[columns(TURN_HEADS, "target")] = [name in turn.targets for name in TARGETS]
    elif turn and speaker == "agent":
        row[columns(TURN_HEADS, "agent")] = [deed in turn.does for deed in AGENT_DEEDS]
    return row


def _dimensions(goal: str, ease: str | None) -> Floats:
    goals, eases = (
        [name == told for name in head.labels]
        for head, told in zip(STRETCH_HEADS, (goal, ease or NO_EASE), strict=True)
    )
    return np.array([*goals, *eases], np.float32)


def _whole(gold: GoldConversation, reading: GoldReading) -> Floats:
    events = [
        reading.customer_does("complaint", gold.speakers),
        reading.customer_does("repeat_contact", gold.speakers),
        reading.churn,
        reading.transferred,
    ]
    row = np.concatenate([_dimensions(reading.goal, reading.ease), np.array(events, np.float32)])
    assert len(row) == width(WHOLE_HEADS)
    return row


def train_conversations(
    examples: Sequence[Example],
    passages: Sequence[Example],
    start: Path,
    alone: Alone,
    folder: Path,
    *,
    recipe: Recipe,
    earlier: Path | None = None,
    created: date | None = None,
    progress: Progress = lambda step, steps, loss: None,
) -> None:
    """Teach and write into `folder`: `model.onnx`, `heads.npz`, `lexical.npz`, `tokenizer.json`, a card.

    Args:
        examples: conversations.
        passages: turns out of conversations, of which the whole is not known.
        start: a folder with an encoder of transformers.
        alone: the classifier that reads turns by themselves.
        folder: the new model's.
        recipe: how long and how fast.
        earlier: the folder of a model that this has written, to go on from; layers that do not learn are of `start`.
        created: the day on the card (default: today).
        progress: called after each step.

    Raises:
        ModelError: torch, transformers or onnx is not installed, `start` holds no encoder, or `earlier` is of another
            shape.
    """
    try:
        import torch
    except ImportError:
        raise ModelError("torch is missing: run pip install -e '.[neural]' in the checkout.") from None
    torch.manual_seed(recipe.seed)
    read = np.concatenate([example.alone for example in examples])
    scale = ALONE_SCALE / (read.std(axis=0) + 1e-3)
    network = make_network(start, read.mean(axis=0), scale, recipe.frozen_layers)
    if earlier:
        go_on_from(network, earlier)
    teach(network, examples, passages, recipe, progress)
    letters = teach_lexical([*examples, *passages], seed=recipe.seed)
    told = f"{recipe}, from {earlier.name}" if earlier else str(recipe)
    write(network, letters, alone, examples, folder, recipe=told, passage_count=len(passages), created=created)


def go_on_from(network: Any, folder: Path) -> None:
    """Give a network what a model that was written before has learnt: its heads, and the layers that learn.

    Raises:
        ModelError: the model is missing, altered, or of another shape.
    """
    import onnx
    import torch

    card = verified_card(folder)
    weights = parameters(onnx.load(folder / ONNX), GRAPH)
    learning = {name: value for name, value in network.encoder.named_parameters() if value.requires_grad}
    heads = {f"{name}_{part}": getattr(getattr(network, name), part) for name in LAYERS for part in ("weight", "bias")}
    heads |= {name: getattr(network, name) for name in ("alone_mean", "alone_scale")}
    with np.load(folder / HEADS, allow_pickle=False) as stored:
        found = weights | {name: stored[name] for name in stored.files}
    wanted = learning | heads
    if any(name not in found or found[name].shape != value.shape for name, value in wanted.items()):
        raise ModelError(f"{card.name} {card.version} has another shape than this network: start without it.")
    with torch.no_grad():
        for name, value in wanted.items():
            value.copy_(torch.tensor(found[name]))


def write(
    network: Any,
    letters: lexical.Lexical,
    alone: Alone,
    examples: Sequence[Example],
    folder: Path,
    *,
    recipe: str,
    passage_count: int = 0,
    created: date | None = None,
) -> None:
    """Write a taught network into `folder`; some of the examples fix the scales of its whole numbers."""
    import onnx

    folder.mkdir(parents=True, exist_ok=True)
    lexical.save(letters, folder)
    heads = {
        f"{name}_{part}": getattr(getattr(network, name), part).detach().numpy().astype(np.float32)
        for name in LAYERS
        for part in ("weight", "bias")
    }
    heads |= {name: getattr(network, name).numpy() for name in ("alone_mean", "alone_scale")}
    np.savez_compressed(folder / HEADS, **heads)
    with TemporaryDirectory() as place:
        traced = Path(place) / ONNX
        _trace(network.encoder, traced)
        model = onnx.load(traced)
    windows = [window for example in examples[:: max(1, len(examples) // 150)] for window in example.windows]
    quantise(model, [feeds([window]) for window in windows])
    onnx.save(model, folder / ONNX)
    alone.network.tokenizer.save(str(folder / TOKENIZER))
    files = {name: sha256_of(folder / name) for name in (HEADS, lexical.LEXICAL, ONNX, TOKENIZER)}
    day = created or datetime.now(UTC).date()
    card = _card(folder.name, alone.name, recipe, day, files, (len(examples), passage_count))
    (folder / CARD).write_text(card, encoding="utf-8")


def _trace(encoder: Any, path: Path) -> None:
    import warnings

    import torch

    class Readable(torch.nn.Module):  # type: ignore[misc]
        """The encoder with one bare tensor as its output."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    encoder.eval()
    encoder.config._attn_implementation = "eager"
    ids = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 9, 2, 1]])
    axes = {0: "windows", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes; a test compares what both say
        torch.onnx.export(
            Readable().eval(),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["hidden"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "hidden": axes},
            opset_version=17,
            dynamo=False,
        )


def _card(name: str, alone: str, recipe: str, day: date, files: Mapping[str, str], rows: tuple[int, int]) -> str:
    lines_of_files = "\n".join(f'"{file}" = "{digest}"' for file, digest in files.items())
    base, _, version = name.rpartition("-")
    task, _, backend = base.partition("-")
    return f"""name = "{base}"
task = "{task}"
backend = "{backend}"
version = "{version}"
created = {day}
description = "Whole conversations: touchpoints, goal, ease, feelings in context, what each turn does."
intended_use = "Masked Finnish conversations of customers with a company's service, in aggregate."
limits = "Learnt from invented conversations; unusual trades are read less well. Not for judging single persons."
alone = "{alone}"  # the classifier whose reading of each turn by itself stands beside
recipe = "{recipe}"

[files]
{lines_of_files}

[[data]]
title = "Conversations of customers and agents, develop part: invented for this project"
licence = "CC0 1.0"
rows = {rows[0]}
source = "data/gold/conversations_develop.jsonl"

[[data]]
title = "Passages of conversations, and what single utterances are about: invented for this project"
licence = "CC0 1.0"
rows = {rows[1]}
source = "data/gold/passages_develop.jsonl, data/gold/matters_develop.jsonl"
"""
