"""Deleted means gone: DuckDB keeps the bytes of deleted rows in its file, and a rewritten file has never held them."""

from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from pipeline.errors import StoreError
from pipeline.staging import StagedFile
from tests.store.rows import EARLIER, add_run, answer, conversation, event, load, names_in, rows, utterance

pytestmark = pytest.mark.slow

GONE, KEPT = "zqxwvjkpyq", "jkqwzvyxpj"
"""Words that no compression shortens away in a file that is told not to compress (`plain`)."""
OBJECTS = (
    "SELECT table_name, comment, sql FROM duckdb_tables() ORDER BY ALL",
    "SELECT table_name, column_name, data_type, column_default, is_nullable FROM duckdb_columns() ORDER BY ALL",
    "SELECT table_name, column_name, comment FROM duckdb_columns() ORDER BY ALL",
    "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
    "SELECT function_name, parameters FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
    "SELECT index_name, sql FROM duckdb_indexes() ORDER BY ALL",
)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strings stand in the file as they are, so that a search of its bytes can find them."""
    monkeypatch.setitem(store.SETTINGS, "force_compression", "uncompressed")


def filled(path: Path, staging: Path | None = None) -> Path:
    """A database with rows in every table and, in every column that holds text, a word that goes and one that stays."""
    with store.opened(path) as connection:
        store.migrate(connection)
        add_run(connection, "run")
        folder = staging or path.parent
        events = [event(word, message=word, severity=MaskedText(word)) for word in (GONE, KEPT)]
        load(
            connection, folder, [talk("c1", GONE), talk("c2", KEPT)], [words("a1", GONE), words("a2", KEPT)],
            events=events,
        )  # fmt: skip
        connection.execute("UPDATE conversation_touchpoints SET reason = {'utterance_index': 0, 'start': 0, 'end': 6}")
        connection.execute(EARLIER)
        load(connection, folder, rejections=[("line 1", "no_text")], file="b.jsonl")
        store.finish_file(connection, StagedFile("b.jsonl", "sha of b.jsonl"), "run")
        connection.execute("INSERT INTO path_stages VALUES ('alku', 'polku', 0, 'Alku')")
        connection.execute("INSERT INTO path_touchpoints VALUES ('lasku', 'alku', 0, 'Lasku', ['e17'])")
        connection.execute("INSERT INTO path_contact_points VALUES ('kuski', 0, 'Kuski', 'staff', 'front', 'own', [])")
        connection.execute("INSERT INTO drivers VALUES ('nopeus', 0, 'Nopeus', 'Asia hoituu pian.')")
        connection.execute("INSERT INTO tombstones VALUES ('t', 'tombstone-key', '2026-10-01')")
    return path


def talk(conversation_id: str, word: str) -> tuple:
    told = {"evidence": [("anger", 0, 5, 0.5)]}
    tokens = [(word, word, "X", word)]
    turns = [utterance(n, "customer", -0.5, text=f"{word} {n}", normalized_text=f"{word} {n}", tokens=tokens, told=told)
             for n in range(200)]  # fmt: skip
    return conversation(
        f"{conversation_id}-{word}",
        turns,
        queue=MaskedText(word),
        goal="yes",
        mentions=[("driver", "nopeus", 0, 0, 1, 1.0)],
    )


def words(response_id: str, word: str) -> object:
    return answer(
        f"{response_id}-{word}", 3, verbatim=MaskedText(word), normalized_text=MaskedText(word), sentiment=0.5,
        tokens=[(word, word, "X")], conversation_id=f"c-{word}",
    )  # fmt: skip


def delete(connection: DuckDBPyConnection) -> None:
    for table in (
        "mentions", "earlier_readings", "earlier_scores", "part_readings", "utterance_readings", "utterance_scores",
        "utterances",
        "conversation_touchpoints", "conversation_parts", "conversations",
    ):  # fmt: skip
        connection.execute(f"DELETE FROM {table} WHERE conversation_id LIKE ?", [f"%{GONE}"])
    connection.execute("DELETE FROM device_events WHERE code = ?", [GONE])
    for table in ("earlier_scores", "verbatim_scores", "survey_responses"):
        connection.execute(f"DELETE FROM {table} WHERE response_id LIKE ?", [f"%{GONE}"])


def hits(folder: Path) -> dict[str, tuple[int, int]]:
    """How often each file under `folder` holds the word that goes, and the one that stays."""
    found = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".gz" not in path.name}
    return {name: (content.count(GONE.encode()), content.count(KEPT.encode())) for name, content in found.items()}


def everything(path: Path) -> tuple[list, dict]:
    with store.opened(path, read_only=True) as connection:
        stored = {name: rows(connection, f"FROM {name}") for name in store.row_counts(connection)}
        return [rows(connection, query) for query in OBJECTS], stored


def test_deleted_bytes_stay_in_the_file_and_are_gone_from_a_rewritten_one(tmp_path: Path, plain: None) -> None:
    """They stay after CHECKPOINT and VACUUM too: DuckDB only marks their blocks as free. The word that stays is found
    in the rewritten file, so that the search would find the other one.
    """
    database = filled(tmp_path / "store.duckdb")
    gone, kept = hits(tmp_path)["store.duckdb"]
    assert gone > 1000
    assert kept > 1000
    with store.opened(database) as connection:
        delete(connection)
        connection.execute("CHECKPOINT")
        connection.execute("VACUUM")
    assert hits(tmp_path)["store.duckdb"][0] > 1000
    store.rewrite(database)
    store.publish(database, tmp_path / "published" / "published.duckdb")
    found = hits(tmp_path)
    assert set(found) == {"store.duckdb", "published.duckdb"}
    assert all(gone == 0 and kept > 1000 for gone, kept in found.values())


def test_the_log_of_a_killed_process_does_not_bring_the_rows_back(tmp_path: Path, plain: None) -> None:
    database = filled(tmp_path / "store.duckdb")
    connection = store.opened(database)
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.execute("SET wal_autocheckpoint = '1GB'")
    connection.execute("INSERT INTO rejections BY NAME SELECT * REPLACE (? AS position) FROM rejections", [GONE])
    delete(connection)
    connection.execute("DELETE FROM rejections WHERE position = ?", [GONE])
    connection.close()
    assert hits(tmp_path)["store.duckdb.wal"][0] > 0
    store.rewrite(database)
    assert {name: gone for name, (gone, _) in hits(tmp_path).items()} == {"store.duckdb": 0}


def test_everything_else_survives(tmp_path: Path) -> None:
    database = filled(tmp_path / "store.duckdb")
    database.chmod(0o640)
    with store.opened(database) as connection:
        connection.execute("UPDATE schema_versions SET applied_at = '2026-01-01'")
        connection.execute("INSERT INTO secret_checks VALUES ('of the secret', '2026-01-01')")
    before = everything(database)
    store.rewrite(database)
    after = everything(database)
    assert after == before
    assert all(len(kind) > 5 for kind in before[0][:5])
    assert all(before[1].values())
    assert database.stat().st_mode & 0o777 == 0o640
    store.rewrite(database)
    assert everything(database) == before


def test_every_table_of_the_schema_is_carried_over() -> None:
    script = (store.SQL / "steps" / "rewrite.sql").read_text(encoding="utf-8")
    with store.opened(Path(":memory:")) as connection:
        store.migrate(connection)
        for name in store.row_counts(connection):
            assert f"INSERT INTO {name} BY NAME FROM old.{name};" in script


def test_a_folder_of_any_name_will_do(tmp_path: Path) -> None:
    """Also one with the mark that ends a string of SQL, or with the signs of a pattern."""
    (folder := tmp_path / "data [1] *'").mkdir()
    database = filled(folder / "store.duckdb", tmp_path)
    before = everything(database)
    store.rewrite(database)
    assert everything(database) == before


def test_a_table_that_is_none_of_ours_is_not_lost(tmp_path: Path) -> None:
    database = filled(tmp_path / "store.duckdb")
    with store.opened(database) as connection:
        connection.execute("CREATE TABLE notes AS SELECT 1 AS note")
    with pytest.raises(StoreError, match="none of ours"):
        store.rewrite(database)
    with store.opened(database) as connection:
        assert rows(connection, "FROM notes") == [(1,)]
    assert {name for name in names_in(tmp_path) if ".json" not in name} == {"store.duckdb"}


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    database = filled(tmp_path / "store.duckdb")
    (tmp_path / "store.duckdb.tmp").mkdir()
    for name in (".store.duckdb.unfinished", ".store.duckdb.unfinished.wal", "store.duckdb.tmp/spilled"):
        (tmp_path / name).write_text(GONE)
    store.rewrite(database)
    assert {name for name in names_in(tmp_path) if ".json" not in name} == {"store.duckdb"}
