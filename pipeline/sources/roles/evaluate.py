"""How often inferred roles are right on annotated talks, and how often what is wrong stays unknown."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.conversation import Conversation, Utterance
from pipeline.sources.roles import infer
from pipeline.sources.roles.gold import Line, Talk
from pipeline.sources.roles.train import bare, by_sentences, by_words

VERIFY = ("privacy_verify.jsonl", "feelings_verify.jsonl")
LEAST_TURNS = 4
"""Shorter talks are measured only among parts of their length."""
SIZES = {"2": (2, 2), "3_4": (3, 4), "5_8": (5, 8), "more": (9, 1000)}
"""Name → fewest and most turns of a part of a talk."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one conversation: for each turn whether the role is right, and whether it is told."""

    right: Sequence[bool]
    told: Sequence[bool]
    confidence: float


def evaluate(talks: Sequence[Talk]) -> dict[str, dict[str, float]]:
    """Figures by group and name.

    `labelled…` are talks of two whose labels were shuffled: as they are, masked, bare of marks and capitals, and parts
    of so many turns; shares are of conversations. With another agent or customer from the middle on, and `unlabelled…`,
    the same talks without labels, as they are, bare, as sentences and as stretches of words, shares are of turns.
    A group without any is left out.
    """
    of_two = [talk for talk in talks if talk.is_of_two]
    long = [talk for talk in of_two if len(talk.lines) >= LEAST_TURNS]
    labelled: dict[str, Callable[[Talk], Sequence[Line]]] = {
        "labelled": lambda talk: talk.lines,
        "labelled_masked": lambda talk: [Line(line.speaker, line.masked) for line in talk.lines],
        "labelled_bare": _bare,
    }
    unlabelled: dict[str, Callable[[Talk], Sequence[Line]]] = {
        "unlabelled": lambda talk: talk.lines,
        "unlabelled_bare": _bare,
        "unlabelled_sentences": lambda talk: by_sentences(talk.lines),
        "unlabelled_words": lambda talk: by_words(talk.lines, random.Random(len(talk.lines))),
    }
    found = {name: _conversations([_labelled(_cut(talk, cut)) for talk in long]) for name, cut in labelled.items()}
    for newcomer in ("agent", "customer"):
        found[f"labelled_two_{newcomer}s"] = _turns([_labelled(talk, newcomer) for talk in long])
    for name, sizes in SIZES.items():
        found[f"labelled_{name}"] = _conversations([_labelled(part) for part in _parts(of_two, *sizes)])
    found |= {name: _turns([_outcome(_cut(talk, cut)) for talk in long]) for name, cut in unlabelled.items()}
    return {name: values for name, values in found.items() if values["count"]}


def figures(evaluation: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Every share by name, `labelled_accuracy` …; counts are left out."""
    return {
        f"{group}_{name}": round(value, 4)
        for group, values in evaluation.items()
        for name, value in values.items()
        if name != "count"
    }


def _cut(talk: Talk, cut: Callable[[Talk], Sequence[Line]]) -> Talk:
    return replace(talk, lines=cut(talk))


def _bare(talk: Talk) -> list[Line]:
    return [Line(line.speaker, text) for line in talk.lines if (text := bare(line.text)).strip()]


def _parts(talks: Sequence[Talk], fewest: int, most: int) -> Iterator[Talk]:
    """Talks of so many turns and, of longer ones, parts of the most turns that follow each other and hold both."""
    for talk in talks:
        for start in range(0, len(talk.lines), most):
            part = replace(talk, lines=talk.lines[start : start + most])
            if len(part.lines) >= fewest and part.is_of_two:
                yield part


def _labelled(talk: Talk, newcomer: str = "") -> Outcome:
    """With shuffled labels; a newcomer takes the place of the agent or customer from the middle on."""
    first, second, third = random.Random(talk.lines[0].text).sample("ABC", 3)
    labels = {"agent": first, "customer": second}
    middle = len(talk.lines) // 2
    return _outcome(
        talk,
        [
            third if line.speaker == newcomer and at >= middle else labels[line.speaker]
            for at, line in enumerate(talk.lines)
        ],
    )


def _outcome(talk: Talk, labels: Sequence[str] | None = None) -> Outcome:
    turns = tuple(
        Utterance(at, "unknown", line.text, participant_id=labels[at] if labels else None)
        for at, line in enumerate(talk.lines)
    )
    conversation = Conversation("", talk.channel, turns)
    guessed, told = infer(conversation, threshold=0.0), infer(conversation)
    return Outcome(
        right=[turn.speaker == line.speaker for turn, line in zip(guessed.utterances, talk.lines, strict=True)],
        told=[turn.speaker != "unknown" for turn in told.utterances],
        confidence=guessed.role_confidence or 0.0,
    )


def _conversations(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares of conversations: one is right if all its roles are, told if any is."""
    right = [all(outcome.right) for outcome in outcomes]
    told = [any(outcome.told) for outcome in outcomes]
    return _shares(right, told) | {"calibration_error": _calibration_error(outcomes)}


def _turns(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares of turns."""
    right = [right for outcome in outcomes for right in outcome.right]
    told = [told for outcome in outcomes for told in outcome.told]
    return _shares(right, told) | {"calibration_error": _calibration_error(outcomes)}


def _shares(right: Sequence[bool], told: Sequence[bool]) -> dict[str, float]:
    """How much is right, how much of it is told, how much of that is right, how much of what is wrong is not told."""
    both = sum(fine and said for fine, said in zip(right, told, strict=True))
    wrong = len(right) - sum(right)
    return {
        "count": len(right),
        "accuracy": sum(right) / max(1, len(right)),
        "told": sum(told) / max(1, len(told)),
        "told_accuracy": both / max(1, sum(told)),
        "wrong_flagged": 1 - (sum(told) - both) / wrong if wrong else 1.0,
    }


def _calibration_error(outcomes: Sequence[Outcome]) -> float:
    """Mean distance of confidence from the share of right roles, in ten bins (Naeini et al. 2015, AAAI)."""
    bins: dict[int, list[float]] = defaultdict(list)
    for outcome in outcomes:
        share = sum(outcome.right) / len(outcome.right)
        bins[min(int(outcome.confidence * BINS), BINS - 1)].append(outcome.confidence - share)
    return sum(abs(sum(distances)) for distances in bins.values()) / max(1, len(outcomes))
