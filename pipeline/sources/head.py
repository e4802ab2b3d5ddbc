"""The first characters of a file, seen as text, as JSON and as a table: what a format recognises itself by."""

import csv
import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from functools import cached_property
from io import StringIO
from itertools import islice

HEAD_BYTES = 262_144
HEADER_ROWS = 3
"""Survey tools write up to three."""


class Head:
    """The start of a file. `text` has undecodable bytes replaced; `start` is the bytes themselves."""

    def __init__(self, start: bytes) -> None:
        self.start = start
        self.text = start.decode(encoding_of(start), errors="replace")

    @cached_property
    def json_paths(self) -> frozenset[str]:
        """The keys of its JSON as dotted paths, `item` for the members of an array: `turns.item.role`.

        Of JSON Lines, those of all lines; of a value that is cut off, those before the cut; of no JSON, none.
        """
        from pipeline.sources.json_stream import paths_of

        return paths_of(self.text) if self.text.lstrip()[:1] in ("{", "[") else frozenset()

    @cached_property
    def is_json_lines(self) -> bool:
        """Whether each line is an object of its own."""
        first, _, rest = self.text.lstrip().partition("\n")
        return first.rstrip().endswith("}") and first.startswith("{") and rest.lstrip()[:1] in ("{", "")

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first rows as a table with the most likely separator; none where they cannot be read."""
        try:
            reader = csv.reader(StringIO(self.text, newline=""), delimiter=delimiter_of(self.text), strict=True)
            return [[cell.strip() for cell in row] for row in islice(reader, HEADER_ROWS)]
        except csv.Error:
            return []

    @cached_property
    def columns(self) -> frozenset[str]:
        """The column names of a table with one header row."""
        return frozenset(self.rows[0]) if self.rows else frozenset()


BYTE_ORDER_MARKS: Mapping[bytes, str] = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


MISREAD = ("Ã¤", "Ã¶", "Ã¥")
"""UTF-8 read as cp1252: a file with these is UTF-8 with a broken byte, and nothing else."""


def encoding_of(start: bytes) -> str:
    """What a byte order mark says (Excel's "Unicode text" is UTF-16), else UTF-8, else cp1252.

    That is what Finnish Windows programs write; only bytes that cannot be UTF-8 and make sense in it count as such.
    """
    if marked := next((name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)), None):
        return marked
    try:
        getincrementaldecoder("utf-8")().decode(start)  # the last character may be cut in two
    except UnicodeDecodeError:
        return "utf-8-sig" if is_misread(start.decode("cp1252", errors="replace")) else "cp1252"
    return "utf-8-sig"


def is_misread(text: str) -> bool:
    """Whether text that was read as cp1252 is something else."""
    return "\0" in text or any(letters in text for letters in MISREAD)


def delimiter_of(head: str) -> str:
    """The separator a CSV header uses: the most frequent of semicolon, comma and tab in its first line."""
    first_line = re.split(r"[\r\n]", head, maxsplit=1)[0]
    return max(",;\t", key=first_line.count)
