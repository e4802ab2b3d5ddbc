"""Who is to be forgotten: every id of theirs that is known, as patterns to search with."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MIN_LENGTH = 4
"""Shorter ids are looked up in their columns only: in files and texts they would be found in every second date."""
MIN_BYTES = 8
"""Shorter ids are not searched for in the bytes of databases, where nothing stands round them that ends a word."""
SLICE = 200
"""So many ids DuckDB's regular expressions search for as fast as for one; a thousand take twenty times as long."""


@dataclass(frozen=True, slots=True)
class Person:
    """The ids of the customers to be forgotten, several as one."""

    numbers: tuple[str, ...] = ()
    """The company's own numbers, where they were given."""
    keys: tuple[str, ...] = ()
    """The keyed hashes that are stored in their place."""
    conversations: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    """Those of the ids that another system's records have too: found somewhere, they prove nothing."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, each once; a row that is deleted by its own id comes before those that only name another's."""
        return tuple(dict.fromkeys((*self.responses, *self.conversations, *self.numbers, *self.keys)))

    @property
    def pattern(self) -> str:
        """Any of the ids as a word of its own, in the language that Python's `re` and DuckDB's RE2 share."""
        return as_words(id_ for id_ in self.ids if id_ not in self.shared)

    def slices(self) -> Iterator["Person"]:
        """The same ids, as few at a time as DuckDB searches for fast."""
        for start in range(0, len(self.ids), SLICE):
            part = set(self.ids[start : start + SLICE])
            kinds = (self.numbers, self.keys, self.conversations, self.responses, self.shared)
            yield Person(*(tuple(id_ for id_ in ids if id_ in part) for ids in kinds))

    def hits(self, text: str) -> int:
        """How often a text holds one of the ids."""
        return len(re.findall(self.pattern, text))

    def redacted(self, text: str) -> str:
        """A text that may be shown: without the ids."""
        short = f"(?<![0-9A-Za-z]){as_parts(self.ids, 1)}(?![0-9A-Za-z])"
        return re.sub(f"{as_parts(self.ids)}|{short}", "…", text)


def as_words(ids: Iterable[str]) -> str:
    """Any of the ids that are long enough, with no letter and no digit next to it."""
    return f"(?:^|[^0-9A-Za-z]){as_parts(ids)}(?:[^0-9A-Za-z]|$)"


def as_parts(ids: Iterable[str], length: int = MIN_LENGTH) -> str:
    """Any of the ids that have at least `length` characters, wherever it stands; the longest that fits."""
    return f"(?:{_tree([id_ for id_ in ids if len(id_) >= length]) or '$.'})"  # which nothing matches


def _tree(ids: list[str]) -> str:
    """A pattern that writes what several ids begin with once, so that a search takes no longer for many of them."""
    tails = defaultdict(list)
    for id_ in ids:
        if id_:
            tails[id_[0]].append(id_[1:])
    branches = "|".join(re.escape(first) + _tree(rest) for first, rest in sorted(tails.items()))
    if "" in ids:
        return f"(?:{branches})?" if branches else ""
    return branches if len(tails) < 2 else f"(?:{branches})"
