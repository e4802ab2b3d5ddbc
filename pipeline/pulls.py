"""What is pulled from where, as the tables `[pull.NAME]` of the settings say it: by default nothing, from nowhere.

A secret is never among them: `pipeline/pulling/credentials.py` says where it is kept.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError

DAY_MINUTES = 24 * 60
LOCAL = {"127.0.0.1", "::1", "localhost"}
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""What becomes the name of a folder and of an environment variable, in which two underscores mean something else."""
FORBIDDEN = {"secret", "token", "password", "key", "api_key", "client_secret", "api_token", "private_key"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What one sort of source needs to be told."""

    what: tuple[str, ...] = ()
    """What can be pulled from it, the default first; nothing for drops, where `what` is a pattern of file names."""
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    overlap_minutes: int = 0
    scheme: str = "https"


KINDS: Mapping[str, Kind] = {
    "zendesk": Kind(("tickets", "chats"), frozenset({"since"}), frozenset({"user"}), 10),
    "intercom": Kind(("conversations",), frozenset({"since"}), overlap_minutes=DAY_MINUTES),
    "genesys": Kind(
        ("transcripts",), frozenset({"since", "user"}), frozenset({"login_url", "window_hours"}), 3 * DAY_MINUTES
    ),
    "https": Kind(optional=frozenset({"user"})),
    "sftp": Kind(required=frozenset({"user", "host_key"}), scheme="sftp"),
}
"""Kind → what it must and may be told. What a search finds late, and Genesys transcribes late, is looked back for."""
COMMON = frozenset({"kind", "url", "what", "overlap_minutes", "max_minutes", "secret_block"})
TEXTS = ("what", "user", "host_key", "secret_block")
NUMBERS = {"overlap_minutes": (5, 30 * DAY_MINUTES), "max_minutes": (1, 240), "window_hours": (1, 7 * 24)}


@dataclass(frozen=True, slots=True)
class Pull:
    """One source that is pulled. `name` names its folder, its files and its secret."""

    name: str
    kind: str
    url: str
    what: str = "*"
    since: date = date.min
    """The first day that is pulled, in the zone of the settings."""
    user: str = ""
    """Zendesk: the e-mail address that an API token goes with; Genesys: the client id; drops: who logs in."""
    host_key: str = ""
    """SFTP: the server's public key, `ssh-ed25519 AAAA…`; no other server is spoken to."""
    login_url: str = ""
    """Genesys: where tokens are given out; "" for `login.` in place of the `api.` of `url`."""
    window_hours: int = 24
    """Genesys: so long is the interval that is asked for at once."""
    overlap_minutes: int = 0
    """So far a pull looks back behind the end of the last one, for clocks that differ and what arrives late."""
    max_minutes: int = 60
    """So long may it take in one night; the next one goes on from there."""
    secret_block: str = ""

    @property
    def host(self) -> str:
        """Who is asked, as messages may name it."""
        return urlsplit(self.url).hostname or ""

    def begins(self, zone: ZoneInfo) -> float:
        """The start of the first day, in seconds since 1970."""
        return datetime.combine(max(self.since, date(1971, 1, 1)), time(), zone).astimezone(UTC).timestamp()


def parse_pulls(tables: Mapping[str, Any]) -> tuple[Pull, ...]:
    """The sources of `[pull]`, in the order of the file.

    Raises:
        ConfigError: one of them cannot be understood; the message names its key.
    """
    return tuple(_pull(name, table) for name, table in tables.items())


def _pull(name: str, table: object) -> Pull:
    where = f"pull.{name}"
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} must be a table, [pull.NAME]: see README.")
    if not NAME.fullmatch(name):
        raise ConfigError(f"[{where}] must be named with a-z, 0-9 and single underscores, since files are called so.")
    kind = KINDS.get(str(table.get("kind", "")))
    if kind is None:
        raise ConfigError(f"{where}.kind must be one of {', '.join(KINDS)}.")
    _check_keys(table, kind, where)
    given: dict[str, Any] = {"what": kind.what[0] if kind.what else "*", "overlap_minutes": kind.overlap_minutes}
    given |= {key: _text(table[key], f"{where}.{key}") for key in TEXTS if key in table}
    given |= {key: _number(table[key], f"{where}.{key}", *NUMBERS[key]) for key in NUMBERS if key in table}
    given |= {key: _url(table[key], f"{where}.{key}", kind.scheme) for key in ("url", "login_url") if key in table}
    if "since" in table:
        given["since"] = _day(table["since"], f"{where}.since")
    pull = Pull(name, str(table["kind"]), **given)
    _check(pull, kind, where)
    return pull


def _check_keys(table: Mapping[str, Any], kind: Kind, where: str) -> None:
    if told := sorted(table.keys() & FORBIDDEN):
        raise ConfigError(f"{where}.{told[0]} is a secret and none of the settings: README says where it is kept.")
    allowed = COMMON | kind.required | kind.optional
    if unknown := sorted(table.keys() - allowed):
        raise ConfigError(f"{where}.{unknown[0]} is no key of kind {table['kind']}: remove it, or see README.")
    if missing := sorted({"url", *kind.required} - table.keys()):
        raise ConfigError(f"{where}.{missing[0]} is missing: see README.")


def _check(pull: Pull, kind: Kind, where: str) -> None:
    if kind.what and pull.what not in kind.what:
        raise ConfigError(f"{where}.what must be one of {', '.join(kind.what)}.")
    if "/" in pull.what or not pull.what:
        raise ConfigError(f"{where}.what must be a pattern of file names without folders, such as *.json.")
    if pull.host_key and not re.fullmatch(r"[a-z0-9@.-]+ [A-Za-z0-9+/=]+", pull.host_key):
        raise ConfigError(f"{where}.host_key must be the server's public key, such as ssh-ed25519 AAAA….")
    if pull.kind == "genesys" and not pull.login_url and not urlsplit(pull.url).netloc.startswith("api."):
        raise ConfigError(
            f"{where}.url must begin with https://api., or login_url must say where tokens are given out."
        )


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{where} must be text in quotes.")
    return value


def _number(value: object, where: str, lowest: int, highest: int) -> int:
    if type(value) is not int or not lowest <= value <= highest:
        raise ConfigError(f"{where} must be a whole number from {lowest} to {highest}.")
    return value


def _day(value: object, where: str) -> date:
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if type(value) is not date:
        raise ConfigError(f"{where} must be a day such as 2026-09-01.")
    return value


def _url(value: object, where: str, scheme: str) -> str:
    """An address without anything in it that a log must not hold; unencrypted only on this machine."""
    text = _text(value, where)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or (parts.scheme != scheme and not (parts.scheme == "http" and scheme == "https" and host in LOCAL)):
        raise ConfigError(f"{where} must begin with {scheme}:// and name a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(f"{where} must hold no user, password, ? or #: a secret has a place of its own, see README.")
    return text
