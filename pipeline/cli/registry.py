"""`models`: which there are, which is in use, choose another, go back."""

import argparse
import os
from pathlib import Path

from pipeline.cli.affect import model_folder
from pipeline.errors import ConfigError, ModelError

VARIABLE = "TUNNEPOLKU_AFFECT__MODEL"


def list_models(options: argparse.Namespace) -> None:
    """A line per model: folder, task, backend, version, whether its bytes are those of its card, and the one in use.

    Raises:
        ModelError: a card cannot be read, or with `--verify` a file is altered.
    """
    from pipeline.config import load_config
    from pipeline.models import CARD, all_cards, read_card, verified_card

    config = load_config()
    in_use = model_folder(config, config.affect.model)
    cards = all_cards(config.paths.models)
    if in_use not in [card.folder for card in cards] and (in_use / CARD).exists():  # a folder elsewhere
        cards.append(read_card(in_use))
    for card in cards:
        if options.verify:
            verified_card(card.folder)
        state = "verified" if options.verify else f"{len(card.files)} files"
        name = card.folder.name if card.folder.parent == config.paths.models else str(card.folder)
        used = ("in use",) if card.folder == in_use else ()
        print(name, card.task, card.backend, card.version, state, *used, sep="\t")


def use(options: argparse.Namespace) -> None:
    """Make another classifier the one of the nights to come, once it is seen to be whole and to load.

    Raises:
        ConfigError: an environment variable decides instead, or the settings cannot be written.
        ModelError: the model is missing, altered or no classifier.
    """
    from pipeline.affect.registry import choose
    from pipeline.config import load_config

    config = load_config()
    file = _settings()
    folder = _loadable(model_folder(config, options.name))
    name = folder.name if folder.parent == config.paths.models else str(folder)
    if folder == model_folder(config, config.affect.model):
        print(f"{name} is in use already.")
        return
    choose(file, name, config.affect.model)
    load_config.cache_clear()
    print(f"In use from now on: {name}, written to {file}. Go back with: tunnepolku models rollback")
    print("What is stored keeps the scores it has until: tunnepolku rescore")


def rollback(options: argparse.Namespace) -> None:
    """Make the classifier that was in use before the last choice the one in use again.

    Raises:
        ConfigError: there was no choice before, or the settings cannot be written.
        ModelError: the earlier model is missing or altered.
    """
    from pipeline.affect.registry import earlier, go_back
    from pipeline.config import load_config

    file = _settings()
    if (name := earlier(file)) is not None:
        _loadable(model_folder(load_config(), name))
    go_back(file)
    load_config.cache_clear()
    print(f"In use again: {name}, written to {file}.")


def _settings() -> Path:
    """The user's settings, where `pipeline.config` looks for them."""
    from pipeline.config import project_root

    if VARIABLE in os.environ:
        raise ConfigError(f"{VARIABLE} decides which model is in use: unset it first.")
    return Path(os.environ.get("TUNNEPOLKU_CONFIG") or project_root() / "tunnepolku.toml")


def _loadable(folder: Path) -> Path:
    """The folder, once its model is known to be a classifier, whole and loadable."""
    from pipeline.affect import load_classifier
    from pipeline.models import read_card

    if (card := read_card(folder)).task != "affect":
        raise ModelError(f"The model {card.name} is for {card.task}, not for affect: choose another.")
    return load_classifier(folder).card.folder
