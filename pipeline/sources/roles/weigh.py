"""Who speaks each turn of one conversation, and how probable that is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.conversation import Speaker, Utterance
from pipeline.sources.roles.chain import MOST, log_odds, of_persons, of_turns
from pipeline.sources.roles.doubts import by_party, is_machine, party, role_in_name
from pipeline.sources.roles.features import Style
from pipeline.sources.roles.model import RoleModel

KNOWN = {"agent": 2 * MOST, "customer": -2 * MOST}
"""Log odds of what the source says."""
NAMED = 4.0
"""Log odds of a role that a label says of itself."""
MOST_PERSONS = 8
"""More labels than this are no persons: those with fewest turns are read as if they had none."""
SEAM = 4.0
"""From this score of its seam on, two people speak in a turn: by authors left out, wrongly so of one in 200."""
MACHINE = 0.95
"""How sure it is that a machine says what only machines say."""
OVERLAP, PAUSE, NO_PAUSE = 2.0, 0.3, -0.3
"""What clocks add to the log odds of a change: nobody interrupts himself, and recognizers cut one's words anywhere."""
PAUSE_SECONDS = 0.2
"""The usual silence between two speakers (Stivers et al. 2009, PNAS 106(26))."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who speaks a turn, and how probable that is, 0-1."""

    speaker: Speaker
    confidence: float
    is_mixed: bool = False
    """Whether two people seem to speak in it: then it is neither's."""


def weigh(utterances: Sequence[Utterance], style: Style, model: RoleModel) -> list[Verdict]:
    """A verdict for each turn; what the source says of roles is certain.

    Labels count if there are two or more people's: all that one of them says is said by one person. Turns without a
    label are read in a chain with those around them.
    """
    labels, machines = _labels(utterances)
    is_bot = [
        turn.speaker == "bot"
        or party(turn) in machines
        or (label is None and turn.speaker == "unknown" and is_machine(turn.text))
        for turn, label in zip(utterances, labels, strict=True)
    ]
    spoken = [at for at in range(len(utterances)) if not is_bot[at]]
    people = [utterances[at] for at in spoken]
    mixed = [turn.speaker == "unknown" and model.seam(turn.text) >= SEAM for turn in people]
    scores = [
        KNOWN.get(turn.speaker, 0.0 if seam else model.turn_score(turn.text))
        for turn, seam in zip(people, mixed, strict=True)
    ]
    shares = _shares(people, [labels[at] for at in spoken], scores, style, model)
    human = dict(zip(spoken, zip(shares, mixed, strict=True), strict=True))
    return [
        Verdict("bot", 1.0 if turn.speaker == "bot" else MACHINE) if is_bot[at] else _verdict(turn, *human[at])
        for at, turn in enumerate(utterances)
    ]


def _labels(utterances: Sequence[Utterance]) -> tuple[list[str | None], set[str]]:
    """The label of each turn, as far as labels tell people apart, and which of them are machines'."""
    parties = by_party(utterances)
    machines = {name for name, turns in parties.items() if len(parties) > 1 and _is_bot(name, turns)}
    people = sorted(parties.keys() - machines, key=lambda name: (-len(parties[name]), name))[:MOST_PERSONS]
    labels = [name if len(people) > 1 and (name := party(turn)) in people else None for turn in utterances]
    return labels, machines


def _is_bot(label: str, turns: Sequence[Utterance]) -> bool:
    """Whether a label is a machine's: it says so, or half of its turns do."""
    if any(turn.speaker != "unknown" for turn in turns):
        return turns[0].speaker == "bot"
    named = role_in_name(label)
    return named == "bot" or (named is None and 2 * sum(is_machine(turn.text) for turn in turns) >= len(turns))


def _verdict(turn: Utterance, share: float, is_mixed: bool) -> Verdict:
    if turn.speaker != "unknown":
        return Verdict(turn.speaker, 1.0)
    speaker: Speaker = "agent" if share > 0.5 else "customer"
    return Verdict(speaker, 0.5 if is_mixed else max(share, 1 - share), is_mixed)


def _shares(
    people: Sequence[Utterance],
    labels: Sequence[str | None],
    scores: Sequence[float],
    style: Style,
    model: RoleModel,
) -> list[float]:
    """The probability of each turn that an agent speaks."""
    persons = _persons(labels, scores, model.temperature)
    if None not in labels:
        return [persons[label] for label in labels if label is not None]
    own = [score if label is None else log_odds(persons[label]) for score, label in zip(scores, labels, strict=True)]
    changes = [
        model.change_score(before.text, after.text, style) + _pause(before, after) for before, after in pairwise(people)
    ]
    chained = of_turns(own, changes)
    return [share if label is None else persons[label] for share, label in zip(chained, labels, strict=True)]


def _persons(labels: Sequence[str | None], scores: Sequence[float], temperature: float) -> Mapping[str, float]:
    """The probability of each label that it is an agent's."""
    odds: dict[str, float] = {}
    for label, score in zip(labels, scores, strict=True):
        if label is not None:
            odds[label] = odds.get(label, _named(label)) + temperature * score
    places = {label: place for place, label in enumerate(odds)}
    between = Counter((places[one], places[other]) for one, other in pairwise(filter(None, labels)) if one != other)
    return dict(zip(odds, of_persons(list(odds.values()), between), strict=True))


def _named(label: str) -> float:
    return {"agent": NAMED, "customer": -NAMED}.get(role_in_name(label) or "", 0.0)


def _pause(before: Utterance, after: Utterance) -> float:
    """What the clocks say of a change of speaker, as log odds."""
    if before.end_seconds is None or after.seconds is None:
        return 0.0
    pause = after.seconds - before.end_seconds
    return OVERLAP if pause <= -PAUSE_SECONDS else PAUSE if pause >= PAUSE_SECONDS else NO_PAUSE
