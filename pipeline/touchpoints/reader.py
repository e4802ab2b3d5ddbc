"""Read a masked conversation as a whole: its stretches on the palvelupolku, goal, ease, events, what each turn does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.config import Config
from pipeline.conversation import SENTIMENTS, MaskedConversation, MaskedUtterance, Speaker
from pipeline.models import ModelCard, verified_card
from pipeline.touchpoints.mentions import find_mentions
from pipeline.touchpoints.network import ANOTHER_AGENT, PREFIXES, Line, PathNetwork, by_sentiment, load, said
from pipeline.touchpoints.placing import place as place_on_path
from pipeline.touchpoints.reading import (
    EASES,
    EVENTS,
    GOALS,
    MOVES,
    TARGETS,
    Dimensions,
    Event,
    Mention,
    Place,
    Reading,
    TurnReading,
)
from pipeline.touchpoints.reasons import find_reason
from pipeline.touchpoints.rules import by_lemmas, by_metadata, evidence, whole
from pipeline.touchpoints.scheme import (
    AGENT_DEEDS,
    CUSTOMER_DEEDS,
    FEELINGS,
    STRETCH_HEADS,
    TURN_HEADS,
    WHOLE_HEADS,
    columns,
)
from pipeline.touchpoints.taxonomies import Taxonomies, load_taxonomies

if TYPE_CHECKING:
    from pipeline.touchpoints.network import Floats

Name = TypeVar("Name", bound=str)

PEOPLE = ("customer", "agent")
OF_WHOLE = 1 / 3
"""What the whole counts for an event, beside the turn that shows it most. On two develop authors left out, F1 of
complaint rises from 0.89 (the whole alone) to 0.92, of repeat contact from 0.66 to 0.72, of churn from 0.80 to 0.82."""
STRONG = 0.25
"""From this strength on, of 1, it is asked what a feeling is about."""


@dataclass(frozen=True, slots=True)
class PathReader:
    """What is looked for, and the network that reads conversations, where there is one."""

    taxonomies: Taxonomies
    card: ModelCard | None = None
    network: PathNetwork | None = None

    def read(self, conversations: Sequence[MaskedConversation]) -> list[Reading]:
        """What is read in each conversation, in order."""
        if self.card is None or self.network is None:
            return [read_by_rules(conversation, self.taxonomies) for conversation in conversations]
        turns = self.network.turns([lines(conversation) for conversation in conversations])
        return [
            _read(conversation, vectors, self.taxonomies, self.card, self.network)
            for conversation, vectors in zip(conversations, turns, strict=True)
        ]


def load_path_reader(config: Config) -> PathReader:
    """The reader of the settings; without a model it goes by the source's fields and lemmas.

    Raises:
        ConfigError: the palvelupolku or the drivers are not what they should be.
        ModelError: the model is missing or altered.
    """
    taxonomies = load_taxonomies(config)
    if not config.touchpoints.model:
        return PathReader(taxonomies)
    return PathReader(taxonomies, *_network(config.paths.models / config.touchpoints.model))


@cache
def _network(folder: Path) -> tuple[ModelCard, PathNetwork]:
    """The model in a folder, loaded once a process."""
    card = verified_card(folder)
    return card, load(card)


def lines(conversation: MaskedConversation) -> list[Line]:
    """The turns as the network gets them; what a speech recognizer made up is left empty."""
    turns = conversation.utterances
    named = prefixes([(turn.speaker, turn.participant_key) for turn in turns])
    return [Line(prefix, "" if turn.asr_suspect else turn.text) for prefix, turn in zip(named, turns, strict=True)]


def prefixes(speakers: Sequence[tuple[Speaker, str | None]]) -> list[str]:
    """What the network is told of who speaks, by roles and participants in order: also that an agent is another one."""
    agents = list(dict.fromkeys(key for speaker, key in speakers if speaker == "agent"))
    return [
        ANOTHER_AGENT if speaker == "agent" and key in agents[1:] else PREFIXES[speaker] for speaker, key in speakers
    ]


def read_by_rules(conversation: MaskedConversation, taxonomies: Taxonomies) -> Reading:
    """Where the source's fields, else the lemmas, put it: one stretch, and what it mentions; nothing else is read."""
    path = taxonomies.path
    decided = by_metadata(conversation, path)
    touchpoint, rule = decided or by_lemmas(conversation, path)
    places = evidence(conversation, touchpoint, 0, len(conversation.utterances)) if touchpoint else ()
    confidence = 1.0 if decided else None
    return Reading(
        segments=(whole(conversation, touchpoint, rule, confidence=confidence, evidence=places),),
        mentions=find_mentions(conversation, taxonomies),
    )


def _read(
    conversation: MaskedConversation,
    turns: "Floats",
    taxonomies: Taxonomies,
    card: ModelCard,
    network: PathNetwork,
) -> Reading:
    spoken = lines(conversation)
    logits = network.of_turns(turns, spoken)
    probabilities = {head.name: said(logits, head, columns(TURN_HEADS, head.name)) for head in TURN_HEADS}
    probabilities["matter"] = network.matters(probabilities["matter"], spoken)
    read = {
        turn.index: _turn(turn, {name: values[turn.index] for name, values in probabilities.items()})
        for turn in conversation.utterances
        if turn.speaker in PEOPLE and turn.asr_suspect is None
    }
    of_id = {touchpoint.id: touchpoint for touchpoint in taxonomies.path.touchpoints}
    at_whole = network.of_whole(turns, spoken)
    whole_dimensions = _dimensions(at_whole)
    places = place_on_path(conversation, probabilities["matter"], taxonomies.path, network.spans(spoken))
    segments = []
    for segment in places:
        first, last = segment.first_utterance_index, segment.last_utterance_index
        part = slice(first, last + 1)
        alone = len(places) == 1  # the one stretch is the whole: what is read there cannot differ
        dimensions = whole_dimensions if alone else _dimensions(network.of_stretch(turns[part], spoken[part]))
        reason = find_reason(conversation, read, of_id.get(segment.touchpoint), first, last)
        segments.append(replace(segment, dimensions=dimensions, reason=reason))
    return Reading(
        segments=tuple(segments),
        dimensions=whole_dimensions,
        events=_events(conversation, at_whole[columns(WHOLE_HEADS, "event")], logits),
        turns=read,
        mentions=(*find_mentions(conversation, taxonomies), *_targets(conversation, probabilities)),
        model=card.name,
        model_version=card.version,
    )


def _dimensions(logits: "Floats") -> Dimensions:
    goal, ease = (said(logits, head, columns(STRETCH_HEADS, head.name)) for head in STRETCH_HEADS)
    return Dimensions(goal=_named(GOALS, goal), ease=_named(EASES, ease))


def _events(conversation: MaskedConversation, whole: "Floats", turns: "Floats") -> dict[Event, float]:
    """How probable each event is, by mean log odds: of the whole, and of the turn that shows it most."""
    found = {}
    for event, odds in zip(EVENTS, whole, strict=True):
        speaker, deeds = ("agent", AGENT_DEEDS) if event == "hand_over" else ("customer", CUSTOMER_DEEDS)
        column = columns(TURN_HEADS, speaker).start + deeds.index(event)
        shown = [turns[turn.index, column] for turn in conversation.utterances if turn.speaker == speaker]
        mean = OF_WHOLE * odds + (1 - OF_WHOLE) * max(shown) if shown else odds
        found[event] = 1 / (1 + exp(-float(mean)))
    return found


def _named(names: Sequence[Name], values: "Floats | Sequence[float]") -> dict[Name, float]:
    return {name: float(values[place]) for place, name in enumerate(names)}


def _turn(turn: MaskedUtterance, said: Mapping[str, "Floats"]) -> TurnReading:
    own = CUSTOMER_DEEDS if turn.speaker == "customer" else AGENT_DEEDS
    deeds = dict(zip(own, said[turn.speaker], strict=True))
    felt = said["feeling"]
    moves = {move: float(deeds.get(move, 0.0)) for move in MOVES}
    if turn.speaker != "customer":
        return TurnReading(None, moves)
    feeling = _named(SENTIMENTS, by_sentiment(felt))
    return TurnReading(feeling, moves, _strength(felt))


def _strength(felt: "Floats") -> float:
    """Half the expected value of a feeling, -1…1."""
    return sum(value * float(share) for value, share in zip(FEELINGS, felt, strict=True)) / max(FEELINGS)


def _targets(conversation: MaskedConversation, said: Mapping[str, "Floats"]) -> list[Mention]:
    """What each strong feeling of a customer is about, with the words that carry it, else the whole turn."""
    found = []
    for turn in conversation.utterances:
        size = abs(_strength(said["feeling"][turn.index]))
        if turn.speaker != "customer" or turn.asr_suspect or size < STRONG or not turn.text:
            continue
        shares = said["target"][turn.index]
        place = int(shares.argmax())
        words = turn.score.evidence if turn.score else ()
        spans = [(one.start, one.end) for one in words if one.label in SENTIMENTS] or [(0, len(turn.text))]
        found += [Mention("target", TARGETS[place], Place(turn.index, *span), float(shares[place])) for span in spans]
    return found
