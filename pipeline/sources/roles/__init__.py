"""Who is the customer and who the agent, where a file does not say.

A learned model reads in each turn how much it sounds like an agent, never who spoke first. Where the source labels its
speakers (`SPEAKER_00`, `A`, a name), all turns of a label count together and the assignments of roles to labels are
weighed against each other; where it does not, the turns are a chain in which the speaker changes more or less likely
from one to the next. Every role has a probability; what is less sure than `sources.role_threshold` stays unknown, and
out of the customers' scores.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.config import load_config
from pipeline.conversation import Conversation, Utterance
from pipeline.sources.roles.doubts import MIXED_TURNS, MONO_AS_STEREO, ONE_SPEAKER, party, without_copies
from pipeline.sources.roles.features import Style
from pipeline.sources.roles.model import MODEL, load_model
from pipeline.sources.roles.weigh import Verdict, weigh

__all__ = ["infer"]

LABEL = re.compile(
    r"(?:(?:speaker|spk|puhuja|person|henkilö|channel|ch|kanava)[ _-]?)?\d{1,2}(?:-\d{1,2})?|[a-z]", re.IGNORECASE
)
"""What recognizers call those whose voices they tell apart: `SPEAKER_00`, `A`, `0-1`."""


def infer(conversation: Conversation, *, threshold: float | None = None) -> Conversation:
    """The conversation with a role for each turn that has none, `role_confidence` and `warnings`.

    `role_confidence` is the share of the inferred roles that can be expected to be right. If it is below the threshold
    all of them stay unknown, else those that are themselves below. What the source says of roles stands, unless both
    sides hold one recording. A conversation that needs nothing comes back as it is.

    Args:
        conversation: as a reader made it.
        threshold: 0-1; that of the settings if None.

    Raises:
        ModelError: the model is missing or altered.
    """
    once = without_copies(conversation.utterances)
    utterances = conversation.utterances if once is None else once
    if all(turn.speaker != "unknown" for turn in utterances):
        return conversation
    settings = load_config()
    least = settings.sources.role_threshold if threshold is None else threshold
    style = Style.of([turn.text for turn in utterances], is_written=conversation.channel != "call")
    verdicts = weigh(utterances, style, load_model(settings.paths.models / MODEL))
    pairs = list(zip(utterances, verdicts, strict=True))
    asked = [verdict.confidence for turn, verdict in pairs if turn.speaker == "unknown"]
    confidence = sum(asked) / len(asked)
    told = utterances if confidence < least else [_told(*pair, least) for pair in pairs]
    return replace(
        conversation,
        utterances=tuple(_without_label(turn) for turn in told),
        role_confidence=confidence,
        warnings=tuple(_warnings(utterances, verdicts, is_single=once is not None)),
    )


def _told(turn: Utterance, verdict: Verdict, least: float) -> Utterance:
    if turn.speaker != "unknown" or verdict.confidence < least:
        return turn
    return replace(turn, speaker=verdict.speaker)


def _without_label(turn: Utterance) -> Utterance:
    is_label = turn.participant_id is not None and LABEL.fullmatch(turn.participant_id) is not None
    return replace(turn, participant_id=None) if is_label else turn


def _warnings(utterances: Sequence[Utterance], verdicts: Sequence[Verdict], *, is_single: bool) -> list[str]:
    people = [(verdict.speaker, party(turn)) for turn, verdict in zip(utterances, verdicts, strict=True)]
    kinds = {speaker for speaker, _ in people if speaker != "bot"}
    labels = {label for speaker, label in people if speaker != "bot"}
    found = {
        MONO_AS_STEREO: is_single,
        MIXED_TURNS: any(verdict.is_mixed for verdict in verdicts),
        ONE_SPEAKER: len(kinds) < 2 or (len(labels) == 1 and None not in labels),
    }
    return [code for code, holds in found.items() if holds]
