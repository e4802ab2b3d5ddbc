"""Classifiers: masked text in, sentiment and Plutchik's eight emotions out.

    finnish         one small encoder that reads everything in one pass; the default, ships with the project
    lexicon         a table of words and rules, for those who must explain every score by hand; ships too
    linear          logistic regressions over words, character n-grams and lemmas; ships too
    transformers    any sequence classifier of Hugging Face from a local folder; needs the extra `neural`

The card of a model names its backend and says what it was trained on and how well it reads.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from pipeline.conversation import MaskedText, Score, Token
from pipeline.errors import ModelError
from pipeline.models import ModelCard, verified_card

__all__ = ["BACKENDS", "Classifier", "Lemmatize", "load_classifier"]

Lemmatize = Callable[[Sequence[MaskedText]], list[list[Token]]]
"""Makes the tokens of texts, with the lemmatizer that a classifier asks for."""

BACKENDS = {
    "finnish": "pipeline.affect.finnish:load",
    "lexicon": "pipeline.affect.lexicon:load",
    "linear": "pipeline.affect.linear:load",
    "transformers": "pipeline.affect.neural:load",
}
"""Backend on the card → function that makes a classifier of a verified card."""


class Classifier(Protocol):
    """Anything that reads feeling in texts."""

    @property
    def card(self) -> ModelCard:
        """Its card: `name` and `version` stand on every score."""

    @property
    def lemmatizer(self) -> str | None:
        """Name of the lemmatizer whose lemmas it learnt from and must be given; None: it reads the text alone."""

    def score(
        self,
        texts: Sequence[MaskedText],
        lemmas: Sequence[Sequence[str]] | None = None,
        contexts: Sequence[MaskedText] | None = None,
    ) -> list[Score]:
        """One score per text, in order, whatever else is in the batch.

        `lemmas` are needed where `lemmatizer` names one. `contexts` are the turns before each text, "" where there are
        none; only some models read them.

        All three sentiments and all eight emotions are there. An emotion is present from 0.5 on: its threshold is
        part of the model. An emotion the model does not know has 0.0; its card lists what it knows.

        Raises:
            ModelError: it needs lemmas, one sequence per text, and was not given them.
        """


@cache
def load_classifier(folder: Path, labels: str = "") -> Classifier:
    """The classifier in `folder`, its files checked against its card, loaded once per process.

    Args:
        folder: with a card.
        labels: what the labels of a transformers model mean, such as `LABEL_0=negative`; "": what its card says.

    Raises:
        ConfigError: `labels` are not written own=ours.
        ModelError: the model is missing or altered, its backend unknown or its library not installed.
    """
    card = verified_card(folder)
    if card.backend not in BACKENDS:
        raise ModelError(
            f"The model {card.name} has the unknown backend {card.backend!r}: choose one with {' or '.join(BACKENDS)}."
        )
    module, function = BACKENDS[card.backend].split(":")
    if labels and card.backend == "transformers":
        from pipeline.affect.neural import relabelled

        card = relabelled(card, labels)
    return cast(Callable[[ModelCard], Classifier], getattr(import_module(module), function))(card)
