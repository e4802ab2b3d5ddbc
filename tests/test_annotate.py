"""From raw records to masked ones with language, tokens and scores: which text goes through which model."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.annotate import Reader, Scorer, annotate, load_reader
from pipeline.config import Config, load_config
from pipeline.conversation import EMOTIONS, Conversation, MaskedConversation, Score, SurveyResponse, Token, Utterance

SWEDISH = "Hej, jag förstår inte den här räkningen, kan du hjälpa mig med den?"
ENGLISH = "I am sorry, I do not understand the invoice. Could we please speak English?"
FINNISH = "Hei, lasku on väärin enkä ymmärrä sitä ollenkaan."
INVENTED = "Kiitos kun katsoit"


@pytest.fixture
def reader(config: Config) -> Reader:
    return load_reader(config)


def read(reader: Reader, *turns: tuple[str, str], channel: str = "chat", language: str = "fi") -> MaskedConversation:
    utterances = tuple(Utterance(n, speaker, text) for n, (speaker, text) in enumerate(turns))
    (masked,), _ = annotate([Conversation("c1", channel, utterances, language)], [], reader)
    return masked


def test_only_finnish_is_lemmatized_and_scored(reader: Reader) -> None:
    talk = read(
        reader, ("customer", SWEDISH), ("agent", FINNISH), ("customer", SWEDISH), ("bot", FINNISH), language="sv"
    )
    assert (talk.language, talk.detected_language) == ("sv", "sv")
    assert [turn.language for turn in talk.utterances] == ["sv", "fi", "sv", "fi"]
    assert [turn.score is not None for turn in talk.utterances] == [False, True, False, False]
    words = [(token.text, token.lemma, token.upos) for token in talk.utterances[0].tokens]
    assert words[:4] == [("Hej", "hej", "X"), (",", ",", "PUNCT"), ("jag", "jag", "X"), ("förstår", "förstår", "X")]
    assert ("lasku", "lasku") in [(token.text, token.lemma) for token in talk.utterances[1].tokens]
    assert "väärin" in [token.text for token in talk.utterances[3].tokens]


def test_masks_stay_masks_in_any_language(reader: Reader) -> None:
    talk = read(reader, ("customer", "Please call me, my number is 050 555 0100, thank you."), ("customer", ENGLISH))
    assert Token("[PHONE]", "[PHONE]", "PROPN") in talk.utterances[0].tokens


def test_what_a_recognizer_seems_to_have_invented_is_kept_and_not_scored(reader: Reader) -> None:
    call = read(reader, ("customer", FINNISH), ("customer", INVENTED), channel="call")
    assert [turn.text for turn in call.utterances] == [FINNISH, INVENTED]
    assert [turn.score is not None for turn in call.utterances] == [True, False]
    assert [turn.asr_suspect is None for turn in call.utterances] == [True, False]
    assert len(call.utterances[1].tokens) == 3


def test_only_calls_are_suspected(reader: Reader) -> None:
    chat = read(reader, ("customer", FINNISH), ("customer", INVENTED))
    assert [turn.asr_suspect for turn in chat.utterances] == [None, None]
    assert all(turn.score for turn in chat.utterances)


def test_the_recognizers_own_figures_are_heard(reader: Reader) -> None:
    silence = Utterance(1, "customer", "joo", no_speech_prob=0.95, avg_logprob=-1.6, compression_ratio=0.6)
    turns = (Utterance(0, "agent", FINNISH), silence, replace(silence, index=2, no_speech_prob=0.01, avg_logprob=-0.1))
    (call,), _ = annotate([Conversation("c1", "call", turns)], [], reader)
    assert [turn.asr_suspect is not None for turn in call.utterances] == [False, True, False]


def test_a_recognizer_that_is_stuck_is_told_by_what_the_same_speaker_said_before(reader: Reader) -> None:
    turns = [("customer", "se lasku on väärin"), ("agent", "niin se lasku")] * 4
    call = read(reader, *turns, ("agent", "se lasku on väärin"), channel="call")
    assert [turn.asr_suspect for turn in call.utterances] == [None] * 6 + ["stuck", "stuck", None]


@pytest.mark.parametrize(("channel", "disfluency"), [("call", "filler"), ("chat", "filler"), ("email", "")])
def test_disfluencies_are_marked_where_people_write_as_they_talk(reader: Reader, channel: str, disfluency: str) -> None:
    talk = read(reader, ("customer", "öö se lasku on ihan väärin"), ("customer", FINNISH), channel=channel)
    assert [token.disfluency for token in talk.utterances[0].tokens] == [disfluency, "", "", "", "", ""]


def test_order_survives_turns_without_text_for_a_model(reader: Reader) -> None:
    """Readings of different texts must not change places, whichever of them go to which model."""
    talks = [
        Conversation(f"c{n}", "chat", tuple(Utterance(i, speaker, text) for i, (speaker, text) in enumerate(turns)))
        for n, turns in enumerate((
            [("customer", "ihan mahtavaa palvelua kiitos paljon"), ("customer", SWEDISH), ("bot", FINNISH)],
            [("customer", ENGLISH), ("customer", "aivan surkeaa palvelua, olen todella vihainen")],
        ))
    ]  # fmt: skip
    when = datetime(2026, 9, 1, tzinfo=UTC)
    verbatims = [None, "todella hyvä palvelu", SWEDISH, "aivan surkeaa palvelua, olen vihainen"]
    answers = [SurveyResponse(f"a{n}", when, verbatim=verbatim) for n, verbatim in enumerate(verbatims)]
    conversations, responses = annotate(talks, answers, reader)
    for text, tokens in [
        *((turn.text, turn.tokens) for talk in conversations for turn in talk.utterances),
        *((answer.verbatim or "", answer.tokens) for answer in responses),
    ]:
        assert "".join(token.text for token in tokens) == "".join(text.split())
    sentiments = [turn.score and turn.score.sentiment for talk in conversations for turn in talk.utterances]
    assert sentiments == ["positive", None, None, None, "negative"]
    assert [answer.score and answer.score.sentiment for answer in responses] == [None, "positive", None, "negative"]
    assert [answer.language for answer in responses] == [None, "fi", "sv", "fi"]
    assert (responses[0].tokens, responses[0].normalized_text) == ((), None)


class Spelling:
    """A lemmatizer whose tokens bring a standard spelling, whatever the default one knows."""

    name = "spelling"
    normals = {"oon": "olen", "mä": "minä", "tunne": "131052-952K"}  # noqa: RUF012

    def lemmatize(self, texts):
        return [
            [Token(word, word, "X", self.normals.get(word, "")) for word in text.replace(",", " ,").split()]
            for text in texts
        ]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("mä  oon,\n täällä ", "minä  olen,\n täällä "),
        ("olen täällä", None),
        ("mä oon mä", "minä olen minä"),
        ("se on tunne", "se on [HETU]"),
        ("maksoin kakskyt  viis euroa, yks lasku", "maksoin 25 euroa, yks lasku"),
        ("numero on nolla neljä nolla viis viis viis nolla yks nolla nolla", None),  # masked in its first spelling
    ],
)
def test_text_in_standard_spelling_keeps_its_spacing_and_is_masked_again(
    reader: Reader, text: str, normalized: str | None
) -> None:
    own = replace(reader, lemmatizer=Spelling())
    assert read(own, ("customer", text), channel="email").utterances[0].normalized_text == normalized
    _, (response,) = annotate([], [SurveyResponse("a1", datetime(2026, 9, 1, tzinfo=UTC), verbatim=text)], own)
    assert response.normalized_text == normalized


# --- evidence and contexts -------------------------------------------------------------------------------------------

ANGRY = "Hei, olen Matti Virtanen, aivan surkeaa palvelua, olen todella vihainen"


def test_evidence_is_found_in_the_masked_text_of_customers_agents_and_answers(reader: Reader) -> None:
    turns = [("customer", ANGRY), ("agent", "ihan mahtavaa, kiitos paljon"), ("bot", ANGRY), ("customer", SWEDISH)]
    talk = read(reader, *turns)
    _, (response,) = annotate([], [SurveyResponse("a1", datetime(2026, 9, 1, tzinfo=UTC), verbatim=ANGRY)], reader)
    words = [
        {(one.label, text[one.start : one.end]) for one in score.evidence}
        for text, score in ((turn.text, turn.score) for turn in talk.utterances)
        if score
    ]
    assert len(words) == 2
    assert "[PERSON_1]" in talk.utterances[0].text
    assert any(label == "negative" and "surkeaa" in said for label, said in words[0])
    assert any(label == "positive" and "mahtavaa" in said for label, said in words[1])
    assert talk.utterances[0].score
    assert response.score
    assert response.score.evidence == talk.utterances[0].score.evidence


def test_evidence_is_not_looked_for_unless_asked(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEPOLKU_AFFECT__EVIDENCE", "false")
    load_config.cache_clear()
    score = read(load_reader(load_config()), ("customer", ANGRY)).utterances[0].score
    assert score
    assert (score.sentiment, score.evidence) == ("negative", ())


class Repeating:
    """A classifier whose scores say which context it was given: in place of the name of the model."""

    card = None
    lemmatizer = None

    def score(self, texts, lemmas=None, contexts=None):
        sides, emotions = {"negative": 0.0, "neutral": 1.0, "positive": 0.0}, dict.fromkeys(EMOTIONS, 0.0)
        return [Score("neutral", sides, emotions, context, "1") for context in contexts or ["none"] * len(texts)]


def contexts(reader: Reader, turns: int, *said: tuple[str, str], channel: str = "chat") -> list[str | None]:
    scorer = Scorer(Repeating(), None, context_turns=turns, evidence=True)
    talk = read(replace(reader, scorer=scorer), *said, channel=channel)
    return [turn.score.model if turn.score else None for turn in talk.utterances]


def test_a_text_is_read_with_the_turns_before_it(reader: Reader) -> None:
    said = [("customer", "lasku on väärin"), ("bot", "odota hetki"), ("agent", "olen Maija Meikäläinen"),
            ("customer", "kiitos paljon")]  # fmt: skip
    assert contexts(reader, 0, *said) == ["", None, "", ""]
    assert contexts(reader, 1, *said) == ["", None, "odota hetki", "olen [PERSON_1]"]
    assert contexts(reader, 2, *said) == [
        "", None, "lasku on väärin odota hetki", "odota hetki olen [PERSON_1]"
    ]  # fmt: skip


def test_what_a_recognizer_made_up_is_no_context_and_answers_have_none(reader: Reader) -> None:
    call = [("customer", FINNISH), ("agent", INVENTED), ("customer", "kiitos paljon")]
    assert contexts(reader, 2, *call, channel="call") == ["", None, FINNISH]
    scorer = Scorer(Repeating(), None, context_turns=2)
    verbatims = [SurveyResponse(f"a{n}", datetime(2026, 9, 1, tzinfo=UTC), verbatim=FINNISH) for n in range(2)]
    _, answers = annotate([], verbatims, replace(reader, scorer=scorer))
    assert [answer.score and answer.score.model for answer in answers] == ["", ""]
