"""`models`, `add-model`, `evaluate` and `train`."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigError

TREEBANKS = {"tdt_dev": "ud_finnish/fi_tdt-ud-dev.conllu", "ftb_dev": "ud_finnish/fi_ftb-ud-dev.conllu"}


def list_models(options: argparse.Namespace) -> None:
    """A line per model: folder, task, backend, version, and whether its bytes are those of its card."""
    from pipeline.config import load_config
    from pipeline.models import all_cards, verified_card

    for card in all_cards(load_config().paths.models):
        if options.verify:
            verified_card(card.folder)
        state = "verified" if options.verify else f"{len(card.files)} files"
        print(f"{card.folder.name}\t{card.task}\t{card.backend}\t{card.version}\t{state}")


def add_model(options: argparse.Namespace) -> None:
    """Bring a Hugging Face classifier under models/: from a local folder, or from the hub if the user says so."""
    import shutil

    from pipeline.affect import load_classifier
    from pipeline.affect.neural import fetch, write_card
    from pipeline.config import load_config

    labels = dict(label.partition("=")[::2] for label in options.label)
    if not all(labels.values()):
        raise ConfigError("Labels are written own=ours, such as --label LABEL_0=negative.")
    folder = load_config().paths.models / f"{options.name}-{options.version}"
    if folder.exists():
        raise ConfigError(f"{folder} is there already: choose another name or version.")
    try:
        if Path(options.source).is_dir():
            shutil.copytree(options.source, folder)
        else:
            fetch(options.source, options.revision or "", folder, allow_download=options.download)
        write_card(folder, name=options.name, version=options.version, labels=labels)
        load_classifier(folder).score([], None)  # it loads, and its labels make sense
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    print(f"Written: {folder}. Use it with affect.model = {folder.name!r}, and fill in its card.")


def evaluate(options: argparse.Namespace) -> None:
    """A line per figure of the configured classifier and lemmatizer on the development corpora."""
    from pipeline.affect import load_classifier
    from pipeline.affect.evaluate import evaluate as evaluate_affect
    from pipeline.config import load_config
    from pipeline.language import load_lemmatizer
    from pipeline.language.evaluate import lemma_accuracy

    config = load_config()
    corpora = _corpora(options, config.paths.corpora)
    classifier = load_classifier(config.paths.models / config.affect.model)
    with _working("Measuring the classifier"):
        lemmatize = load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize
        figures = evaluate_affect(classifier, corpora, lemmatize)
    for name, value in figures.items():
        print(f"{classifier.card.name}-{classifier.card.version}\t{name}\t{value:.4f}")
    lemmatizer = load_lemmatizer(config.language.lemmatizer, stanza_folder=config.language.stanza_folder)
    for name, file in TREEBANKS.items():
        with _working(f"Measuring the lemmatizer on {name}"):
            accuracy = lemma_accuracy(lemmatizer, corpora / file)
        print(f"{lemmatizer.name}\t{name}_lemma_accuracy\t{accuracy.lemma_share:.4f}")
        print(f"{lemmatizer.name}\t{name}_upos_accuracy\t{accuracy.upos_share:.4f}")


def train(options: argparse.Namespace) -> None:
    """Train one model and write its folder."""
    from pipeline.config import load_config
    from pipeline.privacy.names import MODEL

    config = load_config()
    corpora = _corpora(options, config.paths.corpora)
    folder = options.output or config.paths.models / (config.affect.model if options.task == "affect" else MODEL)
    with _working(f"Training {folder.name}"):
        _train_affect(corpora, folder) if options.task == "affect" else _train_names(corpora, folder)
    print(f"Written: {folder}")


def _train_affect(corpora: Path, folder: Path) -> None:
    from pipeline.affect.train import train_linear
    from pipeline.language import load_lemmatizer

    version = folder.name.rpartition("-")[2]
    for name, value in train_linear(corpora, folder, version, load_lemmatizer("simplemma").lemmatize).items():
        print(f"{name}\t{value:.4f}")


def _train_names(corpora: Path, folder: Path) -> None:
    from pipeline.privacy.train import train_names

    train_names(corpora, folder)


def _corpora(options: argparse.Namespace, default: Path) -> Path:
    folder: Path = options.corpora or default
    if not folder.is_dir():
        raise ConfigError(f"The corpora are not at {folder}: see README, “Train on your own”, and set --corpora.")
    return folder


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Something moves in the terminal for as long as the block lasts."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        progress.add_task(what, total=None)
        yield
