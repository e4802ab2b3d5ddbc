"""The palvelupolku and the drivers in use as tables: filled anew, compared, and joined without losing what is old."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from pipeline import path_tables, store
from pipeline.conversation import MaskedText
from pipeline.touchpoints import Palvelupolku, Taxonomies, load_drivers, load_palvelupolku
from tests.store.rows import answer, conversation, failed, load, rows, utterance

FOLDER = Path(store.__file__).parent
SHIPPED = Taxonomies(load_palvelupolku(FOLDER / "palvelupolku.toml"), load_drivers(FOLDER / "drivers.toml"))
NOTHING = Taxonomies(Palvelupolku((), 1))
TEXT = MaskedText("👩\u200d👧 lasku oli halpa")


def place(word: str) -> tuple[int, int]:
    return TEXT.index(word), TEXT.index(word) + len(word)


def named(connection: DuckDBPyConnection, folder: Path, **more: Any) -> None:
    """A chat whose customer, agent and stranger say the same, and an answer that does too."""
    turns = [utterance(number, role, 0.5, text=TEXT) for number, role in enumerate(("customer", "agent", "unknown"))]
    mentions = [
        *(("contact_point", "lasku", number, *place("lasku"), 1.0) for number in (0, 1)),
        ("driver", "edullisuus", 0, *place("halpa"), 1.0),
        ("driver", "vanha_ajuri", 2, *place("halpa"), 1.0),
        ("target", "hinta", 0, 0, 4, 0.8),
    ]
    said = [("driver", "edullisuus", *place("halpa"), 1.0), ("contact_point", "poistettu", 0, 5, 1.0)]
    stretches = [(0, 0, "laskutus"), (1, 2, "ostaminen")]
    load(
        connection, folder,
        [conversation("c1", turns, touchpoints=stretches, mentions=mentions)],
        [answer("a1", 3, verbatim=TEXT, sentiment=0.5), answer("a2", 9)],
        answer_mentions={"a1": said},
        **more,
    )  # fmt: skip


def test_they_hold_the_path_in_use_and_nothing_else(connection: DuckDBPyConnection) -> None:
    for taxonomies in (SHIPPED, NOTHING, SHIPPED):
        assert not path_tables.hold(connection, taxonomies)
        path_tables.fill(connection, taxonomies)
        path_tables.fill(connection, taxonomies)
        assert path_tables.hold(connection, taxonomies)
    path = SHIPPED.path
    found = rows(
        connection, "SELECT contact_point, kind, side, provider, touchpoints FROM path_contact_points ORDER BY position"
    )
    assert found == [
        (point.id, point.kind, point.side, point.provider, list(point.touchpoints)) for point in path.contact_points
    ]
    assert rows(connection, "SELECT touchpoint, stage, name FROM path_touchpoints ORDER BY position") == [
        (moment.id, moment.stage, moment.name) for moment in path.touchpoints
    ]
    assert rows(connection, "SELECT stage, path, name FROM path_stages ORDER BY position") == [
        (stage.id, path.name, stage.name) for stage in path.stages
    ]
    assert rows(connection, "SELECT driver, name, description FROM drivers ORDER BY position") == [
        (driver.id, driver.name, driver.description) for driver in SHIPPED.drivers
    ]


def test_a_fill_that_fails_changes_nothing(connection: DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    path_tables.fill(connection, SHIPPED)
    twice = {**path_tables.rows_of(SHIPPED), "drivers": path_tables.rows_of(SHIPPED)["drivers"][:1] * 2}
    monkeypatch.setattr(path_tables, "rows_of", lambda _: twice)
    with pytest.raises(duckdb.ConstraintException):
        path_tables.fill(connection, SHIPPED)
    monkeypatch.undo()
    assert path_tables.hold(connection, SHIPPED)


def test_they_outlive_a_rewrite(tmp_path: Path) -> None:
    path = tmp_path / "tunnepolku.duckdb"
    with store.opened(path) as connection:
        store.migrate(connection)
        path_tables.fill(connection, SHIPPED)
    store.rewrite(path)
    with store.opened(path, read_only=True) as connection:
        assert path_tables.hold(connection, SHIPPED)


def test_contact_points_are_shown_with_their_words_and_their_touchpoint(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    path_tables.fill(connection, SHIPPED)
    named(connection, tmp_path)
    what = ("lasku", "Lasku", "process", "front", "own", None, "lasku", *place("lasku"))
    assert rows(connection, "FROM contact_point_mentions ORDER BY ALL") == [
        ("c1", 0, None, "customer", "laskutus", *what),
        ("c1", 1, None, "agent", "ostaminen", *what),
        (None, None, "a1", None, None, "poistettu", None, None, None, None, 3, TEXT[:5], 0, 5),
    ]


def test_drivers_are_shown_with_the_rating_of_the_answer(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    path_tables.fill(connection, SHIPPED)
    named(connection, tmp_path)
    assert rows(connection, "FROM driver_mentions ORDER BY ALL") == [
        ("c1", 0, None, "customer", "laskutus", "edullisuus", "Edullisuus", None, "halpa", *place("halpa")),
        ("c1", 2, None, "unknown", "ostaminen", "vanha_ajuri", None, None, "halpa", *place("halpa")),
        (None, None, "a1", None, None, "edullisuus", "Edullisuus", 3, "halpa", *place("halpa")),
    ]  # fmt: skip


def test_what_the_path_no_longer_names_stays(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    path_tables.fill(connection, SHIPPED)
    named(connection, tmp_path)
    before = rows(connection, "SELECT conversation_id, contact_point, words FROM contact_point_mentions ORDER BY ALL")
    path_tables.fill(connection, NOTHING)
    assert (
        rows(connection, "SELECT conversation_id, contact_point, words FROM contact_point_mentions ORDER BY ALL")
        == before
    )
    assert rows(connection, "SELECT DISTINCT name, kind, side, provider FROM contact_point_mentions") == [(None,) * 4]
    assert rows(connection, "SELECT touchpoint FROM touchpoint_scores ORDER BY ALL") == [("laskutus",), ("ostaminen",)]
    columns, found = store.run_metric(connection, "contact_points", {})
    assert [row[columns.index("contact_point")] for row in found] == ["lasku", "lasku"]


def test_words_that_are_gone_are_not_shown_and_what_they_named_is(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    named(connection, tmp_path)
    connection.execute("UPDATE utterances SET text = '', tokens = []")
    connection.execute("UPDATE survey_responses SET verbatim = '' WHERE verbatim IS NOT NULL")
    for view in ("contact_point_mentions", "driver_mentions"):
        assert rows(connection, f"SELECT DISTINCT words, count(*) FROM {view} GROUP BY ALL") == [(None, 3)]
    assert "mentions" not in failed(connection)


def test_answers_that_come_again_name_what_they_name_now(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    named(connection, tmp_path)
    newer = answer("a1", 4, verbatim=TEXT, sentiment=0.5)
    load(connection, tmp_path, answers=[newer], batch="1", answer_mentions={"a1": [("driver", "nopeus", 0, 5, 1.0)]})
    assert rows(connection, "SELECT kind, label FROM mentions WHERE response_id = 'a1'") == [("driver", "nopeus")]


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE mentions SET "end" = 99',
        'UPDATE mentions SET "start" = "end"',
        "UPDATE mentions SET weight = 1.5",
        "UPDATE mentions SET utterance_index = 7 WHERE conversation_id IS NOT NULL",
        "UPDATE mentions SET response_id = 'a2' WHERE response_id IS NOT NULL",
        "UPDATE mentions SET response_id = 'a1'",
        "DELETE FROM utterances WHERE utterance_index = 2",
    ],
)
def test_a_mention_that_stands_nowhere_stops_the_night(
    connection: DuckDBPyConnection, tmp_path: Path, change: str
) -> None:
    named(connection, tmp_path)
    assert "mentions" not in failed(connection)
    connection.execute(change)
    assert "mentions" in failed(connection)
