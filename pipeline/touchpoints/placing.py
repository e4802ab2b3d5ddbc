"""Where a conversation is on the palvelupolku, turn by turn: what the model reads, led by what the source says."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING

from pipeline.conversation import MaskedConversation, MaskedUtterance
from pipeline.touchpoints.palvelupolku import Palvelupolku, Touchpoint
from pipeline.touchpoints.reading import UNKNOWN, Segment
from pipeline.touchpoints.rules import by_metadata, candidates, evidence, evidence_in
from pipeline.touchpoints.scheme import MATTERS
from pipeline.touchpoints.segments import Span, Stretch, stretches

if TYPE_CHECKING:
    from pipeline.touchpoints.network import Floats

NAMED_BY_SOURCE = 2.0
"""What a turn gains, natural log, by being of the touchpoint that a field of the source names."""
BY_LEMMAS = 0.9
"""The probability of a touchpoint that the model does not know, at a turn that mentions its lemmas."""
LEAST = 1e-6


def place(
    conversation: MaskedConversation,
    matters: "Floats",
    path: Palvelupolku,
    spans: "Mapping[Span, Floats] | None" = None,
) -> list[Segment]:
    """The stretches of a conversation; a touchpoint that a field of the source names is always one of them.

    Args:
        conversation: masked.
        matters: the probability of each of `MATTERS` at each turn (turns, matters).
        path: the palvelupolku in use.
        spans: the probability of each of `MATTERS` for stretches read as wholes (matters); None where none is.
    """
    decided, rule = by_metadata(conversation, path) or (None, "")
    possible = [
        touchpoint
        for touchpoint in candidates(conversation, path)
        if touchpoint == decided or is_read(touchpoint) or _is_mentioned(touchpoint, conversation, path)
    ]
    mentioned = [_mentioned(turn, possible) for turn in conversation.utterances]
    turns = [_weights(matters[place], possible, names) for place, names in enumerate(mentioned)]
    wholes = {
        (first, last): _weights(row, possible, set().union(*mentioned[first : last + 1]))
        for (first, last), row in (spans or {}).items()
    }
    if decided:
        turns = [{**turn, decided.id: turn[decided.id] + NAMED_BY_SOURCE} for turn in turns]
    found = stretches(turns, wholes or None)
    if decided and all(one.touchpoint != decided.id for one in found):
        found = _with(decided.id, found, turns)
    of_id = {touchpoint.id: touchpoint for touchpoint in possible}
    return [_segment(conversation, one, of_id.get(one.touchpoint), decided, rule) for one in found]


def _mentioned(turn: MaskedUtterance, possible: Sequence[Touchpoint]) -> set[str]:
    """The touchpoints that the model does not know whose lemmas a turn has."""
    return {touchpoint.id for touchpoint in possible if not is_read(touchpoint) and evidence_in(turn, touchpoint)}


def _weights(matters: "Floats", possible: Sequence[Touchpoint], mentioned: AbstractSet[str]) -> dict[str, float]:
    """The log probability of each touchpoint; those that the model does not know go by their lemmas.

    What is without the lemmas of such a touchpoint may be about it as well as about nothing.
    """
    of_matter = dict(zip(MATTERS, (float(value) for value in matters), strict=True))
    read = {name for touchpoint in possible for name in touchpoint.reads_as}
    rest = sum(share for name, share in of_matter.items() if name not in read)
    shares = {UNKNOWN: rest * (1 - BY_LEMMAS if mentioned else 1)}
    for touchpoint in possible:
        if is_read(touchpoint):
            shares[touchpoint.id] = sum(of_matter.get(name, 0.0) for name in touchpoint.reads_as)
        else:
            shares[touchpoint.id] = BY_LEMMAS if touchpoint.id in mentioned else rest
    return {name: log(max(share, LEAST)) for name, share in shares.items()}


def is_read(touchpoint: Touchpoint) -> bool:
    """Whether the model knows what belongs to it."""
    return not touchpoint.reads_as.isdisjoint(MATTERS)


def _is_mentioned(touchpoint: Touchpoint, conversation: MaskedConversation, path: Palvelupolku) -> bool:
    places = evidence(conversation, touchpoint, 0, len(conversation.utterances) - 1)
    return len(places) >= path.min_mentions


def _with(name: str, found: Sequence[Stretch], turns: Sequence[Mapping[str, float]]) -> list[Stretch]:
    """The stretches with the one that best bears it given to the touchpoint that the source names."""

    def share(one: Stretch) -> float:
        return sum(turn[name] for turn in turns[one.first : one.last + 1]) / (one.last - one.first + 1)

    best = max(found, key=share)
    return [replace(one, touchpoint=name) if one == best else one for one in found]


def _segment(
    conversation: MaskedConversation,
    found: Stretch,
    touchpoint: Touchpoint | None,
    decided: Touchpoint | None,
    rule: str,
) -> Segment:
    if touchpoint is None:
        rule = "none"
    elif touchpoint != decided:
        rule = "model" if is_read(touchpoint) else f"{touchpoint.id}.lemmas"
    return Segment(
        first_utterance_index=found.first,
        last_utterance_index=found.last,
        stage=touchpoint.stage if touchpoint else UNKNOWN,
        touchpoint=touchpoint.id if touchpoint else UNKNOWN,
        rule=rule,
        confidence=1.0 if touchpoint and touchpoint == decided else found.confidence,
        evidence=evidence(conversation, touchpoint, found.first, found.last) if touchpoint else (),
    )
