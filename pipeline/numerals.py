"""Numbers spoken out: kaksikymmentä viisi, kakskyt viis, satakakskyt are 25, 25, 120; digits in a row stay digits.

What a number means is for the caller to say: a price, a year and a street number look alike here.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

CASE = r"(?:n|[aä]|[aäe]n|een|ss[aä]|st[aä]?|ll[aä]?|l|lt[aä]?|lle|ksi|ks|n[aä])"
"""Case endings, the spoken short ones among them; not the -s of `kahdes`, which would be an ordinal's."""

TEEN = 11
"""Stands for toista: ten more than the unit before it."""

PARTS: tuple[tuple[str, int], ...] = (
    (r"nolla(?:a|n)?", 0),
    (rf"yksi?|yhtä|yhteen|yhtenä|yhd?e{CASE}", 1),
    (rf"kaksi?|kahta|kahteen|kahtena|kahd?e{CASE}", 2),
    (rf"kolo?me?|kolo?me{CASE}|kol", 3),
    (rf"nel[ei]?jä?|nel[ei]?jä{CASE}|nel", 4),
    (rf"viisi?|viittä|viiteen|viitenä|viid?e{CASE}", 5),
    (rf"kuusi?|kuutta|kuuteen|kuutena|kuud?e{CASE}", 6),
    (rf"seit[st]emä{CASE}|seiska|sei[ts]", 7),
    (rf"kahd?eksa{CASE}|kasi|kahes", 8),
    (rf"yhd?eksä{CASE}|ysi|yhes", 9),
    (rf"kymmentä|kymment|kymmene{CASE}|kymmeneen|kytä?|kyntä|kymp(?:pi|piä|in)", 10),
    (r"to[ie]sta?", TEEN),
    (rf"sata|sataa|satt?oo|sataan|satana|sada{CASE}", 100),
    (rf"tuhat|tuhatta|tuhanteen|tuhantena|tuhanne{CASE}", 1000),
    (r"miljoona(?:a|n)?", 1_000_000),
)
"""What numerals are made of, in all cases and as spoken, and what each is worth."""
_PARTS = tuple((re.compile(pattern), value) for pattern, value in PARTS)
_BOUND = re.compile(r"toista?|ky[tn].*|kymment|kol|nel|sei[ts]|kahes|yhes|yhdessä")
"""No numbers by themselves: toista alone means another, yhdessä together."""
_PARTITIVE = re.compile(r"(?:kymment|sata|tuhatt|miljoona)[aä]")
"""A word that the unit before it multiplies: kaksi sataa. Viisi kymmenen euron lippua is not 50."""
HALF = ("puoli", "puol")

Number = tuple[int, int, int | str]


def value_of(word: str) -> int | None:
    """The value of one numeral, compound or not, in any case: kahdelle 2, kakskytviis 25; None for another word."""
    return _composed(_parts_of(word.lower()))


def digits_of(word: str) -> str:
    """The digits that a word says, "" for one that says none: nelkytyks 41, viisneljä 54, nollaviiskyt 050.

    A word that runs several numbers together is cut where no single number goes on.
    """
    digits = ""
    number: tuple[int, ...] = ()
    for part in _parts_of(word.lower()):
        if number and _composed((*number, part)) is None:
            digits, number = digits + str(_composed(number) or 0), ()
        number = (*number, part)
    return digits + (str(_composed(number) or 0) if number else "")


def parse(words: Sequence[str]) -> list[Number]:
    """The numbers in a row of words as (start, end, value), `end` exclusive.

    A value is an int. Three or more single digits in a row, and all that follows a zero, are a str of digits, as in a
    code or a phone number: "nolla neljä nolla" is "040". Times and halves (puoli kahdeksan, kaksi ja puoli) are left
    alone.
    """
    numbers: list[Number] = []
    row: list[tuple[int, int, int]] = []
    for number in _single_numbers([word.lower() for word in words]):
        if row and row[-1][1] != number[0]:
            numbers += _as_code(row)
            row = []
        row.append(number)
    return numbers + _as_code(row)


def _single_numbers(words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Each number with as many words as belong to it together."""
    end = 0
    while end < len(words):
        start, parts = end, _parts_of(words[end])
        end += 1
        while parts and end < len(words) and _joins(words[end - 1], words[end], parts):
            parts += _parts_of(words[end])
            end += 1
        value = _composed(parts)
        if value is not None and not _is_half(words, start, end):
            yield start, end, value


def _joins(word: str, following: str, parts: tuple[int, ...]) -> bool:
    more = _parts_of(following)
    if not more or _composed(parts + more) is None:
        return False
    return not (parts[-1] < 10 <= more[0]) or _PARTITIVE.fullmatch(following) is not None


def _is_half(words: Sequence[str], start: int, end: int) -> bool:
    after = tuple(words[end : end + 2])
    return (start > 0 and words[start - 1] in HALF) or after in (("ja", "puoli"), ("ja", "puol"))


def _as_code(row: list[tuple[int, int, int]]) -> list[Number]:
    """Numbers side by side: what is a code as one string of digits, the others as they are."""
    values = [value for _, _, value in row]
    is_all_digits = len(row) > 2 and max(values) < 10
    first = 0 if is_all_digits else values.index(0) if 0 in values else len(row)
    code = row[first:]
    joined = [(code[0][0], code[-1][1], "".join(str(value) for _, _, value in code))] if len(code) > 1 else code
    return [*row[:first], *joined]


@lru_cache(maxsize=10_000)
def _parts_of(word: str) -> tuple[int, ...]:
    """What the numeral is made of, () for another word: kakskytviis is 2, 10, 5."""
    return () if _BOUND.fullmatch(word) else next(_splits(word), ())


def _splits(word: str) -> Iterator[tuple[int, ...]]:
    if not word:
        yield ()
    for pattern, value in _PARTS:
        for end in range(len(word), 0, -1):
            if pattern.fullmatch(word, 0, end):
                yield from ((value, *rest) for rest in _splits(word[end:]))


def _composed(parts: tuple[int, ...]) -> int | None:
    """The number that the parts make in this order, None for none: 2 100 5 10 is 250; 2 3 is two numbers."""
    if not parts or (0 in parts and len(parts) > 1):
        return None
    total, group, unit, limit, group_limit = 0, 0, 0, 10**9, 1000
    for part in parts:
        if part < 10:
            if unit or group_limit <= 1:
                return None
            unit = part
        elif part == TEEN:
            if not unit or group_limit <= 10:
                return None
            group, unit, group_limit = group + 10 + unit, 0, 1
        elif part < 1000:
            if group_limit <= part:
                return None
            group, group_limit = group + (unit or 1) * part, part if unit or part == 100 else 1
            unit = 0
        else:
            if limit <= part:
                return None
            total, group, unit, limit, group_limit = total + (group + unit or 1) * part, 0, 0, part, 1000
    return total + group + unit
