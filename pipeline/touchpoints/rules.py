"""Put a conversation on the palvelupolku by its source's own fields, else by the lemmas that it mentions."""

from collections import Counter

from pipeline.conversation import MaskedConversation, MaskedUtterance
from pipeline.touchpoints.palvelupolku import Palvelupolku, Touchpoint
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
    mentioned = Counter(lemma for turn in conversation.utterances for lemma, _ in mentions(turn))
    hits = [
        sum(count for lemma, count in mentioned.items() if touchpoint.lemmas and touchpoint.lemmas.fullmatch(lemma))
        for touchpoint in possible
    ]
    if not hits or max(hits) < path.min_mentions:
        return None, "none"
    touchpoint = possible[hits.index(max(hits))]
    return touchpoint, f"{touchpoint.id}.lemmas"


def mentions(turn: MaskedUtterance) -> list[tuple[str, Place]]:
    """The lemmas of a turn, in lower case, with their places; none of bots, of fillers or of what ASR made up."""
    if turn.speaker == "bot" or turn.asr_suspect is not None:
        return []
    found, end = [], 0
    for token in turn.tokens:
        start = turn.text.find(token.text, end)
        if start < 0:
            continue
        end = start + len(token.text)
        if not token.disfluency:
            found.append((token.lemma.lower(), Place(turn.index, start, end)))
    return found


def evidence_in(turn: MaskedUtterance, touchpoint: Touchpoint) -> list[Place]:
    """Where a turn mentions the lemmas of a touchpoint."""
    if touchpoint.lemmas is None:
        return []
    return [place for lemma, place in mentions(turn) if touchpoint.lemmas.fullmatch(lemma)]


def evidence(conversation: MaskedConversation, touchpoint: Touchpoint, first: int, last: int) -> tuple[Place, ...]:
    """Where a stretch, both ends inclusive, mentions the lemmas of a touchpoint."""
    return tuple(place for turn in conversation.utterances[first : last + 1] for place in evidence_in(turn, touchpoint))
