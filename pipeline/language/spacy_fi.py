"""Lemmas and UPOS from spaCy's experimental Finnish pipeline, whose lemmatizer asks libvoikko."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from pipeline.conversation import MaskedText, Token
from pipeline.errors import ModelError
from pipeline.language.tokens import WORD, tokenize, whole_token

PACKAGE = "spacy_fi_experimental_web_md"

# What is left, tok2vec, morphologizer and lemmatizer, fills lemma and UPOS. The parser would help the lemmatizer choose
# between readings (lemmas on TDT dev +0.1 percentage points, FTB dev +0.3), but reads a fifth fewer words a second.
UNUSED = ["tagger", "parser", "attribute_ruler", "ner"]


@dataclass(frozen=True, slots=True)
class SpacyLemmatizer:
    """Tags words in their context. One instance must not be used by two threads at once: libvoikko forbids it."""

    nlp: Any
    name: str = "spacy"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        """The tokens of each text; the model sees masks and marks too, but only words take its answer."""
        return self._tag([tokenize(text) for text in texts])

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        """One token for each of the words given."""
        return self._tag([[whole_token(word) for word in words] for words in sentences])

    def _tag(self, tokenized: Sequence[list[Token]]) -> list[list[Token]]:
        from spacy.tokens import Doc

        docs = self.nlp.pipe(Doc(self.nlp.vocab, words=[token.text for token in tokens]) for tokens in tokenized)
        return [
            [_tagged(token, word) for token, word in zip(tokens, doc, strict=True)]
            for tokens, doc in zip(tokenized, docs, strict=True)
        ]


def _tagged(token: Token, word: Any) -> Token:
    return replace(token, lemma=word.lemma_.lower(), upos=word.pos_) if token.upos == WORD else token


def load(_folder: str = "") -> SpacyLemmatizer:
    """The spaCy lemmatizer.

    Raises:
        ModelError: one of its three parts is not installed.
    """
    if reason := why_not_spacy():
        raise ModelError(reason)
    import spacy

    return SpacyLemmatizer(spacy.load(PACKAGE, exclude=UNUSED))


def why_not_spacy() -> str | None:
    """One sentence on what the spaCy lemmatizer lacks here and how to get it, or None where it can run.

    Takes milliseconds: it imports neither spaCy nor the model, but does ask libvoikko for its dictionaries.
    """
    if missing := _missing_part():
        return (
            f"The spacy lemmatizer cannot run because {missing} is missing: install libvoikko1 and voikko-fi "
            "(their names on Debian), then pip install -e '.[spacy,voikko]'."
        )
    return None


def _missing_part() -> str | None:
    for package in ("spacy", PACKAGE, "libvoikko"):
        if find_spec(package) is None:
            return f"the Python package {package}"
    import libvoikko

    try:
        dictionaries = libvoikko.Voikko.listDicts()
    except OSError:
        return "the system library libvoikko"
    return None if any(found.language == "fi" for found in dictionaries) else "Voikko's Finnish dictionary"
