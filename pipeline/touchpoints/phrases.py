"""Phrases of dictionary forms, as the files of the palvelupolku and the drivers write them, and where a text says them.

`lasku` is a word in any of its forms. `*` stands for any letters: `*lasku` finds *nettilasku*. Words side by side
follow each other: `kolmas kerta`. Dots let up to three others stand between: `ei ... toimia` finds *ei se nyt toimi*.
A phrase never goes beyond a sentence or a mark; fillers and starts said twice are passed over.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from pipeline.conversation import MaskedText, Token

GAP = ("...", "…")
BETWEEN = 3
"""So many words may stand where the dots are: "ei se nyt enää toimi"."""
_BREAK = "\n"
Complaint = tuple[str, str]
"""What is wrong, in Finnish and in English."""


@dataclass(frozen=True, slots=True)
class Lemmas:
    """The dictionary forms of a text in one line, a break where no phrase goes on, and where each word stands."""

    line: str
    starts: tuple[int, ...]
    """Of each word in the line."""
    places: tuple[tuple[int, int], ...]
    """Of each word in the text: characters, end exclusive."""


def lemmas_of(text: MaskedText, tokens: Sequence[Token]) -> Lemmas:
    """The dictionary forms of a text, in lower case, without fillers and starts said twice."""
    parts: list[str] = []
    starts, places, length, end, sentence = [], [], 0, 0, 0
    for token in tokens:
        start = text.find(token.text, end)
        if start < 0:
            continue
        end = start + len(token.text)
        if token.disfluency:
            continue
        is_word = any(letter.isalnum() for letter in token.lemma)
        if parts and (not is_word or token.sentence != sentence):
            parts.append(_BREAK)
            length += 2
        sentence = token.sentence
        if is_word:
            parts.append("".join(token.lemma.lower().split()))
            starts.append(length)
            places.append((start, end))
            length += len(parts[-1]) + 1
    return Lemmas(" ".join(parts), tuple(starts), tuple(places))


def found(pattern: re.Pattern[str], lemmas: Lemmas) -> Iterator[tuple[int, int]]:
    """Where the text says what a pattern of `pattern_of` looks for: characters, end exclusive, from left to right."""
    for match in pattern.finditer(lemmas.line):
        if match.lastgroup is None:
            first, last = (bisect_right(lemmas.starts, place) - 1 for place in (match.start(), match.end() - 1))
            yield lemmas.places[first][0], lemmas.places[last][1]


def pattern_of(phrases: Sequence[str], exceptions: Sequence[str] = ()) -> re.Pattern[str] | None:
    """One pattern for phrases, over the line of `Lemmas`; None for none. What an exception says is passed over.

    Of two phrases that begin at one word the longer counts, and no word counts twice.
    """
    if not phrases:
        return None
    passed = f"(?P<passed>{_any(exceptions)})|" if exceptions else ""
    return re.compile(rf"(?<!\S)(?:{passed}{_any(phrases)})(?!\S)")


def _any(phrases: Sequence[str]) -> str:
    """The longest first: a regular expression takes the first that fits."""
    return "|".join(_phrase(phrase) for phrase in sorted(phrases, key=lambda phrase: -len(phrase.split())))


def _phrase(phrase: str) -> str:
    stretches: list[list[str]] = [[]]
    for word in normalize("NFC", phrase).lower().split():
        if word in GAP:
            stretches.append([])
        else:
            stretches[-1].append(r"\S*".join(re.escape(part) for part in word.split("*")))
    return rf"(?: \S+){{0,{BETWEEN}}}? ".join(" ".join(stretch) for stretch in stretches)


def complaint(phrase: str) -> Complaint | None:
    """What is wrong with a phrase as it is written; None where it can be looked for."""
    words = phrase.split()
    gaps = [place for place, word in enumerate(words) if word in GAP]
    if not words:
        return "Tyhjää ei voi etsiä.", "nothing cannot be looked for"
    if any(place in (0, len(words) - 1) or place + 1 in gaps for place in gaps):
        return f"Kohdassa {phrase} pisteet eivät ole sanojen välissä.", f"in {phrase} the dots are not between words"
    if any(word not in GAP and not any(letter.isalnum() for letter in word) for word in words):
        return f"Kohdassa {phrase} on sana, jossa ei ole kirjaimia.", f"{phrase} holds a word without letters"
    return None
