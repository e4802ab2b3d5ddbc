"""Chat logs as CSV: one message a row, with the columns `conversation_id`, `sent_at`, `speaker` and `text`.

`customer_id`, `agent_id`, `queue` and any further column are taken from a conversation's first row. Rows of several
conversations may be mixed; the separator may be a comma, a semicolon or a tab.
"""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import Row, csv_rows, utc

REQUIRED = ("conversation_id", "sent_at", "speaker", "text")


def matches(head: Head) -> bool:
    """Whether the header has the four columns a message needs."""
    return head.columns.issuperset(REQUIRED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The unreadable rows first, then the conversations in the order of their first rows.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    records: dict[str, dict[str, Any]] = {}
    positions: dict[str, str] = {}
    for item in csv_rows(file):
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        problem = _problem(row, zone)
        if problem:
            yield RecordError(position, problem)
            continue
        conversation_id = row["conversation_id"].strip()
        positions.setdefault(conversation_id, position)
        _add(records, conversation_id, row)
    for conversation_id, record in records.items():
        try:
            yield canonical.conversation(record, positions[conversation_id], "chat", zone)
        except RecordError as error:
            yield error


def _problem(row: Row, zone: ZoneInfo) -> str | None:
    """Why this row cannot be a message: checked a row at a time, so that a bad row does not cost its conversation."""
    if missing := next((column for column in REQUIRED if not row[column].strip()), None):
        return f"missing_{missing}"
    if row["speaker"].strip().lower() not in canonical.SPEAKER_NAMES:
        return "unknown_speaker"
    try:
        utc(row["sent_at"], zone)
    except ValueError:
        return "bad_time"
    return None


def _add(records: dict[str, dict[str, Any]], conversation_id: str, row: Row) -> None:
    """Put a row's message under its conversation, which the first row describes."""
    message = {"sent_at": row["sent_at"], "speaker": row["speaker"], "text": row["text"]}
    if row.get("agent_id", "").strip() and canonical.SPEAKER_NAMES[row["speaker"].strip().lower()] == "agent":
        message["participant_id"] = row["agent_id"]
    first_row = {key: value for key, value in row.items() if key not in ("sent_at", "speaker", "text", "agent_id")}
    records.setdefault(conversation_id, {**first_row, "turns": []})["turns"].append(message)
