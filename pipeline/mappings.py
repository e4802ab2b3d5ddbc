"""Column mappings: which column of a table becomes which of our fields, as the configuration says it.

A table that no format knows (Webropol, Surveypal, an in-house export) is read by a `[sources.mappings.NAME]`; the
formats that are tables are read in the same way, by a mapping that their reader makes.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import ConfigError

SURVEY_FIELDS = frozenset(
    {"response_id", "responded_at", "nps_rating", "ces_rating", "csat_rating", "first_contact_resolution", "verbatim",
     "conversation_id", "customer_id"}
)  # fmt: skip
CONVERSATION_FIELDS = frozenset(
    {"conversation_id", "sent_at", "started_at", "changed_at", "seconds", "end_seconds", "speaker", "text",
     "customer_id", "agent_id", "queue"}
)  # fmt: skip
TIMES = ("responded_at", "sent_at", "started_at", "changed_at")
ROLES = ("customer", "agent", "bot", "unknown", "ignore")
CHANNELS = ("chat", "call", "email", "in_person", "social")
UNITS = ("s", "ms")
CLOCKS = ("", "unix", "unix_ms")
OPTIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(TIMES, frozenset({"time"})),
    **dict.fromkeys(("ces_rating", "csat_rating"), frozenset({"scale", "reversed"})),
    **dict.fromkeys(("seconds", "end_seconds"), frozenset({"unit"})),
    "first_contact_resolution": frozenset({"yes", "no"}),
    "speaker": frozenset({"roles"}),
}
"""What may be said of a field besides its column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, by the name in its header, and how its cells are to be understood."""

    name: str
    time: str = ""
    """A pattern of `strptime`, `unix` or `unix_ms`; "" for ISO 8601 and for 2.3.2026 9.21."""
    scale: tuple[int, int] | None = None
    """The lowest and the highest that could be answered; None where it is our own scale."""
    reversed: bool = False
    """Whether the highest is the worst: the most effort, the least content."""
    unit: str = "s"
    yes: tuple[str, ...] = ()
    """Lower-case words in place of yes, true, kyllä, ja, 1; `no` likewise."""
    no: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    """Who a label of the source is, lower case: customer, agent, bot, unknown; `ignore` for what nobody said."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a table is read: as survey answers, or, where one of its fields is `text`, as conversations."""

    name: str
    fields: tuple[tuple[str, Column], ...]
    metadata: tuple[str, ...] = ()
    """Further columns that are kept, under their own names."""
    columns: tuple[str, ...] = ()
    """A table is meant by this mapping if it has all of these."""
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    channel: str = "chat"
    instead_of: tuple[str, ...] = ()
    """Formats that would read such a table too, and are to leave it to this mapping."""

    @property
    def is_survey(self) -> bool:
        """Whether a row is an answer, not a message."""
        return "text" not in dict(self.fields)


Settings = Mapping[str, Any]
FIELD_NAMES = SURVEY_FIELDS | CONVERSATION_FIELDS
PLAIN = {"delimiter", "encoding", "sheet", "channel"}
LISTS = {"metadata", "columns", "instead_of"}


def header_name(cell: str) -> str:
    """A column's name on one line, as headers are compared."""
    return " ".join(cell.split())


def parse_mappings(tables: Settings) -> tuple[ColumnMapping, ...]:
    """The mappings of `[sources.mappings]`.

    Raises:
        ConfigError: one of them cannot be understood; the message names its key.
    """
    return tuple(_mapping(str(name), table) for name, table in tables.items())


def _mapping(name: str, table: object) -> ColumnMapping:
    where = f"sources.mappings.{name}"
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} must be a table, [{where}].")
    if unknown := sorted(table.keys() - FIELD_NAMES - PLAIN - LISTS):
        raise ConfigError(f"{where}.{unknown[0]} is no field and no option of a mapping: see README.")
    columns = tuple(
        (field, _column(field, table[field], f"{where}.{field}")) for field in table if field in FIELD_NAMES
    )
    plain: dict[str, Any] = {key: _text(table[key], f"{where}.{key}") for key in PLAIN & table.keys()}
    lists: dict[str, Any] = {key: _texts(table[key], f"{where}.{key}") for key in LISTS & table.keys()}
    mapping = ColumnMapping(name, columns, **plain, **lists)
    _check(mapping, where)
    named = tuple(dict.fromkeys(column.name for _, column in columns))
    return replace(mapping, columns=tuple(map(header_name, mapping.columns)) or named)


def _check(mapping: ColumnMapping, where: str) -> None:
    """What holds between the keys of a mapping, and the options that are no column's."""
    found = dict(mapping.fields).keys()
    wanted, allowed = ["responded_at"], SURVEY_FIELDS
    if not mapping.is_survey:
        wanted, allowed = ["conversation_id", "speaker"], CONVERSATION_FIELDS
    if missing := [field for field in wanted if field not in found]:
        kind = "survey answers" if mapping.is_survey else "conversations"
        raise ConfigError(f"{where}.{missing[0]} is missing: say which column of these {kind} holds it.")
    if strange := sorted(found - allowed):
        raise ConfigError(
            f"{where}.{strange[0]} does not go with {'text' if 'text' in found else wanted[0]}: remove one."
        )
    if mapping.is_survey and not found - {"response_id", "responded_at", "conversation_id", "customer_id"}:
        raise ConfigError(f"{where} names no answer: add nps_rating, ces_rating, csat_rating or verbatim.")
    if mapping.channel not in CHANNELS:
        raise ConfigError(f"{where}.channel must be one of {', '.join(CHANNELS)}.")
    if mapping.delimiter and len(mapping.delimiter) != 1:
        raise ConfigError(f"{where}.delimiter must be one character.")
    try:
        codecs.lookup(mapping.encoding or "utf-8")
    except (LookupError, ValueError):
        raise ConfigError(f"{where}.encoding is no encoding that Python knows: write utf-8 or cp1252.") from None


def _column(field: str, value: object, where: str) -> Column:
    """A column by its name alone, or as a table with `column` and options."""
    table = value if isinstance(value, Mapping) else {"column": value}
    options = table.keys() - {"column"}
    if unknown := sorted(options - OPTIONS.get(field, frozenset())):
        raise ConfigError(f"{where}.{unknown[0]} is no option of {field}: see README.")
    name = header_name(_text(table.get("column"), where))
    if not name:
        raise ConfigError(f"{where} must name a column.")
    said: dict[str, Any] = {option: OF_OPTION[option](table[option], f"{where}.{option}") for option in options}
    return Column(name, **said)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be text in quotes.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where} must be a list of texts.")
    return tuple(value)


def _words(value: object, where: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in _texts(value, where))


def _time(value: object, where: str) -> str:
    pattern = _text(value, where)
    moment = datetime(2026, 3, 29, 13, 45, 59, tzinfo=UTC)
    try:
        back = datetime.strptime(moment.strftime(pattern), pattern) if pattern not in CLOCKS else moment
    except ValueError:
        back = datetime.min
    if back.date() != moment.date():
        raise ConfigError(f"{where} must be a time pattern with day, month and year, such as %d.%m.%Y %H.%M, or unix.")
    return pattern


def _scale(value: object, where: str) -> tuple[int, int]:
    ends = value if isinstance(value, list) and len(value) == 2 else [0, 0]
    if not all(type(end) is int for end in ends) or not ends[0] < ends[1]:
        raise ConfigError(f"{where} must be the lowest and the highest answer, such as [1, 5].")
    return ends[0], ends[1]


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{where} must be true or false.")
    return value


def _unit(value: object, where: str) -> str:
    if value not in UNITS:
        raise ConfigError(f"{where} must be one of {', '.join(UNITS)}.")
    return str(value)


def _roles(value: object, where: str) -> tuple[tuple[str, str], ...]:
    table = value if isinstance(value, Mapping) else {"": ""}
    if bad := next((label for label, role in table.items() if role not in ROLES), None):
        raise ConfigError(f"{where}.{bad} must be one of {', '.join(ROLES)}.")
    if "" in table:
        raise ConfigError(f'{where} must be a table such as {{ Asiakas = "customer" }}.')
    return tuple((str(label).strip().lower(), str(role)) for label, role in table.items())


OF_OPTION = {"time": _time, "scale": _scale, "reversed": _flag, "unit": _unit, "yes": _words, "no": _words,
             "roles": _roles}  # fmt: skip
