"""Train the classifier that ships: one network on our own corpus, FinnSentiment and XED, or one taught by several.

A first network learns from the readers alone. Several of them, and the linear model, can then teach the one that
ships: it learns the mean of what they say beside what the readers say (Hinton, Vinyals, Dean 2015). Every tenth
conversation and line is kept aside and only calibrates.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.affect import Lemmatize
from pipeline.affect.finnish import load_network
from pipeline.affect.learning.calibrate import calibrate
from pipeline.affect.learning.corpora import DATA_TABLES, Example, read_finnsentiment, read_xed
from pipeline.affect.learning.customers import DEVELOP, Item, read_customers
from pipeline.affect.learning.export import export
from pipeline.affect.learning.finetune import Line, Recipe, finetune, fit_heads, known_targets
from pipeline.affect.learning.network import MISSING, make_network
from pipeline.affect.learning.teachers import readings
from pipeline.affect.scheme import COLUMNS, HEADS, MAX_INTENSITY
from pipeline.affect.scores import Floats
from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS
from pipeline.errors import ModelError
from pipeline.models import CARD, ONNX, TOKENIZER, sha256_of

NETWORK = "network"
"""Folder of the network's own weights, beside what ships: a teacher, or a start, of another training."""
WEIGHTS = {"customers": 1.0, "finnsentiment": 0.7, "xed": 0.7}
"""How a line of each corpus weighs in the loss; how often it is read, the recipe says."""
TAUGHT = {"customers": 0.2, "finnsentiment": 0.5, "xed": 0.5}
"""How much of a known target of each corpus's heads is the teachers', where there are any; of an unknown one, all."""
KEPT_ASIDE = 10
_SAMPLES = 2000

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Lines:
    """What is learnt from, and what is kept aside to calibrate on."""

    learnt: Sequence[Line]
    aside: Sequence[Line]
    rows: Mapping[str, int]
    """How many lines of each corpus there are."""


def read_lines(corpora: Path, gold: Path, recipe: Recipe | None = None) -> Lines:
    """The lines of all three corpora as targets of the network, to be read as often as the recipe says.

    Raises:
        ModelError: a corpus is missing.
    """
    recipe = recipe or Recipe()
    sources: dict[str, list[tuple[str, Line]]] = {
        "customers": [(item.conversation, customer_line(item)) for item in read_customers(gold / DEVELOP)],
        "finnsentiment": [(line.text, _forum_line(line)) for line in _finnsentiment(corpora)],
        "xed": [(line.text, _film_line(line)) for line in read_xed(corpora / "xed_fi" / "train.tsv")],
    }
    both: tuple[list[Line], list[Line]] = [], []
    for name, lines in sources.items():
        often = recipe.customers if name == "customers" else recipe.public
        for key, line in lines:
            aside = int(sha256(key.encode()).hexdigest(), 16) % KEPT_ASIDE == 0
            both[aside].append(replace(line, weight=WEIGHTS[name], reads=often))
    return Lines(*both, {name: len(lines) for name, lines in sources.items()})


def _finnsentiment(corpora: Path) -> list[Example]:
    return read_finnsentiment(corpora / "finnsentiment" / "train.tsv")


def customer_line(item: Item) -> Line:
    """An item of our corpus: what shares of its readers saw. An intensity is known where somebody saw the emotion."""
    strengths = [item.intensity.get(emotion, np.nan) / MAX_INTENSITY for emotion in EMOTIONS]
    targets = known_targets(
        sentiment_customers=np.array(item.votes),
        emotions_customers=np.array([item.emotions[emotion] for emotion in EMOTIONS]),
        intensity_customers=np.array(strengths),
        cues_customers=np.array([item.cue_share(cue) for cue in CUES]),
    )
    return Line(item.text, targets, item.context)


def _forum_line(line: Example) -> Line:
    targets = known_targets(sentiment_finnsentiment=np.array(line.votes))
    return Line(line.text, targets)


def _film_line(line: Example) -> Line:
    heads = {"emotions_xed": np.array([float(emotion in line.emotions) for emotion in EMOTIONS])}
    if any(line.votes):
        heads["sentiment_xed"] = np.array(line.votes)
    return Line(line.text, known_targets(**heads))


def taught(lines: Sequence[Line], probabilities: Floats) -> list[Line]:
    """The lines, their targets moved towards what the teachers say (lines, columns); NaN: none of them says."""
    shares = np.concatenate([np.full(len(head.labels), TAUGHT[head.name.partition(".")[2]]) for head in HEADS])
    result = []
    for line, said in zip(lines, probabilities, strict=True):
        known, told = ~np.isnan(line.targets), ~np.isnan(said)
        targets = np.where(known, line.targets, said)
        targets = np.where(known & told, (1 - shares) * line.targets + shares * said, targets)
        result.append(replace(line, targets=targets))
    return result


def train_finnish(
    corpora: Path,
    gold: Path,
    starts: Sequence[Path],
    folder: Path,
    version: str,
    *,
    recipe: Recipe | None = None,
    layers: Sequence[int] | None = None,
    teachers: Sequence[Path] = (),
    lemmatize: Lemmatize | None = None,
    device: str = "cpu",
    created: date | None = None,
    progress: Progress = lambda step, steps, loss: None,
) -> None:
    """Train, calibrate and export into `folder`: card, ONNX, tokenizer and, in `network/`, the weights as trained.

    Started again after it was cut off, it goes on from its last checkpoint.

    Args:
        corpora: where FinnSentiment and XED lie.
        gold: where our own corpus lies.
        starts: an encoder, or the `network/` of earlier trainings; of several the mean of their weights, because
            trainings that began alike and learnt in another order err elsewhere (Wortsman et al. 2022, Model soups,
            ICML). A recipe of 0 epochs exports that mean.
        folder: where to; made if it is not there.
        version: of the model.
        recipe: how to train.
        layers: which layers of the start to keep; None keeps them all.
        teachers: `network/` folders of earlier trainings.
        lemmatize: given, the linear model, trained on the way, is a teacher too, and reads these lemmas.
        device: `cpu` or what torch calls the accelerator.
        created: the date on the card, by default today.
        progress: told the step, the number of steps and the mean loss.

    Raises:
        ModelError: a corpus, the start or a library is missing.
    """
    try:
        import torch
    except ImportError:
        raise ModelError(MISSING) from None

    recipe = recipe or Recipe()
    lines = read_lines(corpora, gold, recipe)
    learnt = lines.learnt
    if teachers or lemmatize:
        learnt = taught(learnt, readings(learnt, teachers, lemmatize, device))
    torch.manual_seed(recipe.seed)  # the new heads are drawn
    tokenizer, network = make_network(starts[0], layers)
    average(network, [make_network(start, layers)[1] for start in starts[1:]])
    network.to(device)
    if not is_trained(starts[0]):
        fit_heads(network, tokenizer, learnt, standardise=True, seed=recipe.seed)
    finetune(network, tokenizer, learnt, recipe, folder, progress=progress)
    network.save_pretrained(folder / NETWORK)
    tokenizer.save_pretrained(folder / NETWORK)
    start = " + ".join(start.parent.name if start.name == NETWORK else start.name for start in starts)
    finish(folder, version, lines, start, recipe, created or date.today())


def average(network: Any, others: Sequence[Any]) -> None:
    """Give the network the mean of its own weights and those of the others, which are of its shape."""
    import torch

    with torch.no_grad():
        for parameter, *theirs in zip(*(part.parameters() for part in (network, *others)), strict=True):
            parameter.copy_(torch.stack([parameter, *theirs]).mean(dim=0))


def is_trained(start: Path) -> bool:
    """Whether the folder holds a network with our heads, not a bare encoder."""
    config = json.loads((start / "config.json").read_text(encoding="utf-8"))
    return list(config.get("id2label", {}).values()) == COLUMNS


def finish(folder: Path, version: str, lines: Lines, start: str, recipe: Recipe, created: date) -> None:
    """Calibrate and export the network in `folder`, and write the card.

    The calibration reads what ships, the rounded weights: rounding is part of the model.
    """
    tokenizer, network = make_network(folder / NETWORK)
    every = max(1, len(lines.learnt) // _SAMPLES)
    export(network, tokenizer, [line.text for line in lines.learnt[::every]], folder)
    logits = load_network(folder).logits([line.text for line in lines.aside])
    read = calibrate(logits, np.stack([line.targets for line in lines.aside]))
    (folder / CARD).write_text(_card(folder, version, lines, start, recipe, created, read), encoding="utf-8")


def _card(
    folder: Path, version: str, lines: Lines, start: str, recipe: Recipe, created: date, read: Mapping[str, Any]
) -> str:
    return CARD_TEXT.format(
        version=version,
        created=created.isoformat(),
        labels=json.dumps([*SENTIMENTS, *EMOTIONS]),
        cues=json.dumps(CUES),
        start=start,
        recipe=", ".join(f"{name} {value}" for name, value in asdict(recipe).items()),
        sure_from=read["sure_from"],
        temperatures=_table(read["temperatures"]),
        biases=_table(read["biases"]),
        files=_table({name: json.dumps(sha256_of(folder / name)) for name in (ONNX, TOKENIZER)}),
        data=DATA_TABLES.format(**lines.rows),
    )


def _table(entries: Mapping[str, object]) -> str:
    return "\n".join(f'"{name}" = {value}' for name, value in entries.items())


CARD_TEXT = """\
name = "affect-finnish"
task = "affect"
backend = "finnish"
version = "{version}"
created = {created}
description = "One small Finnish encoder with a head for each corpus: sentiment, eight emotions with intensity, cues."
intended_use = "Sentiment, emotions and cues of single masked Finnish utterances of customers and agents."
limits = "Learnt from invented customer service, a forum and film subtitles; irony without context, hints and dialects \
are often misread. Not for judging single persons, neither customers nor agents, and not for other languages."
labels = {labels}
cues = {cues}
start = "{start}"
recipe = "{recipe}"
sure_from = {sure_from}  # the probability from which on 95 % of the sentiments were right on lines kept aside

[temperatures]  # divisors of the logits
{temperatures}

[biases]  # added after that; the heads of the public corpora only serve to be measured on them
{biases}

[files]
{files}

{data}
[[data]]
title = "multilingual-e5-small, the encoder to start from where `start` is e5-small-fi32k: 32,000 pieces of it"
licence = "MIT"
attribution = "Wang, Yang, Huang, Yang, Majumder, Wei 2024, Multilingual E5 Text Embeddings, arXiv:2402.05672"
source = "intfloat/multilingual-e5-small"
"""
