"""Each check passes over a good database, and each of its rules, broken, makes that check fail and no other."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import EMOTIONS, MaskedText
from pipeline.errors import CheckFailed, StoreError
from pipeline.staging import StagedFile
from tests.store.rows import CHECKS, NAMES, TENTH, add_run, answer, conversation, failed, key, load, utterance


@pytest.fixture
def good(connection: DuckDBPyConnection, tmp_path: Path) -> DuckDBPyConnection:
    """A bot, an agent, a speaker nobody knows, two touchpoints, other languages, a silence that the ASR heard words in,
    answers with and without words; the first score of each table tells all that a model can tell, most tell little.
    """
    told: dict[str, Any] = {
        "is_sure": False, "intensity": dict.fromkeys(EMOTIONS, 3.0), "cues": {"effort": 1.0},
        "evidence": [("negative", 0, 5, 1.0), ("anger", 9, 15, 0.0)],
    }  # fmt: skip
    complaint = {"role": "customer", "sentiment": -0.6, "told": told}
    talk: list[Any] = [("bot", None), complaint, ("agent", 0.2), ("unknown", None), ("customer", 0.0)]
    load(
        connection,
        tmp_path,
        [
            conversation("c1", talk, customer=1, touchpoints=[(0, 1, "laskutus"), (2, 4, "toimitus")],
                         mentions=[("driver", "nopeus", 1, 0, 15, 1.0), ("target", "hinta", 1, 0, 5, 0.0)]),
            conversation("c2", [utterance(0, "customer", 1.0, participant_key=key(2))], started_at=None),
            conversation("c3", [utterance(0, "customer", language="sv"), utterance(1, "agent", asr_suspect="phrase")]),
        ],
        [
            answer(
                "a1",
                9,
                customer=1,
                verbatim=MaskedText("hyvä [PERSON]"),
                sentiment=0.9,
                told={**told, "evidence": [("joy", 0, 13, 0.5)]},
            ),
            answer("a2", 0, conversation_id="c1"),
            answer("a3", 0, verbatim=MaskedText("bra"), language="sv"),
        ],
        answer_mentions={"a1": [("contact_point", "lasku", 0, 13, 1.0)]},
    )  # fmt: skip
    return connection


BREAKS = {
    "whole_conversations": {
        "no utterances": """
            DELETE FROM utterances WHERE conversation_id = 'c2';
            DELETE FROM utterance_scores WHERE conversation_id = 'c2'
        """,
        "a gap": "DELETE FROM utterances WHERE utterance_index = 3",
        "a later beginning": """
            UPDATE utterances SET utterance_index = 1 WHERE conversation_id = 'c2';
            UPDATE utterance_scores SET utterance_index = 1 WHERE conversation_id = 'c2'
        """,
        "an earlier beginning": "UPDATE utterances SET utterance_index = -1 WHERE speaker_role = 'bot'",
        "no touchpoint": "DELETE FROM conversation_touchpoints WHERE conversation_id = 'c1'",
        "an utterance of nothing": """
            INSERT INTO utterances SELECT * REPLACE ('c9' AS conversation_id) FROM utterances WHERE speaker_role = 'bot'
        """,
        "a touchpoint of nothing": """
            INSERT INTO conversation_touchpoints
            SELECT * REPLACE ('c9' AS conversation_id) FROM conversation_touchpoints LIMIT 1
        """,
        "a score of no conversation": """
            INSERT INTO utterance_scores SELECT * REPLACE ('c9' AS conversation_id) FROM utterance_scores LIMIT 1
        """,
        "a score of no utterance": """
            INSERT INTO utterance_scores SELECT * REPLACE (99 AS utterance_index) FROM utterance_scores LIMIT 1
        """,
        "a score of no answer": """
            INSERT INTO verbatim_scores SELECT * REPLACE ('a9' AS response_id) FROM verbatim_scores
        """,
    },
    "scores_complete": {
        "a customer without": "DELETE FROM utterance_scores WHERE utterance_index = 1",
        "an agent without": "DELETE FROM utterance_scores WHERE utterance_index = 2",
        "a bot with": """
            INSERT INTO utterance_scores
            SELECT * REPLACE ('c1' AS conversation_id, 0 AS utterance_index) FROM utterance_scores LIMIT 1
        """,
        "a speaker nobody knows with": """
            INSERT INTO utterance_scores
            SELECT * REPLACE ('c1' AS conversation_id, 3 AS utterance_index) FROM utterance_scores LIMIT 1
        """,
        "another language with": "UPDATE utterances SET language = 'en' WHERE utterance_index = 4",
        "an ASR suspect with": "UPDATE utterances SET asr_suspect = 'phrase' WHERE utterance_index = 4",
        "Finnish without": "UPDATE utterances SET language = 'fi' WHERE conversation_id = 'c3'",
        "heard rightly without": "UPDATE utterances SET asr_suspect = NULL WHERE conversation_id = 'c3'",
        "words without": "DELETE FROM verbatim_scores",
        "no words with": "DELETE FROM mentions; UPDATE survey_responses SET verbatim = NULL",
        "words in another language with": "UPDATE survey_responses SET language = 'et' WHERE response_id = 'a1'",
        "words in no language with": "UPDATE survey_responses SET language = NULL WHERE response_id = 'a1'",
    },
    "hashed_keys": {
        "a raw customer": "UPDATE conversations SET customer_key = 'K4711' WHERE conversation_id = 'c1'",
        "a raw participant": "UPDATE utterances SET participant_key = 'agentti7' WHERE conversation_id = 'c2'",
        "a raw customer of an answer": "UPDATE survey_responses SET customer_key = '0017' WHERE response_id = 'a1'",
        "a hash and more": "UPDATE conversations SET customer_key = customer_key || 'K1' WHERE conversation_id = 'c1'",
        "more and a hash": "UPDATE utterances SET participant_key = 'K1' || participant_key",
        "a hash of half the length": "UPDATE survey_responses SET customer_key = left(customer_key, 16)",
    },
}
PROBABILITY_BREAKS = {
    "no sum of 1": "neutral_probability = neutral_probability + 0.01, joy_probability = 0",
    "below 0": "fear_probability = -0.01",
    "above 1": "anticipation_probability = 1.01",
    "a sentiment below 0": "negative_probability = -0.1, neutral_probability = 1.0, positive_probability = 0.1,"
    " sentiment = 'neutral', sentiment_score = 0.2",
    "another score": "sentiment_score = sentiment_score + 0.01",
    "another class": "sentiment = CASE sentiment WHEN 'negative' THEN 'positive' ELSE 'negative' END",
    "no number": "trust_probability = 'NaN'",
    "no sentiment number": "neutral_probability = 'NaN'",
    "a cue below 0": "irony_probability = -0.01",
    "a cue above 1": "effort_probability = 1.01",
    "a cue that is no number": "thanks_probability = 'NaN'",
    "an intensity below 0": "joy_intensity = -0.01",
    "an intensity above 3": "anticipation_intensity = 3.01",
    "an intensity that is no number": "fear_intensity = 'NaN'",
}
BREAKS["probabilities"] = {
    f"{table}: {name}": f"UPDATE {table} SET {change} WHERE rowid = 0"
    for table in ("utterance_scores", "verbatim_scores")
    for name, change in PROBABILITY_BREAKS.items()
}
EVIDENCE_BREAKS = {
    "another label": "('irony', 0, 5, 0.5)",
    "no label": "(NULL, 0, 5, 0.5)",
    "before the text": "('joy', -1, 5, 0.5)",
    "behind the text": "('joy', 0, 99, 0.5)",
    "no words": "('joy', 5, 5, 0.5)",
    "no end": "('joy', 5, NULL, 0.5)",
    "below 0": "('joy', 0, 5, -0.01)",
    "above 1": "('joy', 0, 5, 1.01)",
    "no weight": "('joy', 0, 5, 'NaN')",
}
BREAKS["evidence"] = {
    f"{table}: {name}": f"""
        UPDATE {table} SET evidence = list_append(evidence, {spelled}::STRUCT(label VARCHAR, "start" INTEGER,
            "end" INTEGER, weight DOUBLE)) WHERE rowid = 0
    """
    for table in ("utterance_scores", "verbatim_scores")
    for name, spelled in EVIDENCE_BREAKS.items()
}
BREAKS["mentions"] = {
    "behind the text": 'UPDATE mentions SET "end" = 99',
    "before the text": 'UPDATE mentions SET "start" = -1',
    "no words": 'UPDATE mentions SET "start" = "end"',
    "above 1": "UPDATE mentions SET weight = 1.5",
    "below 0": "UPDATE mentions SET weight = -0.5 WHERE response_id IS NOT NULL",
    "no such utterance": "UPDATE mentions SET utterance_index = 7 WHERE conversation_id IS NOT NULL",
    "no such answer": "UPDATE mentions SET response_id = 'a9' WHERE response_id IS NOT NULL",
    "an answer without words": "UPDATE mentions SET response_id = 'a2' WHERE response_id IS NOT NULL",
    "an utterance and an answer": "UPDATE mentions SET response_id = 'a1'",
}


def test_good_database_passes(good: DuckDBPyConnection) -> None:
    assert failed(good) == set()


def test_empty_database_passes(connection: DuckDBPyConnection) -> None:
    assert failed(connection) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sql"),
    [pytest.param(name, sql, id=f"{name}: {what}") for name, breaks in BREAKS.items() for what, sql in breaks.items()],
)
def test_each_break_fails_its_check_alone(good: DuckDBPyConnection, name: str, sql: str) -> None:
    good.execute(sql)
    assert failed(good) == {name}


def test_every_check_is_broken_somewhere() -> None:
    assert {*BREAKS, "no_identifiers", "rejected_share"} == set(NAMES)


# --- rejected_share --------------------------------------------------------------------------------------------------


def read(connection: DuckDBPyConnection, folder: Path, run: str, stored: int, *codes: str) -> None:
    """A run of `stored` conversations and answers, half and half, and of rejections with these codes."""
    load(
        connection, folder,
        [conversation(f"{run}-c{number}") for number in range(stored // 2)],
        [answer(f"{run}-a{number}") for number in range(stored - stored // 2)],
        [(f"line {number}", code) for number, code in enumerate(codes)],
        file=run, run=run,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "codes", "share", "fails"),
    [
        (9, ["no_text"], 0.1, False),
        (8, ["no_text"], 0.1, True),
        (5, [], 0.0, False),
        (500, ["no_text"], 0.0, True),
        (0, ["no_text"], 1.0, False),
        (1, ["duplicate_conversation", "duplicate_response"], 0.1, False),
    ],
)
def test_rejected_share(
    connection: DuckDBPyConnection, tmp_path: Path, stored: int, codes: list[str], share: float, fails: bool
) -> None:
    read(connection, tmp_path, "run", stored, *codes)
    assert failed(connection, {"max_rejected_share": share}) == ({"rejected_share"} if fails else set())


def test_published_nights_are_not_counted_again(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for run, day, status in (("bad", 2, "published"), ("good", 3, "running")):
        add_run(connection, run, f"2026-10-0{day}T01:30", status)
    read(connection, tmp_path, "bad", 1, "no_text", "no_text")
    read(connection, tmp_path, "good", 2)
    assert failed(connection) == set()


def test_stopped_nights_count_until_one_is_published(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    for run, day, status in (("stopped", 2, "failed"), ("next", 3, "running")):
        add_run(connection, run, f"2026-10-0{day}T01:30", status)
    read(connection, tmp_path, "stopped", 1, "no_text")
    read(connection, tmp_path, "next", 5)
    assert failed(connection) == {"rejected_share"}
    load(connection, tmp_path, [conversation(f"more{n}") for n in range(5)], file="more", run="next")
    assert failed(connection) == set()


def test_a_file_that_could_not_be_read_counts_once(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    store.finish_file(connection, StagedFile("b.txt", "sha", rejection_code="unknown_format"), "run")
    assert failed(connection) == {"rejected_share"}
    read(connection, tmp_path, "run", 9)
    assert failed(connection) == set()


# --- the error -------------------------------------------------------------------------------------------------------


def test_the_message_names_every_failed_check_and_holds_no_text(good: DuckDBPyConnection) -> None:
    good.execute("UPDATE utterances SET text = 'olen 131052-952K ja odotan' WHERE conversation_id = 'c2'")
    good.execute("DELETE FROM utterance_scores")
    with pytest.raises(CheckFailed) as caught:
        store.check(good, TENTH)
    assert isinstance(caught.value, StoreError)
    assert failed(good) == {"no_identifiers", "scores_complete"}
    for text in ("131052", "952K", "odotan", "c2"):
        assert text not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_check_says_what_it_means(name: str) -> None:
    first = (CHECKS / f"{name}.sql").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- description: ")
    assert first.endswith(".")
