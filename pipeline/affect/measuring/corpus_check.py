"""Is our corpus fit to learn from? Near-duplicates, how its readers agree, and how varied it is beside real text."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.affect.learning.customers import Item, Reading
from pipeline.conversation import CUES, EMOTIONS, MaskedText, Token

ALIKE = 0.9
"""Cosine of the counts of letter trigrams from which on two texts are the same but for a word or a typo."""
LONG_ENOUGH = 4
"""Words; of shorter texts people write the same ones."""
_CHUNK = 1000


def near_duplicates(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Ids of the pairs of items that say the same in almost the same letters."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    long = [item for item in items if len(item.text.split()) >= LONG_ENOUGH]
    if not long:
        return []
    trigrams = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    counts = normalize(trigrams.fit_transform([item.text for item in long]))
    pairs = []
    for start in range(0, len(long), _CHUNK):
        alike = (counts[start : start + _CHUNK] @ counts.T).tocoo()
        for row, column in zip(alike.row[alike.data >= ALIKE], alike.col[alike.data >= ALIKE], strict=True):
            if start + row < column:
                pairs.append((long[start + row].id, long[column].id))
    return pairs


@dataclass(frozen=True, slots=True)
class Variety:
    """How varied some texts are. Shares are of all running words, pairs and triples of words."""

    texts: int
    words: int
    distinct_words: float
    distinct_pairs: float
    distinct_triples: float
    distinct_lemmas: float
    hapax_lemmas: float
    """Share of the lemmas that come once."""
    length_quartiles: tuple[float, float, float]
    """Words per text: a quarter of the texts is shorter, half of them, three quarters."""
    commonest_opening: float
    """Share of the texts that begin with the commonest first word."""


def variety(texts: Sequence[str], lemmatize: Callable[[Sequence[MaskedText]], list[list[Token]]]) -> Variety:
    """Measure texts; shares depend on how many words there are, so compare samples of one size (see `sample`)."""
    import numpy as np

    words = [text.lower().split() for text in texts]
    lemmas = Counter(token.lemma for tokens in lemmatize([MaskedText(text) for text in texts]) for token in tokens)
    quarter, half, three_quarters = np.quantile([len(text) for text in words], (0.25, 0.5, 0.75)).tolist()
    openings = Counter(text[0] for text in words if text)
    return Variety(
        texts=len(texts),
        words=sum(map(len, words)),
        distinct_words=_distinct(words, 1),
        distinct_pairs=_distinct(words, 2),
        distinct_triples=_distinct(words, 3),
        distinct_lemmas=round(len(lemmas) / sum(lemmas.values()), 4),
        hapax_lemmas=round(sum(count == 1 for count in lemmas.values()) / len(lemmas), 4),
        length_quartiles=(quarter, half, three_quarters),
        commonest_opening=round(openings.most_common(1)[0][1] / len(texts), 4),
    )


def sample(texts: Iterable[str], words: int, seed: int = 1) -> list[str]:
    """Texts in random order until they hold so many words."""
    from random import Random

    drawn, order, total = [], list(texts), 0
    Random(seed).shuffle(order)
    for text in order:
        if total >= words:
            break
        drawn.append(text)
        total += len(text.split())
    return drawn


def _distinct(texts: Sequence[Sequence[str]], size: int) -> float:
    grams = [tuple(text[start : start + size]) for text in texts for start in range(len(text) - size + 1)]
    return round(len(set(grams)) / max(1, len(grams)), 4)


def agreement(items: Sequence[Item]) -> dict[str, float]:
    """Cohen's kappa (Cohen 1960) of each label, in the mean over all pairs of readers; NaN where nobody saw it."""
    from sklearn.metrics import cohen_kappa_score

    readers = min(len(item.readings) for item in items)
    result = {}
    for label in ("sentiment", *EMOTIONS, *CUES):
        columns = [[_said(label, item.readings[reader]) for item in items] for reader in range(readers)]
        kappas = [cohen_kappa_score(*pair) if len({*pair[0], *pair[1]}) > 1 else float("nan")
                  for pair in combinations(columns, 2)]  # fmt: skip
        result[label] = round(float(sum(kappas) / len(kappas)), 4)
    return result


def _said(label: str, reading: Reading) -> str:
    """What a reader said of a label, as a category."""
    return reading.sentiment if label == "sentiment" else str(label in reading.emotions or label in reading.cues)
