"""Put `[TYPE]` in place of everything that identifies a person, turn by turn of a conversation.

Four readers, each on what those before it left: shapes with checksums (`patterns`), e-mail addresses said aloud
(`spoken_email`), numbers, codes and streets (`identifiers`), names (`people`). The last two ask a recognizer.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.config import load_config
from pipeline.conversation import MaskedText, Span
from pipeline.privacy.codes import groups, pieces, read_words, symbols
from pipeline.privacy.identifiers import Memory, Turn, asks_email, features, is_called_other, is_worth_it
from pipeline.privacy.names import DOUBTFUL, NAME, Names
from pipeline.privacy.patterns import PATTERNS, PERSON, TYPES
from pipeline.privacy.people import asks_name, is_candidate, name_features, read_name_words
from pipeline.privacy.persons import Persons
from pipeline.privacy.recognizer import MODEL, Recognizer, TurnJudge, load_recognizer
from pipeline.privacy.spans import FILLER, widened, with_initials
from pipeline.privacy.spoken_email import find_spoken_emails

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(TYPES)})(?:_[0-9]+)?\]")
WORTH_A_LOOK = re.compile(r"[0-9@]|[(\[](?:at|ät)", re.IGNORECASE)
"""Every pattern of the table asks for one of these: most lines have none and are done at once."""

CodeJudge = Callable[[Iterable[str], str, int, int], tuple[str, float]]
"""Features of a piece, the text and where it stands there → its type ("" for none) and how sure that is."""
NameJudge = Callable[[Iterable[str], str, int, int], float]
"""Features of a word, the text and where it stands there → how sure it is part of a name, 0 for no."""


@dataclass(frozen=True, slots=True)
class Judges:
    """What decides on pieces, and on words that may be names (None leaves these alone)."""

    code: CodeJudge
    name: NameJudge | None


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
        judges = Judges(judge.type_of, judge.name_confidence if names else None)
        spans = find_spans(text, speaker, memory, persons, recognizer.names, judges)
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


def find_spans(text: str, speaker: str, memory: Memory, persons: Persons, names: Names, judges: Judges) -> list[Span]:
    """What is personal in a turn, sorted; `memory` and `persons` learn of it. Training calls it with judges that know.

    The search is repeated, with what was found blanked out, until it finds nothing more.
    """
    working = _blank(text, [match.span() for match in PLACEHOLDER.finditer(text)])
    finders: list[Callable[[str], Iterable[Span]]] = [
        _find_shapes,
        lambda rest: find_spoken_emails(rest, asked=asks_email(rest, memory)),
        lambda rest: _find_codes(rest, speaker, memory, names, judges.code),
    ]
    if name := judges.name:
        finders.append(lambda rest: _find_people(rest, speaker, memory, persons, names, name))
    spans: list[Span] = []
    found_more = True
    while found_more:
        found_more = False
        for find in finders:
            found = list(find(working))
            spans += found
            working = _blank(working, [(span.start, span.end) for span in found])
            found_more |= bool(found)
    spans = _joined(text, spans)
    persons.meet(text, spans)
    memory.add(speaker, text, {span.type for span in spans})
    return spans


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans in order; a first and a last name found one after the other are one person."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        gap = text[joined[-1].end : span.start] if joined else ""
        if joined and span.type == joined[-1].type == PERSON and gap.isspace() and "\n" not in gap:
            span = Span(joined.pop().start, span.end, PERSON, span.confidence)
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


def _find_codes(text: str, speaker: str, memory: Memory, names: Names, judge: CodeJudge) -> list[Span]:
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
                type_, probability = judge(features(turn, group, number, labels, memory), text, start, end)
            labels.append(type_)
            if type_:
                spans.append(widened(text, words, piece, type_, probability, names))
                memory.learn(type_, symbols(words, piece))
    return spans


def _find_people(
    text: str, speaker: str, memory: Memory, persons: Persons, names: Names, judge: NameJudge
) -> list[Span]:
    words = read_name_words(text, names)
    asked = asks_name(memory)
    labels: list[bool] = []
    spans: list[Span] = []
    for at, word in enumerate(words):
        confidence = 0.0
        if is_candidate(words, at, asked):
            found = name_features(text, words, at, labels, memory, speaker, persons.known)
            confidence = round(judge(found, text, word.start, word.end), 2)
        labels.append(confidence > 0)
        if not labels[-1]:
            continue
        gap = text[spans[-1].end : word.start] if spans else "."
        if at and labels[at - 1] and gap.isspace() and "\n" not in gap:
            spans[-1] = Span(spans[-1].start, word.end, PERSON, max(spans[-1].confidence, confidence))
        else:
            spans.append(Span(word.start, word.end, PERSON, confidence))
    return with_initials(text, spans)


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
