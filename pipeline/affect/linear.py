"""A linear classifier: three kinds of n-grams, TF-IDF, one linear layer with a head for each corpus it learnt from.

Each sentiment head says how much more likely a text is under one sentiment than under another; the prior, how common
the sentiments are where the text comes from, is added here. (Saerens, Latinne, Decaestecker 2002, Neural Computation
14(1), is the correction of a classifier for new priors.)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from pipeline.affect.scores import Floats, make_scores, sigmoid, softmax
from pipeline.conversation import EMOTIONS, SENTIMENTS, MaskedText, Score
from pipeline.errors import ModelError
from pipeline.models import ModelCard

WEIGHTS = "weights.npz"
OUTPUTS = ("sentiment.finnsentiment", "sentiment.xed", "sentiment.customers", "emotions.xed", "emotions.customers")
"""The heads in the order of their columns: three for sentiment, eight for emotions."""
CUSTOMERS = "customers"
"""The corpus that is read by default."""

_MASK = re.compile(r"\[[A-Z][A-Z0-9_]*\]")


def make_vectorizers() -> dict[str, Any]:
    """The three vectorisers, unfitted. Marks count as words: `!`, `...` and emoji say a lot.

    The least document counts leave 190,000 features and a file of 2 MB; 3, 8 and 3 instead of 2, 3 and 2 would halve
    it, for about 0.006 macro-F1 on FinnSentiment dev.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    common: dict[str, Any] = {"preprocessor": _plain, "sublinear_tf": True, "dtype": np.float32}
    return {
        "words": TfidfVectorizer(token_pattern=r"\w+|[^\w\s]+", ngram_range=(1, 2), min_df=2, **common),
        "characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, **common),
        "lemmas": TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, **common),
    }


def _plain(text: str) -> str:
    """Lower case, without masks: that there is a name says nothing of feeling."""
    return _MASK.sub(" ", text).lower()


def documents(texts: Sequence[str], lemmas: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """What each vectoriser reads, one string per text."""
    return {"words": list(texts), "characters": list(texts), "lemmas": [" ".join(text) for text in lemmas]}


def transform(vectorizers: Mapping[str, Any], texts: Sequence[str], lemmas: Sequence[Sequence[str]]) -> Any:
    """Features of each text: a sparse matrix (texts, features); a row depends on its own text only."""
    from scipy.sparse import hstack

    read = documents(texts, lemmas)
    return hstack([vectorizer.transform(read[name]) for name, vectorizer in vectorizers.items()], format="csr")


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """Weights (features, columns) and bias (columns) over the vectorisers' features; columns as in `OUTPUTS`."""

    card: ModelCard
    vectorizers: Mapping[str, Any]
    weights: Floats
    bias: Floats
    corpus: str = CUSTOMERS

    @property
    def lemmatizer(self) -> str | None:
        """The lemmatizer on the card."""
        return str(self.card.details["lemmatizer"])

    def for_corpus(self, corpus: str) -> Self:
        """This classifier as the head of one corpus alone, under that corpus's prior: for evaluation."""
        return replace(self, corpus=corpus)

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """One score per text; see `pipeline.affect.Classifier`. Contexts are not read."""
        if lemmas is None or len(lemmas) != len(texts):
            raise ModelError(f"The model {self.card.name} reads lemmas: give it those of {self.lemmatizer}, per text.")
        if not texts:
            return []
        logits = transform(self.vectorizers, texts, lemmas) @ self.weights + self.bias
        log_prior = np.log(self.card.details["priors"][self.corpus])
        sentiments = softmax(logits[:, _columns(f"sentiment.{self.corpus}")] + log_prior)
        emotions = "xed" if self.corpus == "xed" else CUSTOMERS
        return make_scores(self.card, sentiments, sigmoid(logits[:, _columns(f"emotions.{emotions}")]))


def _columns(output: str) -> slice:
    """Where an output stands."""
    sizes = [len(SENTIMENTS) if name.startswith("sentiment.") else len(EMOTIONS) for name in OUTPUTS]
    start = sum(sizes[: OUTPUTS.index(output)])
    return slice(start, start + sizes[OUTPUTS.index(output)])


def save(card: ModelCard, vectorizers: Mapping[str, Any], weights: Floats, bias: Floats) -> None:
    """Write the arrays into the card's folder; the same arrays give the same bytes.

    Weights become whole numbers from -127 to 127 times one scale per output, an eighth of their size; idf halves.
    """
    scale = np.abs(weights).max(axis=0) / 127
    arrays = {"weights": np.round(weights / scale).astype(np.int8), "scale": scale, "bias": bias}
    for name, vectorizer in vectorizers.items():
        terms = "\n".join(vectorizer.get_feature_names_out())
        arrays[f"{name}_terms"] = np.frombuffer(terms.encode(), dtype=np.uint8)
        arrays[f"{name}_idf"] = vectorizer.idf_.astype(np.float16)
    np.savez_compressed(card.folder / WEIGHTS, allow_pickle=False, **arrays)


def load(card: ModelCard) -> LinearClassifier:
    """The linear classifier of a verified card.

    Raises:
        ModelError: the file of weights does not hold what this version reads.
    """
    vectorizers = make_vectorizers()
    try:
        with (card.folder / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            for name, vectorizer in vectorizers.items():
                vectorizer.set_params(vocabulary=arrays[f"{name}_terms"].tobytes().decode().split("\n"))
                vectorizer.idf_ = arrays[f"{name}_idf"].astype(np.float32)
            weights = arrays["weights"] * arrays["scale"].astype(np.float32)
            if len(arrays["bias"]) != _columns(OUTPUTS[-1]).stop:
                raise ValueError  # of an earlier version
            return LinearClassifier(card, vectorizers, weights, arrays["bias"])
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        raise ModelError(
            f"{card.folder / WEIGHTS} is not a linear model: restore it or train the model again."
        ) from None
