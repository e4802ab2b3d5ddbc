"""What makes speakers doubtful whatever they say: machines that speak, one recording on both sides, lack of labels."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.conversation import Speaker, Utterance
from pipeline.sources.canonical import SPEAKER_NAMES
from pipeline.sources.roles.features import plain, words_in

MONO_AS_STEREO = "mono_as_stereo"
"""Both sides hold one recording: what was said twice stands once, and the sides tell nothing."""
MIXED_TURNS = "mixed_turns"
"""Two people speak in one turn."""
ONE_SPEAKER = "one_speaker"
"""The source tells of one speaker only, or all that was said sounds like one kind of speaker."""
WARNINGS = (MONO_AS_STEREO, MIXED_TURNS, ONE_SPEAKER)

_MACHINE = re.compile(
    r"""\bpaina(?:kaa)?\s(?:\d|nolla|yksi|yks|ykkös|kaksi|kaks|kakkos|kolme|kolmos|neljä|nelos|viisi|viitos|ruutu|risu|tähti)
      | \bvalit(?:se|kaa)\s(?:\d|yksi|kaksi|kolme)\b
      | \bolen\b.{0,40}\b(?:\w*botti|virtuaali\w+|tekoäly\w*|digitaalinen\s\w+)\b
      | \bpuhelut\s(?:\w+\s)?(?:nauhoite|tallenne)taan\b.{0,60}\b(?:laadun|koulutu|palvelun)
      | \basiakaspalvelijamme\sovat\s(?:juuri\s)?(?:nyt\s)?varattuja\b
      | \b(?:puhelusi|puhelunne)\son\s(?:\w+\s)?jonossa\b | \bolette?\sjonossa\s(?:sijalla|numero)\b
      | \barvioitu\s(?:jonotus|odotus)aika\b | \byhdistän\s(?:sinut|teidät)\sihmiselle\b""",
    re.VERBOSE,
)
"""What only machines say, in lower case."""
NEAR_SECONDS = 1.0
"""What is said at the same time begins within this."""
NEAR_TURNS = 4
"""Copies stand no further apart."""
SAME_SHARE = 0.8
"""Two recognitions of one recording share so many words."""
TOLD_WORDS = 3
"""Two people may say `joo` or `kiitos hei` at the same time; more words, they say alike only in one recording."""


def is_machine(text: str) -> bool:
    """Whether a turn is what only a menu, a queue or a bot says."""
    return bool(_MACHINE.search(plain(text)))


def role_in_name(label: str) -> Speaker | None:
    """The role that a label says of itself: `agent_1`, `Maija (asiakaspalvelija)`; None where it says none, or two."""
    words = re.findall(r"[^\W\d_]+", label.lower())
    named = {SPEAKER_NAMES[word] for word in words if word in SPEAKER_NAMES} - {"unknown"}
    return named.pop() if len(named) == 1 else None


def without_copies(utterances: Sequence[Utterance]) -> tuple[Utterance, ...] | None:
    """The turns of a recording that stands on both sides: once each, with neither side; None where there is no such.

    At least two turns, and half of all turns of more than a few words, are said by both sides at the same time. Where
    there are no clocks, copies follow each other.
    """
    copies = _copies(utterances)
    told = [at for at, turn in enumerate(utterances) if _is_told(turn)]
    doubled = sum(at in copies or at in copies.values() for at in told)
    if doubled < 4 or 2 * doubled < len(told):
        return None
    kept = [turn for at, turn in enumerate(utterances) if at not in copies]
    return tuple(
        replace(turn, index=index, participant_id=None, speaker="bot" if turn.speaker == "bot" else "unknown")
        for index, turn in enumerate(kept)
    )


def _copies(utterances: Sequence[Utterance]) -> Mapping[int, int]:
    """Which turn is the copy of which earlier one, by place."""
    copies: dict[int, int] = {}
    for at, turn in enumerate(utterances):
        for earlier in range(max(0, at - NEAR_TURNS), at):
            if (
                earlier not in copies
                and earlier not in copies.values()
                and _is_copy(utterances[earlier], turn, at - earlier)
            ):
                copies[at] = earlier
                break
    return copies


def _is_copy(first: Utterance, second: Utterance, distance: int) -> bool:
    if party(first) == party(second):
        return False
    if first.seconds is None or second.seconds is None:
        return distance == 1 and _are_alike(first.text, second.text)
    return abs(first.seconds - second.seconds) <= NEAR_SECONDS and _are_alike(first.text, second.text)


def _are_alike(first: str, second: str) -> bool:
    one, other = (Counter(words_in(plain(text))) for text in (first, second))
    return bool(one) and (one & other).total() >= SAME_SHARE * max(one.total(), other.total())


def _is_told(turn: Utterance) -> bool:
    return len(words_in(plain(turn.text))) >= TOLD_WORDS


def party(turn: Utterance) -> str | None:
    """Who speaks, as the source tells it: its label, else the role it names; None where it tells nothing."""
    return turn.participant_id or (turn.speaker if turn.speaker != "unknown" else None)


def by_party(utterances: Sequence[Utterance]) -> dict[str, list[Utterance]]:
    """The turns of each who speaks, in order of first words; those of nobody are left out."""
    found: dict[str, list[Utterance]] = defaultdict(list)
    for turn in utterances:
        if (name := party(turn)) is not None:
            found[name].append(turn)
    return found
