"""The names that analysts give to topics, in a TOML file: known again by touchpoint and words, not by number.

The file is only ever added to: what somebody has written stays as it is.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.topics.finding import Topic

ALIKE = 0.5
"""A topic has the name of an entry of which it holds so much of the words, or more."""
HEAD = """\
# Topics that `tunnepolku topics` found, and what they are called. Change `name` as you like. A topic is known again by
# `touchpoint` and `lemmas`: it takes the name of the entry of which half the lemmas, or more, stand out in it. Delete
# an entry to have it named anew. For words that should count every night, add a driver to your file of drivers instead.
"""
_ENTRY = "\n[[topics]]\nname = {name}\ntouchpoint = {touchpoint}\nlemmas = {lemmas}\n"


@dataclass(frozen=True, slots=True)
class Named:
    """An entry of the file."""

    name: str
    touchpoint: str
    lemmas: tuple[str, ...]


def load_names(path: Path) -> list[Named]:
    """The entries of a file in its order; none where there is no file yet.

    Raises:
        ConfigError: it is no such file; the message says which entry is wrong.
    """
    if not path.exists():
        return []
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}. Mend it, or name another file.") from None
    entries = content.get("topics", [])
    if not isinstance(entries, list) or content.keys() - {"topics"}:
        raise ConfigError(f"{path} should hold [[topics]] with name, touchpoint and lemmas, and nothing else.")
    return [_named(entry, number, path) for number, entry in enumerate(entries, start=1)]


def call(topics: Sequence[Topic], names: Sequence[Named]) -> list[Topic]:
    """The topics under the names they were given; each name is used once, by the topic that is most like it."""
    likeness = sorted(
        (
            (-len({*entry.lemmas} & {*topic.lemmas}) / len(entry.lemmas), number, place)
            for place, topic in enumerate(topics)
            for number, entry in enumerate(names)
            if entry.touchpoint == topic.touchpoint
        ),
    )
    called: dict[int, int] = {}
    for like, number, place in likeness:
        if -like >= ALIKE and place not in called and number not in called.values():
            called[place] = number
    return [
        replace(topic, name=names[called[place]].name) if place in called else topic
        for place, topic in enumerate(topics)
    ]


def add_names(path: Path, topics: Sequence[Topic]) -> list[Topic]:
    """Add the topics that no entry names to the file, under the names they have, and give them all under its names.

    Raises:
        ConfigError: the file is not what it should be, or cannot be written.
    """
    names = load_names(path)
    called = call(topics, names)
    known = {(entry.touchpoint, entry.name) for entry in names}
    fresh = [topic for topic in called if (topic.touchpoint, topic.name) not in known]
    if fresh:
        text = path.read_text(encoding="utf-8") if path.exists() else HEAD
        text += "".join(
            _ENTRY.format(
                name=json.dumps(topic.name, ensure_ascii=False),
                touchpoint=json.dumps(topic.touchpoint, ensure_ascii=False),
                lemmas=json.dumps(list(topic.lemmas), ensure_ascii=False),
            )
            for topic in fresh
        )
        _write(path, text)
    return called


def _named(entry: object, number: int, path: Path) -> Named:
    if isinstance(entry, dict) and entry.keys() == {"name", "touchpoint", "lemmas"}:
        name, touchpoint, lemmas = entry["name"], entry["touchpoint"], entry["lemmas"]
        words = isinstance(lemmas, list) and lemmas and all(isinstance(lemma, str) for lemma in lemmas)
        if isinstance(name, str) and name.strip() and isinstance(touchpoint, str) and words:
            return Named(name, touchpoint, tuple(lemmas))
    raise ConfigError(
        f"{path}: entry {number} should hold a name, a touchpoint and one or several lemmas, and nothing else."
    )


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}. Name another file.") from None
