"""Which words name a person: each word that might is read in its sentence and its conversation by a linear model.

A list of names alone is not enough: Toivo is a name and `toivon` a verb, Seppä a surname and a trade. What stands
before and after, the case, the capital, what the agent asked and who was named before decide, as features learnt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.privacy.codes import read_words
from pipeline.privacy.identifiers import TURNS_BACK, Memory
from pipeline.privacy.inflection import base_forms
from pipeline.privacy.names import Kind, Names, kind_of, split_words

INTRODUCERS = re.compile(
    r"(?:nime\w*|nimi\w*|täällä|täält\w*|täs\w*|puhuu|puhelimes\w*|terveisin|terv|tervehtien|terkuin|terkut|t|yt|ystävällisin"
    r"|hei|moi|moro|moikka|terve|huomenta|päivää|iltaa|kiitos|kiitti|herra|rouva|neiti|hra|rva|olen|oon|mä|minä|oma"
    r"|mies|mieheni|miehen\w*|vaimo\w*|poika\w*|pojan\w*|tytär\w*|tyttär\w*|äiti\w*|äidin\w*|isä\w*|veli\w*|sisko\w*|siskon\w*"
    r"|puoliso\w*|avopuoliso\w*|naapuri\w*|asiakas|asiakkaan|lääkäri|hoitaja|opettaja|asentaja|myyjä|kuljettaja|vuokralainen"
    r"|isäntä|emäntä|serkku|täti|setä|eno|mummo|mummi|vaari|ukki|pappa|kaveri\w*|ystävä\w*|kollega\w*)"
)
"""Words that stand before names."""


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word that could be part of a name."""

    start: int
    end: int
    text: str
    kind: Kind
    letters: str
    """The kind, a letter a flag."""
    capital: str
    """`U` all capitals, `C` first letter, `l` neither."""
    opens: bool

    @property
    def may_be_name(self) -> bool:
        """Whether it is a form of a listed name."""
        return "F" in self.letters or "L" in self.letters or "r" in self.letters


LETTERS = (
    *(("F", Kind.FIRST), ("L", Kind.LAST), ("w", Kind.WORD), ("p", Kind.PLACE), ("b", Kind.BARE), ("r", Kind.RARE)),
    *(("s", Kind.SEEN), ("c", Kind.COMMON), ("C", Kind.PROPER)),
)


@lru_cache(maxsize=1 << 10)
def letters_of(kind: Kind) -> str:
    """A kind as letters: flags are slow to ask."""
    return "".join(letter for letter, flag in LETTERS if flag & kind)


def read_name_words(text: str, names: Names) -> list[NameWord]:
    """All words of a text, with what the list of names says of each."""
    words = []
    for match, opens in split_words(text):
        word = match[0]
        capital = "l" if not word[0].isupper() else "U" if len(word) > 1 and word.isupper() else "C"
        kind = kind_of(word.lower(), names)
        words.append(NameWord(match.start(), match.end(), word, kind, letters_of(kind), capital, opens))
    return words


def is_candidate(words: Sequence[NameWord], at: int, asked: bool) -> bool:
    """Whether the model is asked about a word; the others are no names."""
    word = words[at]
    if asked or word.may_be_name or (word.capital != "l" and not word.opens):
        return True
    if not ("s" in word.letters or "c" in word.letters) and len(word.text) > 2:
        return True
    beside = (words[n].letters for n in (at - 1, at + 1) if 0 <= n < len(words))
    if any(("F" in letters or "L" in letters) and "w" not in letters and "p" not in letters for letters in beside):
        return True
    return at > 0 and INTRODUCERS.fullmatch(words[at - 1].text.lower()) is not None


def is_telling(text: str, names: Names) -> bool:
    """Whether a turn says more than everyday words: a number, a letter, a street, an unknown word or a capital."""
    if any(word.kind in "dnolsv" for word in read_words(text)):
        return True
    return any(
        (word.capital != "l" and not word.opens)
        or (len(word.text) > 2 and not ("s" in word.letters or "c" in word.letters))
        for word in read_name_words(text, names)
    )


def asks_name(memory: Memory) -> bool:
    """Whether the turn before asked for a name."""
    return bool(memory.turns) and ASKING.search(memory.turns[-1][1]) is not None


ASKING = re.compile(r"\bnim[ie]|\bkuka\b|\bken(?:en|elle|eltä)\b|\bkenestä\b|\btava", re.IGNORECASE)


def name_features(
    text: str,
    words: Sequence[NameWord],
    at: int,
    labels: Sequence[bool],
    memory: Memory,
    speaker: str,
    people: frozenset[str],
) -> Iterator[str]:
    """What a word looks like and stands among, as strings.

    Args:
        text: the turn.
        words: its words.
        at: which of them.
        labels: whether each word before it is (part of) a name.
        memory: the turns before.
        speaker: who speaks.
        people: base forms of the names masked so far in the conversation.
    """
    word, lower = words[at], words[at].text.lower()
    style = "l" if text.islower() else "C"
    kind = word.letters
    yield "1"
    yield f"k={kind}"
    yield f"k={kind}:{word.capital}{word.opens}{style}"
    yield f"c={word.capital}{word.opens}{style}"
    yield f"w={lower}"
    yield f"s3={lower[-3:]}:{kind}"
    yield f"s4={lower[-4:]}"
    yield f"len={min(len(lower), 10)}"
    before, after = _beside(words, at - 1), _beside(words, at + 1)
    gap_before = _gap(text, words, at - 1, at)
    gap_after = _gap(text, words, at, at + 1)
    yield f"b={before[0]}:{gap_before}"
    yield f"a={after[0]}:{gap_after}"
    yield f"bk={before[1]}:{kind}:{gap_before}"
    yield f"ak={after[1]}:{kind}:{gap_after}"
    yield f"bak={before[1]}:{kind}:{after[1]}:{style}"
    yield f"bka={before[0]}:{kind}"
    yield f"aka={after[0]}:{kind}"
    two = _beside(words, at - 2)
    yield f"bb={two[0]}_{before[0]}"
    yield f"aa={after[0]}_{_beside(words, at + 2)[0]}"
    yield f"b4={before[0][-4:]}:{kind}"
    yield f"a4={after[0][-4:]}:{kind}"
    if at and INTRODUCERS.fullmatch(before[0]):
        yield f"intro:{kind}:{style}"
    previous = at > 0 and labels[at - 1]
    yield f"p={previous}:{gap_before}"
    yield f"p={previous}:{kind}:{gap_before}:{word.capital}"
    count = len(words)
    yield f"at={min(at, 3)}:{min(count - at - 1, 3)}:{style}"
    yield f"n={min(count, 6)}:{kind}"
    if memory.turns:
        speaker_before, text_before = memory.turns[-1]
        asked = ASKING.search(text_before) is not None
        yield f"asked={asked}:{speaker_before == speaker}:{min(count, 4)}:{kind}"
        yield f"asked={asked}:{kind}:{min(at, 2)}"
    if people and any(base in people for base in set(base_forms(lower))):
        yield "known"
        yield f"known:{kind}"
    if memory.types[-TURNS_BACK:]:
        yield f"m={'PERSON' in memory.types[-1]}:{kind}"


def _beside(words: Sequence[NameWord], at: int) -> tuple[str, str]:
    if not 0 <= at < len(words):
        return ("^", "^") if at < 0 else ("$", "$")
    return words[at].text.lower(), f"{words[at].letters}{words[at].capital}"


def _gap(text: str, words: Sequence[NameWord], left: int, right: int) -> str:
    """What stands between two words: a space, a line break, a mark or something masked."""
    if left < 0 or right >= len(words):
        return ""
    gap = text[words[left].end : words[right].start]
    if "\ue000" in gap:
        return "#"
    stripped = gap.strip()
    return stripped[:1] if stripped else "\n" if "\n" in gap else " "
