"""Put `[TYPE]` in place of everything that identifies a person, turn by turn of a conversation.

Four readers, each on what those before it left: shapes with checksums (`patterns`), e-mail addresses said aloud
(`spoken_email`), numbers, codes and streets (`identifiers`), names (`people`). The last two ask a recognizer, whose
network, where it was asked to read the turn, adds what none of them took for a piece or a name.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Protocol

from pipeline.config import load_config
from pipeline.conversation import MaskedText, Span
from pipeline.privacy.codes import AS_IN, groups, pieces, read_words
from pipeline.privacy.identifiers import Memory, Turn, asks_email, expects, features, is_called_other, is_worth_it
from pipeline.privacy.names import DOUBTFUL, NAME, Kind, Names, kind_of
from pipeline.privacy.names import WORD as NAME_WORD
from pipeline.privacy.patterns import PATTERNS, PERSON, TYPES
from pipeline.privacy.people import asks_name, is_candidate, is_telling, name_features, read_name_words
from pipeline.privacy.persons import Persons
from pipeline.privacy.recognizer import MODEL, Recognizer, TurnJudge, load_recognizer
from pipeline.privacy.spans import FILLER, widened, with_initials
from pipeline.privacy.spoken_email import JOINTS, SIGN, find_spoken_emails, own_parts, says_joint

SPELT = re.compile(rf"\s(?:niin\s)?(?:{'|'.join(sorted(AS_IN))})\s", re.IGNORECASE)
"""Between a letter and the word that spells it."""
IN_EMAIL = re.compile(rf"\s(?:(?:{'|'.join(sorted(JOINTS - {'.'}))}|{SIGN.pattern})\s)+", re.IGNORECASE)
"""Between two parts of an e-mail address that were found apart."""
EMAIL_END = re.compile(r"(?:\spiste)?\s(?:fi|com|net|org)(?!\w)", re.IGNORECASE)
"""The rest of one: `gmail` was found, `piste com` follows."""
PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(TYPES)})(?:_[0-9]+)?\]")
WORTH_A_LOOK = re.compile(r"[0-9@]|[(\[]\s?(?:at|ät|miuk)|-[aä]t-", re.IGNORECASE)
"""Every pattern of the table asks for one of these: most lines have none and are done at once."""


REPEATED = 0.9
"""Confidence of what was masked before."""


class Judge(Protocol):
    """What decides what is personal in one turn: the recognizer at night, the gold in training."""

    def look(self, text: str) -> None:
        """Be shown the turn before anything is asked, since something personal is expected in it."""

    def type_of(self, features: Iterable[str], text: str, start: int, end: int) -> tuple[str, float]:
        """The type of a piece of `text`, "" for none, and how sure that is."""

    def name_confidence(self, features: Iterable[str], text: str, start: int, end: int) -> float:
        """How sure it is that a word of `text` is part of a name, 0 for no."""

    def found(self, text: str) -> Iterable[Span]:
        """What else is personal in `text`."""


def mask(text: str, *, names: bool = True, numbered: bool = True) -> tuple[MaskedText, tuple[Span, ...]]:
    """Mask one text by itself; `mask_turns` says how.

    A text that was masked in its conversation and is masked once more, say in another spelling, is not `numbered`:
    whoever is found only now is a `[PERSON]`.

    Raises:
        ModelError: the recognizer is missing or altered.
    """
    return mask_turns([("", text)], names=names, numbered=numbered)[0]


def mask_turns(
    turns: Sequence[tuple[str, str]], *, names: bool = True, numbered: bool = True
) -> list[tuple[MaskedText, tuple[Span, ...]]]:
    """Mask the turns of one conversation, given as (speaker, text), in order.

    Each comes back as its text with `[TYPE]` for each span, and the spans as character offsets into the text; they are
    sorted and never overlap, and what lies outside them is unchanged. A person keeps one number through the
    conversation, in the order of being named: `[PERSON_1]`. Masking what is masked changes nothing.

    Raises:
        ModelError: the recognizer is missing or altered.
    """
    recognizer = _recognizer()
    memory, persons = Memory(), Persons(recognizer.names, numbered)
    masked = []
    for speaker, text in turns:
        judge = TurnJudge(recognizer, [said for _, said in memory.turns])
        spans = find_spans(text, speaker, memory, persons, recognizer.names, judge, people=names)
        masked.append((_replace(text, spans, persons), tuple(spans)))
    return masked


def mask_label(text: str, *, names: bool = True) -> MaskedText:
    """Mask an id or the name of a file, which is no language: what its shape or a capital on a listed name gives away.

    Raises:
        ModelError: the recognizer is missing or altered.
    """
    recognizer = _recognizer()
    spans = _find_shapes(text)
    if names:
        rest = _blank(text, [(span.start, span.end) for span in spans])
        words = read_name_words(rest, recognizer.names)
        spans += [
            Span(word.start, word.end, PERSON)
            for word in words
            if word.capital == "C" and word.kind & NAME and not word.kind & DOUBTFUL
        ]
    spans.sort(key=lambda span: span.start)
    return _replace(text, spans, Persons(recognizer.names, numbered=False))


@cache
def _recognizer() -> Recognizer:
    return load_recognizer(load_config().paths.models / MODEL)


def find_spans(
    text: str, speaker: str, memory: Memory, persons: Persons, names: Names, judge: Judge, people: bool = True
) -> list[Span]:
    """What is personal in a turn, sorted; `memory` and `persons` learn of it. Training brings a judge that knows.

    The search is repeated, with what was found blanked out, until it finds nothing more.
    """
    working = _blank(text, [match.span() for match in PLACEHOLDER.finditer(text)])
    finders: list[Callable[[str], Iterable[Span]]] = [
        _find_shapes,
        lambda rest: find_spoken_emails(rest, asked=says_joint(rest) and asks_email(rest, memory)),
        lambda rest: _find_codes(rest, speaker, memory, names, judge),
        lambda rest: _find_people(rest, speaker, memory, persons, names, judge) if people else (),
        lambda rest: (span for span in judge.found(rest) if people or span.type != PERSON),
        lambda rest: _find_again(rest, memory.addresses),
    ]
    if expects(memory) and is_telling(working, names):
        judge.look(working)
    spans: list[Span] = []
    before = ""
    while working != before:
        before = working
        for find in finders:
            found = list(find(working))
            spans += found
            memory.addresses.update(_address_words(text, found, names))
            working = _blank(working, [(span.start, span.end) for span in found])
        spans = _joined(text, spans)
        working = _blank(working, [(span.start, span.end) for span in spans])
    persons.meet(text, spans)
    memory.add(speaker, text, spans)
    return spans


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans in order; first and last name are one person, `aa niinku aarne` one letter."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        gap = text[joined[-1].end : span.start] if joined else ""
        is_name = bool(joined) and span.type == joined[-1].type == PERSON and gap.isspace() and "\n" not in gap
        is_address = bool(joined) and "EMAIL" in (span.type, joined[-1].type) and IN_EMAIL.fullmatch(gap) is not None
        if is_name or is_address or SPELT.fullmatch(gap):
            before = joined.pop()
            span = Span(before.start, span.end, "EMAIL" if is_address else before.type, span.confidence)
        if span.type == "EMAIL" and (end := EMAIL_END.match(text, span.end)):
            span = Span(span.start, end.end(), "EMAIL", span.confidence)
        joined.append(span)
    return joined


def _find_shapes(text: str) -> list[Span]:
    return _longest(_candidates(text)) if WORTH_A_LOOK.search(text) else []


def _candidates(text: str) -> Iterator[Span]:
    for pattern in PATTERNS:
        group = "id" if "id" in pattern.regex.groupindex else 0
        position = 0
        while match := pattern.regex.search(text, position):
            start = match.start(group)
            length, confidence = pattern.accept(match[group])
            if length:
                yield Span(start, start + length, pattern.type, confidence)
            position = start + max(length, 1)  # an identifier may begin inside what was none


def _longest(candidates: Iterable[Span]) -> list[Span]:
    """The rule where candidates overlap: the longest wins; of equally long ones, the row that stands first."""
    chosen: list[Span] = []
    for span in sorted(candidates, key=lambda span: span.start - span.end):  # a stable sort keeps the table's order
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return chosen


def _find_codes(text: str, speaker: str, memory: Memory, names: Names, judge: Judge) -> list[Span]:
    words = read_words(text)
    found = pieces(words)
    if not found:
        return []
    turn = Turn(text, speaker, words, found)
    spans: list[Span] = []
    labels: list[str] = []
    for group in groups(found):
        is_worth = is_worth_it(turn, group, memory)
        for number, piece in enumerate(group):
            start, end = words[piece.first].start, words[piece.last].end
            type_, probability = "", 0.0
            if is_worth and not is_called_other(turn, piece):
                type_, probability = judge.type_of(features(turn, group, number, labels, memory), text, start, end)
            labels.append(type_)
            if type_:
                spans.append(widened(text, words, piece, type_, probability, names))
    return spans


def _find_people(text: str, speaker: str, memory: Memory, persons: Persons, names: Names, judge: Judge) -> list[Span]:
    words = read_name_words(text, names)
    asked = asks_name(memory)
    labels: list[bool] = []
    spans: list[Span] = []
    for at, word in enumerate(words):
        confidence = 0.0
        if is_candidate(words, at, asked):
            found = name_features(text, words, at, labels, memory, speaker, persons.known)
            confidence = round(judge.name_confidence(found, text, word.start, word.end), 2)
        labels.append(confidence > 0)
        if not labels[-1]:
            continue
        gap = text[spans[-1].end : word.start] if spans else "."
        if at and labels[at - 1] and gap.isspace() and "\n" not in gap:
            spans[-1] = Span(spans[-1].start, word.end, PERSON, max(spans[-1].confidence, confidence))
        else:
            spans.append(Span(word.start, word.end, PERSON, confidence))
    return with_initials(text, spans)


def _address_words(text: str, spans: Iterable[Span], names: Names) -> Iterator[str]:
    """What the e-mail addresses among the spans are made of, without everyday words."""
    for span in spans:
        if span.type == "EMAIL":
            yield from (
                part
                for part in own_parts(text[span.start : span.end])
                if not kind_of(part, names) & (Kind.SEEN | Kind.COMMON)
            )


def _find_again(text: str, addresses: Collection[str]) -> Iterator[Span]:
    """Words of an address that was masked before: corrected, spelt or asked about once more."""
    for match in NAME_WORD.finditer(text) if addresses else ():
        if match[0].lower() in addresses:
            yield Span(match.start(), match.end(), "EMAIL", REPEATED)


def _blank(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    for start, end in ranges:
        text = text[:start] + FILLER * (end - start) + text[end:]
    return text


def _replace(text: str, spans: Sequence[Span], persons: Persons) -> MaskedText:
    parts, position = [], 0
    for span in spans:
        parts += [text[position : span.start], persons.placeholder(text, span)]
        position = span.end
    return MaskedText("".join([*parts, text[position:]]))
