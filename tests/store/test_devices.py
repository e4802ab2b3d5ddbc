"""Device events: stored once, replaced by what comes later, beside the contacts, and never with a feeling."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import path_tables, store
from pipeline.config import Retention
from pipeline.conversation import MaskedText
from pipeline.erasing.retention import expire
from pipeline.staging import StagedFile
from pipeline.touchpoints import Taxonomies, load_drivers, load_palvelupolku
from tests.store.rows import add_run, answer, conversation, event, failed, key, load, rows

COUNTS = ("stored", "unchanged", "replaced", "merged", "outdated")
FELT = ("first_sentiment", "last_sentiment", "mean_sentiment", "goal", "complaint_probability", "churn_probability",
        "is_open_complaint", "nps_rating", "ces_rating", "csat_rating", "contact_number")  # fmt: skip
FOLDER = Path(store.__file__).parent


def bring(connection: DuckDBPyConnection, folder: Path, name: str, *events: Any, **more: Any) -> dict[str, int]:
    """A night's file with these events; what became of them, without zeros."""
    load(connection, folder, events=events, file=name, **more)
    if not more.get("replace"):
        store.finish_file(connection, StagedFile(name, f"sha of {name}", "device_csv"), more.get("run", "run"))
    counts = ", ".join(f"{count}_count" for count in COUNTS)
    query = f"SELECT {counts} FROM batches WHERE batch_id = '{name}-{more.get('batch', '0')}'"
    return {count: value for count, value in zip(COUNTS, rows(connection, query)[0], strict=True) if value}


def messages(connection: DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return rows(connection, "SELECT code, message, customer_key FROM device_events ORDER BY ALL")


def test_events_come_again(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The same changes nothing, what says otherwise counts; another second or device is another event."""
    first = [event("E1"), event("E1", "2026-09-01T09:00:01"), event("E1", device=2, message="vika")]
    assert bring(connection, tmp_path, "a", *first) == {"stored": 3}
    assert bring(connection, tmp_path, "b", *first, event("E2")) == {"stored": 1, "unchanged": 3}
    assert bring(connection, tmp_path, "c", event("E1", customer=1)) == {"replaced": 1}
    assert messages(connection) == [("E1", "vika", None), ("E1", None, key(1)), ("E1", None, None), ("E2", None, None)]
    found = "SELECT file_name, device_event_count, stored_count, conversation_count FROM deliveries ORDER BY ALL"
    assert rows(connection, found) == [("a", 2, 3, 0), ("b", 1, 1, 0), ("c", 1, 0, 0)]
    assert rows(connection, "SELECT device_event_count FROM batches ORDER BY batch_id") == [(3,), (1,), (1,)]
    assert failed(connection) == set()


def test_within_a_batch_the_last_row_counts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    same = event("E1", message="toka")
    told = bring(connection, tmp_path, "a", event("E1", message="eka"), same, event("E2"), same)
    assert told == {"stored": 2, "unchanged": 1, "outdated": 1}
    assert [row[1] for row in messages(connection)] == ["toka", None]


def test_a_backfill_reads_again_and_brings_nothing_old_back(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", event("E1", message="vanha"), event("E2"))
    bring(connection, tmp_path, "b", event("E1", message="uusi"))
    add_run(connection, "later")
    again = {"batch": "again", "run": "later", "replace": True}
    old = event("E1", message="vanha")
    assert bring(connection, tmp_path, "a", old, event("E2"), **again) == {"replaced": 1, "outdated": 1}
    assert [row[1] for row in messages(connection)] == ["uusi", None]


def test_bad_rows_are_weighed_against_what_was_read(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", *(event(f"E{n}") for n in range(9)), rejections=[("row 9", "bad_time")])
    assert failed(connection) == set()
    bring(connection, tmp_path, "b", rejections=[("row 2", "bad_time")])
    assert failed(connection) == {"rejected_share"}


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        ("customer_key = 'K1'", "hashed_keys"),
        ("device_key = 'M-100'", "hashed_keys"),
        ("code = '010190-123A'", "no_identifiers"),
        ("severity = 'maija.malli@example.fi'", "no_identifiers"),
        ("message = 'soita 050 555 0100'", "no_identifiers"),
    ],
)
def test_what_may_not_be_stored_stops_the_night(
    connection: DuckDBPyConnection, tmp_path: Path, broken: str, check: str
) -> None:
    bring(connection, tmp_path, "a", event("E1"))
    assert failed(connection) == set()
    connection.execute(f"UPDATE device_events SET {broken}")
    assert failed(connection) == {check}


def test_nobody_feels_anything_in_a_device(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Neither the table nor the view has a column for it, and nothing that is scored names an event."""
    bring(connection, tmp_path, "a", event("E1", customer=1, message="kamala vika, raivostuttavaa!"))
    for name in ("device_events", "device_moments"):
        columns = " ".join(column for column, *_ in rows(connection, f"DESCRIBE {name}"))
        for word in ("sentiment", "feeling", "emotion", "probability", "score", "anger"):
            assert word not in columns
    for name in ("utterances", "utterance_scores", "verbatim_scores", "utterance_readings", "part_readings"):
        assert rows(connection, f"FROM {name}") == []
    for name in ("contacts", "journeys", "touchpoint_scores", "conversation_summary"):
        assert rows(connection, f"FROM {name}") == [], "nor is it a contact"


def visits(connection: DuckDBPyConnection, folder: Path) -> None:
    """Two journeys of a customer, 1.-3. and 24. September."""
    load(connection, folder, [
        conversation("a", [("customer", -0.4)], started_at="2026-09-01T09:00", customer=1, goal="no",
                     events={"complaint": 0.9}),
        conversation("b", [("customer", 0.2)], started_at="2026-09-03T09:00", customer=1, channel="call"),
        conversation("c", [("customer", 0.6)], started_at="2026-09-24T09:00", customer=1),
    ], [answer("r", 9, "2026-09-04T09:00", customer=1)])  # fmt: skip


def test_events_stand_in_the_nearest_journey(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    visits(connection, tmp_path)
    days = {"before": "2026-08-18T09:00", "too early": "2026-08-18T08:59:59", "within": "2026-09-02T09:00",
            "nearer to a": "2026-09-13T20:59", "nearer to c": "2026-09-13T21:01", "after": "2026-10-08T09:00",
            "too late": "2026-10-08T09:00:01"}  # fmt: skip
    events = [event(code, day, customer=1) for code, day in days.items()]
    bring(connection, tmp_path, "a", *events, event("nobody's", days["within"]), event("other", customer=2))
    found = dict(rows(connection, "SELECT device_code, journey_id FROM journeys WHERE event_key IS NOT NULL"))
    assert found == {
        "before": "a", "within": "a", "nearer to a": "a", "nearer to c": "c", "after": "c"
    }  # fmt: skip
    counted = "SELECT journey_id, contact_count, device_event_count FROM journey_summary ORDER BY ALL"
    assert rows(connection, counted) == [("a", 2, 3), ("c", 1, 2)]


def test_events_change_no_figure_of_contacts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Not even those that lie between two contacts, at the same moment as one, or would bridge two journeys."""
    visits(connection, tmp_path)
    views = {
        "journeys": "* EXCLUDE (event_key, device_code)", "journey_summary": "* EXCLUDE (device_event_count)",
        "customer_360": "* EXCLUDE (device_event_count, last_device_event_date)", "contacts": "*",
    }  # fmt: skip
    told = {name: f"SELECT {columns} FROM {name} %s ORDER BY ALL" for name, columns in views.items()}
    before = {name: rows(connection, query % "") for name, query in told.items()}
    days = ("2026-08-30T09:00", "2026-09-01T09:00", "2026-09-02T09:00", "2026-09-13T09:00", "2026-09-14T09:00")
    bring(connection, tmp_path, "a", *(event("E1", day, customer=1) for day in days))
    own = {"journeys": "WHERE event_key IS NULL"}
    assert {name: rows(connection, query % own.get(name, "")) for name, query in told.items()} == before
    felt = rows(connection, f"SELECT DISTINCT channel, {', '.join(FELT)} FROM journeys WHERE event_key NOTNULL")
    assert felt == [("device", *[None] * len(FELT))]
    waits = "SELECT wait_hours, previous_last_sentiment, is_same_touchpoint FROM journeys WHERE event_key NOTNULL"
    assert rows(connection, f"{waits} ORDER BY started_at LIMIT 3") == [
        (None, None, False), (0, pytest.approx(-0.4), False), (24, pytest.approx(-0.4), False)
    ]  # fmt: skip


def test_codes_are_placed_by_the_path_in_use(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Whatever the case; the upper touchpoint wins, one that is limited to channels has no devices; and by a new path
    without reading anything again."""
    text = (FOLDER / "palvelupolku.toml").read_text("utf-8")
    support, billing = 'metadata = { queue = ["tekninen_tuki"', 'metadata = { queue = ["laskutus"'
    assert text.count(support) == text.count(billing) == 1
    text = text.replace(support, support.replace("queue", 'device_code = ["e17"], queue'))

    def places(text: str, name: str) -> list[tuple[Any, ...]]:
        (tmp_path / name).write_text(text, encoding="utf-8")  # under names of their own: what is loaded is kept
        taxonomies = Taxonomies(load_palvelupolku(tmp_path / name), load_drivers(FOLDER / "drivers.toml"))
        path_tables.fill(connection, taxonomies)
        assert path_tables.hold(connection, taxonomies)
        return rows(connection, "SELECT device_code, touchpoint, stage FROM device_moments ORDER BY ALL")

    bring(connection, tmp_path, "a", event("E17"), event("E18"))
    assert places(text, "a.toml") == [("E17", "tekninen_tuki", "käyttö"), ("E18", None, None)]
    both = text.replace(billing, billing.replace("queue", 'device_code = ["E17", "e18"], queue'))
    assert places(both, "b.toml") == [("E17", "laskutus", "käyttö"), ("E18", "laskutus", "käyttö")]
    limited = both.replace('id = "laskutus"\n', 'id = "laskutus"\nchannels = ["call"]\n')
    assert places(limited, "c.toml") == [("E17", "tekninen_tuki", "käyttö"), ("E18", None, None)]


def test_events_without_a_customer_are_nobodys(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("a", customer=None)])
    bring(connection, tmp_path, "a", event("E1", message=MaskedText("x")))
    assert rows(connection, "FROM journeys") == rows(connection, "FROM customer_360") == []
    assert rows(connection, "SELECT count(*) FROM device_moments") == [(1,)]


def test_events_have_a_retention_of_their_own(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for_ever = dict.fromkeys(Retention.__slots__, 0)
    bring(connection, tmp_path, "a", event("E1", "2026-10-21T09:00"), event("E2", "2026-10-22T09:00"))
    assert expire(connection, Retention(**for_ever), date(2999, 1, 1)) == {}
    keep = Retention(**{**for_ever, "device_events": 10})
    assert expire(connection, keep, date(2026, 11, 1)) == {"device events": 1}
    assert [row[0] for row in messages(connection)] == ["E2"]
