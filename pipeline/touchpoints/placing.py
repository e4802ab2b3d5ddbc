"""Where a conversation is on the palvelupolku, turn by turn: what the model reads, led by what the source says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING

from pipeline.conversation import MaskedConversation, MaskedUtterance
from pipeline.touchpoints.palvelupolku import Palvelupolku, Touchpoint
from pipeline.touchpoints.reading import UNKNOWN, Segment
from pipeline.touchpoints.rules import by_metadata, candidates, evidence, evidence_in
from pipeline.touchpoints.scheme import MATTERS
from pipeline.touchpoints.segments import Stretch, stretches

if TYPE_CHECKING:
    from pipeline.touchpoints.network import Floats

NAMED_BY_SOURCE = 2.0
"""What a turn gains, natural log, by being of the touchpoint that a field of the source names."""
BY_LEMMAS = 0.9
"""The probability of a touchpoint that the model does not know, at a turn that mentions its lemmas."""
LEAST = 1e-6


def place(conversation: MaskedConversation, matters: "Floats", path: Palvelupolku) -> list[Segment]:
    """The stretches of a conversation; a touchpoint that a field of the source names is always one of them.

    Args:
        conversation: masked.
        matters: the probability of each of `MATTERS` at each turn (turns, matters).
        path: the palvelupolku in use.
    """
    possible = candidates(conversation, path)
    decided, rule = by_metadata(conversation, path) or (None, "")
    turns = [_weights(turn, matters[turn.index], possible, decided) for turn in conversation.utterances]
    found = stretches(turns)
    if decided and all(one.touchpoint != decided.id for one in found):
        found = _with(decided.id, found, turns)
    of_id = {touchpoint.id: touchpoint for touchpoint in possible}
    return [_segment(conversation, one, of_id.get(one.touchpoint), decided, rule) for one in found]


def _weights(
    turn: MaskedUtterance, matters: "Floats", possible: Sequence[Touchpoint], decided: Touchpoint | None
) -> dict[str, float]:
    """The log probability of each touchpoint at a turn; those that the model does not know go by their lemmas."""
    of_matter = dict(zip(MATTERS, (float(value) for value in matters), strict=True))
    read = {name for touchpoint in possible for name in touchpoint.reads_as if name in of_matter}
    weights = {UNKNOWN: log(max(sum(of_matter[name] for name in of_matter if name not in read), LEAST))}
    for touchpoint in possible:
        own = [of_matter[name] for name in touchpoint.reads_as if name in of_matter]
        share = sum(own) if own else BY_LEMMAS * bool(evidence_in(turn, touchpoint))
        weights[touchpoint.id] = log(max(share, LEAST)) + (NAMED_BY_SOURCE if touchpoint == decided else 0.0)
    return weights


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
    is_named = touchpoint is not None and touchpoint == decided
    return Segment(
        first_utterance_index=found.first,
        last_utterance_index=found.last,
        stage=touchpoint.stage if touchpoint else UNKNOWN,
        touchpoint=touchpoint.id if touchpoint else UNKNOWN,
        rule=rule if is_named else "model" if touchpoint else "none",
        confidence=1.0 if is_named else found.confidence,
        evidence=evidence(conversation, touchpoint, found.first, found.last) if touchpoint else (),
    )
