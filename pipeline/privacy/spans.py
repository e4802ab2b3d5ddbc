"""How far a span reaches: a town belongs to its postcode, `vanha` to the street, an initial to the name."""

import re
from collections.abc import Iterable, Sequence

from pipeline.conversation import Span
from pipeline.privacy.codes import BARE, Piece, Word, symbols, words
from pipeline.privacy.names import Kind, Names, kind_of

FILLER = "\ue000"
"""Stands in the working copy where a span is: no letter, no digit, no space, and never in real text."""

STREET_STARTS = words("vanha vanhan uusi uuden iso ison pikku pieni gamla nya stora lilla norra södra")
INITIALS = re.compile(r"(?:(?<=\s)|^)(?:[A-ZÅÄÖ]\.[\s-]?)+$")
INITIAL_AFTER = re.compile(r"\s(?:[A-ZÅÄÖ]\.?(?=\s*(?:$|[\n,.;:!?)]))|[A-ZÅÄÖ]\.)")


def widened(text: str, words: Sequence[Word], piece: Piece, type_: str, probability: float, names: Names) -> Span:
    """The span of a piece of this type, with the words that belong to it."""
    first, last = piece.first, piece.last
    if type_ != "ADDRESS" and words[first].kind == "h":
        first += 1
    if type_ == "ADDRESS":
        first, last = _with_street(words, first, last), _with_town(words, piece, names)
    elif type_ == "PLATE" and words[first].symbol[:1].isdigit() and first:
        before = words[first - 1]
        first -= before.kind == "w" and len(before.text) <= 3 and before.text.isalpha()
    elif type_ == "CUSTOMER_ID" and first:
        before = words[first - 1]
        first -= before.kind == "w" and len(before.text) <= 4 and before.text.isupper() and not words[first].breaks
    return Span(words[first].start, words[last].end, type_, round(probability, 2))


def _with_street(words: Sequence[Word], first: int, last: int) -> int:
    street = next((n for n in range(first, last + 1) if words[n].kind == "s"), None)
    if street is None or street != first or not first or words[first].breaks:
        return first
    before = words[first - 1].text
    is_named_by_it = words[first].text.lower() in BARE or before.lower() in STREET_STARTS
    is_title = before[:1].isupper() and words[first].text[:1].islower() and before.lower().endswith("n")
    return first - 1 if (is_named_by_it and words[first - 1].kind in "wo") or is_title else first


def _with_town(words: Sequence[Word], piece: Piece, names: Names) -> int:
    """The last word of an address: the town after a postcode, which is five digits at its end."""
    end = piece.last + 1
    said = symbols(words, piece)
    if end >= len(words) or words[end].breaks or not re.search(r"[0-9]{5}$", said):
        return piece.last
    town = words[end]
    kind = kind_of(town.text.lower(), names)
    is_town = town.text[:1].isupper() or Kind.PLACE in kind or (len(town.text) > 2 and Kind.COMMON not in kind)
    return end if town.kind in "ws" and is_town else piece.last


def with_initials(text: str, spans: Iterable[Span]) -> list[Span]:
    """The names with the initials that stand beside them: `Jouni K.`, `E. Palosuo`."""
    whole: list[Span] = []
    for span in spans:
        start, end = span.start, span.end
        if before := INITIALS.search(text, max(0, start - 8), start):
            start = before.start()
        if after := INITIAL_AFTER.match(text, end):
            end = after.end()
        if whole and start < whole[-1].end:
            start = whole[-1].end
        whole.append(Span(start, end, span.type, span.confidence))
    return whole
