"""Records that come again: the same, corrected, in parts, late, or under the id of another system."""

from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import MaskedText
from pipeline.staging import StagedFile
from tests.store.rows import Placed, add_run, answer, conversation, failed, load, rows, utc, utterance

pytestmark = pytest.mark.slow

COUNTS = ("stored", "unchanged", "replaced", "merged", "outdated")
HANGING = ("conversations", "conversation_parts", "utterances", "utterance_scores", "conversation_touchpoints")


def page(day: int, *sentiments: float, conversation_id: str = "c1", **facts: Any) -> Placed:
    """A part of a conversation: a turn a minute from nine o'clock on a day of September."""
    turns = [
        utterance(n, "customer", value, text=MaskedText(f"{day}.{n}"), seconds=60.0 * n, told=TOLD)
        for n, value in enumerate(sentiments)
    ]
    return conversation(conversation_id, turns, started_at=f"2026-09-{day:02}T09:00", **facts)


TOLD = {"evidence": [("negative", 0, 1, 0.5)]}


def bring(connection: DuckDBPyConnection, folder: Path, name: str, *placed: Placed, **more: Any) -> dict[str, int]:
    """A night's file with these conversations; what became of them, without zeros."""
    load(connection, folder, placed, more.pop("answers", ()), file=name, **more)
    if not more.get("replace"):
        store.finish_file(connection, StagedFile(name, f"sha of {name}", "invented"), more.get("run", "run"))
    counts = ", ".join(f"{count}_count" for count in COUNTS)
    (found,) = rows(connection, f"SELECT {counts} FROM batches WHERE batch_id LIKE ? ORDER BY loaded_at DESC LIMIT 1",
                    f"{name}-{more.get('batch', '0')}")  # fmt: skip
    return {count: value for count, value in zip(COUNTS, found, strict=True) if value}


def told(connection: DuckDBPyConnection, conversation_id: str = "c1") -> list[tuple[Any, ...]]:
    """Text, seconds and score of each turn, in order."""
    query = """
        SELECT text, seconds, sentiment_score FROM utterances LEFT JOIN utterance_scores
        USING (conversation_id, utterance_index) WHERE conversation_id = ? ORDER BY utterance_index
    """
    return rows(connection, query, conversation_id)


def everything(connection: DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(rows(connection, f"FROM {table}"), key=repr) for table in HANGING}


DAY = 24 * 3600.0


# --- the same, and corrections ----------------------------------------------------------------------------------------


def test_the_same_again_changes_nothing_and_is_counted(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    assert bring(connection, tmp_path, "a", page(1, 0.5, -0.5)) == {"stored": 1}
    before = everything(connection)
    assert bring(connection, tmp_path, "b", page(1, 0.5, -0.5), page(2, 0.1, conversation_id="c2")) == {
        "stored": 1, "unchanged": 1
    }  # fmt: skip
    after = everything(connection)
    assert {name: [row for row in after[name] if "c2" not in row] for name in HANGING} == before
    assert rows(connection, "FROM rejections") == []
    assert failed(connection) == set()


def test_a_correction_replaces_all_that_hangs_on_the_conversation(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    old = page(1, -0.9, -0.9, -0.9, customer=1, queue=MaskedText("laskutus"), ignored={"note": 3})
    new = page(1, 0.9, 0.8, customer=2, touchpoint="toimitus", ignored={"event": 1})
    bring(connection, tmp_path, "a", old)
    add_run(connection, "next")
    assert bring(connection, tmp_path, "b", new, run="next") == {"replaced": 1}
    assert told(connection) == [("1.0", 0.0, 0.9), ("1.1", 60.0, 0.8)]
    assert rows(connection, "SELECT queue, batch_id FROM conversations") == [(None, "b-0")]
    assert rows(connection, "SELECT touchpoint, last_utterance_index FROM conversation_touchpoints") == [
        ("toimitus", 1)
    ]
    assert rows(connection, "SELECT DISTINCT run_id FROM utterance_scores") == [("next",)]
    assert rows(connection, "SELECT kind, item_count FROM ignored_items") == [("event", 1)]
    assert rows(connection, "SELECT count(*) FROM evidence") == [(2,)]
    assert failed(connection) == set()


VERSIONS = [page(1, value, changed_at=utc(f"2026-09-02T0{number}:00")) for number, value in enumerate((-0.5, 0.1, 0.7))]


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_whichever_order_versions_come_in_the_last_changed_stays(
    connection: DuckDBPyConnection, tmp_path: Path, order: tuple[int, ...]
) -> None:
    outcomes = [bring(connection, tmp_path, f"file {n}", VERSIONS[n]) for n in order]
    newest = [max(order[: n + 1]) for n in range(3)]
    assert outcomes == [{"stored": 1}] + [
        {"replaced": 1} if order[n] == newest[n] else {"outdated": 1} for n in (1, 2)
    ]  # fmt: skip
    assert told(connection) == [("1.0", 0.0, 0.7)]
    assert rows(connection, "SELECT changed_at FROM conversations") == [(datetime(2026, 9, 2, 2),)]


def test_versions_in_one_file_take_their_turns(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    found = bring(connection, tmp_path, "a", VERSIONS[1], VERSIONS[2], VERSIONS[0], VERSIONS[2])
    assert found == {"stored": 1, "replaced": 1, "outdated": 1, "unchanged": 1}
    assert told(connection) == [("1.0", 0.0, 0.7)]
    assert rows(connection, "SELECT conversation_count, utterance_count FROM batches") == [(2, 2)]


def test_the_same_content_changed_later_makes_a_version_between_old(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    """Somebody closed the ticket at three: nothing was said, but what is of two o'clock is old."""
    bring(connection, tmp_path, "a", page(1, 0.5, changed_at=utc("2026-09-02T01:00")))
    assert bring(connection, tmp_path, "b", page(1, 0.5, changed_at=utc("2026-09-02T03:00"))) == {"unchanged": 1}
    assert bring(connection, tmp_path, "c", page(1, 0.1, changed_at=utc("2026-09-02T02:00"))) == {"outdated": 1}


def test_without_times_what_comes_later_counts(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    def typed(*sentiments: float) -> Placed:
        return conversation("c1", [("customer", value) for value in sentiments], started_at=None)

    bring(connection, tmp_path, "a", typed(0.5))
    assert bring(connection, tmp_path, "b", typed(0.1, 0.2)) == {"replaced": 1}
    assert [row[2] for row in told(connection)] == [0.1, 0.2]


# --- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_pages_are_put_together_in_whichever_order_they_come(
    connection: DuckDBPyConnection, tmp_path: Path, order: tuple[int, ...]
) -> None:
    pages = [
        page(1, 0.1, 0.2, touchpoint="laskutus", role_confidence=0.9, ignored={"note": 1}),
        page(2, 0.3, touchpoint="toimitus", role_confidence=0.7, customer=7, special_categories=("union",)),
        page(3, 0.4, 0.5, touchpoint="laskutus", ignored={"note": 2, "event": 1}, special_categories=("health",)),
    ]
    outcomes = [bring(connection, tmp_path, f"file {n}", pages[n]) for n in order]
    assert outcomes == [{"stored": 1}, {"merged": 1}, {"merged": 1}]
    assert told(connection) == [
        ("1.0", 0.0, 0.1), ("1.1", 60.0, 0.2), ("2.0", DAY, 0.3), ("3.0", 2 * DAY, 0.4), ("3.1", 2 * DAY + 60, 0.5)
    ]  # fmt: skip
    (facts,) = rows(
        connection,
        "SELECT started_at, started_date::VARCHAR, role_confidence, customer_key IS NOT NULL, special_categories "
        "FROM conversations",
    )
    assert facts == (datetime(2026, 9, 1, 9), "2026-09-01", 0.7, True, ["health", "union"])
    stretches = "SELECT COLUMNS('index|^touchpoint') FROM conversation_touchpoints ORDER BY ALL"
    assert rows(connection, stretches) == [(0, 1, "laskutus"), (2, 2, "toimitus"), (3, 4, "laskutus")]
    assert rows(connection, "SELECT first_utterance_index, utterance_count FROM conversation_parts ORDER BY ALL") == [
        (0, 2), (2, 1), (3, 2)
    ]  # fmt: skip
    assert rows(connection, "SELECT kind, sum(item_count) FROM ignored_items GROUP BY ALL ORDER BY ALL") == [
        ("event", 1), ("note", 3)
    ]  # fmt: skip
    assert failed(connection) == set()
    before = everything(connection)
    assert bring(connection, tmp_path, "again", *pages) == {"unchanged": 3}
    assert everything(connection) == before


def test_a_corrected_page_replaces_its_own_and_the_others_move(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", page(1, 0.1), page(2, 0.2, 0.3), page(3, 0.4))
    assert bring(connection, tmp_path, "b", page(2, 0.7, 0.8, 0.9)) == {"replaced": 1}
    assert [row[2] for row in told(connection)] == [0.1, 0.7, 0.8, 0.9, 0.4]
    assert bring(connection, tmp_path, "c", page(2, 0.6)) == {"replaced": 1}
    assert told(connection) == [("1.0", 0.0, 0.1), ("2.0", DAY, 0.6), ("3.0", 2 * DAY, 0.4)]
    assert failed(connection) == set()


def test_the_whole_delivered_after_its_pages_replaces_them(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", page(1, 0.1), page(2, 0.2))
    turns = [utterance(n, "customer", 0.5, seconds=n * DAY) for n in range(3)]
    assert bring(connection, tmp_path, "b", conversation("c1", turns)) == {"replaced": 1}
    assert [row[1:] for row in told(connection)] == [(0.0, 0.5), (DAY, 0.5), (2 * DAY, 0.5)]
    assert rows(connection, "SELECT count(*) FROM conversation_parts") == [(1,)]


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [
        ((60.0, 120.0), "merged"),  # begins in the second in which the stored part ends
        ((61.0,), "merged"),
        ((59.0, 120.0), "replaced"),
        ((0.0,), "replaced"),  # the first turn alone, corrected
        ((0.0, 60.0, 120.0), "replaced"),
        ((None, 120.0), "replaced"),
    ],
)
def test_only_what_lies_apart_is_a_further_part(
    connection: DuckDBPyConnection, tmp_path: Path, seconds: tuple[float | None, ...], outcome: str
) -> None:
    bring(connection, tmp_path, "a", page(1, 0.1, 0.2))
    turns = [utterance(n, "agent", 0.5, seconds=second) for n, second in enumerate(seconds)]
    assert bring(connection, tmp_path, "b", conversation("c1", turns)) == {outcome: 1}
    count = len(turns) + (2 if outcome == "merged" else 0)
    assert len(told(connection)) == count
    assert failed(connection) == set()


def test_turns_of_the_same_second_keep_the_order_of_the_source(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Through the database, a merge on either side, and the file made anew."""
    turns = [utterance(n, "customer", 0.0, text=MaskedText(f"turn {n}"), seconds=5.0) for n in range(300)]
    bring(connection, tmp_path, "a", conversation("c1", turns, started_at="2026-09-02T09:00"))
    bring(connection, tmp_path, "b", page(3, 0.1), page(1, 0.1))
    path = Path(rows(connection, "SELECT path FROM duckdb_databases() WHERE NOT internal")[0][0])
    connection.close()
    store.rewrite(path)
    with store.opened(path) as again:
        assert [row[0] for row in told(again)] == ["1.0", *(f"turn {n}" for n in range(300)), "3.0"]
        assert failed(again) == set()


# --- whose id it is --------------------------------------------------------------------------------------------------


def test_the_same_id_of_two_systems_is_two_conversations(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    zendesk, chatwoot = page(1, 0.5, source="zendesk"), page(1, -0.5, source="chatwoot")
    assert bring(connection, tmp_path, "a", zendesk) == {"stored": 1}
    assert bring(connection, tmp_path, "b", chatwoot) == {"stored": 1}
    assert rows(connection, "SELECT conversation_id, source, source_id FROM conversations ORDER BY ALL") == [
        ("c1", "zendesk", "c1"), ("chatwoot:c1", "chatwoot", "c1")
    ]  # fmt: skip
    assert bring(connection, tmp_path, "c", page(1, -0.1, source="chatwoot"), zendesk) == {
        "replaced": 1,
        "unchanged": 1,
    }
    assert (told(connection)[0][2], told(connection, "chatwoot:c1")[0][2]) == (0.5, -0.1)
    assert failed(connection) == set()


def test_both_in_one_batch(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    placed = [page(1, 0.5, source="a"), page(1, 0.1, source="b"), page(2, 0.2, source="b"), page(1, 0.3, source="a")]
    assert bring(connection, tmp_path, "a", *placed) == {"stored": 2, "merged": 1, "replaced": 1}
    assert [row[2] for row in told(connection, "b:c1")] == [0.1, 0.2]
    assert [row[2] for row in told(connection)] == [0.3]


def test_an_id_that_is_taken_in_both_forms_is_rejected(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", page(1, 0.5), page(1, 0.5, conversation_id="b:c1", source="x"))
    assert bring(connection, tmp_path, "b", page(1, 0.1, source="b")) == {}
    assert rows(connection, "SELECT code, position FROM rejections") == [("duplicate_conversation", "line c1")]


def test_an_answer_is_about_the_conversation_of_its_own_system(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    about = {"conversation_id": "c1"}
    early = [answer("early", 9, source="chatwoot", **about), answer("alone", 8, source="qualtrics", **about)]
    bring(connection, tmp_path, "s", answers=early)
    bring(connection, tmp_path, "a", page(1, 0.5, source="zendesk"))
    links = "SELECT response_id, conversation_id, source_conversation_id FROM survey_responses ORDER BY ALL"
    assert rows(connection, links) == [("alone", "c1", "c1"), ("early", "c1", "c1")]
    late = [answer("late", 7, source="zendesk", **about), answer("nobody", 6, source="delighted", **about)]
    bring(connection, tmp_path, "b", page(1, -0.5, source="chatwoot"), answers=late)
    assert rows(connection, links) == [
        ("alone", None, "c1"), ("early", "chatwoot:c1", "c1"), ("late", "c1", "c1"), ("nobody", None, "c1")
    ]  # fmt: skip
    found = rows(connection, "SELECT response_id, mean_sentiment FROM touchpoint_nps_by_conversation ORDER BY ALL")
    assert found == [("early", -0.5), ("late", 0.5)]


def test_without_an_id_only_the_same_content_is_the_same(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Every recording is called call.vtt: a file's name is no id, and none takes another's place."""
    first, second = (
        page(1, value, conversation_id="call", has_own_id=False, qualified_id=f"{n:032x}", content_key=f"{n:032x}")
        for n, value in enumerate((0.5, -0.5))
    )
    assert bring(connection, tmp_path, "a", first) == {"stored": 1}
    assert bring(connection, tmp_path, "b", second) == {"stored": 1}
    assert bring(connection, tmp_path, "c", first, second) == {"unchanged": 2}
    assert rows(connection, "SELECT conversation_id, source_id, has_own_id FROM conversations ORDER BY ALL") == [
        (f"{1:032x}", "call", False), ("call", "call", False)
    ]  # fmt: skip
    assert bring(connection, tmp_path, "d", page(1, 0.9, conversation_id="call")) == {"stored": 1}, "an id all the same"
    assert len(rows(connection, "FROM conversations")) == 3


# --- answers ---------------------------------------------------------------------------------------------------------


def test_edited_answers_replace_and_old_ones_do_not(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    def said(rating: int, hour: int | None, **facts: Any) -> Any:
        changed_at = utc(f"2026-09-02T{hour:02}:00") if hour else None
        return answer("a1", rating, sentiment=rating / 10, verbatim=MaskedText("hyvä"), changed_at=changed_at, **facts)

    outcomes = [
        bring(connection, tmp_path, f"file {n}", answers=[record])
        for n, record in enumerate(
            (said(5, 9), said(5, 9), said(3, 8), said(7, 10), said(6, None), said(1, 9, source="x"))
        )
    ]
    assert [list(outcome) for outcome in outcomes] == [
        ["stored"], ["unchanged"], ["outdated"], ["replaced"], ["replaced"], ["stored"]
    ]  # fmt: skip
    assert rows(connection, "SELECT response_id, nps_rating, source_id FROM survey_responses ORDER BY ALL") == [
        ("a1", 6, "a1"), ("x:a1", 1, "a1")
    ]  # fmt: skip
    assert rows(connection, "SELECT response_id, sentiment_score FROM verbatim_scores ORDER BY ALL") == [
        ("a1", 0.6), ("x:a1", 0.1)
    ]  # fmt: skip
    assert failed(connection) == set()


# --- counts ----------------------------------------------------------------------------------------------------------


def test_counts_stand_in_the_report_in_source_files_and_in_the_view(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    other = [("agent", 0.1), ("bot", None), ("unknown", None), ("unknown", None)]
    bring(connection, tmp_path, "a", page(1, 0.5, ignored={"note": 2, "event": 1}), page(1, 0.5, conversation_id="c2"))
    add_run(connection, "next")
    again = [page(1, 0.5), page(2, 0.5, 0.5, ignored={"note": 1}), page(1, 0.7, conversation_id="c2")]
    mixed = conversation("c3", other, ignored={"typing": 4})
    bring(connection, tmp_path, "b", *again, mixed, answers=[answer("a1", 9)], run="next")
    assert store.counts(connection, "next") == {
        "conversations": 3, "utterances": 7, "survey answers": 1, "device events": 0, "rejected rows": 0,
        "stored": 2, "unchanged": 1, "replaced": 1, "merged": 1, "outdated": 0,
    }  # fmt: skip
    counts = ", ".join(f"{count}_count" for count in COUNTS)
    expected = [("a", 2, 0, 0, 0, 0), ("b", 2, 1, 1, 1, 0)]
    assert rows(connection, f"SELECT file_name, {counts} FROM source_files ORDER BY ALL") == expected
    assert rows(connection, f"SELECT file_name, {counts} FROM deliveries ORDER BY ALL") == expected
    columns, found = store.run_metric(connection, "deliveries", {})
    shown = [dict(zip(columns, row, strict=True)) for row in found]
    assert [(row["file_name"], row["format"], row["ignored"]) for row in shown] == [
        ("a", "invented", "event 1, note 2"), ("b", "invented", "note 1, typing 4")
    ]  # fmt: skip
    names = ("conversation", "survey_response", "utterance", *(f"{role}_utterance" for role in ("customer", "agent",
             "bot", "unknown")))  # fmt: skip
    assert [[row[f"{name}_count"] for name in names] for row in shown] == [[1, 0, 1, 1, 0, 0, 0], [3, 1, 7, 3, 1, 1, 2]]


def test_a_full_export_again_with_one_bad_line_does_not_stop_the_night(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    placed = [page(1, 0.5, conversation_id=f"c{n}") for n in range(10)]
    bring(connection, tmp_path, "a", *placed)
    connection.execute("UPDATE runs SET status = 'published'")
    add_run(connection, "next", "2026-10-02T01:30")
    bring(connection, tmp_path, "b", *placed, run="next")
    load(connection, tmp_path, rejections=[("line 11", "malformed_json")], file="b", batch="1", run="next")
    assert failed(connection) == set()


# --- backfills -------------------------------------------------------------------------------------------------------


def test_a_backfill_reads_every_part_again_where_it_stands(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """One of two days alone, and the older version of a third conversation, which stays old."""
    first = [page(1, 0.1, 0.1), page(1, 0.9, conversation_id="c2")]
    second = [page(2, 0.2), page(1, 0.7, conversation_id="c2")]
    bring(connection, tmp_path, "z first", *first)
    bring(connection, tmp_path, "a second", *second)
    before = everything(connection)
    add_run(connection, "backfill")
    again = {"batch": "backfill", "run": "backfill", "replace": True}
    assert bring(connection, tmp_path, "a second", *second, **again) == {"replaced": 2}
    assert bring(connection, tmp_path, "z first", *first, **again) == {"replaced": 1, "outdated": 1}
    assert [row[2] for row in told(connection, "c2")] == [0.7]
    assert told(connection) == [("1.0", 0.0, 0.1), ("1.1", 60.0, 0.1), ("2.0", DAY, 0.2)]
    assert rows(connection, "SELECT DISTINCT run_id FROM utterance_scores") == [("backfill",)]
    after = everything(connection)
    assert {name: len(found) for name, found in after.items()} == {name: len(found) for name, found in before.items()}
    assert failed(connection) == set()


def test_a_backfill_after_the_reader_has_learnt_more_replaces_what_the_file_stored(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    bring(connection, tmp_path, "a", page(1, 0.1, 0.2), page(2, 0.3))
    add_run(connection, "backfill")
    again = {"batch": "backfill", "run": "backfill", "replace": True}
    assert bring(connection, tmp_path, "a", page(1, 0.1), page(2, 0.4), **again) == {"replaced": 2}
    assert told(connection) == [("1.0", 0.0, 0.1), ("2.0", DAY, 0.4)]


def test_a_failed_replacement_leaves_the_older_version_whole(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    bring(connection, tmp_path, "a", page(1, 0.1, 0.2), page(2, 0.3))
    before = everything(connection)
    with pytest.raises(store.StoreError):
        load(connection, tmp_path, [page(1, 0.9), page(3, 0.9)], file="b", run="no such run")
    assert everything(connection) == before
