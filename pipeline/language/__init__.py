"""Lemmatizers: masked text in, words with their dictionary form and part of speech out.

All of them cut a text into the same tokens (`pipeline.language.tokens`) and differ only in what they know of a word:

    finnish     the default: Voikko, dictionary, tables of puhekieli and a learned choice among what they propose
    spacy       neural tagger and libvoikko: lemma and UPOS; needs the extra `spacy` and two system packages
    simplemma   a dictionary in pure Python: lemma only, a word's UPOS is X
    stanza      neural tagger and lemmatizer: lemma and UPOS; needs the extra `stanza` and a folder of models

Behind `finnish`: `candidates` (what a form could be; `voikko`, `dictionary`, `colloquial` know) and `ranker` (what it
is here; `lemma_train`, `lemma_corpora` teach it). Beside the lemmatizers: `speech` (`disfluency`, `clauses`, over the
`line` of tokens), `hallucinations`, `stop_words`, `identify` (languages), `treebank`, `evaluate`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from pipeline.conversation import MaskedText, Token
from pipeline.errors import ConfigError
from pipeline.language.voikko import why_no_voikko

__all__ = ["LEMMATIZERS", "Lemmatizer", "load_lemmatizer", "why_no_voikko"]

LEMMATIZERS = {
    "finnish": "pipeline.language.finnish:load",
    "spacy": "pipeline.language.spacy_fi:load",
    "simplemma": "pipeline.language.dictionary:load",
    "stanza": "pipeline.language.stanza_fi:load",
}
"""Name → function that loads it. Each is given the folder of local models; only Stanza needs one."""


class Lemmatizer(Protocol):
    """Anything that reads texts into tokens."""

    @property
    def name(self) -> str:
        """Its key in `LEMMATIZERS`."""

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        """The tokens of each text, in the order of `texts`; [] for a text without any.

        Lemmas are lower-case. A mask such as `[PERSON]` is one token, its own lemma, with UPOS PROPN.
        """

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        """The same for text that others have cut: one token for each of the words given."""


def load_lemmatizer(name: str = "finnish", *, stanza_folder: str = "") -> Lemmatizer:
    """The lemmatizer called `name`, loaded once per process.

    Raises:
        ConfigError: there is no such lemmatizer.
        ModelError: its library or its models are not there.
    """
    if name not in LEMMATIZERS:
        raise ConfigError(f"{name!r} is not a lemmatizer: set language.lemmatizer to one of {', '.join(LEMMATIZERS)}.")
    return _load(name, stanza_folder)


@cache
def _load(name: str, folder: str) -> Lemmatizer:
    module, function = LEMMATIZERS[name].split(":")
    return cast(Callable[[str], Lemmatizer], getattr(import_module(module), function))(folder)
