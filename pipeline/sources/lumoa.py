"""Lumoa's conversational CSV: one message a row, in the order of `Cnv_index` and not of the rows.

`Date` is a day: when in it, nobody says. Columns that are not Lumoa's own become metadata of the conversation.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import canonical
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import Row, csv_rows
from pipeline.sources.values import gathered

REQUIRED = ("Comment", "Actor", "Cnv_id", "Cnv_index")
OF_A_ROW = {*REQUIRED, "Date", "ExternalId", "Channel"}


def matches(head: Head) -> bool:
    """Whether the header has Lumoa's columns of a conversation."""
    return head.columns.issuperset(REQUIRED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[Conversation | RecordError]:
    """The unreadable rows first, then the conversations in the order of their first rows.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    rows = gathered(map(_checked, csv_rows(file)), lambda row: row.get("Cnv_id", ""))
    return canonical.conversations(rows, _plain, "chat", zone)


def _checked(found: tuple[str, Row] | RecordError) -> tuple[str, Row] | RecordError:
    """The row, or why it has no place in its conversation."""
    if isinstance(found, RecordError):
        return found
    position, row = found
    index = row.get("Cnv_index", "").strip()
    return found if index.isdecimal() and len(index) < 10 else RecordError(position, "bad_index")


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    rows = sorted(found["messages"], key=lambda row: int(row["Cnv_index"]))
    channel = rows[0].get("Channel", "").strip()
    return {
        **{key: value for key, value in rows[0].items() if key not in OF_A_ROW},
        "conversation_id": found["conversation_id"],
        "started_at": rows[0].get("Date", "").strip(),
        **({"channel": channel} if channel.lower() in canonical.CHANNEL_NAMES else {"contact_channel": channel}),
        "turns": [{**canonical.spoken_by(row.get("Actor", "")), "text": row.get("Comment", "")} for row in rows],
    }
