"""Read a masked conversation as a whole."""

from pipeline.conversation import MaskedConversation
from pipeline.touchpoints.palvelupolku import Palvelupolku
from pipeline.touchpoints.reading import Reading
from pipeline.touchpoints.rules import by_lemmas, by_metadata, evidence, whole


def read_conversation(conversation: MaskedConversation, path: Palvelupolku) -> Reading:
    """Where it is on the path and what is read there."""
    decided = by_metadata(conversation, path)
    touchpoint, rule = decided or by_lemmas(conversation, path)
    places = evidence(conversation, touchpoint, 0, len(conversation.utterances)) if touchpoint else ()
    confidence = 1.0 if decided else None
    return Reading(segments=(whole(conversation, touchpoint, rule, confidence=confidence, evidence=places),))
