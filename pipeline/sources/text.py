"""Bytes to clean text, times and rows: what every reader needs before it knows its format."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError, SourceError

HEAD_CHARACTERS = 65_536
csv.field_size_limit(2**31 - 1)  # of the whole process; the default of 131,072 characters would lose a long e-mail
NOT_UTF8 = "not_utf8"

Row = dict[str, str]


def opened(path: Path) -> BinaryIO:
    """The file, open for reading its bytes.

    Raises:
        SourceError: it is not there or may not be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"{path.name} cannot be opened ({error.strerror}): check its permissions.") from None


def head_of(path: Path) -> str:
    """The first characters of a file, undecodable bytes replaced.

    Raises:
        SourceError: the file cannot be opened.
    """
    with TextIOWrapper(opened(path), encoding="utf-8-sig", errors="replace") as file:
        return file.read(HEAD_CHARACTERS)


def whole_text(path: Path) -> str:
    """All of a file, which must be UTF-8, with or without a byte order mark.

    Raises:
        SourceError: it cannot be opened, or is another encoding.
    """
    try:
        with opened(path) as file:
            return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{path.name} is not UTF-8: export it again as UTF-8.", code=NOT_UTF8) from None


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


def delimiter_of(head: str) -> str:
    """The separator a CSV header uses: the most frequent of semicolon, comma and tab in its first line."""
    first_line = re.split(r"[\r\n]", head, maxsplit=1)[0]
    return max(",;\t", key=first_line.count)


def header_of(head: str) -> set[str]:
    """The column names of a CSV file; none where they cannot be read."""
    try:
        return {name.strip() for name in next(_csv_reader(head), [])}
    except csv.Error:
        return set()


def _csv_reader(text: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)


def csv_rows(path: Path) -> Iterator[tuple[str, Row] | RecordError]:
    """The rows of a CSV file with a header, each with its position; empty rows are passed over.

    Raises:
        SourceError: the file is not UTF-8.
    """
    text = whole_text(path)
    reader = _csv_reader(text)
    names = [name.strip() for name in next(reader, [])]
    number = 1
    while True:
        number += 1
        position = f"row {number}"
        try:
            values = next(reader, None)
        except csv.Error:  # a stray quote costs its line; an open one runs to the end of the file
            yield RecordError(position, "malformed_csv")
            continue
        if values is None:
            return
        if any(value.strip() for value in values):
            fits = len(values) == len(names)
            yield (position, dict(zip(names, values, strict=True))) if fits else RecordError(position, "wrong_columns")
