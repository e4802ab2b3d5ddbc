"""The schema: applied once, never edited, and explained to whoever opens the database."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.errors import StoreError
from tests.store.rows import add_run, answer, conversation, failed, load, rows
from tests.store.schema_hashes import HASHES, current

VIEWS = {
    "tokens",
    "cues",
    "evidence",
    "lemma_counts",
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


def database_of(path: Path, schema: str) -> Path:
    """A file as the version left it whose newest schema file was `schema`, with one run and thousands of rows."""
    with store.opened(path) as connection:
        connection.execute(
            "CREATE TABLE schema_versions (name VARCHAR PRIMARY KEY, sha256 VARCHAR, applied_at TIMESTAMP)"
        )
        for name in sorted(name for name in current() if name <= schema):
            connection.execute((store.SQL / "schema" / name).read_text(encoding="utf-8"))
            connection.execute("INSERT INTO schema_versions VALUES (?, ?, now())", [Path(name).stem, current()[name]])
        add_run(connection, "old")
        connection.execute("""
            INSERT INTO batches VALUES ('old', 'sha', 'old', now(), 500, 5000, 2, 0, false);
            INSERT INTO conversations BY NAME SELECT 'old' || i AS conversation_id, 'chat' AS channel,
                'sv' AS language, 'old' AS batch_id FROM range(500) n(i);
            INSERT INTO conversation_touchpoints SELECT 'old' || i, 0, 9, 'stage', 'laskutus', 'r' FROM range(500) n(i);
            INSERT INTO utterances BY NAME SELECT 'old' || i // 10 AS conversation_id, i % 10 AS utterance_index,
                if(i % 2 = 0, 'bot', 'customer') AS speaker_role, 'moi ' || i AS text,
                [{'token': 'moi', 'lemma': 'moi' || k, 'upos': 'X'} for k in range(i % 7)] AS tokens
                FROM range(5000) n(i);
            INSERT INTO utterance_scores BY NAME SELECT conversation_id, utterance_index, 'negative' AS sentiment,
                -0.5 AS sentiment_score, 0.6 AS negative_probability, 0.3 AS neutral_probability,
                0.1 AS positive_probability, 0.1 AS joy_probability, 0.1 AS trust_probability, 0.1 AS fear_probability,
                0.1 AS surprise_probability, 0.1 AS sadness_probability, 0.1 AS disgust_probability,
                0.9 AS anger_probability, 0.1 AS anticipation_probability, 'old' AS model, '0' AS model_version,
                'old' AS run_id FROM utterances WHERE speaker_role = 'customer';
            INSERT INTO survey_responses BY NAME SELECT 'old' || i AS response_id, now() AS responded_at,
                today() AS responded_date, 9 AS nps_rating, [] AS tokens, 'old' AS batch_id FROM range(2) n(i);
        """)  # fmt: skip
    return path


def test_rows_of_the_first_version_survive_and_were_read_as_finnish(tmp_path: Path) -> None:
    """Thousands of rows: DuckDB 1.5.6 adds a field to a list of structs in some hundred rows, and crashes on these."""
    old = "SELECT conversation_id, utterance_index, text, [x.lemma for x in tokens] FROM utterances ORDER BY ALL"
    path = database_of(tmp_path / "old.duckdb", "001_nights.sql")
    with store.opened(path) as connection:
        before = rows(connection, old)
        store.migrate(connection)
        connection.execute("CHECKPOINT")
    with store.opened(path) as connection:
        assert rows(connection, old) == before
        assert rows(connection, "SELECT DISTINCT language, asr_suspect, normalized_text FROM utterances") == [
            ("fi", None, None)
        ]
        assert rows(connection, "SELECT DISTINCT language, detected_language FROM conversations") == [("sv", "fi")]
        assert rows(connection, "SELECT language FROM survey_responses") == [(None,), (None,)]
        assert rows(connection, "SELECT DISTINCT normal, rule, disfluency, sentence FROM tokens") == [
            ("moi", None, None, None)
        ]
        add_run(connection, "run")
        load(connection, tmp_path, [conversation("old7"), conversation("c1")], [answer("a1", 9)])
        assert failed(connection) == set()
        assert rows(connection, "FROM rejections") == []
        assert rows(connection, "SELECT count(*), count(DISTINCT conversation_id) FROM utterances") == [(4992, 501)]
        assert rows(connection, "SELECT replaced_count, stored_count FROM batches WHERE batch_id <> 'old'") == [(1, 2)]


def test_rows_of_earlier_versions_keep_their_ids_and_get_the_system_of_their_file(tmp_path: Path) -> None:
    """Two days of a conversation: what was stored before is a part like any other."""
    path = database_of(tmp_path / "old.duckdb", "006_special_categories.sql")
    with store.opened(path) as connection:
        connection.execute("""
            INSERT INTO source_files VALUES ('sha', 'a.csv', 'chat_csv', 'old', now());
            UPDATE conversations SET started_at = '2026-09-01 09:00' WHERE conversation_id IN ('old1', 'old2');
            UPDATE utterances SET seconds = 60 * utterance_index WHERE conversation_id = 'old1';
            INSERT INTO survey_responses BY NAME SELECT 'a' AS response_id, now() AS responded_at,
                today() AS responded_date, [] AS tokens, 'old1' AS conversation_id, 'elsewhere' AS batch_id;
        """)
        ids = rows(connection, "SELECT conversation_id FROM conversations ORDER BY ALL")
        store.migrate(connection)
        connection.execute("CHECKPOINT")
    with store.opened(path) as connection:
        assert rows(connection, "SELECT source_id FROM conversations ORDER BY ALL") == ids
        assert rows(connection, "SELECT DISTINCT source, has_own_id FROM conversations") == [("chat_csv", True)]
        answers = "SELECT source, source_id, source_conversation_id FROM survey_responses ORDER BY ALL"
        assert rows(connection, answers) == [
            ("chat_csv", "old0", None), ("chat_csv", "old1", None), (None, "a", "old1")
        ]  # fmt: skip
        parts = "SELECT began_at::VARCHAR, ended_at::VARCHAR FROM conversation_parts WHERE conversation_id = ?"
        assert rows(connection, parts, "old1") == [("2026-09-01 09:00:00", "2026-09-01 09:09:00")]
        assert rows(connection, parts, "old2") == [(None, None)]
        add_run(connection, "run")
        day = conversation(
            "old1", [{"role": "customer", "seconds": 0.0}], started_at="2026-09-02T09:00", source="chat_csv"
        )
        other = conversation("old2", source="zendesk")
        load(connection, tmp_path, [day, other], [answer("a", 9, conversation_id="old1")])
        assert rows(connection, "SELECT count(*) FROM utterances WHERE conversation_id = 'old1'") == [(11,)]
        assert rows(connection, "SELECT source FROM conversations WHERE conversation_id = 'zendesk:old2'") == [
            ("zendesk",)
        ]
        assert rows(connection, "SELECT source, nps_rating FROM survey_responses WHERE response_id = 'a'") == [
            ("invented", 9)
        ]
        assert failed(connection, {"max_rejected_share": 1}) == {"scores_complete"}, "no model read the new turns"


def test_scores_of_earlier_versions_survive_and_tell_nothing_more(tmp_path: Path) -> None:
    for schema in ("001_nights.sql", "002_language.sql"):
        path = database_of(tmp_path / f"{schema}.duckdb", schema)
        with store.opened(path) as connection:
            before = rows(connection, "SELECT conversation_id, utterance_index, sentiment_score FROM utterance_scores")
            store.migrate(connection)
            connection.execute("CHECKPOINT")
        with store.opened(path) as connection:
            after = rows(connection, "SELECT conversation_id, utterance_index, sentiment_score FROM utterance_scores")
            assert (len(before), sorted(after)) == (2500, sorted(before))
            told = "is_sure, anger_intensity, effort_probability, evidence"
            assert rows(connection, f"SELECT DISTINCT {told} FROM utterance_scores") == [(None, None, None, None)]
            assert rows(connection, "FROM cues") == rows(connection, "FROM evidence") == []
            assert rows(connection, "SELECT DISTINCT probability, intensity FROM utterance_emotions ORDER BY ALL") == [
                (0.1, None), (0.9, None)
            ]  # fmt: skip
            assert rows(connection, "SELECT DISTINCT sure_share, sure_mean_sentiment FROM touchpoint_scores") == [
                (None, None)
            ]
            shares = "SELECT utterance_count, share, share_everywhere FROM touchpoint_emotions WHERE share > 0"
            assert rows(connection, shares) == [(2500, 1.0, 1.0)]
            assert failed(connection) == set()


def test_conversations_of_earlier_versions_survive_the_channels_that_came_later(tmp_path: Path) -> None:
    path = database_of(tmp_path / "old.duckdb", "006_special_categories.sql")
    with store.opened(path) as connection:
        for name in sorted(name for name in current() if "007" < name < "010"):
            connection.execute((store.SQL / "schema" / name).read_text(encoding="utf-8"))
            connection.execute("INSERT INTO schema_versions VALUES (?, ?, now())", [Path(name).stem, current()[name]])
        before = rows(connection, "FROM conversations ORDER BY ALL")
        store.migrate(connection)
    with store.opened(path) as connection:
        assert (len(before), rows(connection, "FROM conversations ORDER BY ALL")) == (500, before)
        add_run(connection, "run")
        channels = ("in_person", "social")
        load(connection, tmp_path, [conversation(channel, channel=channel) for channel in channels])
        assert rows(connection, "SELECT channel, count(*) FROM contacts GROUP BY ALL ORDER BY ALL") == [
            ("chat", 500), ("in_person", 1), ("social", 1)
        ]  # fmt: skip
        with pytest.raises(StoreError):
            load(connection, tmp_path, [conversation("fax", channel="fax")], batch="1")
        with pytest.raises(duckdb.ConstraintException):
            connection.execute("INSERT INTO conversations BY NAME FROM conversations")


def test_metric_of_a_later_version_says_so(tmp_path: Path) -> None:
    """The copy that was published before an update lacks the columns until the next night."""
    with store.opened(database_of(tmp_path / "old.duckdb", "001_nights.sql")) as connection:
        with pytest.raises(StoreError, match="of another version"):
            store.run_metric(connection, "languages", {})
        with pytest.raises(StoreError, match="of another version"):
            store.check(connection, {"max_rejected_share": 0.1})


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
    assert rows(connection, "SELECT max(name) FROM schema_versions WHERE name < 'a'") == [("999_more",)]


def test_broken_schema_file_leaves_nothing_of_itself(connection: DuckDBPyConnection, own_sql: Path) -> None:
    (own_sql / "schema" / "999_more.sql").write_text("CREATE TABLE more (id INTEGER); INSERT INTO more VALUES ('x');")
    with pytest.raises(duckdb.Error):
        store.migrate(connection)
    assert rows(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'") == [(0,)]
    assert rows(connection, "SELECT count(*) FROM schema_versions WHERE name = '999_more'") == [(0,)]


def test_changed_view_replaces_the_old_one(connection: DuckDBPyConnection, own_sql: Path) -> None:
    view = next((own_sql / "views").glob("*_touchpoint_nps_by_day.sql"))
    view.write_text("CREATE OR REPLACE VIEW touchpoint_nps_by_day AS SELECT 17 AS nps")
    store.migrate(connection)
    assert rows(connection, "FROM touchpoint_nps_by_day") == [(17,)]


def test_views_are_made_anew_only_where_something_changed(
    connection: DuckDBPyConnection, own_sql: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made() -> str:
        ((moment,),) = rows(connection, "SELECT applied_at FROM schema_versions WHERE name = 'views'")
        return str(moment)

    first = made()
    store.migrate(connection)
    assert made() == first
    (own_sql / "schema" / "999_more.sql").write_text("CREATE TABLE more (id INTEGER)")
    store.migrate(connection)
    assert (second := made()) > first, "a view may stand on the new table"
    monkeypatch.setattr("pipeline.store.STOP_LEMMAS", {"ja", "tunnepolku"})
    store.migrate(connection)
    assert made() > second
    assert rows(connection, "FROM stop_words ORDER BY ALL") == [("ja",), ("tunnepolku",)]


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
