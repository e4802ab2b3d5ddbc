"""The topics of each touchpoint: which words stand out in them, how many speak of them, how they feel; an example."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.insight.reading import mean_feeling
from pipeline.topics.clusters import LEAST, STABLE, group, scaled, stability

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.topics.stretches import Stretch

    Floats = NDArray[np.float32]

WORDS = 8
"""So many words describe a topic."""
CHANCE = 0.05
"""Words that would stand in so many of its stretches more often by chance are left out."""
IN_NAME = 3
"""So many of them name it until somebody does."""
COLUMNS = (
    "name", "touchpoint", "conversation_count", "share", "share_low", "share_high", "mean_feeling", "feeling_low",
    "feeling_high", "known_share", "stability", "lemmas", "conversation_id", "utterance_index",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """What some conversations have in common at a touchpoint."""

    name: str
    touchpoint: str
    lemmas: tuple[str, ...]
    """The surest first."""
    conversation_count: int
    of: int
    """Conversations at the touchpoint."""
    feelings: tuple[float, ...]
    """The mean of each stretch, -1…1."""
    known_share: float
    """Of its stretches, 0-1, those that name a contact point or a driver."""
    stability: float
    example: tuple[str, int]
    """The conversation and utterance that lie nearest to its middle."""


def find_topics(stretches: Iterable["Stretch"], *, seed: int = 1) -> list[Topic]:
    """The topics that other samples would show too, touchpoint by touchpoint, the commonest first."""
    of: dict[str, list[Stretch]] = {}
    for stretch in stretches:
        of.setdefault(stretch.touchpoint, []).append(stretch)
    found = [topic for touchpoint in sorted(of) for topic in _at(touchpoint, of[touchpoint], seed)]
    return sorted(found, key=lambda topic: (topic.touchpoint, -topic.conversation_count, topic.name))


def rows(topics: Iterable[Topic]) -> list[tuple[Any, ...]]:
    """A row of `COLUMNS` for each topic: Wilson's interval of its share, Student's t over stretches of its feeling."""
    found = []
    for topic in topics:
        low, high = _wilson(topic.conversation_count, topic.of)
        share = topic.conversation_count / topic.of
        facts = (topic.name, topic.touchpoint, topic.conversation_count, share, low, high)
        shown = (topic.known_share, topic.stability, " ".join(topic.lemmas), *topic.example)
        found.append((*facts, *mean_feeling(topic.feelings), *shown))
    return found


def _at(touchpoint: str, stretches: Sequence["Stretch"], seed: int) -> list[Topic]:
    """The groups of one touchpoint; a group of all of it is no topic of its own."""
    import numpy as np

    means = np.stack([stretch.vectors.mean(axis=0) for stretch in stretches])
    points = scaled(means)
    labels = group(points, seed)
    if not labels.any():
        return []
    found = []
    for number, stable in enumerate(stability(points, labels, seed)):
        places = np.flatnonzero(labels == number)
        own = [stretches[int(place)] for place in places]
        lemmas = _telling([one.lemmas for one in own], [one.lemmas for one in stretches])
        talks = {one.conversation_id for one in own}
        if stable < STABLE or len(talks) < LEAST or not lemmas:
            continue
        found.append(
            Topic(
                " · ".join(lemmas[:IN_NAME]),
                touchpoint,
                lemmas,
                len(talks),
                len({one.conversation_id for one in stretches}),
                tuple(sum(one.feelings) / len(one.feelings) for one in own if one.feelings),
                sum(one.is_known for one in own) / len(own),
                stable,
                _example(own, means[places].mean(axis=0)),
            )
        )
    return found


def _telling(own: Sequence[frozenset[str]], everywhere: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """The words that stand in more of a group's stretches than by chance (Fisher's exact test, one-sided), in order."""
    import numpy as np
    from scipy.stats import hypergeom

    counts, all_counts = (Counter(lemma for lemmas in some for lemma in lemmas) for some in (own, everywhere))
    words = [lemma for lemma in sorted(counts) if counts[lemma] >= 2]
    if not words:
        return ()
    inside, total = np.array([counts[word] for word in words]), np.array([all_counts[word] for word in words])
    chances = hypergeom.sf(inside - 1, len(everywhere), total, len(own))
    order = np.lexsort((-inside, chances))
    return tuple(words[place] for place in order[:WORDS] if chances[place] < CHANCE)


def _example(stretches: Sequence["Stretch"], middle: "Floats") -> tuple[str, int]:
    import numpy as np

    turns = [(one.conversation_id, index) for one in stretches for index in one.utterances]
    vectors = np.concatenate([one.vectors for one in stretches])
    closeness = vectors @ middle / np.maximum(np.linalg.norm(vectors, axis=1), 1e-6)
    return turns[int(closeness.argmax())]


def _wilson(count: int, of: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(count, of).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
