"""Put a conversation on the palvelupolku by its source's own fields, else by the lemmas that it mentions."""

from pipeline.conversation import MaskedConversation, MaskedUtterance
from pipeline.touchpoints.palvelupolku import Palvelupolku, Touchpoint
from pipeline.touchpoints.phrases import found, lemmas_of
from pipeline.touchpoints.reading import UNKNOWN, Place, Segment


def candidates(conversation: MaskedConversation, path: Palvelupolku) -> list[Touchpoint]:
    """The touchpoints that a conversation of its channel can be at."""
    return [t for t in path.touchpoints if not t.channels or conversation.channel in t.channels]


def whole(conversation: MaskedConversation, touchpoint: Touchpoint | None, rule: str, **more: object) -> Segment:
    """One segment over the whole conversation; `unknown` without a touchpoint."""
    return Segment(
        first_utterance_index=0,
        last_utterance_index=len(conversation.utterances) - 1,
        stage=touchpoint.stage if touchpoint else UNKNOWN,
        touchpoint=touchpoint.id if touchpoint else UNKNOWN,
        rule=rule,
        **more,  # type: ignore[arg-type]
    )


def by_metadata(conversation: MaskedConversation, path: Palvelupolku) -> tuple[Touchpoint, str] | None:
    """The first touchpoint from the top that a field of the source names, and the rule that says so."""
    facts = {**conversation.metadata, "queue": conversation.queue or ""}
    for touchpoint in candidates(conversation, path):
        for field, values in touchpoint.metadata.items():
            if facts.get(field, "").lower() in values:
                return touchpoint, f"{touchpoint.id}.metadata.{field}"
    return None


def by_lemmas(conversation: MaskedConversation, path: Palvelupolku) -> tuple[Touchpoint | None, str]:
    """The touchpoint whose lemmas people mention most often, if often enough; ties go to the upper."""
    possible = candidates(conversation, path)
    turns = [lemmas_of(turn.text, turn.tokens) for turn in said(conversation)]
    hits = [
        sum(1 for turn in turns for _ in found(touchpoint.lemmas, turn)) if touchpoint.lemmas else 0
        for touchpoint in possible
    ]
    if not hits or max(hits) < path.min_mentions:
        return None, "none"
    touchpoint = possible[hits.index(max(hits))]
    return touchpoint, f"{touchpoint.id}.lemmas"


def said(conversation: MaskedConversation) -> list[MaskedUtterance]:
    """The turns of people: none of bots, nor what ASR made up."""
    return [turn for turn in conversation.utterances if turn.speaker != "bot" and turn.asr_suspect is None]


def evidence(conversation: MaskedConversation, touchpoint: Touchpoint, first: int, last: int) -> tuple[Place, ...]:
    """Where a stretch, both ends inclusive, mentions the lemmas of a touchpoint."""
    return tuple(
        place for turn in said(conversation) if first <= turn.index <= last for place in evidence_in(turn, touchpoint)
    )


def evidence_in(turn: MaskedUtterance, touchpoint: Touchpoint) -> list[Place]:
    """Where a turn mentions the lemmas of a touchpoint."""
    if touchpoint.lemmas is None:
        return []
    return [Place(turn.index, start, end) for start, end in found(touchpoint.lemmas, lemmas_of(turn.text, turn.tokens))]
