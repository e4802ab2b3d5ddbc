"""`evaluate conversations` and `train conversations`: how well whole conversations are read, and teaching it."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import plain_table, print_rows, steps, wide_console, working
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.touchpoints.gold import GoldConversation

AGREEMENT = "second reader"


def evaluate(options: argparse.Namespace) -> None:
    """A table of the figures beside how well a second reader agrees with the first, or of channels, or a JSON object.

    Raises:
        ConfigError: channels are asked for, and no network reads feelings in context.
    """
    from pipeline.analysis import load_readers
    from pipeline.analysis.evaluate import agreement
    from pipeline.analysis.evaluate import evaluate as evaluate_conversations
    from pipeline.config import load_config, project_root
    from pipeline.models import write_metrics
    from pipeline.touchpoints.gold import VERIFY, read_gold

    config = load_config()
    config = replace(config, affect=replace(config.affect, evidence=False))
    path: Path = options.file or project_root() / "data" / "gold" / VERIFY
    golds = list(read_gold(path))
    if options.channels:
        _channels(path, golds, config, options.format)
        return
    with working(f"Reading the conversations of {path.name}"):
        found = evaluate_conversations(golds, config, *load_readers(config))
    if options.card:
        named = {f"{path.stem}_{name}": round(value, 4) for name, value in found.items()}
        write_metrics(config.paths.models / config.touchpoints.model, named, "tunnepolku evaluate conversations")
    readers = agreement(golds) if any(gold.summary or len(gold.readings) > 1 for gold in golds) else {}
    if options.format == "json":
        print(json.dumps({"file": path.name, "figures": found, AGREEMENT: readers}, indent=2))
    else:
        _print(path, found, readers)


def _channels(path: Path, golds: "Sequence[GoldConversation]", config: "Config", form: str) -> None:
    from pipeline.analysis import load_readers
    from pipeline.analysis.channels import ChannelCalibration, calibrate_channels

    if not config.touchpoints.model:
        raise ConfigError("touchpoints.model is empty, so that no feeling is read in context: name a model of paths.")
    with working(f"Reading the conversations of {path.name}"):
        rows = [asdict(row) for row in calibrate_channels(golds, *load_readers(config))]
    if form == "json":
        print(json.dumps({"file": path.name, "channels": rows}, indent=2))
        return
    print_rows([field.name for field in fields(ChannelCalibration)], [list(row.values()) for row in rows])


def _print(path: Path, found: Mapping[str, float], readers: Mapping[str, float]) -> None:
    console = wide_console()
    console.print(f"{found['conversation_count']:.0f} conversations of {path.name}")
    table = plain_table("figure", "model", AGREEMENT)
    for name, value in found.items():
        if name != "conversation_count":
            table.add_row(name, f"{value:.3f}", f"{readers[name]:.3f}" if readers else "–")
    console.print(table)


def train(options: argparse.Namespace) -> None:
    """Teach the network from `data/gold` and write its folder.

    Raises:
        ConfigError: no encoder to start from is named.
        ModelError: torch is not installed, or the encoder is none.
    """
    from pipeline.analysis import load_readers
    from pipeline.analysis.prepare import prepare
    from pipeline.config import load_config, project_root
    from pipeline.touchpoints.learning.network import Recipe
    from pipeline.touchpoints.learning.train import MODEL, Alone, train_conversations

    if not options.start:
        raise ConfigError("Name an encoder: --start FOLDER, such as one that `export-model --head all` wrote.")
    encoder, *further = options.start
    if len(further) > 1:
        raise ConfigError("Name one encoder, and at most one earlier model of conversations to go on from.")
    earlier = Path(further[0]) if further else None
    config = load_config()
    config = replace(
        config, affect=replace(config.affect, evidence=False), touchpoints=replace(config.touchpoints, model="")
    )
    folder: Path = options.output or config.paths.models / MODEL
    reader, _ = load_readers(config)
    alone = Alone(config.paths.models / config.affect.model)
    with working("Masking and reading the gold"):
        examples, passages = prepare(project_root() / "data" / "gold", reader, alone)
    given = {"epochs": options.epochs, "rate": options.rate, "seed": options.seed}
    recipe = Recipe(**{name: value for name, value in given.items() if value is not None})
    with steps(f"Training {folder.name}") as progress:
        train_conversations(
            examples, passages, Path(encoder), alone, folder, recipe=recipe, earlier=earlier, progress=progress
        )
    print(f"Written: {folder}. Measure it with `tunnepolku evaluate conversations --card`.")
