"""Read a masked conversation as a whole."""

from pipeline.conversation import MaskedConversation
from pipeline.touchpoints.mentions import find_mentions
from pipeline.touchpoints.reading import Reading
from pipeline.touchpoints.rules import by_lemmas, by_metadata, evidence, whole
from pipeline.touchpoints.taxonomies import Taxonomies


def read_conversation(conversation: MaskedConversation, taxonomies: Taxonomies) -> Reading:
    """Where it is on the path and what is read there."""
    path = taxonomies.path
    decided = by_metadata(conversation, path)
    touchpoint, rule = decided or by_lemmas(conversation, path)
    places = evidence(conversation, touchpoint, 0, len(conversation.utterances)) if touchpoint else ()
    confidence = 1.0 if decided else None
    return Reading(
        segments=(whole(conversation, touchpoint, rule, confidence=confidence, evidence=places),),
        mentions=find_mentions(conversation, taxonomies),
    )
