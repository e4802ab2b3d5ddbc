"""What devices report (IoT), as CSV: one event a row, with `device_id`, `code` and `ts`; nobody says anything in it.

Optional: `customer_id` (whose device it is), `severity`, `message`; other columns are not read. `ts` is ISO 8601,
Finnish (2.3.2026 9.21), or Unix time in seconds (10 digits) or milliseconds (13). Comma, semicolon or tab.
"""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from pipeline.conversation import DeviceEvent
from pipeline.errors import RecordError
from pipeline.sources.cells import moment
from pipeline.sources.files import SourceFile
from pipeline.sources.head import Head
from pipeline.sources.text import Row, clean, csv_rows

REQUIRED = ("device_id", "code", "ts")
UNIX: Mapping[int, str] = {10: "unix", 13: "unix_ms"}
"""Digits of a time that is a number → what it counts."""
MAX_LABEL_CHARACTERS = 80
"""What is longer is no code and no severity."""


def matches(head: Head) -> bool:
    """Whether the header has a device, a code and a time."""
    return head.columns.issuperset(REQUIRED)


def read(file: SourceFile, zone: ZoneInfo) -> Iterator[DeviceEvent | RecordError]:
    """One event per row, in order; a row that cannot be read does not stop those after it.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    for item in csv_rows(file):
        if isinstance(item, RecordError):
            yield item
            continue
        position, row = item
        try:
            yield _event(row, position, zone)
        except RecordError as error:
            yield error
        except UnicodeError:
            yield RecordError(position, "not_unicode")


def _event(row: Row, position: str, zone: ZoneInfo) -> DeviceEvent:
    cells = {name: clean(value) for name, value in row.items()}
    if not cells["device_id"]:
        raise RecordError(position, "missing_device_id")
    if not cells["code"]:
        raise RecordError(position, "missing_code")
    if max(len(cells["code"]), len(cells.get("severity", ""))) > MAX_LABEL_CHARACTERS:
        raise RecordError(position, "bad_code")
    ts = cells["ts"]
    try:
        occurred_at = moment(ts, zone, UNIX.get(len(ts), "") if ts.isdecimal() else "")
    except ValueError:
        raise RecordError(position, "bad_time") from None
    return DeviceEvent(
        device_id=cells["device_id"],
        code=cells["code"],
        occurred_at=occurred_at,
        customer_id=cells.get("customer_id") or None,
        severity=cells.get("severity") or None,
        message=cells.get("message") or None,
        position=position,
    )
