"""A classifier that is measured: each text is lemmatized once and read once, through however many heads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from pipeline.affect import Classifier, Lemmatize
from pipeline.affect.finnish import FinnishClassifier, Network
from pipeline.affect.linear import LinearClassifier
from pipeline.affect.measuring.parts import CUSTOMERS
from pipeline.affect.scores import Floats
from pipeline.conversation import MaskedText, Score


@dataclass(frozen=True, slots=True)
class _Remembering:
    """A network that keeps all its logits: a night has no memory for that, a measurement has."""

    network: Network
    known: dict[tuple[str, str], Floats] = field(default_factory=dict)

    def logits(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> Floats:
        keys = list(zip(texts, contexts or [""] * len(texts), strict=True))
        if new := [key for key in dict.fromkeys(keys) if key not in self.known]:
            self.known.update(zip(new, self.network.logits(*map(list, zip(*new, strict=True))), strict=True))
        return np.stack([self.known[key] for key in keys])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A classifier with what lemmatizes for it; `make_candidate` makes one."""

    classifier: Classifier
    lemmatize: Lemmatize
    _lemmas: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Name and version."""
        return f"{self.classifier.card.name}-{self.classifier.card.version}"

    def heads(self, corpus: str) -> list[str]:
        """Through which heads it can read a corpus: the corpus's own where it has one, and the customers'."""
        has_own = corpus != CUSTOMERS and isinstance(self.classifier, FinnishClassifier | LinearClassifier)
        return [corpus, CUSTOMERS] if has_own else [CUSTOMERS]

    def score(
        self, texts: Sequence[MaskedText], contexts: Sequence[MaskedText] | None = None, head: str = CUSTOMERS
    ) -> list[Score]:
        """The score of each text, through one of its heads."""
        if not texts:
            return []
        classifier = self.classifier
        if head != CUSTOMERS and isinstance(classifier, FinnishClassifier | LinearClassifier):
            classifier = classifier.for_corpus(head)
        if classifier.lemmatizer is None:
            return classifier.score(texts, None, contexts)
        return classifier.score(texts, self._lemmas_of(texts), contexts)

    def _lemmas_of(self, texts: Sequence[MaskedText]) -> list[list[str]]:
        if new := [text for text in dict.fromkeys(texts) if text not in self._lemmas]:
            tokens = self.lemmatize(new)
            self._lemmas.update((text, [t.lemma for t in of]) for text, of in zip(new, tokens, strict=True))
        return [self._lemmas[text] for text in texts]


def make_candidate(classifier: Classifier, lemmatize: Lemmatize) -> Candidate:
    """The classifier, ready to be measured; `lemmatize` is that of the lemmatizer it names, if it names one."""
    if isinstance(classifier, FinnishClassifier):
        classifier = replace(classifier, network=cast(Network, _Remembering(classifier.network)))
    return Candidate(classifier, lemmatize)
