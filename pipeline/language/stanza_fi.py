"""Lemmas and UPOS from Stanza's Finnish models, read from a local folder: nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.conversation import MaskedText, Token
from pipeline.errors import ModelError
from pipeline.language.tokens import WORD, tokenize


@dataclass(frozen=True, slots=True)
class StanzaLemmatizer:
    """Tags words in their context; a text is one sentence to the tagger."""

    pipeline: Any
    name: str = "stanza"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        """The tokens of each text; the model sees masks and marks too, but only words take its answer."""
        tokenized = [tokenize(text) for text in texts]
        sentences = [[token.text for token in tokens] for tokens in tokenized if tokens]  # Stanza fails on an empty one
        tagged = iter(self.pipeline(sentences).sentences if sentences else ())
        return [
            [_tagged(token, word) for token, word in zip(tokens, next(tagged).words, strict=True)] if tokens else []
            for tokens in tokenized
        ]


def _tagged(token: Token, word: Any) -> Token:
    return replace(token, lemma=word.lemma.lower(), upos=word.upos) if token.upos == WORD else token


def load(folder: str) -> StanzaLemmatizer:
    """The Stanza lemmatizer with the models in `folder`: its `resources.json`, `fi/pos/` and `fi/lemma/`.

    Raises:
        ModelError: Stanza is not installed or the folder lacks a model.
    """
    try:
        import stanza
    except ImportError:
        raise ModelError("The package stanza is missing: run pip install -e '.[stanza]' in the checkout.") from None
    if not folder:
        raise ModelError("The stanza lemmatizer needs models: set language.stanza_folder to the folder they lie in.")
    try:
        pipeline = stanza.Pipeline(
            "fi",
            dir=str(Path(folder)),
            processors="tokenize,pos,lemma",
            tokenize_pretokenized=True,  # our tokens: masks stay whole, no word is split in two
            download_method=None,
            verbose=False,
        )
    except (OSError, ValueError, LookupError):
        raise ModelError(
            f"{folder} does not hold Stanza's Finnish models for pos and lemma: run this once where there is a "
            "network, then copy FOLDER here: python -c \"import stanza; stanza.download('fi', 'FOLDER')\"."
        ) from None
    return StanzaLemmatizer(pipeline)
