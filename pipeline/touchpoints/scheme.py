"""The columns of the network that reads conversations: what its heads say of a turn, of a stretch and of the whole.

`data/gold/CONVERSATIONS.md` defines the labels.
"""

from dataclasses import dataclass
from typing import Literal

from pipeline.conversation import SENTIMENTS
from pipeline.touchpoints.reading import EASES, EVENTS, GOALS, TARGETS, UNKNOWN

MATTERS = (
    "ostaminen",
    "toimitus",
    "käyttöönotto",
    "laskutus",
    "tekninen_tuki",
    "palautus_ja_reklamaatio",
    "muutos_ja_irtisanominen",
    "neuvonta",
    UNKNOWN,
)
"""What a turn is about, by the names of the default palvelupolku."""
CUSTOMER_DEEDS = (
    "complaint", "repeat_contact", "waiting", "churn", "effort", "ease", "goal_reached", "goal_missed",
    "expectation_under", "expectation_over", "request", "wish", "thanks", "advocacy", "warning", "irony",
)  # fmt: skip
AGENT_DEEDS = (
    "understanding", "mirroring", "adjusting", "apology", "complaint_thanks", "preference_question", "mandate",
    "confirmation", "open_question", "hand_over", "goal_reached", "goal_missed",
)  # fmt: skip
FEELINGS = (-2, -1, 0, 1, 2)
"""What a customer feels in a turn: strongly negative to strongly positive."""
SENTIMENT_OF = (0, 0, 1, 2, 2)
"""Which of `SENTIMENTS` each feeling is."""
NO_EASE = "none"


@dataclass(frozen=True, slots=True)
class Head:
    """Columns that are read together: `one` of them holds (softmax), or each or not (`any`, sigmoid)."""

    name: str
    labels: tuple[str, ...]
    kind: Literal["one", "any"]


TURN_HEADS = (
    Head("matter", MATTERS, "one"),
    Head("customer", CUSTOMER_DEEDS, "any"),
    Head("agent", AGENT_DEEDS, "any"),
    Head("feeling", tuple(str(value) for value in FEELINGS), "one"),
    Head("target", TARGETS, "any"),
)
STRETCH_HEADS = (Head("goal", GOALS, "one"), Head("ease", (*EASES, NO_EASE), "one"))
WHOLE_HEADS = (*STRETCH_HEADS, Head("event", EVENTS, "any"))
PART_HEADS = (*WHOLE_HEADS, Head("end", SENTIMENTS, "one"))
"""What the letters tell of a part: of the whole also how the customer feels at its end."""


def width(heads: tuple[Head, ...]) -> int:
    """The number of columns of some heads."""
    return sum(len(head.labels) for head in heads)


def columns(heads: tuple[Head, ...], name: str) -> slice:
    """Where the head of that name stands among the columns of `heads`."""
    start = 0
    for head in heads:
        if head.name == name:
            return slice(start, start + len(head.labels))
        start += len(head.labels)
    raise KeyError(name)
