"""Raw records in, masked, lemmatized and scored ones out: all that happens to a text between its file and the store.

Every text is masked and gets a language and tokens. What a customer or an agent said in Finnish gets a score, unless a
speech recognizer seems to have invented it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.affect import Classifier, load_classifier
from pipeline.affect.evidence import find_evidence
from pipeline.config import Config
from pipeline.conversation import (
    Channel,
    Conversation,
    MaskedConversation,
    MaskedSurveyResponse,
    MaskedText,
    MaskedUtterance,
    Score,
    SurveyResponse,
    Token,
    Utterance,
    in_system,
)
from pipeline.language import Lemmatizer, load_lemmatizer
from pipeline.language.hallucinations import suspects
from pipeline.language.identify import identify, main_language
from pipeline.language.speech import mark
from pipeline.language.tokens import WORD, tokenize
from pipeline.numerals import parse
from pipeline.privacy import Secret, find_special, load_secret, mask, mask_label, mask_turns, pseudonymize
from pipeline.privacy.pseudonyms import KEY
from pipeline.sources.roles import infer

SCORED_SPEAKERS = ("customer", "agent")
SPELLED_OUT = 10
"""Numbers up to this stay words in the normalized text, as Finnish is written."""
SPOKEN_CHANNELS = ("call", "chat", "social")
"""Where people write as they talk: fillers, repeats, sentences without marks."""
FINNISH = "fi"
Readable = TypeVar("Readable", MaskedUtterance, MaskedSurveyResponse)


@dataclass(frozen=True, slots=True)
class Scorer:
    """A classifier together with the lemmatizer that its features were trained on, whatever the tokens come from."""

    classifier: Classifier
    lemmatizer: Lemmatizer | None
    context_turns: int = 0
    """So many turns before an utterance are given to the classifier with it."""
    evidence: bool = False
    """Whether the words that carry what is read are looked for too; then a text is read many times."""

    def score(
        self,
        texts: Sequence[MaskedText],
        tokens: Sequence[Sequence[Token]] = (),
        tokens_by: str = "",
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """The score of each text, in order.

        Args:
            texts: masked texts.
            tokens: their tokens, if there are any yet.
            tokens_by: the name of the lemmatizer that made them; they are used again if it is this one's.
            contexts: the turns before each text, "" where there are none.
        """
        scores = self.classifier.score(texts, self._lemmas(texts, tokens, tokens_by), contexts)
        if not self.evidence:
            return scores
        lemmatize = self.lemmatizer.lemmatize if self.lemmatizer else None
        found = find_evidence(self.classifier, texts, scores, contexts=contexts, lemmatize=lemmatize)
        return [replace(score, evidence=words) for score, words in zip(scores, found, strict=True)]

    def _lemmas(
        self, texts: Sequence[MaskedText], tokens: Sequence[Sequence[Token]], tokens_by: str
    ) -> list[list[str]] | None:
        if self.lemmatizer is None:
            return None
        if tokens_by != self.lemmatizer.name:
            tokens = self.lemmatizer.lemmatize(texts)
        return [[token.lemma for token in text] for text in tokens]


@dataclass(frozen=True, slots=True)
class Reader:
    """All that reads a text: masking with its secret, the lemmatizer of the stored tokens, the scorer."""

    lemmatizer: Lemmatizer
    scorer: Scorer
    secret: Secret
    mask_names: bool

    def mask(self, text: str, *, numbered: bool = False) -> MaskedText:
        """A text outside a conversation, or one masked before in another spelling, as it may be stored."""
        return mask(text, names=self.mask_names, numbered=numbered)[0]

    def label(self, text: str) -> MaskedText:
        """An id or the name of a file as it may be stored."""
        return mask_label(text, names=self.mask_names)

    def mask_turns(self, utterances: Sequence[Utterance]) -> list[MaskedText]:
        """The texts of a conversation as they may be stored: each read with the turns before it."""
        turns = [(utterance.speaker, utterance.text) for utterance in utterances]
        return [text for text, _ in mask_turns(turns, names=self.mask_names)]

    def identifier(self, identifier: str | None) -> str | None:
        """A source's id of a conversation or answer as it is, or its keyed hash.

        It is hashed where it holds something personal, and where it looks like a keyed hash: a rotation of the secret
        re-keys whatever looks like one, and somebody else's hash could be guessed back.
        """
        if identifier is None or (self.label(identifier) == identifier and not KEY.fullmatch(identifier)):
            return identifier
        return pseudonymize(identifier, self.secret, "conversation")

    def response_identifier(self, response: SurveyResponse) -> str:
        """The id of an answer as it may be stored; where the source gives none, a keyed hash."""
        own_id = self.identifier(response.response_id) if response.has_own_id else None
        return own_id or pseudonymize(response.response_id, self.secret, "response") or ""

    def qualified(self, source: str, identifier: str, stored: str) -> str:
        """The id of a record with its system before it; a keyed hash where `stored`, its id alone, is one."""
        whole = in_system(source, identifier)
        hashed = pseudonymize(whole, self.secret, "conversation")
        return (self.identifier(whole) if stored == identifier else hashed) or ""


def load_scorer(config: Config) -> Scorer:
    """The scorer that the settings name.

    Raises:
        ModelError: the model is missing or altered.
    """
    classifier = load_classifier(config.paths.models / config.affect.model, config.affect.labels)
    return Scorer(
        classifier,
        load_lemmatizer(classifier.lemmatizer) if classifier.lemmatizer else None,
        config.affect.context_turns,
        config.affect.evidence,
    )


def load_reader(config: Config, secret: Secret | None = None) -> Reader:
    """The reader that the settings describe; its secret is theirs unless another one is given.

    Raises:
        ConfigError: the lemmatizer is unknown.
        ModelError: a model is missing or altered.
        PrivacyError: there is no usable secret.
    """
    secret = secret or load_secret(config.paths.secret)  # first: it is missed at once, the models take seconds
    return Reader(
        lemmatizer=load_lemmatizer(config.language.lemmatizer, stanza_folder=config.language.stanza_folder),
        scorer=load_scorer(config),
        secret=secret,
        mask_names=config.privacy.names,
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """What the models need to know of a text."""

    text: MaskedText
    language: str
    channel: Channel
    is_scored: bool
    context: MaskedText
    """The turns before it; "" where there are none or the classifier gets none."""


def annotate(
    conversations: Sequence[Conversation], responses: Sequence[SurveyResponse], reader: Reader
) -> tuple[list[MaskedConversation], list[MaskedSurveyResponse]]:
    """Mask, lemmatize and score a batch; its texts go through each model together.

    Every text gets a language and tokens, and a form in standard spelling where it is written otherwise. Utterances of
    customers and agents, and verbatims, get a score if they are in Finnish and no speech recognizer made them up.
    """
    masked = [_masked_conversation(conversation, reader) for conversation in conversations]
    answers = [_masked_response(response, reader) for response in responses]
    texts = [
        _Text(turn.text, turn.language, conversation.channel, is_scored(turn), context_of(conversation, turn, reader))
        for conversation in masked
        for turn in conversation.utterances
    ]
    texts += [
        _Text(answer.verbatim, answer.language or "", "survey", answer.language == FINNISH, reader.mask(""))
        for answer in answers
        if answer.verbatim
    ]
    tokens = _tokens(texts, reader)
    normalized = [_normalized(text.text, words, reader) for text, words in zip(texts, tokens, strict=True)]
    readings = zip(tokens, normalized, _scores(texts, tokens, reader), strict=True)
    return (
        [
            replace(conversation, utterances=tuple(_read(turn, *next(readings)) for turn in conversation.utterances))
            for conversation in masked
        ],
        [_read(answer, *next(readings)) if answer.verbatim else answer for answer in answers],
    )


def is_scored(utterance: MaskedUtterance) -> bool:
    """Whether an utterance gets a score: a customer's or an agent's, in Finnish, not made up by a recognizer."""
    return utterance.speaker in SCORED_SPEAKERS and utterance.language == FINNISH and utterance.asr_suspect is None


def context_of(conversation: MaskedConversation, turn: MaskedUtterance, reader: Reader) -> MaskedText:
    """The turns before one, but not what a speech recognizer made up; masked once more, as one text."""
    before = conversation.utterances[max(0, turn.index - reader.scorer.context_turns) : turn.index]
    return reader.mask(" ".join(earlier.text for earlier in before if earlier.asr_suspect is None))


def _read(text: Readable, tokens: Sequence[Token], normalized_text: MaskedText | None, score: Score | None) -> Readable:
    return replace(text, tokens=tokens, normalized_text=normalized_text, score=score)


def _tokens(texts: Sequence[_Text], reader: Reader) -> list[list[Token]]:
    """Finnish through the lemmatizer; of other languages only the form is known."""
    finnish = iter(reader.lemmatizer.lemmatize([text.text for text in texts if text.language == FINNISH]))
    return [_marked(next(finnish), text) if text.language == FINNISH else _by_form(text.text) for text in texts]


def _marked(tokens: list[Token], text: _Text) -> list[Token]:
    return mark(tokens) if text.channel in SPOKEN_CHANNELS else tokens


def _by_form(text: str) -> list[Token]:
    return [replace(token, lemma=token.text.lower()) if token.upos == WORD else token for token in tokenize(text)]


def _normalized(text: MaskedText, tokens: Sequence[Token], reader: Reader) -> MaskedText | None:
    """The text with each word in standard spelling and numbers spoken out as digits, else spaced as it is.

    None where nothing differs. It is masked once more: what is spelled out in standard Finnish, a phone number said
    digit by digit among others, may be recognized where the spoken form was not.
    """
    said = _said(tokens)
    if not said:
        return None
    parts, end = [], 0
    for n, token in enumerate(tokens):
        start = text.index(token.text, end)
        word = said.get(n, token.text)
        parts += [text[end:start], word] if word else []
        end = start + len(token.text)
    return reader.mask("".join([*parts, text[end:]]))


def _said(tokens: Sequence[Token]) -> dict[int, str]:
    """Place of a token → what stands there in standard Finnish, "" for all but the first word of a number."""
    said = {n: token.normal for n, token in enumerate(tokens) if token.normal}
    for start, end, value in parse([token.text for token in tokens]):
        if isinstance(value, str) or value > SPELLED_OUT:
            said |= {start: str(value)} | dict.fromkeys(range(start + 1, end), "")
    return said


def _scores(texts: Sequence[_Text], tokens: Sequence[Sequence[Token]], reader: Reader) -> list[Score | None]:
    """A score for each text that gets one, None for the others."""
    chosen = [n for n, text in enumerate(texts) if text.is_scored]
    scores = reader.scorer.score(
        [texts[n].text for n in chosen],
        [tokens[n] for n in chosen],
        reader.lemmatizer.name,
        [texts[n].context for n in chosen],
    )
    score_of = dict(zip(chosen, scores, strict=True))
    return [score_of.get(n) for n in range(len(texts))]


def _masked_conversation(delivered: Conversation, reader: Reader) -> MaskedConversation:
    conversation = infer(delivered)  # what is told from raw text; the content stays what the source says
    texts = reader.mask_turns(conversation.utterances)
    languages = identify(texts, declared=conversation.language)
    is_transcript = conversation.channel == "call"
    invented = suspects(conversation.utterances, texts) if is_transcript else [None] * len(texts)
    conversation_id = reader.identifier(conversation.conversation_id) or ""
    content_key = pseudonymize(delivered.content, reader.secret, "content") or ""
    qualified_id = reader.qualified(conversation.source, conversation.conversation_id, conversation_id)
    return MaskedConversation(
        conversation_id=conversation_id,
        channel=conversation.channel,
        utterances=tuple(
            MaskedUtterance(
                index=utterance.index,
                speaker=utterance.speaker,
                text=text,
                seconds=utterance.seconds,
                end_seconds=utterance.end_seconds,
                participant_key=pseudonymize(utterance.participant_id, reader.secret, utterance.speaker),
                language=language,
                asr_suspect=asr_suspect,
            )
            for utterance, text, language, asr_suspect in zip(
                conversation.utterances, texts, languages, invented, strict=True
            )
        ),
        language=conversation.language,
        started_at=conversation.started_at,
        customer_key=pseudonymize(conversation.customer_id, reader.secret, "customer"),
        queue=reader.mask(conversation.queue) if conversation.queue else None,
        metadata={field: reader.mask(value) for field, value in conversation.metadata.items()},
        position=conversation.position,
        detected_language=main_language(languages, texts),
        special_categories=_special(texts),
        source=conversation.source,
        qualified_id=qualified_id if conversation.has_own_id else content_key,
        content_key=content_key,
        has_own_id=conversation.has_own_id,
        changed_at=conversation.changed_at,
        ignored=conversation.ignored,
        role_confidence=conversation.role_confidence,
        role_warnings=conversation.warnings,
    )


def _special(texts: Sequence[MaskedText]) -> tuple[str, ...]:
    return tuple(sorted(frozenset().union(*(find_special(text) for text in texts))))


def _masked_response(response: SurveyResponse, reader: Reader) -> MaskedSurveyResponse:
    verbatim = reader.mask(response.verbatim, numbered=True) if response.verbatim else None
    response_id = reader.response_identifier(response)
    return MaskedSurveyResponse(
        response_id=response_id,
        responded_at=response.responded_at,
        nps_rating=response.nps_rating,
        ces_rating=response.ces_rating,
        csat_rating=response.csat_rating,
        first_contact_resolution=response.first_contact_resolution,
        verbatim=verbatim,
        conversation_id=reader.identifier(response.conversation_id),
        customer_key=pseudonymize(response.customer_id, reader.secret, "customer"),
        position=response.position,
        language=identify([verbatim], declared=FINNISH)[0] if verbatim else None,
        special_categories=_special([verbatim] if verbatim else []),
        source=response.source,
        qualified_id=reader.qualified(response.source, response.response_id, response_id),
        content_key=pseudonymize(response.content, reader.secret, "content") or "",
        changed_at=response.changed_at,
        metadata={reader.mask(name): reader.mask(value) for name, value in response.metadata.items()},
    )
