"""Retention: what is older than the settings allow goes, every night."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipeline import store
from pipeline.config import Config, Retention
from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = store.SQL / "erasing"


@dataclass(frozen=True, slots=True)
class Expiring:
    """What of one kind and channel is older than its retention."""

    what: str
    channel: str | None
    days: int
    count: int
    oldest: date | None


def today(config: Config) -> date:
    """The calendar day in the configured zone."""
    return datetime.now(config.time.zone).date()


def has_expired(record: Conversation | SurveyResponse | DeviceEvent, config: Config) -> bool:
    """Whether a record is so old that it would go the night it came: a backfill of old days does not bring it back.

    One that is only too old for its words is read, and its words go the same night, before anything is published.
    """
    limits: dict[str, int] = asdict(config.retention)
    if isinstance(record, Conversation):
        days = limits.get(f"conversations_{record.channel}", 0)
    else:
        days = limits["survey_responses" if isinstance(record, SurveyResponse) else "device_events"]
    if not days or record.moment is None:
        return False
    return (today(config) - record.moment.astimezone(config.time.zone).date()).days > days


def expiring(connection: "DuckDBPyConnection", retention: Retention, day: date) -> list[Expiring]:
    """What has expired on a day, and is still there; a line for each kind and channel that the settings know.

    Raises:
        StoreError: the database is none of ours.
    """
    with store.our_tables():
        store.execute_script(connection, SQL / "expiring.sql", {**asdict(retention), "today": day})
        rows = connection.execute((SQL / "expiring_counts.sql").read_text(encoding="utf-8")).fetchall()
    return [Expiring(*row) for row in rows]


def expire(connection: "DuckDBPyConnection", retention: Retention, day: date) -> dict[str, int]:
    """Remove what has expired on a day, in one transaction; returns how many of which kind, without zeros.

    Raises:
        StoreError: the database is none of ours.
    """
    counts: dict[str, int] = {}
    for line in expiring(connection, retention, day):
        counts[line.what] = counts.get(line.what, 0) + line.count
    with store.transaction(connection):
        store.execute_script(connection, SQL / "expire.sql", {})
    return {what: count for what, count in counts.items() if count}
