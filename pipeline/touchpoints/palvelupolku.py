"""The palvelupolku (service path) as data: path → stage → service moment (palvelutuokio) → contact point.

A service moment is what the tables call a touchpoint. `pipeline/palvelupolku.toml` explains the keys.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.conversation import CHANNELS, Speaker
from pipeline.touchpoints.phrases import pattern_of
from pipeline.touchpoints.problems import Key, Problem, Table, find_problems, load_checked

ContactKind = Literal["staff", "process", "product", "environment"]
Side = Literal["front", "back"]
Provider = Literal["own", "partner"]
CONTACT_KINDS: tuple[ContactKind, ...] = get_args(ContactKind)
SIDES: tuple[Side, ...] = get_args(Side)
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
NAMING: tuple[Speaker, ...] = ("customer", "agent")
"""Whose words an entry may limit itself to."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the path, such as taking into use."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One service moment, and how to know that a conversation is about it."""

    id: str
    stage: str
    name: str
    metadata: Mapping[str, frozenset[str]]
    lemmas: re.Pattern[str] | None
    """Of `phrases.pattern_of`."""
    channels: frozenset[str]
    reads_as: frozenset[str]
    """What the model of the conversations calls it; its own id unless the file says otherwise."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How an entry of a taxonomy is named, whose words count, and sentences to try it on."""

    lemmas: re.Pattern[str]
    """Of `phrases.pattern_of`."""
    said_by: frozenset[Speaker]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One thing or person that the customer meets in a service moment, or that works behind it."""

    id: str
    name: str
    kind: ContactKind
    side: Side
    provider: Provider
    touchpoints: tuple[str, ...]
    """Where it is met; empty: anywhere."""
    naming: Naming


@dataclass(frozen=True, slots=True)
class Palvelupolku:
    """The service path: touchpoints in the order in which their rules are tried."""

    touchpoints: tuple[Touchpoint, ...]
    min_mentions: int
    id: str = "palvelupolku"
    name: str = "Palvelupolku"
    stages: tuple[Stage, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()


NAMED_BY = {
    "lemmas": Key("phrases", is_needed=True),
    "except": Key("phrases"),
    "said_by": Key("texts", allowed=NAMING),
    "examples": Key("texts"),
    "counterexamples": Key("texts"),
}
"""The keys of `Naming`."""
_KEYS = {"id": Key("id"), "name": Key("text"), "min_mentions": Key("number", is_needed=True)}
_STAGE = {"id": Key("id", is_needed=True), "name": Key("text", is_needed=True)}
_TOUCHPOINT = {
    "id": Key("id", is_needed=True),
    "stage": Key("id", is_needed=True, refers_to="stages"),
    "name": Key("text", is_needed=True),
    "metadata": Key("facts"),
    "lemmas": Key("phrases"),
    "channels": Key("texts", allowed=CHANNELS),
    "reads_as": Key("texts"),
}
_CONTACT_POINT = {
    "id": Key("id", is_needed=True),
    "name": Key("text", is_needed=True),
    "kind": Key("text", is_needed=True, allowed=CONTACT_KINDS),
    "side": Key("text", is_needed=True, allowed=SIDES),
    "provider": Key("text", is_needed=True, allowed=PROVIDERS),
    "touchpoints": Key("texts", refers_to="touchpoints"),
    **NAMED_BY,
}
_TABLES = {
    "stages": Table(_STAGE, is_needed=True),
    "touchpoints": Table(_TOUCHPOINT, is_needed=True),
    "contact_points": Table(_CONTACT_POINT),
}


def palvelupolku_problems(path: Path) -> list[Problem]:
    """All that is wrong with a file that should be a service path; empty where it is one.

    Raises:
        ConfigError: there is no such file.
    """
    return find_problems(path, "touchpoints.palvelupolku", _KEYS, _TABLES)


@cache
def load_palvelupolku(path: Path) -> Palvelupolku:
    """The service path that a TOML file describes.

    Raises:
        ConfigError: the file is missing or is no service path; the message holds the first problem and their number.
    """
    content = load_checked(path, palvelupolku_problems(path), "service path", "palvelupolku")
    return Palvelupolku(
        touchpoints=tuple(_touchpoint(entry) for entry in content["touchpoints"]),
        min_mentions=content["min_mentions"],
        id=content.get("id", "palvelupolku"),
        name=content.get("name", "Palvelupolku"),
        stages=tuple(Stage(entry["id"], entry["name"]) for entry in content["stages"]),
        contact_points=tuple(_contact_point(entry) for entry in content.get("contact_points", [])),
    )


def _touchpoint(entry: Mapping[str, Any]) -> Touchpoint:
    return Touchpoint(
        id=entry["id"],
        stage=entry["stage"],
        name=entry["name"],
        metadata={
            field: frozenset(value.lower() for value in values) for field, values in entry.get("metadata", {}).items()
        },
        lemmas=pattern_of(entry.get("lemmas", [])),
        channels=frozenset(entry.get("channels", [])),
        reads_as=frozenset(entry.get("reads_as", [entry["id"]])),
    )


def _contact_point(entry: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        side=entry["side"],
        provider=entry["provider"],
        touchpoints=tuple(entry.get("touchpoints", [])),
        naming=naming_of(entry),
    )


def naming_of(entry: Mapping[str, Any]) -> Naming:
    """How an entry with the keys of `NAMED_BY` is named."""
    lemmas = pattern_of(entry["lemmas"], entry.get("except", []))
    assert lemmas is not None, "an entry without lemmas is a problem"
    return Naming(
        lemmas=lemmas,
        said_by=frozenset(entry.get("said_by", [*NAMING, "unknown"])),
        examples=tuple(entry.get("examples", [])),
        counterexamples=tuple(entry.get("counterexamples", [])),
    )
