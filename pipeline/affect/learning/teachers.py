"""What teachers say of the lines that a network is to learn: earlier networks, and the linear model.

The linear model says it of lines that it has not learnt from: what a model says of its own lines is what they say.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from pipeline.affect import Lemmatize
from pipeline.affect.learning.corpora import Example
from pipeline.affect.learning.finetune import Line
from pipeline.affect.learning.heads import Column, fit_present, fit_votes, out_of_fold, temperature_of
from pipeline.affect.learning.network import make_network, predict
from pipeline.affect.learning.train_linear import vectorize
from pipeline.affect.linear import OUTPUTS
from pipeline.affect.scheme import COLUMNS, HEADS, columns
from pipeline.affect.scores import Floats, sigmoid, softmax
from pipeline.conversation import EMOTIONS, Emotion

LINEAR_SHARE = 0.35
"""How much of what the teachers say the linear model says; the networks share the rest."""
Fit = Callable[[Any, Any], Column]


def readings(lines: Sequence[Line], networks: Sequence[Path], lemmatize: Lemmatize | None, device: str) -> Floats:
    """What the teachers say together, as probabilities (lines, columns); NaN where none of them says anything.

    Args:
        lines: to be read.
        networks: the folders of the networks that teach.
        lemmatize: given, the linear model teaches too.
        device: of the networks.

    Raises:
        ModelError: a folder holds no network.
    """
    said = np.full((len(lines), len(COLUMNS)), np.nan, dtype=np.float32)
    if networks:
        said = np.mean([network_readings(folder, lines, device) for folder in networks], axis=0)
    if lemmatize:
        other = linear_readings(lines, lemmatize)
        both = (1 - LINEAR_SHARE) * said + LINEAR_SHARE * other
        said = np.where(np.isnan(other), said, np.where(np.isnan(said), other, both))
    return said


def network_readings(folder: Path, lines: Sequence[Line], device: str) -> Floats:
    """What the network in a folder says of each line in its context, as probabilities (lines, columns)."""
    tokenizer, network = make_network(folder)
    logits = predict(network.to(device), tokenizer, [line.text for line in lines], [line.context for line in lines])
    return probabilities_of(logits)


def probabilities_of(logits: Floats) -> Floats:
    """What a network says, as probabilities (lines, columns)."""
    said = np.empty_like(logits)
    for head in HEADS:
        part = columns(head.name)
        said[:, part] = softmax(logits[:, part]) if head.kind == "one" else sigmoid(logits[:, part])
    return said


def linear_readings(lines: Sequence[Line], lemmatize: Lemmatize) -> Floats:
    """What a linear model says of each line, calibrated (lines, columns); NaN in what it cannot say."""
    examples = [_example(line) for line in lines]
    targets = np.stack([line.targets for line in lines])
    _, features = vectorize(examples, lemmatize)
    said = np.full(targets.shape, np.nan, dtype=np.float32)
    with threadpool_limits(limits=1):
        for output in OUTPUTS:
            part = columns(output)
            own = np.flatnonzero(~np.isnan(targets[:, part]).any(axis=1))
            known, seen = targets[own, part], [examples[row] for row in own]
            if output.startswith("sentiment"):
                logits = _logits(fit_votes, features, known, own, seen)
                said[:, part] = softmax(logits / temperature_of(logits[own], known))
                continue
            for column, present in zip(range(part.start, part.stop), known.T > 0.5, strict=True):
                if len(set(present)) > 1:
                    logits = _logits(fit_present, features, present, own, seen)
                    slope, bias = fit_present(logits[own], present)
                    said[:, column] = sigmoid(logits @ slope + bias)[:, 0]
    return said


def _logits(fit: Fit, features: Any, targets: Any, own: Any, seen: Sequence[Example]) -> Floats:
    """Logits (lines, outputs) of a layer fitted on the own lines; those of the own ones are of layers without them."""
    weights, bias = fit(features[own], targets)
    logits: Floats = features @ weights + bias
    logits[own] = out_of_fold(fit, features[own], targets, seen)
    return logits


def _example(line: Line) -> Example:
    """The line as the linear heads read it: the votes, and the emotions that most readers saw."""
    votes, emotions = (0.0, 0.0, 0.0), frozenset[Emotion]()
    for output in OUTPUTS:
        known = line.targets[columns(output)]
        if np.isnan(known).any():
            continue
        if output.startswith("sentiment"):
            votes = tuple(known.tolist())
        else:
            emotions = frozenset(emotion for emotion, share in zip(EMOTIONS, known, strict=True) if share > 0.5)
    return Example(line.text, votes, emotions)
