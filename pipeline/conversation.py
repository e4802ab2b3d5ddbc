"""What flows through the pipeline: conversations as a source tells them, then as they may be stored.

The unmasked types (`Conversation`, `Utterance`, `SurveyResponse`, `DeviceEvent`) live in memory only. Masking turns
them into the `Masked…` types, whose text is a `MaskedText`; every later step asks for that type, so a type checker
shows any place where raw text would reach a model or the store.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, get_args

Speaker = Literal["customer", "agent", "bot", "unknown"]
Channel = Literal["chat", "call", "email", "in_person", "social", "survey"]
Sentiment = Literal["negative", "neutral", "positive"]
Emotion = Literal["joy", "trust", "fear", "surprise", "sadness", "disgust", "anger", "anticipation"]
Cue = Literal[
    "effort",
    "ease",
    "goal_reached",
    "goal_missed",
    "expectation_under",
    "expectation_over",
    "complaint",
    "request",
    "wish",
    "thanks",
    "churn",
    "advocacy",
    "warning",
    "apology",
    "empathy",
    "remedy",
    "irony",
]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
SENTIMENTS: tuple[Sentiment, ...] = get_args(Sentiment)
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)
"""Plutchik's eight primary emotions, clockwise round his wheel (Plutchik 1980)."""
CUES: tuple[Cue, ...] = get_args(Cue)
"""What an utterance does in its conversation, as `data/gold/GUIDELINE.md` defines it."""

MaskedText = NewType("MaskedText", str)
"""Text that has been through `pipeline.privacy.mask`, the only place that makes one."""


def in_system(source: str, identifier: str) -> str:
    """An id that no other system has: with the system before it."""
    return f"{source}:{identifier}"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn as the source wrote it. Seconds count from the start of the conversation; None where it has no clock."""

    index: int
    speaker: Speaker
    text: str
    seconds: float | None = None
    end_seconds: float | None = None
    participant_id: str | None = None
    """The source's own key of who spoke; becomes a keyed hash before storage."""
    no_speech_prob: float | None = None
    """What the speech recognizer says of its own work, under Whisper's names: P(silence), 0-1."""
    avg_logprob: float | None = None
    """Mean natural logarithm of its tokens' probabilities, at most 0."""
    compression_ratio: float | None = None
    """How many times gzip shortens the text; high where it repeats itself."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One contact between a customer and the company, in source order. `started_at` is aware UTC, None if unknown."""

    conversation_id: str
    channel: Channel
    utterances: tuple[Utterance, ...]
    language: str = "fi"
    started_at: datetime | None = None
    customer_id: str | None = None
    queue: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the source says besides (department, tags, contact reason): short strings that rules may look at."""
    position: str = ""
    """Where in its file the conversation starts, for `rejections`."""
    source: str = ""
    """The system that it comes from (`zendesk`); its id is unique there, and only there."""
    changed_at: datetime | None = None
    """When the source last changed it, aware UTC: of two deliveries of one conversation, the later counts."""
    ignored: Mapping[str, int] = field(default_factory=dict)
    """What the source holds besides what was said, by kind (`note`, `event`, `typing`, `empty`), and how much of it."""
    role_confidence: float | None = None
    """How sure the inferred roles are, 0-1; None where the source says who is who."""
    warnings: tuple[str, ...] = ()
    """What makes its speakers doubtful: `mono_as_stereo`, `mixed_turns`, `one_speaker`, as `sources.roles` finds."""
    has_own_id: bool = True
    """Whether the source gave the id; else it is the name of the file, and only the content tells two apart."""

    @property
    def moment(self) -> datetime | None:
        """When it happened, aware UTC: what retention and backfills go by."""
        return self.started_at

    @property
    def content(self) -> str:
        """What was said, by whom and about what, as one text: two deliveries with the same one say the same."""
        turns = [
            [turn.speaker, turn.text, turn.seconds, turn.end_seconds, turn.participant_id, turn.no_speech_prob,
             turn.avg_logprob, turn.compression_ratio]
            for turn in self.utterances
        ]  # fmt: skip
        facts = [self.channel, self.language, self.started_at, self.customer_id, self.queue, dict(self.metadata)]
        return json.dumps([*facts, turns], ensure_ascii=False, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class SurveyResponse:
    """One answer to a survey. Scales: NPS 0-10; CES 1-7, 7 = very easy; CSAT 1-5; FCR yes or no.

    Where the source gives no id, `response_id` is a hash of the answer and `has_own_id` is False: such a hash could be
    guessed back, so that it becomes a keyed one before storage.
    """

    response_id: str
    responded_at: datetime
    nps_rating: int | None = None
    ces_rating: int | None = None
    csat_rating: int | None = None
    first_contact_resolution: bool | None = None
    verbatim: str | None = None
    conversation_id: str | None = None
    customer_id: str | None = None
    position: str = ""
    has_own_id: bool = True
    source: str = ""
    """The system that it comes from; its id is unique there, and only there."""
    changed_at: datetime | None = None
    """When the customer or the source last changed it, aware UTC: of two deliveries of one answer, the later counts."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the source says besides (drivers, weights, tags, channel): short strings, without the columns of people."""

    @property
    def moment(self) -> datetime:
        """When it was given, aware UTC."""
        return self.responded_at

    @property
    def content(self) -> str:
        """What was answered, as one text: two deliveries with the same one say the same."""
        ratings = [self.nps_rating, self.ces_rating, self.csat_rating, self.first_contact_resolution]
        facts = [self.responded_at, self.verbatim, self.conversation_id, self.customer_id, dict(self.metadata)]
        return json.dumps([*ratings, *facts], ensure_ascii=False, sort_keys=True, default=str)


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """What a customer's device reported: a sign of need, and nothing that anybody felt or said."""

    device_id: str
    code: str
    """What the device calls it (`E17`, `low_battery`): rules of the palvelupolku look at it as `device_code`."""
    occurred_at: datetime
    """Aware UTC."""
    customer_id: str | None = None
    """Whose device it is; None where the source does not say, and nothing else tells."""
    severity: str | None = None
    message: str | None = None
    position: str = ""
    source: str = ""
    """The system that it comes from."""

    @property
    def moment(self) -> datetime:
        """When it was, aware UTC."""
        return self.occurred_at

    @property
    def identity(self) -> str:
        """Device, code and moment as one text: what a system reports with the same ones is the same event."""
        return json.dumps([self.source, self.device_id, self.code, self.occurred_at], ensure_ascii=False, default=str)

    @property
    def content(self) -> str:
        """What was reported, as one text: two deliveries with the same one say the same."""
        return json.dumps([self.identity, self.customer_id, self.severity, self.message], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Where something personal stood: character offsets into the unmasked text, end exclusive, and its type."""

    start: int
    end: int
    type: str
    confidence: float = 1.0
    """How sure the masking is, 0-1: 1 with a checksum that fits, less where it does not, else a model's probability."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark with its dictionary form and universal part of speech (`X` where the lemmatizer knows none)."""

    text: str
    lemma: str
    upos: str
    normal: str = ""
    """The word in standard spelling where it is written otherwise (oon: olen); "" where the text is standard."""
    rule: str = ""
    """Ids of the colloquial rules that gave `normal`, joined by `+`."""
    disfluency: str = ""
    """`filler` (öö, niinku) or `repeat` (a start said again): kept in the text, left out of lemma counts."""
    sentence: int = 0
    """Which sentence of the utterance it stands in, from 0."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that carry a label: character offsets into the masked text, end exclusive.

    `weight` is how much less probable the label is without them, 0-1.
    """

    label: Sentiment | Emotion
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """What a classifier read in one text: probabilities, and the model that gave them.

    The three sentiment probabilities sum to 1. Each emotion's is its own yes-or-no probability: they do not sum to 1.
    """

    sentiment: Sentiment
    sentiment_probability: Mapping[Sentiment, float]
    emotions: Mapping[Emotion, float]
    model: str
    model_version: str
    is_sure: bool = True
    """Whether the sentiment is as probable as the model's card asks of a reading to rely on; else better abstain."""
    intensity: Mapping[Emotion, float] = field(default_factory=dict)
    """How strong each emotion is if it is there: 1 slight, 2 clear, 3 strong. Empty where the model does not tell."""
    cues: Mapping[Cue, float] = field(default_factory=dict)
    """The probability of each cue, yes or no. Empty where the model knows none."""
    evidence: Sequence[Evidence] = ()
    """The words that carry what is read; empty where none were looked for."""

    @property
    def sentiment_score(self) -> float:
        """Sentiment as one number in [-1, 1]: P(positive) - P(negative)."""
        return self.sentiment_probability["positive"] - self.sentiment_probability["negative"]


@dataclass(frozen=True, slots=True)
class MaskedUtterance:
    """One turn as it may be stored, with what the later steps read in it."""

    index: int
    speaker: Speaker
    text: MaskedText
    seconds: float | None
    end_seconds: float | None
    participant_key: str | None
    tokens: Sequence[Token] = ()
    score: Score | None = None
    normalized_text: MaskedText | None = None
    """The text in standard spelling; None where it is written so."""
    language: str = "fi"
    """ISO 639-1, told from its words and the conversation's; only `fi` is lemmatized and scored."""
    asr_suspect: str | None = None
    """Why a call's turn may be an invention of the speech recognizer (a rule's id): then it is never scored."""


@dataclass(frozen=True, slots=True)
class MaskedConversation:
    """One conversation as it may be stored; keys are keyed hashes."""

    conversation_id: str
    channel: Channel
    utterances: tuple[MaskedUtterance, ...]
    language: str
    started_at: datetime | None
    customer_key: str | None
    queue: str | None
    metadata: Mapping[str, str]
    position: str
    detected_language: str = "fi"
    """The language most of it is in, told from its words; `language` is what the source says."""
    special_categories: tuple[str, ...] = ()
    """Hints at health, union, religion or other special categories of personal data (GDPR article 9), sorted."""
    source: str = ""
    qualified_id: str = ""
    """The id that it gets where a conversation of another system has `conversation_id` already."""
    content_key: str = ""
    """Keyed hash of what was said: the same content, the same key."""
    has_own_id: bool = True
    changed_at: datetime | None = None
    ignored: Mapping[str, int] = field(default_factory=dict)
    role_confidence: float | None = None
    role_warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskedSurveyResponse:
    """One survey answer as it may be stored."""

    response_id: str
    responded_at: datetime
    nps_rating: int | None
    ces_rating: int | None
    csat_rating: int | None
    first_contact_resolution: bool | None
    verbatim: MaskedText | None
    conversation_id: str | None
    customer_key: str | None
    position: str
    tokens: Sequence[Token] = ()
    score: Score | None = None
    normalized_text: MaskedText | None = None
    """The verbatim in standard spelling; None where it is written so."""
    language: str | None = None
    """The language of the verbatim, where there is one."""
    special_categories: tuple[str, ...] = ()
    """Hints at special categories in the verbatim, sorted."""
    source: str = ""
    qualified_id: str = ""
    """The id that it gets where an answer of another system has `response_id` already."""
    content_key: str = ""
    """Keyed hash of what was answered: the same content, the same key."""
    changed_at: datetime | None = None
    metadata: Mapping[MaskedText, MaskedText] = field(default_factory=dict)
    """What the source says besides, names and values masked."""


@dataclass(frozen=True, slots=True)
class MaskedDeviceEvent:
    """One device event as it may be stored; keys are keyed hashes. It has no score, and no text that a model reads."""

    event_key: str
    device_key: str
    customer_key: str | None
    code: MaskedText
    severity: MaskedText | None
    message: MaskedText | None
    occurred_at: datetime
    position: str
    source: str = ""
    content_key: str = ""
    """Keyed hash of what was reported: the same content, the same key."""
