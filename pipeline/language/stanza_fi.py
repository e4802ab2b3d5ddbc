"""Lemmas and UPOS from Stanza's Finnish models, read from a local folder: nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from pipeline.conversation import MaskedText, Token
from pipeline.errors import ModelError
from pipeline.language.tokens import WORD, tokenize, whole_token
from pipeline.models import CARD, verified_card

MISSING = "The package stanza is missing: install it with: pip install 'tunnepolku[stanza]'"


@dataclass(frozen=True, slots=True)
class StanzaLemmatizer:
    """Tags words in their context; a text is one sentence to the tagger."""

    pipeline: Any
    tokenizer: Any = None
    """Stanza's own tokenizer; None cuts texts as every other lemmatizer does."""
    name: str = "stanza"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        """The tokens of each text; the model sees masks and marks too, but only words take its answer."""
        return self._tag(_cut(self.tokenizer, texts) if self.tokenizer else [tokenize(text) for text in texts])

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        """One token for each of the words given; a word's UPOS is X where the folder holds no tagger."""
        return self._tag([[whole_token(word) for word in words] for words in sentences])

    def _tag(self, tokenized: Sequence[list[Token]]) -> list[list[Token]]:
        sentences = [[token.text for token in tokens] for tokens in tokenized if tokens]  # Stanza fails on an empty one
        tagged = iter(self.pipeline(sentences).sentences if sentences else ())
        return [
            [_tagged(token, word) for token, word in zip(tokens, next(tagged).words, strict=True)] if tokens else []
            for tokens in tokenized
        ]


def _tagged(token: Token, word: Any) -> Token:
    if token.upos != WORD:
        return token
    lemma = word.lemma.replace("#", "") or word.lemma  # TDT marks the seams of compounds: asiakas#palvelu
    return replace(token, lemma=lemma.lower(), upos=word.upos or WORD)


def _cut(tokenizer: Any, texts: Sequence[MaskedText]) -> list[list[Token]]:
    return [
        [
            replace(whole_token(text[token.start_char : token.end_char]), sentence=number)
            for number, sentence in enumerate(document.sentences)
            for token in sentence.tokens
        ]
        for text, document in zip(texts, tokenizer.bulk_process(list(texts)), strict=True)
    ]


def load(folder: str, *, own_tokens: bool = True) -> StanzaLemmatizer:
    """The Stanza lemmatizer with the models in `folder`: its `resources.json`, `fi/lemma/` and, if there, `fi/pos/`.

    With `own_tokens=False` texts are cut by the tokenizer in `fi/tokenize/`, which splits masks such as `[PERSON]`:
    that is for measuring it. A folder of `pipeline.language.stanza_train` is loaded only with the bytes of its card.

    Raises:
        ModelError: Stanza is not installed, or the folder lacks a model or holds another than its card says.
    """
    try:
        import stanza
    except ImportError:
        raise ModelError(MISSING) from None
    if not folder:
        raise ModelError("The stanza lemmatizer needs models: set language.stanza_folder to the folder they lie in.")
    if (Path(folder) / CARD).is_file():
        verified_card(Path(folder))
    pos = (Path(folder) / "fi" / "pos").is_dir()
    local = {"lang": "fi", "dir": str(Path(folder)), "download_method": None, "verbose": False}
    try:
        # Our tokens by default: masks stay whole, no word is split in two. Stanza gives a form with the same UPOS the
        # same lemma wherever it stands, so what it found once it need not work out again.
        tagger = stanza.Pipeline(
            **local,
            processors="tokenize,pos,lemma" if pos else "tokenize,lemma",
            tokenize_pretokenized=True,
            lemma_pretagged=not pos,  # a lemmatizer that learnt with UPOS does without: it must not ask for a tagger
            lemma_store_results=True,
        )
        tokenizer = None if own_tokens else stanza.Pipeline(**local, processors="tokenize")
    except (OSError, ValueError, LookupError, RuntimeError, EOFError, UnpicklingError):
        raise ModelError(
            f"{folder} does not hold Stanza's Finnish models: train them with tunnepolku train stanza, or run this "
            "once where there is a network, then copy FOLDER here: "
            "python -c \"import stanza; stanza.download('fi', 'FOLDER')\"."
        ) from None
    return StanzaLemmatizer(tagger, tokenizer)
