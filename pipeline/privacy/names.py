"""Names of people, by a first simple rule: is the word in the list, and does its place say that it is a name?

The list is a Bloom filter: it holds no name one could read out, and answers "perhaps" or "certainly not".
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache, lru_cache, reduce
from hashlib import blake2b
from itertools import pairwise
from operator import or_
from pathlib import Path

from pipeline.models import verified_card
from pipeline.privacy.inflection import MIN_STEM, base_forms

MODEL = "names-bloom-0.1.0"
WEIGHTS = "names.bloom"
HASHES = 8
BITS_PER_KEY = 24
"""With 8 hashes a stranger is taken for a member 4 times in 100,000: (1 - exp(-8/24))**8."""

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
SENTENCE_BREAK = re.compile(r"[.!?…:;•\n\"”»(>]|(?:^|\s)[-–—]\s")
"""A gap with one of these in it starts a sentence (or a quotation, or a list entry)."""
INTRODUCED = re.compile(
    r"\b(?:nimeni|nimi|nimellä|täällä(?:\s+puhuu)?|puhuu|terveisin|terv|t|yt|(?:hei|moi|moikka|terve|huomenta|päivää),?\s+"
    r"(?:mä\s+|minä\s+)?(?:olen|oon)|herra|rouva|neiti)(?:\s+on)?[\s.,:-]+$",
    re.IGNORECASE,
)
"""What stands before a name and nothing else: the name may be a common word, in lower case."""
NAMED = re.compile(r"\b(?:nimeni|nimi)\s+on\s+$", re.IGNORECASE)
"""What stands before a name so surely that any capitalised word counts, for the names of the whole world."""
ADDRESSED = re.compile(r"\b(?:hei|moi|moikka|terve|huomenta|päivää|kiitos|kiitti)[\s,]+$", re.IGNORECASE)
"""What stands before a name or another word: only a name that is no common word counts."""
PRESENTED = re.compile(
    r"\s+(?:puhelimessa\b|(?:tässä|täällä)(?=\s*(?:$|[,.!]|hei\b|moi\b|terve|päivää|huomenta|iltaa)))", re.IGNORECASE
)
"""What follows the name of someone who opens a call with it."""
LOOK_BACK = 40
"""Characters before a word in which the patterns above look."""


class Kind(Flag):
    """What a word form may be."""

    NOTHING = 0
    FIRST = auto()
    LAST = auto()
    WORD = auto()
    PLACE = auto()
    BARE = auto()
    """The form itself is listed as a name, no ending had to come off."""


LISTED = (Kind.FIRST, Kind.LAST, Kind.WORD, Kind.PLACE)
NAME = Kind.FIRST | Kind.LAST
DOUBTFUL = Kind.WORD | Kind.PLACE


@dataclass(frozen=True, eq=False, slots=True)
class Names:
    """A Bloom filter (Bloom 1970) of keys such as `FIRST:matti`."""

    bits: bytes

    @classmethod
    def of(cls, keys: Iterable[str]) -> "Names":
        """The filter of these keys."""
        unique = set(keys)
        bits = bytearray(len(unique) * BITS_PER_KEY // 8 + 1)
        for key in unique:
            for bit in _positions(key, len(bits) * 8):
                bits[bit >> 3] |= 1 << (bit & 7)
        return cls(bytes(bits))

    def __contains__(self, key: str) -> bool:
        return all(self.bits[bit >> 3] >> (bit & 7) & 1 for bit in _positions(key, len(self.bits) * 8))


def _positions(key: str, size: int) -> Iterator[int]:
    digest = blake2b(key.encode(), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
    return ((first + index * step) % size for index in range(HASHES))


@cache
def load_names(folder: Path) -> Names:
    """The list of names in a model folder, read once.

    Raises:
        ModelError: it is missing or not the one its card describes.
    """
    verified_card(folder)
    return Names((folder / WEIGHTS).read_bytes())


@lru_cache(maxsize=1 << 16)
def kind_of(word: str, names: Names) -> Kind:
    """What a lower-case word form may be; of a double name (Halla-aho, Veli-Matti) what its parts are."""
    kind, certain = Kind.NOTHING, False
    for base in dict.fromkeys(base_forms(word)):
        found = _listed(base, names)
        kind |= found & ~Kind.WORD
        certain |= bool(found & NAME) and Kind.WORD not in found
    own = _listed(word, names)
    if kind & NAME and (not certain or Kind.WORD in own):
        kind |= Kind.WORD
    if own & NAME:
        kind |= Kind.BARE
    if not kind and "-" in word:
        parts = [kind_of(part, names) for part in word.split("-")]
        if all(part & NAME for part in parts):
            return reduce(or_, parts)
    return kind


def _listed(base: str, names: Names) -> Kind:
    """What the list says of exactly this form. Words of one or two letters are too short to tell."""
    if len(base) < MIN_STEM:
        return Kind.NOTHING
    return reduce(or_, (kind for kind in LISTED if f"{kind.name}:{base}" in names), Kind.NOTHING)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    kind: Kind
    is_capitalised: bool
    opens: bool


def find_names(text: str, names: Names) -> list[tuple[int, int]]:
    """Where names of people stand in `text`: character offsets, sorted, words of one name joined."""
    words = list(_words(text, names))
    sure = {index for index, word in enumerate(words) if _is_sure(word) or _is_in_context(text, words, index)}
    gaps = (text[left.end : right.start] for left, right in pairwise(words))
    touching = {index for index, gap in enumerate(gaps) if gap.isspace() and "\n" not in gap}
    for index in touching:
        if _is_full_name(words[index], words[index + 1]):
            sure |= {index, index + 1}
    _grow(words, sure, touching)
    return _joined(words, sure, touching)


def split_words(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each word of `text`, and whether it opens a sentence, so that its capital says nothing."""
    previous_end = 0
    for match in WORD.finditer(text):
        yield match, previous_end == 0 or SENTENCE_BREAK.search(text, previous_end, match.start()) is not None
        previous_end = match.end()


def _words(text: str, names: Names) -> Iterator[_Word]:
    for match, opens in split_words(text):
        word = match[0]
        is_capitalised = word[0].isupper() and not (len(word) > 1 and word.isupper())  # ALL CAPITALS say nothing
        yield _Word(match.start(), match.end(), kind_of(word.lower(), names), is_capitalised, opens)


def _is_sure(word: _Word) -> bool:
    """A capitalised name; where a sentence starts, only one that is no common word. Places and companies never."""
    if not (word.is_capitalised and word.kind & NAME) or word.kind & Kind.PLACE:
        return False
    return not (word.opens and word.kind & Kind.WORD)


def _is_in_context(text: str, words: list[_Word], index: int) -> bool:
    word = words[index]
    if not (word.kind & NAME or word.is_capitalised):
        return False
    before = text[max(0, word.start - LOOK_BACK) : word.start]
    if not word.kind & NAME:
        return Kind.PLACE not in word.kind and NAMED.search(before) is not None
    if INTRODUCED.search(before) or (ADDRESSED.search(before) and not word.kind & DOUBTFUL):
        return True
    return index < 2 and PRESENTED.match(text, word.end) is not None


def _is_full_name(left: _Word, right: _Word) -> bool:
    """First and last name side by side; in Finnish only the latter word of "Matti Virtaselle" takes an ending.

    In lower case the last name must be no common word, and in "virtasen matti" the first name neither.
    """
    if Kind.FIRST in left.kind and Kind.LAST in right.kind and Kind.BARE in left.kind:
        both_capitalised = left.is_capitalised and right.is_capitalised
        return not right.kind & DOUBTFUL or (
            both_capitalised and not (left.kind & Kind.WORD and right.kind & Kind.PLACE)
        )
    if Kind.LAST in left.kind and Kind.FIRST in right.kind:
        return not (left.kind | right.kind) & DOUBTFUL
    return False


def _grow(words: list[_Word], sure: set[int], touching: set[int]) -> None:
    """A capitalised name word beside a name belongs to it (Satu Kivi), an unknown one after it too (Sari Xhaka)."""
    for index in sorted(sure):
        while index in touching and _follows(words[index + 1]):
            index += 1
            sure.add(index)
    for index in sorted(sure, reverse=True):
        while index - 1 in touching and _precedes(words[index - 1]):
            index -= 1
            sure.add(index)


def _follows(word: _Word) -> bool:
    return word.is_capitalised and Kind.PLACE not in word.kind


def _precedes(word: _Word) -> bool:
    if not (word.is_capitalised and word.kind & NAME):
        return False
    return not (word.opens and word.kind & DOUBTFUL) or Kind.BARE in word.kind  # not the verb of "Sain Matilta"


def _joined(words: list[_Word], sure: set[int], touching: set[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    previous = -1
    for index in sorted(sure):
        if spans and index == previous + 1 and previous in touching:
            spans[-1] = (spans[-1][0], words[index].end)
        else:
            spans.append((words[index].start, words[index].end))
        previous = index
    return spans
