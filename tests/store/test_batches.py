"""A staged batch into the tables: once, whole or not at all. Records that come again: test_deliveries."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from pipeline.errors import StoreError
from pipeline.staging import StagedBatch, StagedFile
from tests.store.rows import add_run, answer, conversation, load, rows

TABLES = (
    "conversations", "utterances", "utterance_scores", "conversation_touchpoints", "conversation_parts",
    "survey_responses", "verbatim_scores", "rejections", "batches",
)  # fmt: skip


def content(connection: DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(rows(connection, f"FROM {table}"), key=repr) for table in TABLES}


# --- loading once ----------------------------------------------------------------------------------------------------


def test_a_loaded_batch_is_passed_over(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1")], [answer("a1", 9)], [("line 2", "no_text")])
    before = content(connection)
    load(connection, tmp_path, [conversation("c1"), conversation("c2")], [answer("a1", 9)], [("line 2", "no_text")])
    load(connection, tmp_path, [conversation("c1", [("customer", -1.0)])], replace=True)
    assert content(connection) == before


def test_counts_of_a_batch(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talk = [("customer", 0.0), ("agent", 0.0), ("bot", None)]
    load(
        connection, tmp_path,
        [conversation("c1", talk), conversation("c2", talk), conversation("c1", talk)],
        [answer("a1", 9), answer("a1", 9)],
        [("line 7", "no_text")],
    )  # fmt: skip
    counts = "SELECT file_sha256, run_id, conversation_count, utterance_count, survey_response_count, rejection_count"
    assert rows(connection, f"{counts} FROM batches") == [("sha of a.jsonl", "run", 2, 6, 1, 1)]
    found = "SELECT stored_count, unchanged_count, replaced_count, merged_count, outdated_count FROM batches"
    assert rows(connection, found) == [(3, 2, 0, 0, 0)]


def test_what_too_many_records_share_is_no_id(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """A column that holds the same for everybody: each would take the other's place."""
    same = [conversation("c1", [("customer", number / 100)], position=f"line {number}") for number in range(23)]
    load(connection, tmp_path, same, [answer("a1", n % 11, position=f"row {n}", verbatim=str(n)) for n in range(21)])
    assert rows(connection, "SELECT position, code FROM rejections ORDER BY ALL") == [
        ("line 20", "duplicate_conversation"), ("line 21", "duplicate_conversation"),
        ("line 22", "duplicate_conversation"), ("row 20", "duplicate_response"),
    ]  # fmt: skip
    assert rows(connection, "SELECT stored_count, replaced_count FROM batches") == [(2, 38)]
    assert rows(connection, "SELECT sentiment_score FROM utterance_scores") == [(0.19,)]


# --- a backfill ------------------------------------------------------------------------------------------------------


def test_replace_takes_the_same_records_of_the_same_file_only(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    old, new = [("customer", -1.0), ("agent", -1.0)], [("customer", 1.0)]
    words: dict[str, Any] = {"verbatim": MaskedText("hyvä")}
    load(
        connection,
        tmp_path,
        [conversation("c1", old), conversation("c2", old)],
        [answer("a1", 0, sentiment=-1.0, **words)],
    )
    load(connection, tmp_path, [conversation("c3", old)], [answer("a2", 0), answer("a3", 0)], file="b.jsonl")
    for file in ("a.jsonl", "b.jsonl"):
        store.finish_file(connection, StagedFile(file, f"sha of {file}"), "run")
    add_run(connection, "backfill")
    load(
        connection, tmp_path,
        [conversation("c1", new, touchpoint="toimitus"), conversation("c3", new)],
        [answer("a1", 10, sentiment=1.0, **words), answer("a2", 10)],
        batch="again", run="backfill", replace=True,
    )  # fmt: skip
    scores = "SELECT conversation_id, utterance_index, sentiment_score, run_id FROM utterance_scores ORDER BY ALL"
    assert rows(connection, scores) == [
        ("c1", 0, 1.0, "backfill"),
        ("c2", 0, -1.0, "run"), ("c2", 1, -1.0, "run"), ("c3", 0, -1.0, "run"), ("c3", 1, -1.0, "run"),
    ]  # fmt: skip
    assert rows(connection, "SELECT count(*) FROM utterances") == [(5,)]
    assert rows(connection, "SELECT touchpoint FROM conversation_touchpoints ORDER BY conversation_id") == [
        ("toimitus",), ("laskutus",), ("laskutus",)
    ]  # fmt: skip
    assert rows(connection, "SELECT response_id, nps_rating FROM survey_responses ORDER BY ALL") == [
        ("a1", 10), ("a2", 0), ("a3", 0)
    ]  # fmt: skip
    assert rows(connection, "SELECT sentiment_score, run_id FROM verbatim_scores") == [(1.0, "backfill")]
    counts = "SELECT stored_count, replaced_count, outdated_count FROM batches WHERE run_id = 'backfill'"
    assert rows(connection, counts) == [(0, 2, 2)]


def test_replace_does_not_reject_twice(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    placed, rejected = [conversation("c1"), conversation("c1", position="line 9")], [("line 2", "no_text")]
    load(connection, tmp_path, placed, rejections=rejected)
    known = rows(connection, "FROM rejections ORDER BY ALL")
    assert len(known) == 1
    add_run(connection, "backfill")
    load(connection, tmp_path, placed, rejections=rejected, batch="again", run="backfill", replace=True)
    assert rows(connection, "FROM rejections ORDER BY ALL") == known
    load(
        connection, tmp_path, rejections=[("line 2", "bad_time")], batch="another reason", run="backfill", replace=True
    )
    assert len(rows(connection, "FROM rejections")) == 2


def test_a_backfill_in_slices_ends_as_the_night_did(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Of two versions in one file the later one counts, in whichever slices they stand."""
    first = [conversation("c1", [("customer", 1.0)])], [answer("a1", 10)]
    second = [conversation("c1", [("customer", -1.0)], position="line 201")], [answer("a1", 0, position="row 201")]
    load(connection, tmp_path, *first, batch="0")
    load(connection, tmp_path, *second, batch="1")
    store.finish_file(connection, StagedFile("a.jsonl", "sha of a.jsonl"), "run")
    before = content(connection)
    add_run(connection, "backfill")
    load(connection, tmp_path, *first, batch="backfill-0", run="backfill", replace=True)
    load(connection, tmp_path, *second, batch="backfill-1", run="backfill", replace=True)
    assert rows(connection, "SELECT sentiment_score, run_id FROM utterance_scores") == [(-1.0, "backfill")]
    assert rows(connection, "SELECT nps_rating FROM survey_responses") == [(0,)]
    assert [len(content(connection)[table]) for table in TABLES[:-1]] == [len(before[table]) for table in TABLES[:-1]]


def test_the_same_again_inside_a_backfill_is_unchanged(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Also when no night has read the file before, and it lies in a later slice."""
    again = conversation("c1", position="line 201")
    load(connection, tmp_path, [conversation("c1")], [answer("a1", 9)], batch="0", replace=True)
    load(connection, tmp_path, [again], [answer("a1", 9, position="row 201")], batch="1", replace=True)
    assert rows(connection, "SELECT stored_count, unchanged_count FROM batches ORDER BY batch_id") == [(2, 0), (0, 2)]
    assert rows(connection, "FROM rejections") == []


def test_a_night_after_a_backfill_adds_the_other_days_and_rejects_none(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    """A backfill of one day of a file that no night has read yet; then the night reads all of it."""
    add_run(connection, "night")
    load(connection, tmp_path, [conversation("c1")], [answer("a1", 9)], batch="backfill", replace=True)
    whole = [conversation("c1"), conversation("c2")], [answer("a1", 9), answer("a2", 9)]
    load(connection, tmp_path, *whole, run="night")
    assert rows(connection, "SELECT conversation_id, batch_id FROM conversations ORDER BY ALL") == [
        ("c1", "a.jsonl-backfill"), ("c2", "a.jsonl-0")
    ]  # fmt: skip
    assert rows(connection, "SELECT response_id FROM survey_responses ORDER BY ALL") == [("a1",), ("a2",)]
    assert rows(connection, "FROM rejections") == []
    load(connection, tmp_path, *whole, file="copy of a.jsonl", run="night")
    assert rows(connection, "FROM rejections") == []
    assert rows(connection, "SELECT batch_id, is_backfill, stored_count, unchanged_count FROM batches ORDER BY 1") == [
        ("a.jsonl-0", False, 2, 2), ("a.jsonl-backfill", True, 2, 0), ("copy of a.jsonl-0", False, 0, 4)
    ]  # fmt: skip


# --- what does not fit -----------------------------------------------------------------------------------------------


SAID = {"utterance_index": 0, "speaker_role": "bot", "text": "salaisuus", "tokens": [], "score": None, "language": "fi"}


def document(**changes: object) -> dict[str, Any]:
    talk = {
        "ordinal": 0, "position": "line 1", "conversation_id": "c1", "channel": "chat", "language": "fi",
        "detected_language": "fi", "queue": None, "started_at": None, "started_date": None, "customer_key": None,
        "touchpoints": [], "utterances": [SAID], "has_own_id": True, "source": "x", "qualified_id": "x:c1",
    }  # fmt: skip
    return {"conversations": [{**talk, **changes}], "survey_responses": [], "rejections": []}


BROKEN = {
    "no gzip": b"salaisuus",
    "half a file": gzip.compress(json.dumps(document()).encode())[:-20],
    "no JSON": gzip.compress(b'{"conversations": [{"salaisuus'),
    "another channel": gzip.compress(json.dumps(document(channel="salaisuus")).encode()),
    "another type": gzip.compress(json.dumps(document(started_at="salaisuus")).encode()),
    "no language": gzip.compress(json.dumps(document(utterances=[{**SAID, "language": None}])).encode()),
    "no channel": gzip.compress(json.dumps(document(channel=None)).encode()),
    "the same utterance twice": gzip.compress(json.dumps(document(utterances=[SAID, SAID])).encode()),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_staged_file_stores_nothing_and_says_nothing_of_its_text(
    connection: DuckDBPyConnection, tmp_path: Path, broken: bytes
) -> None:
    load(connection, tmp_path, [conversation("c0")])
    before = content(connection)
    path = tmp_path / "broken.json.gz"
    path.write_bytes(broken)
    file, batch = StagedFile("a.jsonl", "sha of a.jsonl"), StagedBatch("broken", path)
    for replaces in (False, True):
        with pytest.raises(StoreError, match=r"^A batch of a\.jsonl cannot be loaded") as caught:
            store.load_batch(connection, batch, file, "run", replace=replaces)
        assert "salaisuus" not in str(caught.value)
        assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
        assert content(connection) == before
    load(connection, tmp_path, [conversation("c1")], batch="1")
    assert len(content(connection)["conversations"]) == 2


def test_a_missing_staged_file_is_an_error_of_ours(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    batch = StagedBatch("b", tmp_path / "gone.json.gz")
    with pytest.raises(StoreError, match="cannot be loaded"):
        store.load_batch(connection, batch, StagedFile("a.jsonl", "sha"), "run")
    assert rows(connection, "FROM batches") == []


def test_a_transaction_is_all_or_nothing(connection: DuckDBPyConnection) -> None:
    def interrupted() -> None:
        add_run(connection, "lost")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), store.transaction(connection):
        interrupted()
    with store.transaction(connection):
        add_run(connection, "kept")
    assert rows(connection, "SELECT run_id FROM runs ORDER BY run_id") == [("kept",), ("run",)]


def test_a_late_failure_takes_everything_back(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The last statement of the script names a run that does not exist: all rows before it vanish with it."""
    load(connection, tmp_path, [conversation("c0")])
    before = content(connection)
    with pytest.raises(StoreError):
        load(
            connection,
            tmp_path,
            [conversation("c1")],
            [answer("a1", 9)],
            [("line 2", "no_text")],
            batch="1",
            run="none",
        )
    assert content(connection) == before


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_read_to_its_end_is_remembered(connection: DuckDBPyConnection) -> None:
    store.finish_file(connection, StagedFile("a.jsonl", "sha", "chat_jsonl"), "run")
    store.finish_file(connection, StagedFile("copy.jsonl", "sha", "chat_jsonl"), "run")
    assert rows(connection, "SELECT file_sha256, file_name, format, run_id FROM source_files") == [
        ("sha", "a.jsonl", "chat_jsonl", "run")
    ]
    assert rows(connection, "FROM rejections") == []


def test_a_file_that_cannot_be_read_is_rejected_and_remembered(connection: DuckDBPyConnection) -> None:
    store.finish_file(connection, StagedFile("a.txt", "sha", rejection_code="unknown_format"), "run")
    assert rows(connection, "SELECT file_sha256, format FROM source_files") == [("sha", None)]
    assert rows(connection, "SELECT file_name, file_sha256, position, code, batch_id, run_id FROM rejections") == [
        ("a.txt", "sha", "file", "unknown_format", None, "run")
    ]


def test_a_file_that_cannot_be_opened_is_tried_again_next_night(connection: DuckDBPyConnection) -> None:
    store.finish_file(connection, StagedFile("a.txt", None, rejection_code="unreadable_file"), "run")
    assert rows(connection, "FROM source_files") == []
    assert rows(connection, "SELECT file_sha256, code FROM rejections") == [(None, "unreadable_file")]
