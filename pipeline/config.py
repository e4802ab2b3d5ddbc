"""Settings: `defaults.toml`, then the user's file, then the environment, as one frozen object."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import ConfigError
from pipeline.mappings import ColumnMapping, parse_mappings
from pipeline.pulls import Pull, parse_pulls

PREFIX = "TUNNEPOLKU_"
DEFAULTS = Path(__file__).with_name("defaults.toml")
NAMED_BY_USERS = "pull"
"""The section whose keys are names that users give, each a table."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Files and folders, absolute; `landing` may be what fsspec calls a URL (`s3://bucket/in`) instead."""

    landing: Path | str
    staging: Path
    database: Path
    published: Path
    secret: Path
    exports: Path
    logs: Path
    models: Path
    corpora: Path


@dataclass(frozen=True, slots=True)
class Time:
    """How source times without a zone are read."""

    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Sources:
    """Limits on reading, the company's own mails and tables, and how sure an inferred role must be."""

    batch_size: int
    max_rejected_share: float
    role_threshold: float
    own_domains: str
    mappings: tuple[ColumnMapping, ...]


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is masked besides what always is, where the secret may be, how large a group must be to leave the house."""

    names: bool
    secret_block: str = field(repr=False)  # neither this nor the next shapes a stored row: not in `config_hash`
    min_group: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days things are kept; 0 = for ever."""

    conversations_chat: int
    conversations_call: int
    conversations_email: int
    conversations_in_person: int
    conversations_social: int
    texts_chat: int
    texts_call: int
    texts_email: int
    texts_in_person: int
    texts_social: int
    survey_responses: int
    verbatims: int
    device_events: int
    rejections: int


@dataclass(frozen=True, slots=True)
class Language:
    """Which lemmatizer reads the text."""

    lemmatizer: str
    stanza_folder: str


@dataclass(frozen=True, slots=True)
class Affect:
    """Which classifier scores the text, and what it is given and asked besides."""

    model: str
    labels: str
    context_turns: int
    evidence: bool


@dataclass(frozen=True, slots=True)
class Touchpoints:
    """The service path, the drivers that are looked for, and the model that reads conversations as a whole."""

    palvelupolku: Path
    drivers: Path
    model: str


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data, as the record of processing names them; "" where nobody has said."""

    name: str
    contact: str
    dpo: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of a run. `config_hash` names them in the `runs` table."""

    paths: Paths
    time: Time
    sources: Sources
    privacy: Privacy
    retention: Retention
    language: Language
    affect: Affect
    touchpoints: Touchpoints
    controller: Controller
    pull: tuple[Pull, ...]
    """What is pulled from where; nothing unless the settings say so."""

    @property
    def config_hash(self) -> str:
        """First 12 hex digits of the SHA-256 over what shapes the rows: every setting but where files lie."""
        settings = (
            self.time, self.sources, self.privacy, self.retention, self.language, self.affect, self.touchpoints.model
        )  # fmt: skip
        return _hash(settings, self.touchpoints)

    @property
    def reader_hash(self) -> str:
        """First 12 hex digits of the SHA-256 over what shapes scores and readings, which masked text is enough for."""
        return _hash((self.affect, self.touchpoints.model), self.touchpoints)


def _hash(settings: tuple[object, ...], touchpoints: Touchpoints) -> str:
    contents = [sha256(path.read_bytes()).digest() for path in (touchpoints.palvelupolku, touchpoints.drivers)]
    return sha256(b"".join([repr(settings).encode(), *contents])).hexdigest()[:12]


def project_root() -> Path:
    """TUNNEPOLKU_HOME, else the checkout this package stands in."""
    return Path(os.environ.get(f"{PREFIX}HOME") or Path(__file__).parents[1]).resolve()


@cache
def load_config() -> Config:
    """The settings of this process.

    Raises:
        ConfigError: a file cannot be read, a key is unknown or a value has the wrong type.
    """
    root = project_root()
    settings = _read_toml(DEFAULTS)
    user_file = Path(os.environ.get(f"{PREFIX}CONFIG") or root / "tunnepolku.toml")
    if user_file.exists():
        _merge(settings, _read_toml(user_file), str(user_file))
    elif os.environ.get(f"{PREFIX}CONFIG"):
        raise ConfigError(f"TUNNEPOLKU_CONFIG names {user_file}, which is not there: create it or unset the variable.")
    _merge(settings, _from_environment(), "the environment")
    return _build(settings, root)


def _read_toml(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} is not readable as TOML ({error}): correct it.") from None


def _from_environment() -> dict[str, dict[str, Any]]:
    """TUNNEPOLKU_PATHS__DATABASE=x becomes {"paths": {"database": "x"}}."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in os.environ.items():
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and separator:
            found.setdefault(section, {})[key] = value
    return found


def _merge(settings: dict[str, dict[str, Any]], changes: Mapping[str, Any], origin: str) -> None:
    """Lay `changes` over `settings` in place; each value keeps the type of its default."""
    for section, values in changes.items():
        if section not in settings or not isinstance(values, Mapping):
            raise ConfigError(f"{origin} sets the unknown section [{section}]: see pipeline/defaults.toml.")
        if section == NAMED_BY_USERS:
            settings[section].update(values)
            continue
        for key, value in values.items():
            if key not in settings[section]:
                raise ConfigError(f"{origin} sets the unknown key {section}.{key}: see pipeline/defaults.toml.")
            settings[section][key] = _converted(value, settings[section][key], f"{origin}: {section}.{key}")


def _converted(value: object, default: object, where: str) -> object:
    wanted = type(default)
    if isinstance(value, str) and wanted is bool and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    if (isinstance(value, str) and wanted is not bool) or (type(value) is int and wanted is float):
        try:
            return wanted(value)  # type: ignore[call-arg]
        except ValueError:
            pass
    if type(value) is wanted:
        return value
    raise ConfigError(f"{where} must be a {wanted.__name__}, like the default {default!r}.")


def _build(settings: dict[str, dict[str, Any]], root: Path) -> Config:
    try:
        zone = ZoneInfo(settings["time"]["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"time.zone is not a known time zone: {settings['time']['zone']!r}.") from None
    share, size = settings["sources"]["max_rejected_share"], settings["sources"]["batch_size"]
    if not 0 <= share <= 1 or size < 1:
        raise ConfigError("sources.max_rejected_share must lie between 0 and 1, sources.batch_size must be at least 1.")
    if not 0.5 <= settings["sources"]["role_threshold"] <= 1:
        raise ConfigError("sources.role_threshold must lie between 0.5 and 1: below, a role is a guess.")
    if settings["privacy"]["min_group"] < 2:
        raise ConfigError("privacy.min_group must be at least 2: a group of one is a person.")
    if settings["affect"]["context_turns"] < 0:
        raise ConfigError("affect.context_turns must be at least 0.")
    for name, days in settings["retention"].items():
        if days < 0:
            raise ConfigError(f"retention.{name} must be a number of days, or 0 for ever.")
    stanza = settings["language"]["stanza_folder"]
    return Config(
        paths=_paths(settings["paths"], root),
        time=Time(zone),
        sources=Sources(**{**settings["sources"], "mappings": parse_mappings(settings["sources"]["mappings"])}),
        privacy=Privacy(**settings["privacy"]),
        retention=Retention(**settings["retention"]),
        language=Language(settings["language"]["lemmatizer"], str(root / stanza) if stanza else ""),
        affect=Affect(**settings["affect"]),
        touchpoints=Touchpoints(
            palvelupolku=_taxonomy("palvelupolku", settings["touchpoints"]["palvelupolku"], root),
            drivers=_taxonomy("drivers", settings["touchpoints"]["drivers"], root),
            model=settings["touchpoints"]["model"],
        ),
        controller=Controller(**settings["controller"]),
        pull=parse_pulls(settings["pull"]),
    )


def _taxonomy(name: str, own: str, root: Path) -> Path:
    """The user's own file, else the one of that name that ships."""
    path = (root / own).resolve() if own else DEFAULTS.with_name(f"{name}.toml")
    if not path.is_file():
        raise ConfigError(f"touchpoints.{name} names {path}, which is not there: correct it.")
    return path


def _paths(values: Mapping[str, str], root: Path) -> Paths:
    paths: dict[str, Any] = {name: (root / value).resolve() for name, value in values.items() if "://" not in value}
    if urls := values.keys() - paths.keys() - {"landing"}:
        raise ConfigError(f"paths.{min(urls)} must lie on this machine: only paths.landing may be a URL.")
    return Paths(**{"landing": values["landing"], **paths})
