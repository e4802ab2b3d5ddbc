"""Bytes to clean text, times and rows: what every reader needs before it knows its format."""

import csv
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import count
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError, SourceError
from pipeline.sources.files import SourceFile
from pipeline.sources.head import HEAD_BYTES, Head, delimiter_of, encoding_of, is_misread

NOT_UTF8 = "not_utf8"
MAX_CHARACTERS = 2**24
"""The longest line or cell of a table; what is left open by a quote ends here."""
csv.field_size_limit(MAX_CHARACTERS)  # of the whole process; the default of 131,072 would lose a long e-mail
MAX_TEXT_BYTES = 32 * 2**20
"""The largest file that a format without records of its own (WebVTT, a pasted chat) may be read whole."""

Row = dict[str, str]


def head_of(file: SourceFile) -> Head:
    """The start of a file.

    Raises:
        SourceError: the file cannot be opened.
    """
    with file.open() as opened:
        return Head(opened.read(HEAD_BYTES))


def whole_text(file: SourceFile, *, or_cp1252: bool = False) -> str:
    """All of a file as text, without a byte order mark.

    Args:
        file: the file.
        or_cp1252: whether what is not UTF-8 may be the encoding of Finnish Windows programs instead.

    Raises:
        SourceError: it cannot be opened, is too large to be read whole, or is another encoding.
    """
    with file.open() as opened:
        content = opened.read(MAX_TEXT_BYTES + 1)
    if len(content) > MAX_TEXT_BYTES:
        raise SourceError(f"{file.name} is over 32 MB and cannot be read in parts: split it.", code="file_too_large")
    encoding = encoding_of(content)
    try:
        if or_cp1252 or encoding != "cp1252":
            return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    raise SourceError(f"{file.name} is not UTF-8: export it again as UTF-8.", code=NOT_UTF8)


def clean(text: str) -> str:
    """The text in Unicode form NFC, without NULs and outer white space.

    Raises:
        ValueError: it holds half a surrogate pair, which no file can store.
    """
    text.encode("utf-8")  # UnicodeEncodeError is a ValueError
    return unicodedata.normalize("NFC", text.replace("\0", " ")).strip()


def utc(time: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time as aware UTC; one without a zone is read in `zone`.

    Raises:
        ValueError: it is no ISO 8601 time, or lies outside the calendar.
    """
    moment = datetime.fromisoformat(time.strip())
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def csv_rows(file: SourceFile, header_rows: int = 1) -> Iterator[tuple[str, Row] | RecordError]:
    """The rows of a table with a header, each with its position; empty rows are passed over.

    UTF-8, UTF-16 with its mark, or else the encoding of Finnish Windows programs (cp1252). The file is read in parts.

    Args:
        file: the file.
        header_rows: how many rows name the columns; the first counts.

    Raises:
        SourceError: the file cannot be opened, or is no text.
    """
    delimiter, encoding = delimiter_of(head_of(file).text), _encoding(file)
    with TextIOWrapper(file.open(), encoding=encoding, newline="") as text:
        reader = csv.reader(_short_lines(text, file), delimiter=delimiter, strict=True)
        names: list[str] = []
        for number in count(1):
            position = f"row {number}"
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a stray quote costs its line; an open one runs to the end of the file
                if number == 1:
                    raise SourceError(
                        f"{file.name} has a broken header: export it again.", code="malformed_csv"
                    ) from None
                yield RecordError(position, "malformed_csv")
                continue
            if number == 1:
                names = [name.strip() for name in values]
            elif number > header_rows and any(value.strip() for value in values):
                fits = len(values) == len(names)
                row = dict(zip(names, values, strict=False))
                yield (position, row) if fits else RecordError(position, "wrong_columns")


def _short_lines(text: TextIOWrapper, file: SourceFile) -> Iterator[str]:
    while line := text.readline(MAX_CHARACTERS + 1):
        if len(line) > MAX_CHARACTERS:
            raise SourceError(f"{file.name} holds a line of over 16 million characters.", code="record_too_large")
        yield line


def _encoding(file: SourceFile) -> str:
    """The first of what the start looks like and cp1252 that all of a file can be read in."""
    with file.open() as opened:
        start = opened.read(HEAD_BYTES)
    for encoding in dict.fromkeys((encoding_of(start), "cp1252")):
        with TextIOWrapper(file.open(), encoding=encoding) as text:
            try:
                while part := text.read(HEAD_BYTES):
                    if encoding == "cp1252" and is_misread(part):
                        break
                else:
                    return encoding
            except UnicodeError:
                continue
    raise SourceError(f"{file.name} is not UTF-8: export it again as UTF-8.", code=NOT_UTF8)
