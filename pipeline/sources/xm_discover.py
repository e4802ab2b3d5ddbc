"""Calls as CSV for Qualtrics XM Discover: one row a turn; what is said of the call is taken from its first row.

https://www.qualtrics.com/support/xm-discover/connectors/xm-discover-data-formats/call-transcripts-in-csv-format/
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.calls import Turn
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import Row, csv_rows
from pipeline.sources.values import number

REQUIRED = ("conversationId", "conversationTimestamp", "participantType", "text", "start")
OF_A_TURN = {"participantId", "participantType", "isIVR", "isBot", "text", "start", "end"}
YES = ("true", "yes", "1")
ROLES = {"agent": "agent", "client": "customer"}


def matches(head: Head) -> bool:
    """Whether the header has the columns that a turn needs."""
    return head.columns.issuperset(REQUIRED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The unreadable rows first, then the calls in the order of their first rows.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    calls: dict[str, tuple[str, dict[str, Any]]] = {}
    for item in csv_rows(file):
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        try:
            turn = _turn(row, position)
        except RecordError as error:
            yield error
            continue
        facts = {key: value for key, value in row.items() if key not in OF_A_TURN}
        calls.setdefault(row["conversationId"].strip(), (position, {**facts, "turns": []}))[1]["turns"].append(turn)
    yield from canonical.conversations(calls.values(), _call, "call", zone)


def _call(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The call under our keys; the rest of its first row goes with it."""
    names = {"conversationId": "conversation_id", "conversationTimestamp": "started_at"}
    return {names.get(key, key): value for key, value in facts.items()}


def _turn(row: Row, position: str) -> Turn:
    """One turn, checked here, so that a bad row does not cost its call; times are milliseconds from the start."""
    if not row.get("conversationId", "").strip():
        raise RecordError(position, "missing_conversation_id")
    is_machine = any(row.get(column, "").strip().lower() in YES for column in ("isIVR", "isBot"))
    role = "bot" if is_machine else ROLES.get(row.get("participantType", "").strip().lower(), "")
    return {
        **canonical.spoken_by(role, row.get("participantId", "")),
        "text": row.get("text", ""),
        "seconds": _seconds(row.get("start", ""), position),
        "end_seconds": _seconds(row.get("end", ""), position),
    }


def _seconds(cell: str, position: str) -> float | None:
    if not cell.strip():
        return None
    try:
        if (found := number(float(cell))) is not None:
            return found / 1000
    except ValueError:
        pass
    raise RecordError(position, "bad_time")
