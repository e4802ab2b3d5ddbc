"""`palvelupolku` and `drivers`: is such a file right, and what does it say?"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import wide_console
from pipeline.conversation import MaskedText, Token
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from rich.tree import Tree

    from pipeline.touchpoints import Palvelupolku, Taxonomies
    from pipeline.touchpoints.palvelupolku import ContactPoint
    from pipeline.touchpoints.problems import Language, Problem

WORDS: Mapping["Language", Mapping[str, str]] = {
    "fi": {
        "staff": "henkilöstö", "process": "prosessi", "product": "tuote", "environment": "ympäristö", "front": "näkyvä",
        "back": "tausta", "own": "oma", "partner": "kumppani", "anywhere": "Missä tahansa",
        "misses": "esimerkki ei osu", "hits": "vastaesimerkki osuu",
        "wrong": "{path}: korjattavaa {count}. Korjaa ja aja uudelleen.",
    },
    "en": {
        "staff": "staff", "process": "process", "product": "product", "environment": "environment", "front": "front",
        "back": "back", "own": "own", "partner": "partner", "anywhere": "Anywhere",
        "misses": "the example names nothing", "hits": "the counterexample is a hit",
        "wrong": "{path}: {count} to correct. Do so and run this again.",
    },
}  # fmt: skip


def palvelupolku(options: argparse.Namespace) -> None:
    """Print a service path as a tree, or everything that is wrong with it.

    Raises:
        ConfigError: something is wrong, or there is no such file.
    """
    from pipeline.config import load_config
    from pipeline.touchpoints import Taxonomies, load_palvelupolku
    from pipeline.touchpoints.palvelupolku import palvelupolku_problems

    path = options.file or load_config().touchpoints.palvelupolku
    _refuse(path, palvelupolku_problems(path), options.language)
    loaded = load_palvelupolku(path)
    _try_examples(path, Taxonomies(loaded), options.language)
    wide_console().print(_tree(loaded, WORDS[options.language]))


def drivers(options: argparse.Namespace) -> None:
    """Print the drivers of a file, or everything that is wrong with it.

    Raises:
        ConfigError: something is wrong, or there is no such file.
    """
    from pipeline.config import load_config
    from pipeline.touchpoints import Palvelupolku, Taxonomies, load_drivers
    from pipeline.touchpoints.drivers import driver_problems

    path = options.file or load_config().touchpoints.drivers
    _refuse(path, driver_problems(path), options.language)
    loaded = load_drivers(path)
    _try_examples(path, Taxonomies(Palvelupolku((), 1), loaded), options.language)
    for driver in loaded:
        print(f"{driver.name} ({driver.id}): {driver.description}")


def _refuse(path: Path, problems: Sequence["Problem"], language: "Language") -> None:
    for problem in problems:
        print(problem.told(language))
    if problems:
        raise ConfigError(WORDS[language]["wrong"].format(path=path, count=len(problems)))


def _try_examples(path: Path, taxonomies: "Taxonomies", language: "Language") -> None:
    """Read the examples as a night would, with the lemmatizer of the settings."""
    from pipeline.touchpoints.mentions import unmet_examples

    words = WORDS[language]
    unmet = unmet_examples(taxonomies, _tokens)
    for one in unmet:
        print(f"{one.label}: {words['hits' if one.names_it else 'misses']}: {one.sentence}")
    if unmet:
        raise ConfigError(words["wrong"].format(path=path, count=len(unmet)))


def _tokens(sentences: Sequence[str]) -> list[tuple[MaskedText, list[Token]]]:
    """Somebody's own examples, which are stored nowhere, with their tokens."""
    from pipeline.config import load_config
    from pipeline.language import load_lemmatizer

    settings = load_config().language
    texts = [MaskedText(sentence) for sentence in sentences]
    tokens = load_lemmatizer(settings.lemmatizer, stanza_folder=settings.stanza_folder).lemmatize(texts)
    return list(zip(texts, tokens, strict=True))


def _tree(path: "Palvelupolku", words: Mapping[str, str]) -> "Tree":
    """Stages, their touchpoints, their contact points; then those that are met anywhere."""
    from rich.tree import Tree

    tree = Tree(f"{path.name} ({path.id})")
    for stage in path.stages:
        branch = tree.add(f"{stage.name} ({stage.id})")
        for touchpoint in path.touchpoints:
            if touchpoint.stage == stage.id:
                points = [point for point in path.contact_points if touchpoint.id in point.touchpoints]
                _add(branch.add(f"{touchpoint.name} ({touchpoint.id})"), points, words)
    _add(tree.add(words["anywhere"]), [point for point in path.contact_points if not point.touchpoints], words)
    return tree


def _add(branch: "Tree", points: Sequence["ContactPoint"], words: Mapping[str, str]) -> None:
    for point in points:
        facts = ", ".join(words[word] for word in (point.kind, point.side, point.provider))
        branch.add(f"{point.name} ({point.id}): {facts}")
