"""The lists behind names: what a word form may be, whatever it is here.

They are one Bloom filter: it holds no name one could read out, and answers "perhaps" or "certainly not".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from functools import lru_cache, reduce
from hashlib import blake2b
from operator import or_

from pipeline.privacy.inflection import MIN_STEM, base_forms

HASHES = 8
BITS_PER_KEY = 24
"""With 8 hashes a stranger is taken for a member 4 times in 100,000: (1 - exp(-8/24))**8."""

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
SENTENCE_BREAK = re.compile(r"[.!?…:;•\n\"”»(>]|(?:^|\s)[-–—]\s")
"""A gap with one of these in it starts a sentence (or a quotation, or a list entry)."""


class Kind(Flag):
    """What a word form may be."""

    NOTHING = 0
    FIRST = auto()
    LAST = auto()
    WORD = auto()
    PLACE = auto()
    RARE = auto()
    """A name that few bear here, or that is one elsewhere in the world."""
    SEEN = auto()
    """The form itself is written in lower case now and then, so it is hardly only a name."""
    COMMON = auto()
    """The form itself is written in lower case often."""
    PROPER = auto()
    """The form itself is mostly written with a capital."""
    BARE = auto()
    """The form itself is listed as a name, no ending had to come off."""


OF_BASES = (Kind.FIRST, Kind.LAST, Kind.WORD, Kind.PLACE, Kind.RARE)
"""What is listed by dictionary form."""
OF_FORMS = (Kind.SEEN, Kind.COMMON, Kind.PROPER)
"""What is listed by the form as it is written."""
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


@lru_cache(maxsize=1 << 16)
def kind_of(word: str, names: Names) -> Kind:
    """What a lower-case word form may be; of a double name (Halla-aho, Veli-Matti) what its parts are."""
    kind, certain = Kind.NOTHING, False
    for base in dict.fromkeys(base_forms(word)):
        found = _listed(base, names, OF_BASES)
        kind |= found & ~Kind.WORD
        certain |= bool(found & NAME) and Kind.WORD not in found
    own = _listed(word, names, OF_BASES)
    if kind & NAME and (not certain or Kind.WORD in own):
        kind |= Kind.WORD
    if own & NAME:
        kind |= Kind.BARE
    kind |= _listed(word, names, OF_FORMS)
    if not kind & (NAME | Kind.RARE) and "-" in word:
        parts = [kind_of(part, names) for part in word.split("-")]
        if all(part & (NAME | Kind.RARE) for part in parts):
            return reduce(or_, parts)
    return kind


def _listed(base: str, names: Names, kinds: Sequence[Kind]) -> Kind:
    """What the list says of exactly this form. Words of one or two letters are too short to tell."""
    if len(base) < MIN_STEM:
        return Kind.NOTHING
    return reduce(or_, (kind for kind in kinds if f"{kind.name}:{base}" in names), Kind.NOTHING)


def split_words(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each word of `text`, and whether it opens a sentence, so that its capital says nothing."""
    previous_end = 0
    for match in WORD.finditer(text):
        yield match, previous_end == 0 or SENTENCE_BREAK.search(text, previous_end, match.start()) is not None
        previous_end = match.end()
