"""The first characters of a file, seen as text, as JSON and as a table: what a format recognises itself by."""

import csv
import json
import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from io import StringIO
from itertools import islice

HEAD_BYTES = 262_144
HEADER_ROWS = 3
"""Survey tools write up to three."""
MAX_PATH = 12
"""Keys nested deeper tell no format from another; an attack nests a hundred thousand."""
MAX_KEY_CHARACTERS = 64
ITEM = "item"
"""The name of an array's members in a path."""
TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"\s*+(:)?|\\?\Z)|([{\[])|([}\]])', re.DOTALL)
"""A string, with the colon that makes it a key, or a bracket; possessive, so that no text takes more than one pass."""


class Head:
    """The start of a file. `text` has undecodable bytes replaced; `start` is the bytes themselves.

    `sheets` are the first rows of a workbook's sheets: then the rows are those of the first, and there is no text.
    """

    def __init__(self, start: bytes, sheets: Mapping[str, list[list[str]]] | None = None) -> None:
        self.start = start
        self.sheets = sheets or {}
        self.text = start.decode(encoding_of(start), errors="replace")

    @cached_property
    def json_paths(self) -> frozenset[str]:
        """The keys of its JSON as dotted paths, `item` for the members of an array: `turns.item.role`.

        Of JSON Lines, those of all lines; of a value that is cut off, those before the cut; of no JSON, none.
        """
        if self.is_json_lines:
            return frozenset().union(*map(paths_of, self.text.split("\n")))
        return paths_of(self.text) if self.text.lstrip()[:1] in ("{", "[") else frozenset()

    @cached_property
    def is_json_lines(self) -> bool:
        """Whether its first line is an object of its own, or half of its lines are, or one line is longer than it."""
        *lines, last = self.text.strip().split("\n")
        if len(self.start) < HEAD_BYTES:
            lines.append(last)
        elif not lines:
            return last.startswith("{")
        lines = [line for line in lines if line.strip()]
        if self.text.lstrip()[:1] == "[" or not lines:
            return False
        return _is_object(lines[0]) or len(lines) <= 2 * sum(map(_is_object, lines))

    @cached_property
    def rows(self) -> list[list[str]]:
        """The first rows as a table with the most likely separator, up to one that cannot be read."""
        if self.sheets:
            return next(iter(self.sheets.values()))
        return rows_of(self.text, delimiter_of(self.text))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The column names of a table with one header row."""
        return frozenset(self.rows[0]) if self.rows else frozenset()


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line, parse_int=float), dict)  # Python refuses whole numbers of 5,000 digits
    except (ValueError, RecursionError):
        return False


def paths_of(text: str) -> frozenset[str]:
    """The keys of JSON as dotted paths: `turns.item.role`; of JSON that is cut off, those before the cut.

    Keys are as they are written; only the first 64 characters of one count.
    """
    found: set[str] = set()
    path: list[str] = []
    depth = 0
    for match in TOKEN.finditer(text):
        key, colon, opening, closing = match.groups()
        if opening:
            depth += 1
            if depth <= MAX_PATH:
                path.append(ITEM if opening == "[" else "")
        elif closing:
            if depth <= MAX_PATH and path:
                path.pop()
            depth = max(depth - 1, 0)
        elif colon and path and depth <= MAX_PATH:
            path[-1] = key[:MAX_KEY_CHARACTERS]
            found.add(".".join(path))
    return frozenset(found)


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of a table, up to one that cannot be read."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend([cell.strip() for cell in row] for row in islice(reader, HEADER_ROWS))
    return rows


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
