"""The schema: applied once, never edited, and explained to whoever opens the database."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.errors import StoreError
from tests.store.rows import conversation, load, rows
from tests.store.schema_hashes import HASHES, current

VIEWS = {
    "tokens",
    "utterance_emotions",
    "touchpoint_scores",
    "touchpoint_nps_by_conversation",
    "touchpoint_nps_by_customer",
    "touchpoint_nps_by_day",
}


@pytest.fixture
def own_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the SQL that the test may edit."""
    folder = shutil.copytree(store.SQL, tmp_path / "sql")
    monkeypatch.setattr(store, "SQL", folder)
    return folder


def test_released_schema_files_are_never_edited() -> None:
    released = json.loads(HASHES.read_text(encoding="utf-8"))
    advice = (
        "a released schema file stays as it is: add a new numbered one, then run python -m tests.store.schema_hashes"
    )
    assert current() == released, advice


def test_migrating_again_changes_nothing(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1")])
    objects = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    before = rows(connection, objects), rows(connection, "FROM schema_versions")
    store.migrate(connection)
    assert (rows(connection, objects), rows(connection, "FROM schema_versions")) == before
    assert rows(connection, "SELECT conversation_id FROM touchpoint_scores") == [("c1",)]


def test_all_views_are_there_and_answer(connection: DuckDBPyConnection) -> None:
    names = {name for (name,) in rows(connection, "SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    assert names >= VIEWS
    for name in names:
        assert rows(connection, f"FROM {name}") == []


def test_edited_schema_file_is_refused(connection: DuckDBPyConnection, own_sql: Path) -> None:
    schema = min((own_sql / "schema").glob("*.sql"))
    schema.write_text(schema.read_text(encoding="utf-8") + "\n-- one word more\n", encoding="utf-8")
    with pytest.raises(StoreError, match=rf"{schema.name} was edited.*add a new schema file"):
        store.migrate(connection)


def test_new_schema_file_is_applied_once(connection: DuckDBPyConnection, own_sql: Path) -> None:
    (own_sql / "schema" / "999_more.sql").write_text("CREATE TABLE more (id INTEGER); INSERT INTO more VALUES (1);")
    store.migrate(connection)
    store.migrate(connection)
    assert rows(connection, "FROM more") == [(1,)]
    assert rows(connection, "SELECT max(name) FROM schema_versions") == [("999_more",)]


def test_broken_schema_file_leaves_nothing_of_itself(connection: DuckDBPyConnection, own_sql: Path) -> None:
    (own_sql / "schema" / "999_more.sql").write_text("CREATE TABLE more (id INTEGER); INSERT INTO more VALUES ('x');")
    with pytest.raises(duckdb.Error):
        store.migrate(connection)
    assert rows(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'") == [(0,)]
    assert rows(connection, "SELECT count(*) FROM schema_versions WHERE name = '999_more'") == [(0,)]


def test_changed_view_replaces_the_old_one(connection: DuckDBPyConnection, own_sql: Path) -> None:
    view = next((own_sql / "views").glob("*_tokens.sql"))
    view.write_text("CREATE OR REPLACE VIEW tokens AS SELECT 17 AS token")
    store.migrate(connection)
    assert rows(connection, "FROM tokens") == [(17,)]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("duckdb_tables", "table_name"),
        ("duckdb_views", "view_name"),
        ("duckdb_columns", "table_name || '.' || column_name"),
    ],
)
def test_everything_is_explained(connection: DuckDBPyConnection, function: str, name: str) -> None:
    found = rows(connection, f"SELECT {name}, comment FROM {function}() WHERE NOT internal")
    assert len(found) > 5
    assert [name for name, comment in found if not (comment or "").strip()] == []
