"""The palvelupolku (service path) as data: path → stage → service moment (palvelutuokio) → contact point.

A service moment is what the tables call a touchpoint. `pipeline/palvelupolku.toml` explains the keys; what is wrong with
a file is told in Finnish and in English, all of it at once.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.conversation import CHANNELS
from pipeline.errors import ConfigError

ContactKind = Literal["staff", "process", "product", "environment"]
Side = Literal["front", "back"]
Provider = Literal["own", "partner"]
CONTACT_KINDS: tuple[ContactKind, ...] = get_args(ContactKind)
SIDES: tuple[Side, ...] = get_args(Side)
PROVIDERS: tuple[Provider, ...] = get_args(Provider)
_ID = re.compile(r"[a-zåäö][a-zåäö0-9_]*")


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
    channels: frozenset[str]
    reads_as: frozenset[str]
    """What the model of the conversations calls it; its own id unless the file says otherwise."""


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One thing or person that the customer meets in a service moment, or that works behind it."""

    id: str
    name: str
    kind: ContactKind
    side: Side
    provider: Provider
    touchpoints: frozenset[str]
    """Where it is met; empty: anywhere."""
    lemmas: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Palvelupolku:
    """The service path: touchpoints in the order in which their rules are tried."""

    touchpoints: tuple[Touchpoint, ...]
    min_mentions: int
    id: str = "palvelupolku"
    name: str = "Palvelupolku"
    stages: tuple[Stage, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a service path, for those who keep it and for those who read logs."""

    where: str
    finnish: str
    english: str

    def __str__(self) -> str:
        return f"{self.where}: {self.english}"


@cache
def load_palvelupolku(path: Path) -> Palvelupolku:
    """The service path that a TOML file describes.

    Raises:
        ConfigError: the file is missing or is no service path; the message holds the first problem and how many there are.
    """
    found = find_problems(path)
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise ConfigError(f"{path} is no service path: {found[0]}{more}. See `tunnepolku palvelupolku {path}`.")
    content = tomllib.loads(path.read_text(encoding="utf-8"))
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
    lemmas = pattern_of(entry["lemmas"])
    assert lemmas is not None, "a contact point without lemmas is a problem"
    return ContactPoint(
        id=entry["id"],
        name=entry["name"],
        kind=entry["kind"],
        side=entry["side"],
        provider=entry["provider"],
        touchpoints=frozenset(entry.get("touchpoints", [])),
        lemmas=lemmas,
    )


def pattern_of(lemmas: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for lemmas in which `*` stands for any letters; None for none."""
    return re.compile("|".join(translate(lemma.lower()) for lemma in lemmas)) if lemmas else None


def find_problems(path: Path) -> list[Problem]:
    """All that is wrong with a file that should be a service path; empty where it is one.

    Raises:
        ConfigError: there is no such file.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): set touchpoints.palvelupolku.") from None
    except UnicodeDecodeError:
        return [Problem("tiedosto", "Tiedosto ei ole UTF-8-tekstiä.", "the file is not UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return [Problem("tiedosto", f"Tiedosto ei ole TOML-muotoa ({error}).", f"the file is no TOML ({error})")]
    return list(_problems(content))


_TOP = {"id": str, "name": str, "min_mentions": int, "stages": list, "touchpoints": list, "contact_points": list}
_STAGE = {"id": str, "name": str}
_TOUCHPOINT = {"id": str, "stage": str, "name": str, "metadata": dict, "lemmas": list, "channels": list, "reads_as": list}
_CONTACT_POINT = {
    "id": str, "name": str, "kind": str, "side": str, "provider": str, "touchpoints": list, "lemmas": list,
}  # fmt: skip
_NEEDED = {
    "stages": ("id", "name"),
    "touchpoints": ("id", "stage", "name"),
    "contact_points": ("id", "name", "kind", "side", "provider", "lemmas"),
}
_FINNISH_TYPES = {str: "tekstiä", int: "kokonaisluku", list: "luettelo", dict: "taulu"}
_ENGLISH_TYPES = {str: "a text", int: "a whole number", list: "a list", dict: "a table"}


def _problems(content: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _of_keys("tiedosto", content, _TOP, ("min_mentions", "stages", "touchpoints"))
    least = content.get("min_mentions")
    if type(least) is int and least < 1:
        yield Problem("min_mentions", "Arvon on oltava vähintään 1.", "must be at least 1")
    for table, keys in (("stages", _STAGE), ("touchpoints", _TOUCHPOINT), ("contact_points", _CONTACT_POINT)):
        entries = _entries(content, table)
        for number, entry in enumerate(entries, 1):
            yield from _of_entry(f"[[{table}]] {_called(entry, number)}", entry, keys, _NEEDED[table])
        yield from _repeated(table, entries)
    stages = {entry.get("id") for entry in _entries(content, "stages") if isinstance(entry.get("id"), str)}
    touchpoints = {entry.get("id") for entry in _entries(content, "touchpoints") if isinstance(entry.get("id"), str)}
    for entry in _entries(content, "touchpoints"):
        if isinstance(entry.get("stage"), str) and entry["stage"] not in stages:
            yield Problem(
                f"[[touchpoints]] {_called(entry, 0)}",
                f"Vaihetta {entry['stage']} ei ole: lisää se kohtaan [[stages]].",
                f"there is no stage {entry['stage']}: add it to [[stages]]",
            )
    for entry in _entries(content, "contact_points"):
        lost = [name for name in _strings(entry.get("touchpoints")) if name not in touchpoints]
        if lost:
            yield Problem(
                f"[[contact_points]] {_called(entry, 0)}",
                f"Palvelutuokiota {', '.join(lost)} ei ole: lisää se kohtaan [[touchpoints]].",
                f"there is no touchpoint {', '.join(lost)}: add it to [[touchpoints]]",
            )


def _entries(content: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    values = content.get(table, [])
    return [entry for entry in values if isinstance(entry, dict)] if isinstance(values, list) else []


def _called(entry: Mapping[str, Any], number: int) -> str:
    return str(entry["id"]) if isinstance(entry.get("id"), str) else str(number)


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _of_keys(
    where: str, entry: Mapping[str, Any], keys: Mapping[str, type], needed: Sequence[str]
) -> Iterator[Problem]:
    for key in needed:
        if key not in entry:
            yield Problem(where, f"Avain {key} puuttuu.", f"lacks the key {key}")
    for key, value in entry.items():
        if key not in keys:
            known = ", ".join(keys)
            yield Problem(
                where, f"Avainta {key} ei tunneta; tunnetut ovat {known}.", f"the key {key} is not one of {known}"
            )
        elif type(value) is not keys[key]:
            yield Problem(
                where,
                f"Avaimen {key} arvon on oltava {_FINNISH_TYPES[keys[key]]}.",
                f"{key} must be {_ENGLISH_TYPES[keys[key]]}",
            )
        elif keys[key] is list and key in _TOP and not all(isinstance(one, dict) for one in value):
            yield Problem(where, f"Avaimen {key} on oltava tauluja [[{key}]].", f"{key} must be tables [[{key}]]")


def _of_entry(
    where: str, entry: Mapping[str, Any], keys: Mapping[str, type], needed: Sequence[str]
) -> Iterator[Problem]:
    yield from _of_keys(where, entry, keys, needed)
    if isinstance(entry.get("id"), str) and not _ID.fullmatch(entry["id"]):
        yield Problem(
            where,
            "Tunnuksessa id saa olla vain pieniä kirjaimia, numeroita ja alaviivoja.",
            "id may hold lower-case letters, digits and underscores only",
        )
    lists = [(key, value) for key, value in entry.items() if isinstance(value, list)]
    lists += [(f"metadata.{key}", value) for key, value in _table(entry.get("metadata")).items()]
    for key, value in lists:
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            yield Problem(where, f"Kohdan {key} on oltava luettelo tekstejä.", f"{key} must be a list of texts")
    for key, allowed in (("kind", CONTACT_KINDS), ("side", SIDES), ("provider", PROVIDERS)):
        if isinstance(entry.get(key), str) and key in keys and entry[key] not in allowed:
            names = ", ".join(allowed)
            yield Problem(where, f"Kohdan {key} on oltava jokin näistä: {names}.", f"{key} must be one of {names}")
    if "channels" in keys and (strange := [name for name in _strings(entry.get("channels")) if name not in CHANNELS]):
        names = ", ".join(CHANNELS)
        yield Problem(
            where,
            f"Kanavaa {', '.join(strange)} ei tunneta; tunnetut ovat {names}.",
            f"the channel {', '.join(strange)} is not one of {names}",
        )
    if "lemmas" in needed and entry.get("lemmas") == []:
        yield Problem(where, "Luettelo lemmas on tyhjä.", "lemmas is empty")


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _repeated(table: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    ids = [entry["id"] for entry in entries if isinstance(entry.get("id"), str)]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield Problem(
            f"[[{table}]] {name}", "Tunnus on kahteen kertaan: jätä toinen pois.", "the id stands twice: keep one"
        )
