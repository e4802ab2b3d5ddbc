"""`add-model`, `evaluate` and `train`."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import steps, working
from pipeline.cli.language import TREEBANKS
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    pass


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
    from pipeline.affect.measuring.evaluate import evaluate as evaluate_affect
    from pipeline.config import load_config
    from pipeline.language import load_lemmatizer
    from pipeline.language.evaluate import evaluate as evaluate_language
    from pipeline.language.evaluate import figures as figures_of

    config = load_config()
    corpora = _corpora(options, config.paths.corpora)
    classifier = load_classifier(config.paths.models / config.affect.model, config.affect.labels)
    with working("Measuring the classifier"):
        lemmatize = load_lemmatizer(classifier.lemmatizer or "simplemma").lemmatize
        figures = evaluate_affect(classifier, corpora, lemmatize)
    for name, value in figures.items():
        print(f"{classifier.card.name}-{classifier.card.version}\t{name}\t{value:.4f}")
    lemmatizer = load_lemmatizer(config.language.lemmatizer, stanza_folder=config.language.stanza_folder)
    for treebank, file in TREEBANKS.items():
        with working(f"Measuring the lemmatizer on {treebank}"):
            figures = figures_of(evaluate_language(lemmatizer, corpora / file, unseen_only=True))
        for name, value in figures.items():
            print(f"{lemmatizer.name}\t{treebank}_{name}\t{value:.4f}")


def train(options: argparse.Namespace) -> None:
    """Train one model and write its folder."""
    if options.task == "stanza":
        _train_stanza(options)
        return
    if options.task == "roles":
        _train_roles(options)
        return
    if options.task == "conversations":
        from pipeline.cli.conversations import train as train_conversations

        train_conversations(options)
        return
    from pipeline.config import load_config

    config = load_config()
    corpora = _corpora(options, config.paths.corpora)
    if options.task == "affect" and options.backend == "finnish":
        _train_finnish(options, corpora)
        return
    if options.task == "privacy":
        _train_privacy(options, corpora)
        return
    write, name = _trainer(options.task)
    folder = options.output or config.paths.models / name
    with working(f"Training {folder.name}"):
        write(corpora, folder)
    print(f"Written: {folder}")


def _trainer(task: str) -> tuple[Callable[[Path, Path], None], str]:
    """What trains a model from corpora into a folder, and the folder's usual name."""
    from pipeline.affect.learning.train_linear import MODEL as AFFECT
    from pipeline.language.finnish import MODEL as LEMMAS
    from pipeline.language.identify import MODEL as LANGUAGES

    return {
        "affect": (_train_linear, AFFECT),
        "lemmas": (_train_lemmas, LEMMAS),
        "languages": (_train_languages, LANGUAGES),
    }[task]


def _train_linear(corpora: Path, folder: Path) -> None:
    from pipeline.affect.learning.train_linear import train_linear
    from pipeline.config import project_root
    from pipeline.language import load_lemmatizer

    gold = project_root() / "data" / "gold"
    version = folder.name.rpartition("-")[2]
    for name, value in train_linear(corpora, gold, folder, version, load_lemmatizer("simplemma").lemmatize).items():
        print(f"{name}\t{value:.4f}")


def _train_finnish(options: argparse.Namespace, corpora: Path) -> None:
    from pipeline.affect.learning.finetune import Recipe
    from pipeline.affect.learning.train_finnish import train_finnish
    from pipeline.config import project_root
    from pipeline.language import load_lemmatizer

    if not (options.start and options.output):
        raise ConfigError("Name an encoder and a new folder: --start FOLDER --output models/affect-finnish-VERSION.")
    given = {"epochs": options.epochs, "rate": options.rate, "seed": options.seed} | _named(options.recipe)
    with steps(f"Training {options.output.name}") as progress:
        train_finnish(
            corpora,
            project_root() / "data" / "gold",
            [_start(start, options) for start in options.start],
            options.output,
            options.output.name.rpartition("-")[2],
            recipe=Recipe(**{name: value for name, value in given.items() if value is not None}),
            layers=[int(layer) for layer in options.layers.split(",")] if options.layers else None,
            teachers=[Path(teacher) for teacher in options.teacher if teacher != "linear"],
            lemmatize=load_lemmatizer("simplemma").lemmatize if "linear" in options.teacher else None,
            device=options.device,
            progress=progress,
        )
    print(f"Written: {options.output}. Measure it with `tunnepolku evaluate affect --model {options.output}`.")


def _named(pairs: Sequence[str]) -> dict[str, float]:
    """Fields of the recipe from NAME=VALUE."""
    from dataclasses import fields

    from pipeline.affect.learning.finetune import Recipe

    kinds = {field.name: field.type for field in fields(Recipe)}
    try:
        return {
            name: int(value) if kinds[name] is int else float(value)
            for name, _, value in (pair.partition("=") for pair in pairs)
        }
    except (KeyError, ValueError):
        names = ", ".join(kinds)
        raise ConfigError(f"--recipe is written NAME=VALUE, a number, where NAME is one of {names}.") from None


def _start(start: str, options: argparse.Namespace) -> Path:
    """The folder of the encoder to start from: a local one, or a hub model's."""
    if Path(start).is_dir():
        return Path(start)
    from pipeline.affect.learning.network import fetch_encoder

    return fetch_encoder(start, options.revision or "", allow_download=options.download)


def _train_privacy(options: argparse.Namespace, corpora: Path) -> None:
    from pipeline.config import load_config, project_root
    from pipeline.privacy.learning.network import Recipe
    from pipeline.privacy.learning.train import train_privacy
    from pipeline.privacy.recognizer import MODEL

    folder = options.output or load_config().paths.models / MODEL
    given = {"epochs": options.epochs, "rate": options.rate, "seed": options.seed}
    layers = [int(layer) for layer in options.layers.split(",")] if options.layers else None
    with steps(f"Training {folder.name}") as progress:
        train_privacy(
            corpora,
            project_root() / "data" / "gold",
            folder,
            start=Path(options.start[0]) if options.start else None,
            recipe=Recipe(layers=layers, **{name: value for name, value in given.items() if value is not None}),
            progress=progress,
        )
    print(f"Written: {folder}. Measure it with `tunnepolku evaluate privacy --card`.")


def _train_roles(options: argparse.Namespace) -> None:
    from pipeline.config import load_config, project_root
    from pipeline.sources.roles.model import MODEL
    from pipeline.sources.roles.train import train_roles

    folder = options.output or load_config().paths.models / MODEL
    with working(f"Training {folder.name}"):
        train_roles(project_root() / "data" / "gold", folder)
    print(f"Written: {folder}. Measure it with `tunnepolku evaluate roles --card`.")


def _train_lemmas(corpora: Path, folder: Path) -> None:
    from pipeline.config import project_root
    from pipeline.language.lemma_train import train_lemmas

    train_lemmas(corpora, project_root() / "data" / "gold", folder, folder.name.rpartition("-")[2])


def _train_languages(corpora: Path, folder: Path) -> None:
    from pipeline.language.identify_train import train_languages

    train_languages(corpora, folder, folder.name.rpartition("-")[2])


def _train_stanza(options: argparse.Namespace) -> None:
    from pipeline.language.stanza_train import train_stanza

    if not (options.train and options.dev and options.output):
        raise ConfigError("Name treebanks and a new folder: --train A.conllu --dev D.conllu --output FOLDER.")
    limits = {"steps": options.steps, "epochs": options.epochs}
    for name, value in train_stanza(options.train, options.dev, options.output, **limits).items():
        print(f"{name}\t{value:.4f}")
    print(f"Written: {options.output}. Use it with language.lemmatizer = 'stanza' and this as language.stanza_folder.")


def _corpora(options: argparse.Namespace, default: Path) -> Path:
    folder: Path = options.corpora or default
    if not folder.is_dir():
        raise ConfigError(f"The corpora are not at {folder}: see README, “Train on your own”, and set --corpora.")
    return folder
