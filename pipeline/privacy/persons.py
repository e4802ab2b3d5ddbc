"""Which names of a conversation are the same person, so that each keeps one number."""

from collections.abc import Sequence

from pipeline.conversation import Span
from pipeline.privacy.inflection import MIN_STEM, base_forms
from pipeline.privacy.names import WORD, Kind, Names
from pipeline.privacy.patterns import PERSON


class Persons:
    """The people named so far. A name is a person known already if each of its words may be a form of one of theirs."""

    def __init__(self, names: Names, numbered: bool = True) -> None:
        self._names = names
        self._numbered = numbered
        self._people: list[list[frozenset[str]]] = []
        self._number: dict[str, int] = {}
        self.known: frozenset[str] = frozenset()
        """Base forms of every name so far."""

    def meet(self, text: str, spans: Sequence[Span]) -> None:
        """Learn who is named in a turn."""
        for span in spans:
            if span.type == PERSON:
                name = text[span.start : span.end]
                self._number[name] = self._find(name)

    def placeholder(self, text: str, span: Span) -> str:
        """What stands in place of a span."""
        if span.type != PERSON or not self._numbered:
            return f"[{span.type}]"
        return f"[{PERSON}_{self._number[text[span.start : span.end]]}]"

    def _find(self, name: str) -> int:
        words = [self._bases(match[0].lower()) for match in WORD.finditer(name) if len(match[0]) > 1]
        if not words:  # spelt out letter by letter, or an initial
            return max(len(self._people), 1)
        for number in range(len(self._people), 0, -1):
            theirs = self._people[number - 1]
            if _covers(theirs, words) or _covers(words, theirs):
                self._people[number - 1] = [*theirs, *(word for word in words if not _covers(theirs, [word]))]
                break
        else:
            self._people.append(words)
            number = len(self._people)
        self.known |= frozenset().union(*words)
        return number

    def _bases(self, word: str) -> frozenset[str]:
        """What a word is a form of: names if any is one, itself alone if it is listed, else every candidate."""
        found = {base for base in base_forms(word) if len(base) >= MIN_STEM}
        listed = {
            base for base in found if any(f"{kind.name}:{base}" in self._names for kind in (Kind.FIRST, Kind.LAST))
        }
        return frozenset({word} if word in listed else listed or found or {word})


def _covers(theirs: Sequence[frozenset[str]], words: Sequence[frozenset[str]]) -> bool:
    return bool(words) and all(any(word & their for their in theirs) for word in words)
