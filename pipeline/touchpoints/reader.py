"""Read a masked conversation as a whole: its stretches on the palvelupolku, goal, ease, events, what each turn does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, TypeVar

from pipeline.config import Config
from pipeline.conversation import SENTIMENTS, MaskedConversation, MaskedUtterance
from pipeline.models import ModelCard, verified_card
from pipeline.touchpoints.network import ANOTHER_AGENT, PREFIXES, Line, PathNetwork, load, said
from pipeline.touchpoints.palvelupolku import Palvelupolku, Touchpoint, load_palvelupolku
from pipeline.touchpoints.reading import (
    EASES,
    EVENTS,
    GOALS,
    MOVES,
    TARGETS,
    UNKNOWN,
    Dimensions,
    Mention,
    Place,
    Reading,
    Segment,
    TurnReading,
)
from pipeline.touchpoints.reasons import find_reason
from pipeline.touchpoints.rules import by_lemmas, by_metadata, candidates, evidence, evidence_in, whole
from pipeline.touchpoints.scheme import (
    AGENT_DEEDS,
    CUSTOMER_DEEDS,
    FEELINGS,
    MATTERS,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    Head,
    columns,
)
from pipeline.touchpoints.segments import Stretch, stretches

if TYPE_CHECKING:
    from pipeline.touchpoints.network import Floats

Name = TypeVar("Name", bound=str)

PEOPLE = ("customer", "agent")
NAMED_BY_SOURCE = 2.0
"""What a turn gains, natural log, by being of the touchpoint that a field of the source names."""
BY_LEMMAS = 0.9
"""The probability of a touchpoint that the model does not know, at a turn that mentions its lemmas."""
STRONG = 0.5
"""From this mean size on (of 2) a feeling is strong enough to ask what it is about."""
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class PathReader:
    """A palvelupolku, and the network that reads conversations, where there is one."""

    path: Palvelupolku
    card: ModelCard | None = None
    network: PathNetwork | None = None

    def read(self, conversations: Sequence[MaskedConversation]) -> list[Reading]:
        """What is read in each conversation, in order."""
        if self.card is None or self.network is None:
            return [read_by_rules(conversation, self.path) for conversation in conversations]
        turns = self.network.turns([lines(conversation) for conversation in conversations])
        return [
            _read(conversation, vectors, self.path, self.card, self.network)
            for conversation, vectors in zip(conversations, turns, strict=True)
        ]


def load_path_reader(config: Config) -> PathReader:
    """The reader of the settings; without a model it places by the source's fields and by lemmas alone.

    Raises:
        ConfigError: the palvelupolku is none.
        ModelError: the model is missing or altered.
    """
    path = load_palvelupolku(config.touchpoints.palvelupolku)
    if not config.touchpoints.model:
        return PathReader(path)
    card = verified_card(config.paths.models / config.touchpoints.model)
    return PathReader(path, card, load(card))


def lines(conversation: MaskedConversation) -> list[Line]:
    """The turns as the network gets them; what a speech recognizer made up is left empty."""
    agents: list[str | None] = []
    found = []
    for turn in conversation.utterances:
        if turn.speaker == "agent" and turn.participant_key not in agents:
            agents.append(turn.participant_key)
        is_another = turn.speaker == "agent" and turn.participant_key in agents[1:]
        prefix = ANOTHER_AGENT if is_another else PREFIXES[turn.speaker]
        found.append(Line(prefix, "" if turn.asr_suspect else turn.text))
    return found


def read_by_rules(conversation: MaskedConversation, path: Palvelupolku) -> Reading:
    """Where the source's fields, else the lemmas, put it: one stretch, and nothing else is read."""
    decided = by_metadata(conversation, path)
    touchpoint, rule = decided or by_lemmas(conversation, path)
    places = evidence(conversation, touchpoint, 0, len(conversation.utterances)) if touchpoint else ()
    confidence = 1.0 if decided else None
    return Reading(segments=(whole(conversation, touchpoint, rule, confidence=confidence, evidence=places),))


def _read(
    conversation: MaskedConversation, turns: "Floats", path: Palvelupolku, card: ModelCard, network: PathNetwork
) -> Reading:
    logits = network.of_turns(turns)
    probabilities = {head.name: said(logits, head, columns(TURN_HEADS, head.name)) for head in TURN_HEADS}
    found = _stretches(conversation, probabilities["matter"], path)
    read = {
        turn.index: _turn(turn, {name: values[turn.index] for name, values in probabilities.items()})
        for turn in conversation.utterances
        if turn.speaker in PEOPLE and turn.asr_suspect is None
    }
    at_whole = network.of_whole(turns)
    of_id = {touchpoint.id: touchpoint for touchpoint in path.touchpoints}
    segments = []
    for segment in found:
        first, last = segment.first_utterance_index, segment.last_utterance_index
        dimensions = _dimensions(network.of_stretch(turns[first : last + 1]), STRETCH_HEADS)
        reason = find_reason(conversation, read, of_id.get(segment.touchpoint), first, last)
        segments.append(replace(segment, dimensions=dimensions, reason=reason))
    return Reading(
        segments=tuple(segments),
        dimensions=_dimensions(at_whole, WHOLE_HEADS),
        events=_named(EVENTS, said(at_whole, WHOLE_HEADS[-1], columns(WHOLE_HEADS, "event"))),
        turns=read,
        mentions=tuple(_targets(conversation, probabilities)),
        model=card.name,
        model_version=card.version,
    )


def _dimensions(logits: "Floats", heads: tuple[Head, ...]) -> Dimensions:
    goal, ease = (said(logits, head, columns(heads, head.name)) for head in STRETCH_HEADS)
    return Dimensions(goal=_named(GOALS, goal), ease=_named(EASES, ease))


def _named(names: Sequence[Name], values: "Floats | Sequence[float]") -> dict[Name, float]:
    return {name: float(values[place]) for place, name in enumerate(names)}


def _stretches(conversation: MaskedConversation, matters: "Floats", path: Palvelupolku) -> list[Segment]:
    """What the model reads, led by what the source says: a touchpoint that it names is always there."""
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


def _turn(turn: MaskedUtterance, said: Mapping[str, "Floats"]) -> TurnReading:
    own = CUSTOMER_DEEDS if turn.speaker == "customer" else AGENT_DEEDS
    deeds = dict(zip(own, said[turn.speaker], strict=True))
    felt = said["feeling"]
    feeling = [felt[:2].sum(), felt[2], felt[3:].sum()] if turn.speaker == "customer" else None
    return TurnReading(
        feeling=_named(SENTIMENTS, feeling) if feeling else None,
        moves={move: float(deeds.get(move, 0.0)) for move in MOVES},
    )


def _targets(conversation: MaskedConversation, said: Mapping[str, "Floats"]) -> list[Mention]:
    """What each strong feeling of a customer is about, with the words that carry it, else the whole turn."""
    found = []
    for turn in conversation.utterances:
        felt = said["feeling"][turn.index]
        size = abs(sum(value * float(share) for value, share in zip(FEELINGS, felt, strict=True)))
        if turn.speaker != "customer" or turn.asr_suspect or size < STRONG or not turn.text:
            continue
        shares = said["target"][turn.index]
        place = int(shares.argmax())
        words = turn.score.evidence if turn.score else ()
        spans = [(one.start, one.end) for one in words if one.label in SENTIMENTS] or [(0, len(turn.text))]
        found += [Mention("target", TARGETS[place], Place(turn.index, *span), float(shares[place])) for span in spans]
    return found
