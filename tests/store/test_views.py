"""The views that the README promises to analysts, over rows whose sums fit on a hand."""

from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import CUES, EMOTIONS, MaskedText, Token
from pipeline.language.stop_words import STOP_LEMMAS
from tests.store.rows import answer, conversation, key, load, rows, utterance

# --- touchpoint_scores -----------------------------------------------------------------------------------------------

TALK = [("bot", None), ("customer", 0.2), ("agent", -0.6), ("customer", -0.8), ("customer", 0.6), ("unknown", None)]


def test_feelings_per_touchpoint_and_speaker_role(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, tmp_path, [conversation("c1", TALK)])
    found = rows(connection, """
        SELECT speaker_role, utterance_count, mean_sentiment, lowest_sentiment, highest_sentiment, first_sentiment,
            last_sentiment, negative_share
        FROM touchpoint_scores ORDER BY speaker_role
    """)  # fmt: skip
    assert found[0] == ("agent", 1, *[pytest.approx(-0.6)] * 5, 1)
    assert found[1] == ("customer", 3, pytest.approx(0), -0.8, 0.6, 0.2, 0.6, pytest.approx(1 / 3))
    assert len(found) == 2


def test_both_ends_of_a_stretch_belong_to_it(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talk = [("customer", value) for value in (0.1, 0.2, 0.3, 0.4)]
    load(connection, tmp_path, [conversation("c1", talk, touchpoints=[(0, 1, "laskutus"), (2, 3, "toimitus")])])
    found = rows(connection, """
        SELECT touchpoint, stage, utterance_count, first_sentiment, last_sentiment FROM touchpoint_scores ORDER BY ALL
    """)  # fmt: skip
    assert found == [
        ("laskutus", "stage of laskutus", 2, pytest.approx(0.1), pytest.approx(0.2)),
        ("toimitus", "stage of toimitus", 2, pytest.approx(0.3), pytest.approx(0.4)),
    ]


def test_coming_back_to_a_touchpoint_is_one_row(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talk = [("customer", value) for value in (-0.9, 0.0, 0.5)]
    stretches = [(0, 0, "laskutus"), (1, 1, "toimitus"), (2, 2, "laskutus")]
    load(connection, tmp_path, [conversation("c1", talk, touchpoints=stretches)])
    found = rows(connection, """
        SELECT utterance_count, mean_sentiment, first_sentiment, last_sentiment FROM touchpoint_scores
        WHERE touchpoint = 'laskutus'
    """)  # fmt: skip
    assert found == [(2, pytest.approx(-0.2), pytest.approx(-0.9), pytest.approx(0.5))]


def test_each_mean_emotion_is_that_emotion(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    low = {emotion: number / 100 for number, emotion in enumerate(EMOTIONS)}
    high = {emotion: number / 10 for number, emotion in enumerate(EMOTIONS)}
    load(connection, tmp_path, [conversation("c1", [("customer", 0, low), ("customer", 0, high)])])
    means = ", ".join(f"mean_{emotion}" for emotion in EMOTIONS)
    assert rows(connection, f"SELECT {means} FROM touchpoint_scores") == [
        tuple(pytest.approx(number * 0.055) for number in range(8))
    ]
    emotions = rows(connection, "SELECT emotion, probability FROM utterance_emotions WHERE utterance_index = 1")
    assert dict(emotions) == high


def test_facts_of_the_conversation_come_along(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    placed = conversation("c1", channel="call", customer=7, started_at="2026-09-01T22:30")
    load(connection, tmp_path, [placed, conversation("c2", started_at=None)])
    found = rows(connection, """
        SELECT channel, customer_key, started_at::VARCHAR, started_date::VARCHAR FROM touchpoint_scores
        ORDER BY conversation_id
    """)  # fmt: skip
    assert found == [("call", key(7), "2026-09-01 22:30:00", "2026-09-02"), ("chat", None, None, None)]


# --- the three joins -------------------------------------------------------------------------------------------------


def test_join_by_conversation(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    load(
        connection,
        tmp_path,
        [
            conversation("c1", [("customer", 0.4), ("agent", -0.9)], started_at="2026-09-01T09:00", customer=1),
            conversation("c2", customer=2),
            conversation("c3", [("agent", 0.5)]),
        ],
        [
            answer("a1", 9, "2026-09-01T10:30", conversation_id="c1", ces_rating=6, first_contact_resolution=True),
            answer("a2", None, "2026-09-03T09:00", conversation_id="c1", csat_rating=2),
            answer("a3", 0, customer=2),
            answer("a4", 0, conversation_id="elsewhere"),
            answer("a5", 0, conversation_id="c3"),
        ],
    )
    found = rows(connection, """
        SELECT response_id, conversation_id, mean_sentiment, response_lag_hours, nps_rating, ces_rating, csat_rating,
            first_contact_resolution
        FROM touchpoint_nps_by_conversation ORDER BY response_id
    """)  # fmt: skip
    assert found == [
        ("a1", "c1", pytest.approx(0.4), 1.5, 9, 6, None, True),
        ("a2", "c1", pytest.approx(0.4), 48, None, None, 2, None),
    ]


@pytest.mark.parametrize(
    ("responded_at", "days"),
    [
        ("2026-09-01T08:59:59", None),
        ("2026-09-01T09:00:00", 0),
        ("2026-09-01T21:00:00", 0.5),
        ("2026-10-01T09:00:00", 30),
        ("2026-10-01T09:00:01", None),
    ],
)
def test_join_by_customer_looks_30_days_back(
    connection: DuckDBPyConnection, tmp_path: Path, responded_at: str, days: float | None
) -> None:
    load(connection, tmp_path, [conversation("c1", customer=1)], [answer("a1", 3, responded_at, customer=1)])
    found = rows(connection, "SELECT response_id, days_before, nps_rating FROM touchpoint_nps_by_customer")
    assert found == ([] if days is None else [("a1", days, 3)])


def test_join_by_customer_needs_the_same_key(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    talks = [("agent", 0.1), ("customer", 0.3)]
    load(
        connection,
        tmp_path,
        [
            conversation("c1", talks, customer=1, touchpoint="laskutus"),
            conversation("c2", talks, customer=1, touchpoint="toimitus"),
            conversation("c3", talks, customer=2),
            conversation("c4", talks),
            conversation("c5", talks, customer=1, started_at=None),
        ],
        [answer("a1", 9, customer=1, conversation_id="c3"), answer("a2", 9), answer("a3", 9, customer=3)],
    )
    found = rows(
        connection, "SELECT response_id, conversation_id, touchpoint FROM touchpoint_nps_by_customer ORDER BY ALL"
    )
    assert found == [("a1", "c1", "laskutus"), ("a1", "c2", "toimitus")]


def test_join_by_day(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """The first of September in Helsinki: it began at 21:00 UTC the day before. Utterances weigh alike."""
    load(
        connection,
        tmp_path,
        [
            conversation("c1", [("customer", -0.8), ("customer", -0.2), ("agent", 1.0)], started_at="2026-08-31T21:00"),
            conversation("c2", [("customer", 0.4)], started_at="2026-09-01T20:59"),
            conversation("c3", [("customer", 1.0)], started_at="2026-09-01T21:00"),
            conversation("c4", [("customer", 1.0)], touchpoint="toimitus"),
            conversation("c5", [("customer", -1.0)], started_at=None),
        ],
        [answer("a1", 9), answer("a2", 10), answer("a3", 6, "2026-08-31T22:00"), answer("a4", None)],
    )
    found = rows(connection, """
        SELECT date::VARCHAR, touchpoint, conversation_count, mean_sentiment, negative_share, nps_count, nps,
            nps_low <= nps AND nps <= nps_high
        FROM touchpoint_nps_by_day ORDER BY ALL
    """)  # fmt: skip
    nps = (3, pytest.approx(100 / 3), True)
    assert found == [
        ("2026-09-01", "laskutus", 2, pytest.approx(-0.2), pytest.approx(1 / 3), *nps),
        ("2026-09-01", "toimitus", 1, 1, 0, *nps),
        ("2026-09-02", "laskutus", 1, 1, 0, 0, None, None),
    ]


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_tokens_keep_their_order(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    words = (Token("Laskut", "lasku", "NOUN"), Token("olivat", "olla", "AUX"), Token("väärin", "väärin", "ADV"))
    turns = [utterance(0, "customer", 0.0, tokens=words), utterance(1, "agent", 0.0, tokens=())]
    load(connection, tmp_path, [conversation("c1", turns)])
    found = rows(connection, "SELECT utterance_index, token_index, token, lemma, upos FROM tokens ORDER BY token_index")
    assert found == [(0, number, word.text, word.lemma, word.upos) for number, word in enumerate(words)]


def test_tokens_show_standard_spelling_beside_the_written_word(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    words = [("öö", "öö", "INTJ", "", "", "filler"), ("mä", "minä", "PRON", "minä", "pronoun"),
             ("oon", "olla", "AUX", "olen", "verb+short"), ("täällä", "täällä", "ADV", "", "", "", 1)]  # fmt: skip
    load(connection, tmp_path, [conversation("c1", [{"role": "customer", "sentiment": 0.0, "tokens": words}])])
    cursor = connection.execute("FROM tokens ORDER BY token_index")
    columns = [column[0] for column in cursor.description or []]
    assert columns[:6] == ["conversation_id", "utterance_index", "token_index", "token", "lemma", "upos"]
    assert [row[6:] for row in cursor.fetchall()] == [
        ("öö", None, "filler", 0), ("minä", "pronoun", None, 0), ("olen", "verb+short", None, 0),
        ("täällä", None, None, 1),
    ]  # fmt: skip


# --- lemma_counts ----------------------------------------------------------------------------------------------------

HUONO, LASKU = ("huono", "huono", "ADJ"), ("laskun", "lasku", "NOUN")


def counted(connection: DuckDBPyConnection, folder: Path, turns: list[dict[str, Any]], **facts: Any) -> list[Any]:
    load(connection, folder, [conversation("c1", turns, **facts)])
    return rows(
        connection, "SELECT touchpoint, speaker_role, language, lemma, token_count FROM lemma_counts ORDER BY ALL"
    )


def test_lemmas_are_counted_per_speaker_touchpoint_and_language(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "tokens": [HUONO, LASKU, LASKU]},
        {"role": "agent", "tokens": [LASKU]},
        {"role": "customer", "tokens": [LASKU]},
        {"role": "customer", "tokens": [("invoice", "invoice", "X")], "language": "en"},
    ]
    assert counted(connection, tmp_path, turns, touchpoints=[(0, 1, "laskutus"), (2, 3, "toimitus")]) == [
        ("laskutus", "agent", "fi", "lasku", 1),
        ("laskutus", "customer", "fi", "huono", 1),
        ("laskutus", "customer", "fi", "lasku", 2),
        ("toimitus", "customer", "en", "invoice", 1),
        ("toimitus", "customer", "fi", "lasku", 1),
    ]


def test_what_is_no_word_of_its_own_is_not_counted_and_negations_are(
    connection: DuckDBPyConnection, tmp_path: Path
) -> None:
    words = [
        ("ja", "ja", "CCONJ"), ("niinku", "niin", "ADV", "", "", "filler"), ("!", "!", "PUNCT"), (":)", ":)", "SYM"),
        ("[PERSON]", "[PERSON]", "PROPN"), ("las", "lasku", "X", "", "", "repeat"),
        ("en", "ei", "AUX"), ("ilman", "ilman", "ADP"), HUONO,
    ]  # fmt: skip
    invented = {"role": "customer", "tokens": [LASKU], "asr_suspect": "phrase"}
    found = counted(connection, tmp_path, [{"role": "customer", "tokens": words}, invented])
    assert [(lemma, count) for *_, lemma, count in found] == [("ei", 1), ("huono", 1), ("ilman", 1)]


def test_stop_words_of_another_version_give_way_to_the_present_ones(connection: DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO stop_words VALUES ('lasku')")
    connection.execute("UPDATE schema_versions SET sha256 = 'of another version' WHERE name = 'views'")
    store.migrate(connection)
    found = {lemma for (lemma,) in rows(connection, "FROM stop_words")}
    assert found == set(STOP_LEMMAS)
    assert {"ja", "olla"} <= found
    assert found.isdisjoint({"ei", "ilman", "lasku"})


# --- what newer models tell ------------------------------------------------------------------------------------------


def test_only_what_is_sure_can_be_asked_for(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "sentiment": value, "told": {"is_sure": sure}}
        for value, sure in ((-0.8, True), (0.2, False), (-0.4, True), (0.6, False))
    ]
    agent = {"role": "agent", "sentiment": 0.1, "told": {"is_sure": False}}
    load(connection, tmp_path, [conversation("c1", [*turns, agent])], [answer("a1", 3, conversation_id="c1")])
    told = "utterance_count, mean_sentiment, sure_share, sure_mean_sentiment"
    customer = (4, pytest.approx(-0.1), 0.5, pytest.approx(-0.6))
    assert rows(connection, f"SELECT {told} FROM touchpoint_scores ORDER BY speaker_role") == [
        (1, pytest.approx(0.1), 0.0, None), customer
    ]  # fmt: skip
    assert rows(connection, f"SELECT {told} FROM touchpoint_nps_by_conversation") == [customer]
    connection.execute("UPDATE utterance_scores SET is_sure = NULL WHERE utterance_index < 2")
    (found,) = rows(connection, f"SELECT {told} FROM touchpoint_nps_by_conversation")
    assert found[2:] == (0.5, pytest.approx(-0.4)), "shares are of those that tell"


def test_intensity_stands_beside_the_emotions_that_are_there(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    strengths = {emotion: 1 + number / 4 for number, emotion in enumerate(EMOTIONS)}
    felt = {"joy": 0.49, "trust": 0.5, "anticipation": 0.9}
    turns = [{"role": "customer", "sentiment": 0.0, "emotions": felt, "told": {"intensity": strengths}},
             {"role": "customer", "sentiment": 0.0, "emotions": felt}]  # fmt: skip
    load(connection, tmp_path, [conversation("c1", turns)])
    found = rows(connection, "SELECT * EXCLUDE (conversation_id) FROM utterance_emotions ORDER BY utterance_index")
    assert len(found) == 16
    assert {row[1]: row[2] for row in found[:8]} == {**dict.fromkeys(EMOTIONS, 0.1), **felt}
    told = {"trust": strengths["trust"], "anticipation": strengths["anticipation"]}
    assert {row[1]: row[3] for row in found[:8] if row[3] is not None} == told
    assert [row[3] for row in found[8:]] == [None] * 8


def test_cues_of_utterances_and_answers(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    shares = {cue: number / 17 for number, cue in enumerate(CUES)}
    turns = [("customer", 0.0), {"role": "agent", "sentiment": 0.0, "told": {"cues": shares}}]
    answers = [
        answer("a1", verbatim=MaskedText("moi"), sentiment=0.0, told={"cues": {"churn": 0.5, "wish": 0.49}}),
        answer("a2", verbatim=MaskedText("moi"), sentiment=0.0),
    ]
    load(connection, tmp_path, [conversation("c1", turns)], answers)
    assert dict(rows(connection, "SELECT cue, probability FROM cues WHERE utterance_index = 1")) == shares
    assert rows(connection, "SELECT count(*), count(response_id) FROM cues") == [(34, 17)]
    assert rows(connection, "SELECT * FROM cues WHERE is_present AND response_id IS NOT NULL") == [
        (None, None, "a1", "churn", 0.5, True)
    ]
    present = {cue for (cue,) in rows(connection, "SELECT cue FROM cues WHERE is_present AND conversation_id = 'c1'")}
    assert present == {cue for cue, share in shares.items() if share >= 0.5}


def test_evidence_shows_its_words(connection: DuckDBPyConnection, tmp_path: Path) -> None:
    """Offsets are Python's: an emoji of several code points counts as several."""
    text = MaskedText("👩\u200d👧 äöå\nihan [PERSON] törkeää!")
    spans = [("disgust", text.index(word), text.index(word) + len(word)) for word in ("äöå\nihan", "[PERSON]", "ä!")]
    told = {"evidence": [(*span, number / 4) for number, span in enumerate(spans)]}
    load(
        connection, tmp_path,
        [conversation("c1", [("bot", None), utterance(1, "agent", -0.9, text=text, told=told)])],
        [answer("a1", verbatim=text, sentiment=-0.9, told={"evidence": [("negative", 0, len(text), 1.0)]}),
         answer("a2", verbatim=text, sentiment=-0.9)],
    )  # fmt: skip
    cursor = connection.execute("FROM evidence ORDER BY weight")
    assert [column[0] for column in cursor.description or []] == [
        "conversation_id", "utterance_index", "response_id", "label", "words", "weight", "span_start", "span_end"
    ]  # fmt: skip
    assert cursor.fetchall() == [
        *(("c1", 1, None, "disgust", text[start:end], n / 4, start, end) for n, (_, start, end) in enumerate(spans)),
        (None, None, "a1", "negative", text, 1.0, 0, len(text)),
    ]
