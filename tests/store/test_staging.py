"""From dataclasses through a staged file into the tables: every field, any text, the days of Helsinki."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.conversation import CUES, EMOTIONS, SENTIMENTS, Evidence, MaskedText, Score, Token
from pipeline.errors import PipelineError
from pipeline.touchpoints.reading import EASES, GOALS
from tests.store.rows import add_run, answer, conversation, key, load, names_in, rows, score, stage, utterance

PROBABILITIES = [f"{name}_probability" for name in (*SENTIMENTS, *EMOTIONS)]


def records(connection: DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"FROM {table} ORDER BY ALL")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# --- every field arrives ---------------------------------------------------------------------------------------------

TOKENS = (
    Token("öö", "öö", "INTJ", disfluency="filler"),
    Token("laskut", "lasku", "NOUN"),
    Token("tulee", "tulla", "VERB", sentence=1),
    Token("myöhäs", "myöhässä", "ADV", "myöhässä", "apocope+inessive", sentence=1),
)
NOTHING = {"normal": None, "rule": None, "disfluency": None, "sentence": 0}
STORED_TOKENS = [
    {"token": "öö", "lemma": "öö", "upos": "INTJ", **NOTHING, "disfluency": "filler"},
    {"token": "laskut", "lemma": "lasku", "upos": "NOUN", **NOTHING},
    {"token": "tulee", "lemma": "tulla", "upos": "VERB", **NOTHING, "sentence": 1},
    {"token": "myöhäs", "lemma": "myöhässä", "upos": "ADV", "normal": "myöhässä", "rule": "apocope+inessive",
     "disfluency": None, "sentence": 1},
]  # fmt: skip
WRITTEN, NORMALIZED = MaskedText("öö laskut tulee myöhäs"), MaskedText("öö laskut tulee myöhässä")
THIRDS = Score(
    sentiment="positive",
    sentiment_probability={"negative": 0.1, "neutral": 1 / 3, "positive": 1 - 0.1 - 1 / 3},
    emotions={emotion: (number + 1) / 17 for number, emotion in enumerate(EMOTIONS)},
    model="affect-linear",
    model_version="0.1.0",
    is_sure=False,
    intensity={emotion: 3 - number / 7 for number, emotion in enumerate(EMOTIONS)},
    cues={cue: (number + 1) / 19 for number, cue in enumerate(CUES)},
    evidence=(Evidence("positive", 3, 9, 1 / 7), Evidence("fear", 0, 2, 0.0)),
)
STORED_THIRDS = {
    "sentiment": "positive",
    "sentiment_score": THIRDS.sentiment_score,
    **{f"{name}_probability": value for name, value in THIRDS.sentiment_probability.items()},
    **{f"{name}_probability": value for name, value in THIRDS.emotions.items()},
    "model": "affect-linear",
    "model_version": "0.1.0",
    "run_id": "run",
    "is_sure": False,
    **{f"{name}_intensity": value for name, value in THIRDS.intensity.items()},
    **{f"{name}_probability": value for name, value in THIRDS.cues.items()},
    "evidence": [
        {"label": "positive", "start": 3, "end": 9, "weight": 1 / 7},
        {"label": "fear", "start": 0, "end": 2, "weight": 0.0},
    ],
}
TOLD_BY_SOME = {f"{name}_intensity" for name in EMOTIONS} | {f"{name}_probability" for name in CUES} | {"evidence"}
"""Columns of what a model may not know."""


def test_every_field_of_a_conversation_arrives(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = utterance(
        0, "agent", None, text=WRITTEN, seconds=0.5, end_seconds=2.25, participant_key=key(3), tokens=TOKENS,
        score=THIRDS, normalized_text=NORMALIZED, language="et", asr_suspect="repetition",
    )  # fmt: skip
    load(
        connection, tmp_path,
        [conversation("c1", [turn], channel="call", language="sv", detected_language="en",
                      started_at="2026-09-01T09:00:00.5", customer=7, queue=MaskedText("Laskutus"),
                      special_categories=("health",), source="genesys", has_own_id=False, content_key=key(8),
                      changed_at=datetime(2026, 9, 2, 8, 30, tzinfo=UTC), role_confidence=0.75,
                      role_warnings=("mixed_turns",), ignored={"note": 2, "event": 11})],
        file="calls.json",
    )  # fmt: skip
    assert records(connection, "conversations") == [{
        "conversation_id": "c1", "channel": "call", "language": "sv", "detected_language": "en", "queue": "Laskutus",
        "started_at": datetime(2026, 9, 1, 9, 0, 0, 500_000), "started_date": date(2026, 9, 1), "customer_key": key(7),
        "special_categories": ["health"], "source": "genesys", "source_id": "c1", "has_own_id": False,
        "changed_at": datetime(2026, 9, 2, 8, 30), "role_confidence": 0.75,
        "role_warnings": ["mixed_turns"], "batch_id": "calls.json-0", "metadata": None,
    }]  # fmt: skip
    assert records(connection, "conversation_parts") == [{
        "conversation_id": "c1", "first_utterance_index": 0, "utterance_count": 1, "content_key": key(8),
        "began_at": datetime(2026, 9, 1, 9, 0, 1), "ended_at": datetime(2026, 9, 1, 9, 0, 1),
        "changed_at": datetime(2026, 9, 2, 8, 30), "role_confidence": 0.75, "ignored": {"note": 2, "event": 11},
        "batch_id": "calls.json-0", "reader_hash": "of the reader",
    }]  # fmt: skip
    assert records(connection, "utterances") == [{
        "conversation_id": "c1", "utterance_index": 0, "speaker_role": "agent", "participant_key": key(3),
        "seconds": 0.5, "end_seconds": 2.25, "text": WRITTEN, "tokens": STORED_TOKENS, "normalized_text": NORMALIZED,
        "language": "et", "asr_suspect": "repetition",
    }]  # fmt: skip
    assert records(connection, "utterance_scores") == [{"conversation_id": "c1", "utterance_index": 0, **STORED_THIRDS}]
    assert records(connection, "conversation_touchpoints") == [{
        "conversation_id": "c1", "first_utterance_index": 0, "last_utterance_index": 0, "stage": "stage of laskutus",
        "touchpoint": "laskutus", "rule": "invented", "confidence": None, "evidence": None,
        **dict.fromkeys(f"goal_{goal}_probability" for goal in GOALS),
        **dict.fromkeys(f"ease_{ease}_probability" for ease in EASES), "reason": None,
    }]  # fmt: skip


def test_every_field_of_an_answer_arrives(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    answered = answer(
        "a1", 10, "2026-09-01T22:30", customer=7, ces_rating=7, csat_rating=1, first_contact_resolution=False,
        verbatim=WRITTEN, normalized_text=NORMALIZED, language="sv", conversation_id="c1", tokens=TOKENS,
        special_categories=("health", "union"), source="delighted", content_key=key(8),
        changed_at=datetime(2026, 9, 2, 8, 30, tzinfo=UTC), metadata={"Kanava": "Puhelin", 'a "b"': "ä"},
    )  # fmt: skip
    load(connection, tmp_path, answers=[replace(answered, score=THIRDS)])
    assert records(connection, "survey_responses") == [{
        "response_id": "a1", "responded_at": datetime(2026, 9, 1, 22, 30), "responded_date": date(2026, 9, 2),
        "nps_rating": 10, "ces_rating": 7, "csat_rating": 1, "first_contact_resolution": False, "verbatim": WRITTEN,
        "normalized_verbatim": NORMALIZED, "language": "sv", "tokens": STORED_TOKENS, "conversation_id": "c1",
        "customer_key": key(7), "batch_id": "a.jsonl-0", "special_categories": ["health", "union"],
        "source": "delighted", "source_id": "a1", "source_conversation_id": "c1", "content_key": key(8),
        "changed_at": datetime(2026, 9, 2, 8, 30), "metadata": '{"Kanava":"Puhelin","a \\"b\\"":"ä"}',
        "reader_hash": "of the reader",
    }]  # fmt: skip
    assert records(connection, "verbatim_scores") == [{"response_id": "a1", **STORED_THIRDS}]


def test_what_is_unknown_stays_null(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turn = utterance(0, "bot", None, tokens=())
    load(connection, tmp_path, [conversation("c1", [turn], started_at=None)], [answer("a1", None)])
    (talk,), (said,), (answered,) = (
        records(connection, table) for table in ("conversations", "utterances", "survey_responses")
    )
    unknown = {"queue", "started_at", "started_date", "customer_key", "changed_at", "role_confidence", "metadata"}
    assert {name for name, value in talk.items() if value is None} == unknown
    assert {name for name, value in said.items() if value is None} == {
        "participant_key", "seconds", "end_seconds", "normalized_text", "asr_suspect"
    }  # fmt: skip
    assert said["tokens"] == answered["tokens"] == []
    ratings = {"nps_rating", "ces_rating", "csat_rating", "first_contact_resolution"}
    assert {name for name, value in answered.items() if value is None} == {
        *ratings, "verbatim", "normalized_verbatim", "language", "conversation_id", "source_conversation_id",
        "customer_key", "changed_at", "metadata", "reader_hash",
    }  # fmt: skip
    assert rows(connection, "FROM utterance_scores") == rows(connection, "FROM verbatim_scores") == []


def test_what_a_model_does_not_tell_stays_null(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    words = answer("a1", verbatim=WRITTEN, sentiment=0.5)
    load(connection, tmp_path, [conversation("c1", [("customer", 0.5)])], [words])
    for table in ("utterance_scores", "verbatim_scores"):
        (told,) = records(connection, table)
        assert {name for name, value in told.items() if value is None} == TOLD_BY_SOME
        assert told["is_sure"] is True


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-09-01T20:59:59", "2026-09-01"),
        ("2026-09-01T22:30:00", "2026-09-02"),
        ("2026-01-01T21:59:59", "2026-01-01"),
        ("2026-01-01T22:00:00", "2026-01-02"),
        ("2026-12-31T22:00:00", "2027-01-01"),
        ("2026-10-24T21:00:00", "2026-10-25"),
        ("2026-10-25T21:59:59", "2026-10-25"),
    ],
)
def test_days_are_those_of_helsinki(connection: DuckDBPyConnection, tmp_path: Path, moment: str, day: str) -> None:
    load(connection, tmp_path, [conversation("c1", started_at=moment)], [answer("a1", 9, moment)])
    expected = [(moment.replace("T", " "), day)]
    assert rows(connection, "SELECT started_at::VARCHAR, started_date::VARCHAR FROM conversations") == expected
    assert rows(connection, "SELECT responded_at::VARCHAR, responded_date::VARCHAR FROM survey_responses") == expected


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)  # readers replace NULs
SHARES = st.tuples(*[st.floats(0, 1)] * len(PROBABILITIES))


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(batch=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, SHARES), min_size=1, max_size=30))
def test_any_text_and_any_probability_arrive_as_they_are(
    connection: DuckDBPyConnection, tmp_path: Path, batch: list[tuple[str, str, str, tuple[float, ...]]]
) -> None:
    (start,) = connection.execute("SELECT count(*) FROM conversations").fetchall()[0]
    placed, answered = [], []
    for number, (text, queue, lemma, shares) in enumerate(batch, start):
        sides, emotions = dict(zip(SENTIMENTS, shares, strict=False)), dict(zip(EMOTIONS, shares[3:], strict=True))
        reading: dict[str, Any] = {
            "tokens": [Token(text, lemma, "X")],
            "score": Score("neutral", sides, emotions, "invented", "1"),
        }
        turn = replace(utterance(0, "customer", None, text=MaskedText(text)), **reading)
        placed.append(conversation(f"{number:06}", [turn], queue=MaskedText(queue)))
        answered.append(replace(answer(f"{number:06}", verbatim=MaskedText(text)), **reading))
    load(connection, tmp_path, placed, answered, batch=str(start))
    found = rows(connection, f"""
        SELECT utterance.text, queue, utterance.tokens[1].lemma, utterance.tokens[1].token, verbatim,
            answer.tokens[1].lemma, {", ".join(f"score.{name}, words.{name}" for name in PROBABILITIES)}
        FROM conversations AS talk
        JOIN utterances AS utterance USING (conversation_id)
        JOIN utterance_scores AS score USING (conversation_id)
        JOIN survey_responses AS answer ON response_id = talk.conversation_id
        JOIN verbatim_scores AS words USING (response_id)
        WHERE talk.conversation_id >= ? ORDER BY talk.conversation_id
    """, f"{start:06}")  # fmt: skip
    assert found == [
        (text, queue, lemma, text, text, lemma, *[share for share in shares for _ in range(2)])
        for text, queue, lemma, shares in batch
    ]


AWKWARD = (
    "😀👩\u200d👩\u200d👧 äöå", "'yksi' \"kaksi\" \\ kolme", "rivi\nrivi\r\n\trivi", '{"a": [1]}', "2026-09-01", "null",
    "17", " ", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_arrives(connection: DuckDBPyConnection, tmp_path: Path, text: str) -> None:
    load(connection, tmp_path, [conversation("c1", [utterance(0, "bot", None, text=MaskedText(text))])])
    assert rows(connection, "SELECT text FROM utterances") == [(text,)]


@pytest.mark.slow
def test_very_long_text_arrives(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Far over the 16 MB at which DuckDB stops reading a JSON object unless told otherwise."""
    text = "ä" * 20_000_000
    load(connection, tmp_path, [conversation("c1", [utterance(0, "bot", None, text=MaskedText(text))])])
    assert rows(connection, "SELECT text = ? FROM utterances", text) == [(True,)]


def test_an_empty_batch_is_remembered(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path)
    assert rows(connection, "SELECT COLUMNS('.*_count') FROM batches") == [(0,) * 10]


# --- the staged file -------------------------------------------------------------------------------------------------


def test_the_same_records_make_the_same_bytes(tmp_path: Path) -> None:
    first = stage(tmp_path / "1.json.gz", [conversation("c1")], [answer("a1", 9)], [("line 2", "no_text")])
    second = stage(tmp_path / "2.json.gz", [conversation("c1")], [answer("a1", 9)], [("line 2", "no_text")])
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes()[4:8] == bytes(4), "the time stands in it, so a second later it would differ"
    assert names_in(tmp_path) == ["1.json.gz", "2.json.gz"]


def test_a_staged_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "staging" / "batch.json.gz"
    with pytest.raises(TypeError):
        stage(path, [conversation("c1", language=object())])
    assert not path.exists()
    stage(path, [conversation("c1")])
    before = path.read_bytes()
    with pytest.raises(TypeError):
        stage(path, [conversation("c2", language=object())])
    assert path.read_bytes() == before
    assert names_in(path.parent) == [path.name]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "batch.json.gz").mkdir()
    with pytest.raises((OSError, PipelineError)):
        stage(tmp_path / "batch.json.gz", [conversation("c1")])
    assert names_in(tmp_path) == ["batch.json.gz"]


@pytest.mark.parametrize("folder", ["a b", "yö", "[2026]", "a*b", "it's", "{a,b}"])
def test_any_folder_will_do(connection: DuckDBPyConnection, tmp_path: Path, folder: str) -> None:
    """A path is a path: none of its characters is a pattern to DuckDB."""
    load(connection, tmp_path / folder, [conversation("c1")])
    add_run(connection, "backfill")
    load(connection, tmp_path / folder, [conversation("c1")], batch="1", run="backfill", replace=True)
    assert rows(connection, "SELECT conversation_id, batch_id FROM conversations") == [("c1", "a.jsonl-1")]


def test_score_helper_is_what_its_text_says() -> None:
    """The builder's own rule, on which the golden numbers rest."""
    found = score(-0.6)
    assert found is not None
    assert (found.sentiment, found.sentiment_score) == ("negative", -0.6)
    assert [value.sentiment for value in map(score, (0.5, -0.5, 0.51)) if value] == ["neutral", "neutral", "positive"]
