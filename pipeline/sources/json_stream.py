"""JSON files of any size: small ones are read whole, large ones a record at a time in a bounded window.

The window is a record: an array of conversations may be larger than memory, one conversation may not. Both ways use
Python's own parser, so that a file reads the same whatever its size, with the NaN and huge numbers some exports hold.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import Any

from pipeline.errors import RecordError, SourceError
from pipeline.sources.files import SourceFile
from pipeline.sources.text import NOT_UTF8, head_of

WHOLE_BYTES = 16 * 2**20
"""What is read whole: a file up to this size, a record of a larger one. An hour's call with its words is a tenth."""
CHUNK_CHARACTERS = 2**20
"""How much of a large file is read at a time."""
MAX_DIGITS = 400
"""Whole numbers of more are infinite, as no float could hold them."""
LONGEST_LITERAL = 16
"""How far before the end of the window a value that goes on behind it may stop making sense: `-Infinit`, `\\u00e`."""
WHITE = re.compile(r"[ \t\r\n]*")


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


DECODER = json.JSONDecoder(parse_int=_integer)


def json_records(file: SourceFile, under: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    """The objects of a JSON file, each with its position: of an array, of JSON Lines, or the one object that it is.

    Args:
        file: the file.
        under: keys under which an export may keep its records as an array (`conversations`); the first that the file
            holds counts. An object without any of them is a record itself.

    Raises:
        SourceError: the file is not UTF-8, or cut off or no JSON as a whole; the records before have been yielded.
    """
    head = head_of(file)
    if head.is_json_lines and ("\n" in head.text.strip() or head.json_paths.isdisjoint(under)):
        yield from _lines(file, under)
        return
    for number, record in enumerate(_values(file, under), start=1):
        yield _object(record, f"record {number}")


def _object(value: Any, position: str) -> tuple[str, dict[str, Any]] | RecordError:
    return (position, value) if isinstance(value, dict) else RecordError(position, "not_an_object")


def _lines(file: SourceFile, under: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    with file.open() as opened:
        number = 0
        while line := opened.readline(WHOLE_BYTES + 1):
            number += 1
            if len(line) > WHOLE_BYTES:
                raise _too_large(file)
            if line.strip():
                yield from _line(line, f"line {number}", under)


def _line(line: bytes, position: str, under: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]] | RecordError]:
    try:
        value = DECODER.decode(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        yield RecordError(position, NOT_UTF8)
    except (ValueError, RecursionError):
        yield RecordError(position, "malformed_json")
    else:
        for record in _within(value, under) if isinstance(value, dict) else [value]:
            yield _object(record, position)


def _within(value: Any, under: Sequence[str]) -> list[Any]:
    """The records of a value that is held whole."""
    if isinstance(value, dict):
        return next((inner for key, inner in value.items() if key in under and isinstance(inner, list)), [value])
    return value if isinstance(value, list) else [value]


def _values(file: SourceFile, under: Sequence[str]) -> Iterator[Any]:
    try:
        with file.open() as opened:
            content = opened.read(WHOLE_BYTES + 1)
        if len(content) <= WHOLE_BYTES:
            yield from _within(DECODER.decode(content.decode("utf-8-sig")), under)
            return
        with TextIOWrapper(file.open(), encoding="utf-8-sig", newline="") as text:
            yield from _Window(text, file).records(under)
    except UnicodeDecodeError:
        raise SourceError(f"{file.name} is not UTF-8: export it again as UTF-8.", code=NOT_UTF8) from None
    except (ValueError, RecursionError):
        raise SourceError(f"{file.name} is cut off or no JSON: export it again.", code="malformed_json") from None


def _too_large(file: SourceFile) -> SourceError:
    return SourceError(
        f"{file.name} holds a record of over {WHOLE_BYTES // 2**20} MB: split it.", code="record_too_large"
    )


class _Window:
    """A stretch of a large JSON text that values are taken from; it moves on over the file. Bad JSON: `ValueError`."""

    def __init__(self, text: TextIOWrapper, file: SourceFile) -> None:
        self._text, self._file = text, file
        self._held, self._at = "", 0

    def records(self, under: Sequence[str]) -> Iterator[Any]:
        """The members of the array at the top, or of the first one under a key."""
        if self._next() == "[":
            yield from self._members()
        else:
            yield from self._members_under(under)
        if self._next():
            raise ValueError("more than one value")

    def _members_under(self, under: Sequence[str]) -> Iterator[Any]:
        self._take("{")
        is_found = False
        while True:
            key = self._value()
            self._take(":")
            if self._next() != "[":
                self._value()
            elif is_found or key not in under:
                deque(self._members(), maxlen=0)  # whatever it is, it may be larger than memory
            else:
                is_found = True
                yield from self._members()
            if self._next() == "}":
                break
            self._take(",")
        self._take("}")
        if not is_found:
            raise _too_large(self._file)  # the object is one record itself

    def _members(self) -> Iterator[Any]:
        self._take("[")
        while self._next() != "]":
            yield self._value()
            if self._next() == "]":
                break
            self._take(",")
            if self._next() == "]":
                raise ValueError("a comma too many")
        self._take("]")

    def _next(self) -> str:
        """The next character that is no white space; it stays where it is. Nothing at the end of the file."""
        while True:
            self._at = WHITE.match(self._held, self._at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self._at < len(self._held) or not self._move_on():
                return self._held[self._at : self._at + 1]

    def _take(self, mark: str) -> None:
        if self._next() != mark:
            raise ValueError("another character")
        self._at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = DECODER.raw_decode(self._held, self._at)
                if end < len(self._held):
                    self._at = end
                    return value
                if not self._move_on():  # a number at the end of the window may go on
                    self._at = len(self._held)
                    return value
            except json.JSONDecodeError as error:
                is_open = error.pos > len(self._held) - LONGEST_LITERAL or error.msg.startswith("Unterminated")
                if not is_open or not self._move_on():
                    raise

    def _move_on(self) -> bool:
        """Forget what has been taken and read on; whether there was more."""
        self._held, self._at = self._held[self._at :], 0
        if len(self._held) > WHOLE_BYTES:
            raise _too_large(self._file)
        more = self._text.read(max(CHUNK_CHARACTERS, len(self._held)))
        self._held += more
        return bool(more)
