"""What a piece that reads as a number, a code or a street is in its conversation: nothing personal, or which type.

The digits alone rarely tell: five of them are a postcode, the end of a card, a price. So the shape of the piece, of its
group, the words around it, what was asked in the turns before and what was masked there all count, as features of a
linear model that learnt them from `data/gold/privacy_develop.jsonl`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stdnum import luhn

from pipeline.conversation import Span
from pipeline.privacy.codes import Piece, Word, read_words, symbols, words
from pipeline.privacy.cues import find_cues
from pipeline.privacy.patterns import PERSON

TURNS_BACK = 4
"""So many turns before may say what a number is."""
HETU = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A-FU-Y]\d{3}[0-9A-Z]?")
HETU_START = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A-FU-Y]?")
HETU_END = re.compile(r"[-+A-FU-Y]?9\d\d[0-9A-Z]?")
PHONE = re.compile(r"(?:\+?358|0)(?:4\d|50)\d{6,8}")
LANDLINE = re.compile(r"0(?:9|1[3-9]|[2-8])\d{5,8}")
DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./]?(?:\d{4}|\d\d)?")
SPOKEN_DATE = re.compile(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)?\d\d)?")
PLATE = re.compile(r"[A-ZÅÄÖ]{2,3}-?\d{1,3}")
SHAPES = {
    **{"hetu": HETU, "hetu_start": HETU_START, "hetu_end": HETU_END, "phone": PHONE, "landline": LANDLINE},
    **{"date": DATE, "spoken_date": SPOKEN_DATE, "plate": PLATE},
    "mobile_start": re.compile(r"(?:\+?358|0)(?:4\d|50)\d{0,5}"),
    "iban_start": re.compile(r"FI\d{0,16}"),
    "iban": re.compile(r"FI\d{16}"),
    "business_id": re.compile(r"\d{6,7}-\d"),
    "letters": re.compile(r"[A-ZÅÄÖ]+"),
    "money": re.compile(r"\d{1,5}[.,:]\d\d(?:-)?"),
    "old_date": re.compile(r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19\d\d|200\d|201[0-5])"),
    "short_date": re.compile(r"(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./]?"),
    "year": re.compile(r"(?:19|20)\d\d"),
    "postcode": re.compile(r"\d{5}"),
    "clock": re.compile(r"(?:[01]?\d|2[0-4])[.:][0-5]\d"),
}


@dataclass(slots=True)
class Memory:
    """What a conversation has shown so far: turns with their speakers, what was masked in each, and which digits."""

    turns: list[tuple[str, str]] = field(default_factory=list)
    types: list[set[str]] = field(default_factory=list)
    digits: dict[str, str] = field(default_factory=dict)
    """All digits masked so far, by type."""
    addresses: set[str] = field(default_factory=set)
    """The words that e-mail addresses masked so far are made of, those that are no everyday words."""

    def add(self, speaker: str, text: str, spans: Sequence[Span] = ()) -> None:
        """Remember a turn, and the digits that were said in what is masked of it."""
        self.turns.append((speaker, text))
        self.types.append({span.type for span in spans})
        for span in spans:
            said = "".join(word.symbol for word in read_words(text[span.start : span.end]) if word.kind in "dno")
            if digits := "".join(filter(str.isdigit, said)):
                self.digits[span.type] = f"{self.digits.get(span.type, '')}|{digits}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as the features see it."""

    text: str
    speaker: str
    words: Sequence[Word]
    pieces: Sequence[Piece]


def asks_email(text: str, memory: Memory) -> bool:
    """Whether this turn or one of the two before speaks of an e-mail address, or holds one."""
    texts = [text, *(said for _, said in memory.turns[-2:])]
    return any("EMAIL" in types for types in memory.types[-2:]) or any(
        name == "EMAIL" for said in texts for _, name in find_cues(said)
    )


def expects(memory: Memory) -> bool:
    """Whether the two turns before said something personal, or the last asked for it: more may come in any words."""
    if set().union(*memory.types[-2:]) - {PERSON}:
        return True
    return any(
        name in ASKED for speaker, text in memory.turns[-1:] if speaker != "customer" for _, name in find_cues(text)
    )


NOT_PERSONAL = re.compile(
    r"(?:viite|viitt|ref\b|tilausn|tilaustunn|laskunum|laskunro|lähetysn|lähetystunn|seurantak|seurantat|seurantan|tiketti"
    r"|vikanum|vikatunn|vikailmoitusn|varausn|varaustunn|sarjanum|mittarin?num|tuotenum|tuotekood|imei)\w*"
)
"""What names a number that is nobody's, where it stands just before it."""
LINKS = words("on se oli numero nro no n:o tunnus")


def is_called_other(turn: Turn, piece: Piece) -> bool:
    """Whether the words just before a piece call it a reference, an order or the like."""
    before = [word.text.lower() for word in turn.words[max(0, piece.first - 3) : piece.first]]
    while before and before[-1] in LINKS:
        before.pop()
    return bool(before) and NOT_PERSONAL.fullmatch(before[-1]) is not None


def is_worth_it(turn: Turn, group: Sequence[Piece], memory: Memory) -> bool:
    """Whether a group may be personal at all: most small numbers of a chat are passed over without asking the model."""
    if any(turn.words[n].kind == "s" for piece in group for n in range(piece.first, piece.last + 1)):
        return True
    said = "".join(symbols(turn.words, piece) for piece in group)
    if sum(character.isdigit() for character in said) >= 4 or len(said) >= 5:
        return True
    if any(name in ASKED for _, name in find_cues(turn.text)):
        return True
    back = memory.turns[-TURNS_BACK:]
    return any(memory.types[-TURNS_BACK:]) or any(name in ASKED for _, text in back for _, name in find_cues(text))


ASKED = words("HETU PHONE EMAIL IBAN CARD CUSTOMER_ID PLATE ADDRESS DATE_OF_BIRTH BUSINESS_ID NAME")


def features(turn: Turn, group: Sequence[Piece], number: int, labels: Sequence[str], memory: Memory) -> Iterator[str]:
    """What a piece looks like and stands among, as strings.

    Args:
        turn: its turn.
        group: the pieces of its group.
        number: which of them it is.
        labels: the types of the pieces before it in the turn, "" for none.
        memory: the turns before.
    """
    words, piece = turn.words, group[number]
    own = words[piece.first : piece.last + 1]
    said = symbols(words, piece)
    whole = "".join(symbols(words, other) for other in group)
    yield from _shape("", said, own)
    yield from _shape("g:", whole, [word for other in group for word in words[other.first : other.last + 1]])
    yield f"place={number == 0}{number == len(group) - 1}"
    yield from _words_around(turn, group, piece)
    yield from _cues_around(turn, piece)
    last = labels[-1] if labels else "^"
    yield f"last={last}"
    if number and labels:
        yield f"group={last}"
    digits = "".join(filter(str.isdigit, said))
    for type_, seen in memory.digits.items():
        if len(digits) > 2 and digits in seen:
            yield f"seen={type_}"
    for back, ((speaker, text), types) in enumerate(
        zip(reversed(memory.turns[-TURNS_BACK:]), reversed(memory.types[-TURNS_BACK:]), strict=True), start=1
    ):
        same = speaker == turn.speaker
        cues = {name for _, name in find_cues(text)}
        for name in cues:
            yield f"t{back}:{name}"
            if back == 1:
                yield f"t1:{name}:{same}:{_size(digits)}"
        for type_ in types:
            yield f"m{back}:{type_}"
            yield f"m{back}:{type_}:{_size(digits)}"
        if back == 1:
            yield f"t1:?{text.rstrip().endswith('?')}{same}"
            yield f"t1:none={not cues}"
    codes = sum(other.last - other.first + 1 for other in turn.pieces)
    yield f"share={round(4 * codes / max(1, sum(word.kind != 'p' for word in words)))}"
    yield f"style={turn.text.islower()}"


def _size(digits: str) -> str:
    count = len(digits)
    return str(count) if count < 9 else "9-12" if count < 13 else "13+"


def _shape(prefix: str, said: str, own: Sequence[Word]) -> Iterator[str]:
    digits = "".join(filter(str.isdigit, said))
    yield f"{prefix}n={min(len(digits), 20)}"
    yield f"{prefix}w={min(len(own), 12)}"
    yield f"{prefix}kinds={''.join(dict.fromkeys(word.kind for word in own))}"
    yield f"{prefix}first={digits[:2]}"
    if said[:1] == "+" or said[:1].isalpha():
        yield f"{prefix}start={said[:2]}"
    for name, shape in SHAPES.items():
        if shape.fullmatch(said):
            yield f"{prefix}is={name}"
            yield f"{prefix}is={name}:{own[0].kind}"
    if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
        yield f"{prefix}luhn"
    if not prefix:
        pattern = re.sub(r"[A-ZÅÄÖ]+", "A", re.sub(r"\d", "9", "_".join(word.symbol for word in own)))
        yield f"pattern={pattern[:24]}"
        yield f"single={sum(len(word.symbol) == 1 for word in own) * 4 // len(own)}"
        for word in own:
            if word.kind == "s":
                yield f"street={word.symbol}:{word.text[:1].isupper()}:{len(own) > 1}"
            if word.kind in "mho":
                yield f"has={word.kind}"


def _words_around(turn: Turn, group: Sequence[Piece], piece: Piece) -> Iterator[str]:
    words = turn.words
    before = [word.text.lower() for word in words[max(0, piece.first - 4) : piece.first]]
    after = [word.text.lower() for word in words[piece.last + 1 : piece.last + 4]]
    for place, word in enumerate(reversed(before), start=1):
        yield f"b{place}={word[:7]}" if place < 3 else f"b+={word[:7]}"
    for place, word in enumerate(after, start=1):
        yield f"a{place}={word[:6]}" if place < 3 else f"a+={word[:6]}"
    if not before:
        yield "b=^"
    if not after:
        yield "a=$"
    beyond = words[group[-1].last + 1 : group[-1].last + 2]
    yield f"ga={beyond[0].text.lower()[:5]}" if beyond else "ga=$"
    opener = words[max(0, group[0].first - 1) : group[0].first]
    yield f"gb={opener[0].text.lower()[:7]}" if opener else "gb=^"


def _cues_around(turn: Turn, piece: Piece) -> Iterator[str]:
    start, end = turn.words[piece.first].start, turn.words[piece.last].end
    cues = find_cues(turn.text)
    before = [(at, name) for at, name in cues if at < start]
    after = [(at, name) for at, name in cues if at >= end]
    for nth, (at, name) in enumerate(reversed(before[-3:])):
        yield f"c-{nth}={name}"
        if not nth:
            yield f"c-={name}:{min(_words_between(turn, at, start) // 2, 4)}"
    for nth, (at, name) in enumerate(after[:2]):
        yield f"c+{nth}={name}:{min(_words_between(turn, end, at) // 2, 2)}"
    for name in {name for _, name in before}:
        yield f"c<{name}"
    if not cues:
        yield "c=none"


def _words_between(turn: Turn, start: int, end: int) -> int:
    return sum(start <= word.start < end for word in turn.words)
