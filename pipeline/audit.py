"""The record of processing activities (seloste käsittelytoimista, GDPR article 30), in Finnish.

Written from the settings, the database and the models as they are, so that it changes when they do. Its words stand in
`audit_fi.toml`; neither the secret nor any row of a customer is read.
"""

import os
import stat
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.config import Config
from pipeline.errors import SourceError
from pipeline.language.finnish import MODEL as LEMMAS
from pipeline.language.identify import LANGUAGES
from pipeline.language.identify import MODEL as LANGUAGE_MODEL
from pipeline.language.voikko import analyzer_name
from pipeline.mappings import ColumnMapping
from pipeline.models import ModelCard, read_card
from pipeline.privacy.patterns import PERSON, TYPES
from pipeline.privacy.pseudonyms import VARIABLE
from pipeline.privacy.recognizer import MODEL as PRIVACY
from pipeline.pulling.credentials import file_of, variable_of
from pipeline.pulls import Pull
from pipeline.sources import SourceFile, find_files, recognise
from pipeline.sources.files import shown
from pipeline.steps import code_version

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LIBRARIES = {
    "finnish": {"simplemma": "words", "libvoikko": "words", "pyvoikko": "words"},
    "simplemma": {"simplemma": "lemmatizer"},
    "spacy": {"spacy-fi-experimental-web-md": "lemmatizer"},
    "stanza": {"stanza": "lemmatizer"},
}
"""Lemmatizer → packages that know words for it, and what each is for."""
ENGINES = {"finnish": "onnxruntime", "linear": "scikit-learn", "transformers": "torch"}
"""Backend of a classifier → what computes it."""


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("audit_fi.toml").read_text(encoding="utf-8"))


def write_record(config: Config, day: date) -> str:
    """The record as Markdown.

    Args:
        config: the settings in use.
        day: the day that it says it was written on.

    Raises:
        ModelError: a model of the settings is missing, or its card cannot be read.
        StoreError: the database is none of ours, or in use.
    """
    with _database(config) as connection:
        facts = _settings(config, day) | _stored(connection) | {"models": "\n".join(_models(config))}
    words = _words()
    titles = [section["title"] for section in words["sections"]]
    facts["masking_section"] = str(1 + titles.index("Peittäminen ja pseudonymisointi"))
    reading_section = str(1 + titles.index("Mitä luetaan"))
    facts |= {name: text.replace("{reading_section}", reading_section) for name, text in _network(config).items()}
    parts = [f"# {words['title']}", words["heading"].strip().format_map(facts)]
    for number, section in enumerate(words["sections"], 1):
        parts += [f"## {number}. {section['title']}", section["text"].strip().format_map(facts)]
    return "\n\n".join(parts) + "\n"


@contextmanager
def _database(config: Config) -> Iterator["DuckDBPyConnection"]:
    """The pipeline's own database; before the first night, an empty one as it will be made."""
    if config.paths.database.exists():
        with store.opened(config.paths.database, read_only=True) as connection:
            yield connection
    else:
        with store.opened(Path(":memory:")) as connection:
            store.migrate(connection)
            yield connection


def _settings(config: Config, day: date) -> dict[str, str]:
    """What the settings and the files they name say."""
    words = _words()["words"]
    masked = [kind for kind in TYPES if config.privacy.names or kind != PERSON]
    return {
        "day": _day(day),
        "code_version": code_version(),
        "config_hash": config.config_hash,
        **{
            f"controller_{key}": value or words["fill_in"].format(key=f"controller.{key}")
            for key, value in asdict(config.controller).items()
        },
        "landing": f"`{shown(config.paths.landing)}`",
        "landing_formats": _formats_in(config.paths.landing, config.sources.mappings),
        "masked": _bullets(_words()["masks"][kind] for kind in masked),
        "names": words["names_on" if config.privacy.names else "names_off"],
        "secret": _secret(config.paths.secret),
        "languages": ", ".join(LANGUAGES),
        "places": _bullets(_places(config)),
        "floor": str(config.privacy.min_group),
        "retention": _retention(getattr(config, "retention", None)),
        "checks": ", ".join(f"`{path.stem}`" for path in sorted((store.SQL / "checks").glob("*.sql"))),
    }


def _network(config: Config) -> dict[str, str]:
    """What goes over the network: nothing, or what the settings pull."""
    words, pulls = _words()["words"], config.pull
    closed = "network_pulling" if pulls else "network_closed"
    is_closed = store.SETTINGS.get("autoinstall_known_extensions") == "false"
    sources = _bullets(_source(pull, config) for pull in pulls)
    return {
        "pulled": words["pulled"].format(sources=sources) if pulls else words["pulled_nothing"],
        "unmasked": words["unmasked_when_pulled" if pulls else "unmasked_in_memory"],
        "recipients": words["recipients_asked" if pulls else "recipients_none"],
        "network": words[closed if is_closed else "network_open"],
    }


def _source(pull: Pull, config: Config) -> str:
    """What is pulled from where, and where the secret comes from; never what it is."""
    words, names = _words()["words"], _words()["pulls"]
    path = file_of(pull, config)
    if variable_of(pull) in os.environ:
        secret = words["pull_variable"].format(variable=variable_of(pull))
    elif path.exists():
        secret = words["pull_file"].format(path=f"`{path}`", rights=_rights(path))
    else:
        secret = words["pull_block"].format(block=pull.secret_block) if pull.secret_block else words["pull_missing"]
    return str(
        words["pull"].format(
            name=pull.name,
            what=names.get(pull.what) or words["pull_files"].format(pattern=pull.what),
            kind=names[pull.kind],
            url=f"`{pull.url}`",
            since="" if pull.since == date.min else words["pull_since"].format(day=_day(pull.since)),
            secret=secret,
        )
    )


def _formats_in(landing: Path | str, mappings: Sequence[ColumnMapping]) -> str:
    """The formats of the files that lie there, with how many of each."""
    try:
        return _files(Counter(_format_of(file, mappings) for file in find_files([landing])))
    except SourceError:
        return str(_words()["words"]["no_folder"])


def _format_of(file: SourceFile, mappings: Sequence[ColumnMapping]) -> str:
    try:
        return recognise(file, mappings)
    except SourceError:
        return str(_words()["words"]["unrecognised"])


def _files(counts: Mapping[str, int]) -> str:
    words = _words()["words"]
    return ", ".join(words["files"].format(name=name, count=count) for name, count in counts.items()) or words["none"]


def _secret(path: Path) -> str:
    """Where the secret comes from; never what it is."""
    words = _words()["words"]
    if VARIABLE in os.environ:
        return str(words["secret_variable"].format(variable=VARIABLE))
    if not path.exists():
        return str(words["secret_missing"].format(path=f"`{path}`"))
    return str(words["secret_file"].format(path=f"`{path}`", rights=_rights(path)))


def _rights(path: Path) -> str:
    """Who may open a file or folder, as the system has it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    name = "rights_of_others" if mode & (stat.S_IRWXG | stat.S_IRWXO) else "rights"
    return str(_words()["words"][name].format(mode=f"{mode:04o}"))


def _places(config: Config) -> Iterator[str]:
    words = _words()["words"]
    for name, what in _words()["places"].items():
        path: Path | str = getattr(config.paths, name)
        if isinstance(path, str):
            yield f"{what}: `{shown(path)}` ({words['elsewhere']})"
        else:
            yield f"{what}: `{path}` ({_rights(path) if path.exists() else words['not_there']})"


def _retention(section: object) -> str:
    """A line for each period of the settings, in days; 0 is for ever."""
    words = _words()["words"]
    if not is_dataclass(section) or isinstance(section, type):
        return str(words["no_retention"])
    return _bullets(
        f"{_words()['retention'].get(name, name)}: {words['days'].format(count=days) if days else words['for_ever']}"
        for name, days in asdict(section).items()
    )


def _stored(connection: "DuckDBPyConnection") -> dict[str, str]:
    """What the database says."""
    words, names = _words()["words"], _words()["channels"]
    tables = dict(store.select(connection, "audit/tables"))
    channels = store.select(connection, "audit/channels")
    formats = dict(store.select(connection, "audit/formats"))
    readers = [
        words["reader"].format(classifier=classifier, lemmatizer=lemmatizer, first=_day(first), last=_day(last))
        for classifier, lemmatizer, first, last in store.select(connection, "audit/readers")
    ]
    found = {column for columns in tables.values() for column in columns}
    return {
        "tables": "\n".join(_table(name, columns, len(connection.table(name))) for name, columns in tables.items()),
        "identifying": _bullets(f"`{name}`: {what}" for name, what in _words()["columns"].items() if name in found),
        "read_formats": _files(formats) if formats else words["nothing_read"],
        "channels": ", ".join(names[channel] for channel, *_ in channels) or words["none"],
        "counts": "\n".join(
            _row(names[channel], contacts, customers, _day(first), _day(last))
            for channel, contacts, customers, first, last in channels
        )
        or _row(words["none"], 0, 0, *[words["unknown_day"]] * 2),
        "readers": "\n".join(readers) or words["nothing_read"],
        "special": _special(connection),
    }


def _special(connection: "DuckDBPyConnection") -> str:
    """How many contacts and answers are flagged, by category."""
    words, names = _words()["words"], _words()["categories"]
    found = store.select(connection, "audit/special_categories")
    return ", ".join(f"{names[category]} {count}" for category, count in found) or str(words["none"])


def _table(name: str, columns: Sequence[str], count: int) -> str:
    """A table with what it holds and the columns that may tell who somebody is."""
    identifying = () if name in _words()["impersonal"] else _words()["columns"]
    telling = ", ".join(f"`{column}`" for column in columns if column in identifying)
    return _row(
        f"`{name}`", _words()["tables"].get(name, "(täydennä)"), count, telling or _words()["words"]["no_column"]
    )


def _models(config: Config) -> Iterator[str]:
    """A line for each model and library that reads text by these settings."""
    affect = read_card(config.paths.models / config.affect.model)
    yield _model(affect)
    yield from _library(ENGINES.get(affect.backend, ""), "engine")
    own = affect.details.get("lemmatizer")
    lemmatizers = dict.fromkeys([config.language.lemmatizer, *([str(own)] if own else [])])
    if "finnish" in lemmatizers:
        yield _model(read_card(config.paths.models / LEMMAS))
    packages = {package: use for name in reversed(lemmatizers) for package, use in LIBRARIES.get(name, {}).items()}
    for package, use in packages.items():
        if "voikko" not in package or package == analyzer_name():
            yield from _library(package, use)
    yield _model(read_card(config.paths.models / LANGUAGE_MODEL))
    yield _model(read_card(config.paths.models / PRIVACY))
    yield from _library("duckdb", "database")


def _model(card: ModelCard) -> str:
    words = _words()["words"]
    files = [words["model_file"].format(name=name, digest=digest) for name, digest in card.files.items()]
    stated = {str(data["licence"]) for data in card.details.get("data", ()) if "licence" in data}
    licences = sorted(_words()["licences"].get(licence, licence) for licence in stated)
    return str(
        words["model"].format(
            name=card.name,
            version=card.version,
            use=_words()["uses"].get(card.task, card.task),
            files="; ".join(files) or words["no_files"],
            licences=", ".join(licences) or words["no_licence"],
        )
    )


def _library(name: str, use: str) -> Iterator[str]:
    try:
        yield str(_words()["words"]["library"].format(name=name, version=version(name), use=_words()["uses"][use]))
    except (PackageNotFoundError, ValueError):  # none, or one that is not installed: then the night says so
        return


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _day(day: date | None) -> str:
    """A day as Finns write it."""
    return f"{day.day}.{day.month}.{day.year}" if day else str(_words()["words"]["unknown_day"])
