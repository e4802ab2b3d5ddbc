"""Raw records in, masked, lemmatized and scored ones out: all that happens to a text between its file and the store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.affect import Classifier, load_classifier
from pipeline.config import Config
from pipeline.conversation import (
    Conversation,
    MaskedConversation,
    MaskedSurveyResponse,
    MaskedText,
    MaskedUtterance,
    Score,
    SurveyResponse,
    Token,
)
from pipeline.language import Lemmatizer, load_lemmatizer
from pipeline.privacy import load_secret, mask, pseudonymize

SCORED_SPEAKERS = ("customer", "agent")
Readable = TypeVar("Readable", MaskedUtterance, MaskedSurveyResponse)


@dataclass(frozen=True, slots=True)
class Scorer:
    """A classifier together with the lemmatizer that its features were trained on, whatever the tokens come from."""

    classifier: Classifier
    lemmatizer: Lemmatizer | None

    def score(
        self, texts: Sequence[MaskedText], tokens: Sequence[Sequence[Token]] = (), tokens_by: str = ""
    ) -> list[Score]:
        """The score of each text, in order.

        Args:
            texts: masked texts.
            tokens: their tokens, if there are any yet.
            tokens_by: the name of the lemmatizer that made them; they are used again if it is this one's.
        """
        if self.lemmatizer is None:
            return self.classifier.score(texts, None)
        if tokens_by != self.lemmatizer.name:
            tokens = self.lemmatizer.lemmatize(texts)
        return self.classifier.score(texts, [[token.lemma for token in text] for text in tokens])


@dataclass(frozen=True, slots=True)
class Reader:
    """All that reads a text: masking with its secret, the lemmatizer of the stored tokens, the scorer."""

    lemmatizer: Lemmatizer
    scorer: Scorer
    secret: bytes
    mask_names: bool

    def mask(self, text: str) -> MaskedText:
        """The text as it may be stored."""
        return mask(text, names=self.mask_names)[0]

    def identifier(self, identifier: str | None) -> str | None:
        """A source's id of a conversation or answer as it is, or, where it holds something personal, its keyed hash."""
        if identifier is None or self.mask(identifier) == identifier:
            return identifier
        return pseudonymize(identifier, self.secret, "conversation")


def load_scorer(config: Config) -> Scorer:
    """The scorer that the settings name.

    Raises:
        ModelError: the model is missing or altered.
    """
    classifier = load_classifier(config.paths.models / config.affect.model)
    return Scorer(classifier, load_lemmatizer(classifier.lemmatizer) if classifier.lemmatizer else None)


def load_reader(config: Config) -> Reader:
    """The reader that the settings describe.

    Raises:
        ConfigError: the lemmatizer is unknown.
        ModelError: a model is missing or altered.
        PrivacyError: there is no usable secret.
    """
    return Reader(
        lemmatizer=load_lemmatizer(config.language.lemmatizer, stanza_folder=config.language.stanza_folder),
        scorer=load_scorer(config),
        secret=load_secret(config.paths.secret),
        mask_names=config.privacy.names,
    )


def annotate(
    conversations: Sequence[Conversation], responses: Sequence[SurveyResponse], reader: Reader
) -> tuple[list[MaskedConversation], list[MaskedSurveyResponse]]:
    """Mask, lemmatize and score a batch; its texts go through each model together.

    Every text gets tokens; utterances of customers and agents, and verbatims, get a score.
    """
    masked = [_masked_conversation(conversation, reader) for conversation in conversations]
    answers = [_masked_response(response, reader) for response in responses]
    utterances = [utterance for conversation in masked for utterance in conversation.utterances]
    texts = [utterance.text for utterance in utterances] + [answer.verbatim for answer in answers if answer.verbatim]
    tokens = reader.lemmatizer.lemmatize(texts)
    scored = [n for n in range(len(texts)) if n >= len(utterances) or utterances[n].speaker in SCORED_SPEAKERS]
    scores = reader.scorer.score([texts[n] for n in scored], [tokens[n] for n in scored], reader.lemmatizer.name)
    score_of = dict(zip(scored, scores, strict=True))
    readings = iter([(tokens[n], score_of.get(n)) for n in range(len(texts))])
    return (
        [
            replace(conversation, utterances=tuple(_read(u, *next(readings)) for u in conversation.utterances))
            for conversation in masked
        ],
        [_read(answer, *next(readings)) if answer.verbatim else answer for answer in answers],
    )


def _read(text: Readable, tokens: Sequence[Token], score: Score | None) -> Readable:
    return replace(text, tokens=tokens, score=score)


def _masked_conversation(conversation: Conversation, reader: Reader) -> MaskedConversation:
    return MaskedConversation(
        conversation_id=reader.identifier(conversation.conversation_id) or "",
        channel=conversation.channel,
        utterances=tuple(
            MaskedUtterance(
                index=utterance.index,
                speaker=utterance.speaker,
                text=reader.mask(utterance.text),
                seconds=utterance.seconds,
                end_seconds=utterance.end_seconds,
                participant_key=pseudonymize(utterance.participant_id, reader.secret, utterance.speaker),
            )
            for utterance in conversation.utterances
        ),
        language=conversation.language,
        started_at=conversation.started_at,
        customer_key=pseudonymize(conversation.customer_id, reader.secret, "customer"),
        queue=reader.mask(conversation.queue) if conversation.queue else None,
        metadata={field: reader.mask(value) for field, value in conversation.metadata.items()},
        position=conversation.position,
    )


def _masked_response(response: SurveyResponse, reader: Reader) -> MaskedSurveyResponse:
    own_id = reader.identifier(response.response_id) if response.has_own_id else None
    return MaskedSurveyResponse(
        response_id=own_id or pseudonymize(response.response_id, reader.secret, "response") or "",
        responded_at=response.responded_at,
        nps_rating=response.nps_rating,
        ces_rating=response.ces_rating,
        csat_rating=response.csat_rating,
        first_contact_resolution=response.first_contact_resolution,
        verbatim=reader.mask(response.verbatim) if response.verbatim else None,
        conversation_id=reader.identifier(response.conversation_id),
        customer_key=pseudonymize(response.customer_id, reader.secret, "customer"),
        position=response.position,
    )
