"""The `finnish` lemmatizer: every source says what a word could be, a learned ranker says what it is here.

Standard Finnish and puhekieli alike: what a colloquial form stands for is found by reviewed tables and rules, so that a
token carries its standard spelling and the ids of the rules beside its lemma. It runs without Voikko too, but then from
the dictionary alone (`pipeline.language.voikko.why_no_voikko`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from pipeline.config import load_config
from pipeline.conversation import MaskedText, Token
from pipeline.language.candidates import Candidate, Sources
from pipeline.language.ranker import Ranker, Word, load_ranker
from pipeline.language.tokens import WORD, tokenize, whole_token
from pipeline.language.voikko import Analyzer, load_analyzer
from pipeline.models import verified_card

MODEL = "lemmas-ranker-0.1.0"
"""The folder under `models/` with the ranker's weights, and what it remembers of treebanks."""

KEPT_FORMS = 100_000
"""Forms whose readings are kept; 76,000 of forum and film lines took 260 MB. A full memory is emptied."""

SOURCES = ("voikko", "dictionary", "table", "rules", "compounds", "guesser", "ranker")
"""What can be left out, to see what each adds."""


@dataclass(slots=True)
class FinnishLemmatizer:
    """Keeps what it found out of each form; one instance must not be used by two threads at once, as Voikko forbids."""

    sources: Sources
    ranker: Ranker
    name: str = "finnish"
    words: dict[str, Word] = field(default_factory=dict, repr=False)

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        """The tokens of each text."""
        return [self._read(tokenize(text)) for text in texts]

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        """One token for each of the words given; a sentence is read as a whole."""
        return [self._read([whole_token(word) for word in words]) for words in sentences]

    def _read(self, tokens: Sequence[Token]) -> list[Token]:
        chosen = self.ranker.choose([self._word(token) for token in tokens])
        return [_tagged(token, reading) for token, reading in zip(tokens, chosen, strict=True)]

    def _word(self, token: Token) -> Word:
        key = token.text if token.upos == WORD else f"{token.upos} {token.text}"
        known = self.words.get(key)
        if known is None:
            if len(self.words) >= KEPT_FORMS:
                self.words.clear()
            if token.upos == WORD:
                known = self.ranker.word(token.text, self.sources.candidates(token.text))
            else:
                known = self.ranker.word(token.text, [Candidate(token.lemma, "", "form", upos=token.upos)])
            self.words[key] = known
        return known


def _tagged(token: Token, reading: Candidate) -> Token:
    if token.upos != WORD:
        return token
    normal = _cased(reading.normal, token.text) if reading.normal else ""
    return Token(token.text, reading.lemma, reading.upos, normal, reading.rule)


def _cased(normal: str, written: str) -> str:
    """Capitals as they were written: Onks → Onko, OON → OLEN."""
    if written.isupper() and len(written) > 1:
        return normal.upper()
    return normal[:1].upper() + normal[1:] if written[:1].isupper() else normal


def load(_folder: str = "", *, without: Collection[str] = ()) -> FinnishLemmatizer:
    """The Finnish lemmatizer; the dictionary is read at its first word.

    Args:
        _folder: not used; every lemmatizer is given one.
        without: names from `SOURCES` to leave out, for an ablation.

    Raises:
        ModelError: the ranker's files are missing or altered.
    """
    known = load_ranker(verified_card(load_config().paths.models / MODEL).folder)
    sources = make_sources(known.memory, {} if "guesser" in without else known.endings, without)
    return FinnishLemmatizer(sources, replace(known.ranker, weights={}) if "ranker" in without else known.ranker)


def make_sources(
    memory: Mapping[str, Sequence[tuple[str, str]]], endings: Mapping[str, Sequence[str]], without: Collection[str] = ()
) -> Sources:
    """All sources that this machine has, but those named in `without`."""
    listed, decomposed = _dictionary()
    analyzer = None if "voikko" in without else load_analyzer()
    return Sources(
        voikko=_kept(analyzer) if analyzer else None,
        dictionary=None if "dictionary" in without else listed,
        decomposer=None if "dictionary" in without else decomposed,
        memory=memory,
        endings=endings,
        table="table" not in without,
        rules="rules" not in without,
        compounds="compounds" not in without,
    )


@cache
def _kept(analyzer: Analyzer) -> Analyzer:
    """The analyzer with a memory: rules ask the same forms again and again."""
    return lru_cache(maxsize=KEPT_FORMS)(analyzer)


@cache
def _dictionary() -> tuple[Callable[[str], str | None], Callable[[str], str | None]]:
    """Simplemma's Finnish dictionary: what it lists, and what its rules make of a form that it does not list."""
    from simplemma.strategies import DefaultStrategy, DictionaryLookupStrategy
    from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY

    listed = DictionaryLookupStrategy(LOW_MEMORY_DICTIONARY_FACTORY)
    rules = DefaultStrategy(greedy=False, low_memory=True)
    return lambda form: listed.get_lemma(form, "fi"), lambda form: rules.get_lemma(form, "fi")
