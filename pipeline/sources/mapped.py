"""Tables that the configuration describes: survey answers, or conversations with a message a row."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation, SurveyResponse
from pipeline.errors import RecordError
from pipeline.mappings import Column, ColumnMapping
from pipeline.sources import canonical
from pipeline.sources.answers import read_answers
from pipeline.sources.cells import moment, number
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head, delimiter_of, rows_of
from pipeline.sources.questions import Plan
from pipeline.sources.tables import Rows, names_of, sample_of, table_rows, unique
from pipeline.sources.text import Row

IGNORED = "event"
"""What a mapping calls `ignore` is counted as."""
PER_SECOND = {"s": 1, "ms": 1000}


def matches(head: Head, mapping: ColumnMapping) -> bool:
    """Whether the table, or the sheet that the mapping names, has all the columns it asks for."""
    names = unique(first[0]) if (first := _first_rows(head, mapping)) else []
    return set(names).issuperset(mapping.columns)


def rows(file: SourceFile, mapping: ColumnMapping) -> Rows:
    """The rows of the table."""
    return table_rows(file, delimiter=mapping.delimiter, encoding=mapping.encoding, sheet=mapping.sheet)


def columns(file: SourceFile, mapping: ColumnMapping) -> Plan:
    """What each column becomes, and which the mapping leaves out."""
    taken = {*mapping.metadata, *(column.name for _, column in mapping.fields)}
    names = names_of(sample_of(rows(file, mapping)))
    return Plan(mapping, tuple((name, "not in the mapping") for name in names if name not in taken))


def read(
    file: SourceFile, mapping: ColumnMapping, zone: ZoneInfo
) -> Iterator[Conversation | SurveyResponse | RecordError]:
    """The answers in order; or the rows that cannot be read, then the conversations in the order of their first rows.

    Raises:
        SourceError: the file cannot be opened, is no table, or has no such sheet.
    """
    if mapping.is_survey:
        yield from read_answers(rows(file, mapping), mapping, zone)
    else:
        yield from _conversations(rows(file, mapping), mapping, zone)


def _first_rows(head: Head, mapping: ColumnMapping) -> list[list[str]]:
    if head.sheets:
        return list(head.sheets.get(mapping.sheet, []) if mapping.sheet else head.rows)
    text = head.start.decode(mapping.encoding, errors="replace") if mapping.encoding else head.text
    return rows_of(text.removeprefix("\ufeff"), mapping.delimiter or delimiter_of(text))


def _conversations(rows: Rows, mapping: ColumnMapping, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    columns = dict(mapping.fields)
    records: dict[str, dict[str, Any]] = {}
    positions: dict[str, str] = {}
    for item in rows:
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        cells = {field: row.get(column.name, "").strip() for field, column in columns.items()}
        try:
            turn = _turn(cells, columns, position, zone)
            first = {**_facts(cells, columns, position, zone), **_metadata(row, mapping), "turns": [], "ignored": {}}
        except RecordError as error:
            yield error
            continue
        positions.setdefault(cells["conversation_id"], position)
        _add(records.setdefault(cells["conversation_id"], first), turn)
    for conversation_id, record in records.items():
        try:
            yield canonical.conversation(record, positions[conversation_id], "chat", zone)
        except RecordError as error:
            yield error


def _add(record: dict[str, Any], turn: Mapping[str, Any]) -> None:
    kind = IGNORED if turn.get("speaker") == "ignore" else "" if turn["text"] else "empty"
    if kind:
        record["ignored"][kind] = record["ignored"].get(kind, 0) + 1
    else:
        record["turns"].append(turn)


def _turn(cells: Row, columns: Mapping[str, Column], position: str, zone: ZoneInfo) -> dict[str, Any]:
    """A row's message; a label that no role is named for is a speaker whose role is still to be found."""
    if not cells["conversation_id"]:
        raise RecordError(position, "missing_conversation_id")
    label = cells["speaker"]
    role = dict(columns["speaker"].roles).get(label.lower()) or canonical.SPEAKER_NAMES.get(label.lower(), "")
    participant = cells.get("agent_id", "") if role == "agent" else "" if role else label
    return {
        "speaker": role,
        "participant_id": participant,
        "text": cells["text"],
        "sent_at": _time(cells, "sent_at", columns, position, zone),
        **{
            field: _seconds(cells[field], columns[field], position)
            for field in ("seconds", "end_seconds")
            if field in cells
        },
    }


def _facts(cells: Row, columns: Mapping[str, Column], position: str, zone: ZoneInfo) -> dict[str, Any]:
    """What a row says of its conversation."""
    times = {field: _time(cells, field, columns, position, zone) for field in ("started_at", "changed_at")}
    return {**{field: cells.get(field) for field in ("conversation_id", "customer_id", "queue")}, **times}


def _metadata(row: Row, mapping: ColumnMapping) -> dict[str, str]:
    kept = {name: row.get(name, "") for name in mapping.metadata if name not in canonical.KNOWN_KEYS}
    return {**kept, "channel": mapping.channel}


def _time(cells: Row, field: str, columns: Mapping[str, Column], position: str, zone: ZoneInfo) -> str | None:
    if not cells.get(field):
        return None
    try:
        return moment(cells[field], zone, columns[field].time).isoformat()
    except ValueError:
        raise RecordError(position, "bad_time") from None


def _seconds(cell: str, column: Column, position: str) -> float | None:
    if not cell:
        return None
    try:
        return number(cell) / PER_SECOND[column.unit]
    except ValueError:
        raise RecordError(position, "bad_time") from None
