"""Files that users write, checked: what may stand in them, and everything that is wrong, in Finnish and in English.

A file is a TOML table with some keys and some arrays of tables, each entry with an `id`. What a module asks of its file
it says as data (`Table`); the loaders of the palvelupolku and of the drivers read one only once nothing is wrong.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import ConfigError
from pipeline.touchpoints.phrases import Complaint, complaint

Kind = Literal["id", "text", "number", "texts", "phrases", "facts"]
Language = Literal["fi", "en"]
Content = Mapping[str, Any]
_LINE: Mapping[Language, str] = {"fi": "rivi", "en": "line"}
_ID = re.compile(r"[a-zåäö][a-zåäö0-9_]*")


@dataclass(frozen=True, slots=True)
class Key:
    """What may stand under a key: `facts` is a table of lists of texts, `phrases` are for `phrases.pattern_of`."""

    kind: Kind
    is_needed: bool = False
    allowed: tuple[str, ...] = ()
    """The only values; empty: any."""
    refers_to: str = ""
    """The array of tables whose ids the values are."""


@dataclass(frozen=True, slots=True)
class Table:
    """What may stand in each entry of an array of tables."""

    keys: Mapping[str, Key]
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, for those who keep it and for those who read logs."""

    place: str
    """Which entry; "" for the file."""
    line: int | None
    finnish: str
    english: str

    def told(self, language: Language) -> str:
        """Place and problem in one sentence."""
        line = f"{_LINE[language]} {self.line}" if self.line else ""
        where = ", ".join(part for part in (line, self.place) if part)
        text = self.finnish if language == "fi" else self.english
        return f"{where}: {text}" if where else text


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of an array, and how a problem names it."""

    content: Content
    place: str
    line: int | None

    def problem(self, found: Complaint) -> Problem:
        return Problem(self.place, self.line, *found)


def find_problems(path: Path, setting: str, keys: Mapping[str, Key], tables: Mapping[str, Table]) -> list[Problem]:
    """All that is wrong with a file; empty where nothing is.

    Args:
        path: the file.
        setting: the setting that names it, for the message.
        keys: what may stand at its top.
        tables: its arrays of tables.

    Raises:
        ConfigError: there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): set {setting}.") from None
    except UnicodeDecodeError:
        return [Problem("", None, "Tiedosto ei ole UTF-8-tekstiä.", "the file is not UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return [Problem("", None, f"Tiedosto ei ole TOML-muotoa ({error}).", f"the file is no TOML ({error})")]
    return list(_of_file(content, text, keys, tables))


def _of_file(content: Content, text: str, keys: Mapping[str, Key], tables: Mapping[str, Table]) -> Iterator[Problem]:
    top = {name: value for name, value in content.items() if name not in tables}
    known = {**keys, **dict.fromkeys(tables, Key("texts"))}  # the tables only so that a message names them too
    yield from _of_entry(_Entry(top, "", None), known, {})
    for name, table in tables.items():
        if name not in content and table.is_needed:
            yield Problem("", None, f"Taulu [[{name}]] puuttuu.", f"lacks the tables [[{name}]]")
        elif not _are_tables(content.get(name, [])):
            yield Problem("", None, f"Kohdan {name} on oltava tauluja [[{name}]].", f"{name} must be tables [[{name}]]")
    entries = {name: _entries(content, text, name) for name in tables}
    ids = {name: [entry.content.get("id") for entry in entries[name]] for name in tables}
    for name, table in tables.items():
        for number, entry in enumerate(entries[name]):
            yield from _of_entry(entry, table.keys, ids)
            if isinstance(ids[name][number], str) and ids[name][number] in ids[name][:number]:
                yield entry.problem(("Tunnus on kahteen kertaan: jätä toinen pois.", "the id stands twice: keep one"))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _entries(content: Content, text: str, name: str) -> list[_Entry]:
    """The entries of an array of tables, each with its line where all have headers of their own."""
    values = content.get(name, [])
    if not _are_tables(values):
        return []
    header = re.compile(rf"\s*\[\[\s*{name}\s*\]\]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if header.match(line)]
    return [
        _Entry(value, f"[[{name}]] {_called(value, number)}", line)
        for number, (value, line) in enumerate(
            zip(values, lines if len(lines) == len(values) else [None] * len(values), strict=True), 1
        )
    ]


def _called(value: Content, number: int) -> str:
    return str(value["id"]) if isinstance(value.get("id"), str) else str(number)


def _of_entry(entry: _Entry, keys: Mapping[str, Key], ids: Mapping[str, Sequence[object]]) -> Iterator[Problem]:
    for name, key in keys.items():
        if key.is_needed and name not in entry.content:
            yield entry.problem((f"Avain {name} puuttuu.", f"lacks the key {name}"))
    for name, value in entry.content.items():
        if name not in keys:
            known = ", ".join(keys)
            yield entry.problem((f"Avainta {name} ei tunneta; tunnetut ovat {known}.", f"{name} is not one of {known}"))
        elif wrong := _KINDS[keys[name].kind](value):
            yield entry.problem((f"Avain {name}: {wrong[0]}.", f"{name}: {wrong[1]}"))
        else:
            yield from map(entry.problem, _of_values(name, keys[name], value, ids))


def _of_values(name: str, key: Key, value: object, ids: Mapping[str, Sequence[object]]) -> Iterator[Complaint]:
    """What is wrong with the values of a key whose form is right."""
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if value == [] and key.is_needed:
        yield f"Luettelo {name} on tyhjä.", f"{name} is empty"
    if key.kind == "phrases":
        yield from filter(None, map(complaint, values))
    strange = [one for one in values if key.allowed and one not in key.allowed]
    if strange:
        known = ", ".join(key.allowed)
        yield (
            f"Avaimen {name} arvoa {', '.join(strange)} ei tunneta; tunnetut ovat {known}.",
            f"{name}: {', '.join(strange)} is not one of {known}",
        )
    lost = [one for one in values if key.refers_to and one not in ids[key.refers_to]]
    if lost:
        yield (
            f"Avaimen {name} arvoa {', '.join(lost)} ei ole: lisää se kohtaan [[{key.refers_to}]].",
            f"{name}: there is no {', '.join(lost)}, add it to [[{key.refers_to}]]",
        )


def _id(value: object) -> Complaint | None:
    if isinstance(value, str) and _ID.fullmatch(value):
        return None
    return (
        "tunnuksessa voi olla vain pieniä kirjaimia, numeroita ja alaviivoja, kirjain ensin",
        "an id is made of lower-case letters, digits and underscores, a letter first",
    )


def _text(value: object) -> Complaint | None:
    return None if isinstance(value, str) and value.strip() else ("arvon on oltava tekstiä", "must be a text")


def _number(value: object) -> Complaint | None:
    is_right = type(value) is int and value >= 1
    return None if is_right else ("arvon on oltava kokonaisluku, vähintään 1", "must be a whole number, at least 1")


def _texts(value: object) -> Complaint | None:
    is_right = isinstance(value, list) and not any(_text(one) for one in value)
    return None if is_right else ("arvon on oltava luettelo tekstejä", "must be a list of texts")


def _facts(value: object) -> Complaint | None:
    is_right = isinstance(value, dict) and not any(_texts(one) for one in value.values())
    return None if is_right else ("arvon on oltava taulu, jossa on luetteloita", "must be a table of lists of texts")


_KINDS: Mapping[Kind, Callable[[object], Complaint | None]] = {
    "id": _id, "text": _text, "number": _number, "texts": _texts, "phrases": _texts, "facts": _facts,
}  # fmt: skip


def load_checked(path: Path, problems: Sequence[Problem], what: str, command: str) -> dict[str, Any]:
    """The content of a file whose `problems` have been looked for.

    Raises:
        ConfigError: there are some; the message holds the first and how many there are.
    """
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise ConfigError(f"{path} is no {what}: {problems[0].told('en')}{more}. See `tunnepolku {command} {path}`.")
    return tomllib.loads(path.read_text(encoding="utf-8"))
