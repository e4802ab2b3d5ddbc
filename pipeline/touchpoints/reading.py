"""What is read in a conversation as a whole: where on the path it is, goal and ease, and why somebody feels so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipeline.conversation import Sentiment

Goal = Literal["yes", "no", "unclear"]
Ease = Literal["easy", "mixed", "hard"]
Move = Literal[
    "repeat_contact",
    "waiting",
    "understanding",
    "mirroring",
    "adjusting",
    "complaint_thanks",
    "preference_question",
    "mandate",
    "confirmation",
    "open_question",
    "hand_over",
]
Event = Literal["complaint", "repeat_contact", "churn", "hand_over"]
Kind = Literal["contact_point", "driver", "target"]
Target = Literal["ihminen", "järjestelmä", "tuote", "prosessi", "hinta", "brändi"]

GOALS: tuple[Goal, ...] = get_args(Goal)
EASES: tuple[Ease, ...] = get_args(Ease)
MOVES: tuple[Move, ...] = get_args(Move)
"""What a turn does in its conversation besides the cues, as `data/gold/CONVERSATIONS.md` defines it."""
EVENTS: tuple[Event, ...] = get_args(Event)
TARGETS: tuple[Target, ...] = get_args(Target)
"""What a feeling is about: people, systems and channels, the product, how things are handled, the price, the brand."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one utterance: characters of its masked text, end exclusive."""

    utterance_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Goal, ease and feeling of a stretch, each by itself: no one is filled from another.

    The goal's three probabilities sum to 1. Those of ease do not: what is missing is the probability that nothing tells
    of it, and where that is the most probable, there is no ease, not a middling one.
    """

    goal: Mapping[Goal, float]
    ease: Mapping[Ease, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a conversation, both ends inclusive, and the touchpoint it belongs to."""

    first_utterance_index: int
    last_utterance_index: int
    stage: str
    touchpoint: str
    rule: str
    """What decided: a rule of the palvelupolku, `model`, or `none`."""
    confidence: float | None = None
    """0-1: 1 where the source's own fields decided; None where rules by lemmas did, which know no probability."""
    evidence: tuple[Place, ...] = ()
    """The words that speak for this touchpoint."""
    dimensions: Dimensions | None = None
    """None where no model has read the conversation."""
    reason: Place | None = None
    """The customer's own words for why they feel so or, without a feeling, what it is about."""


@dataclass(frozen=True, slots=True)
class TurnReading:
    """One turn in the light of the whole conversation."""

    feeling: Mapping[Sentiment, float] | None
    """What the customer feels; None for agents."""
    moves: Mapping[Move, float]
    strength: float | None = None
    """How strongly the customer feels it, from -1 (strongly negative) to 1; None for agents."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name something of a taxonomy, or the target of the feeling that a turn shows."""

    kind: Kind
    label: str
    place: Place
    weight: float
    """0-1: 1 by a rule, else the model's probability."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is read in one conversation as delivered."""

    segments: tuple[Segment, ...]
    dimensions: Dimensions | None = None
    events: Mapping[Event, float] = field(default_factory=dict)
    """The probability that each happens; empty where no model has read it."""
    turns: Mapping[int, TurnReading] = field(default_factory=dict)
    """Utterance → what it is in the light of the whole; turns of customers and agents only."""
    mentions: tuple[Mention, ...] = ()
    model: str | None = None
    model_version: str | None = None
