"""Put `[TYPE]` in place of everything that identifies a person."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from pipeline.config import load_config
from pipeline.conversation import MaskedText, Span
from pipeline.privacy.names import MODEL, Names, find_names, load_names
from pipeline.privacy.patterns import PATTERNS, PERSON, TYPES

FILLER = "\ue000"
"""Stands in the working copy where a span is: no letter, no digit, no space, and never in real text."""

PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(TYPES)})\]")
WORTH_A_LOOK = re.compile(r"[0-9@]")
"""Every pattern of the table asks for one of these: most lines have none and are done at once."""


def mask(text: str, *, names: bool = True) -> tuple[MaskedText, tuple[Span, ...]]:
    """Mask one text: the text with `[TYPE]` for each span, and the spans as character offsets into `text`.

    Spans are sorted and never overlap; what lies outside them is unchanged. Masking a masked text changes nothing,
    because the search is repeated, with the spans found so far blanked out, until it finds nothing more.

    Raises:
        ModelError: `names` is asked for and the list of names is missing or altered.
    """
    known = _names() if names else None
    working = _blank(text, [match.span() for match in PLACEHOLDER.finditer(text)])
    spans: list[Span] = []
    while found := _search(working, known):
        spans += found
        working = _blank(working, [(span.start, span.end) for span in found])
    spans.sort(key=lambda span: span.start)
    return _replace(text, spans), tuple(spans)


@cache
def _names() -> Names:
    return load_names(load_config().paths.models / MODEL)


def _search(text: str, known: Names | None) -> list[Span]:
    """What the patterns find; where they find nothing (any more), what the names do."""
    found = _longest(_candidates(text)) if WORTH_A_LOOK.search(text) else []
    if not found and known is not None:
        return [Span(start, end, PERSON) for start, end in find_names(text, known)]
    return found


def _candidates(text: str) -> Iterator[Span]:
    for pattern in PATTERNS:
        group = "id" if "id" in pattern.regex.groupindex else 0
        position = 0
        while match := pattern.regex.search(text, position):
            start, length = match.start(group), pattern.accept(match[group])
            if length:
                yield Span(start, start + length, pattern.type)
            position = start + max(length, 1)  # an identifier may begin inside what was none


def _longest(candidates: Iterable[Span]) -> list[Span]:
    """The rule where candidates overlap: the longest wins; of equally long ones, the row that stands first."""
    chosen: list[Span] = []
    for span in sorted(candidates, key=lambda span: span.start - span.end):  # a stable sort keeps the table's order
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return chosen


def _blank(text: str, ranges: list[tuple[int, int]]) -> str:
    for start, end in ranges:
        text = text[:start] + FILLER * (end - start) + text[end:]
    return text


def _replace(text: str, spans: list[Span]) -> MaskedText:
    parts, position = [], 0
    for span in spans:
        parts += [text[position : span.start], f"[{span.type}]"]
        position = span.end
    return MaskedText("".join([*parts, text[position:]]))
