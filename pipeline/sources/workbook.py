"""Excel workbooks (.xlsx) as rows of text; what would fill the memory is refused before it is opened."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any

from pipeline.errors import SourceError
from pipeline.sources.files import SourceFile

MAX_PACKED_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 512 * 2**20
MAX_CELLS = 20_000_000
"""A sheet is read as the rectangle round its cells; a year of answers has a tenth of this."""
MAX_CHARACTERS = 500_000_000
"""All cells of a workbook together, each with its whole text: texts are stored once and named by many cells."""
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,7})(\d{1,9})""")
CELL = re.compile(rb"""<(?:\w+:)?c\b([^>]*)>(?:\s*<(?:\w+:)?v\s*>\s*(\d{1,9})\s*<)?""")
SHARED = re.compile(rb"""\bt\s*=\s*["']s["']""")
TEXT_START = re.compile(rb"<(?:\w+:)?si\b")


def first_rows(file: SourceFile, count: int) -> Mapping[str, list[list[str]]]:
    """The first rows of each sheet, in the order of the sheets.

    Raises:
        SourceError: it is no workbook, is locked, or holds far more than it weighs.
    """
    workbook = _opened(file)
    return {name: list(islice(_rows(workbook, name, file), count)) for name in workbook.sheet_names}


def sheet_rows(file: SourceFile, sheet: str = "") -> Iterator[list[str]]:
    """The rows of a sheet from the first that holds something; without a name, of the first sheet.

    Raises:
        SourceError: as above, or there is no such sheet.
    """
    workbook = _opened(file)
    name = sheet or next(iter(workbook.sheet_names), "")
    if name not in workbook.sheet_names:
        raise SourceError(f"{file.name} has no such sheet: name another in its mapping.", code="missing_sheet")
    yield from _rows(workbook, name, file)


def _opened(file: SourceFile) -> Any:
    from python_calamine import CalamineWorkbook

    with file.open() as opened:
        content = opened.read(MAX_PACKED_BYTES + 1)
    try:
        _weigh(content, file)
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except (SourceError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the library, written in Rust, is no Exception
        raise _damaged(file) from None


def _rows(workbook: Any, name: str, file: SourceFile) -> Iterator[list[str]]:
    try:
        rows = workbook.get_sheet_by_name(name).iter_rows()
        yield from ([_text(cell) for cell in row] for row in rows)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:
        raise _damaged(file) from None


def _damaged(file: SourceFile) -> SourceError:
    return SourceError(f"{file.name} is a damaged or locked workbook: save it again as .xlsx.", code="bad_archive")


def _text(cell: Any) -> str:
    """A cell as an export to CSV would write it, times in ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _weigh(content: bytes, file: SourceFile) -> None:
    """Refuse what is larger than any export: by its size, by the rectangles of its sheets, by its repeated texts."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        sizes = sum(info.file_size for info in parts.infolist())
        is_heavy = len(content) > MAX_PACKED_BYTES or sizes > MAX_UNPACKED_BYTES
        sheets = [name for name in parts.namelist() if re.match(r"/?xl/.*sheet.*\.xml$", name, re.IGNORECASE)]
        if is_heavy or _is_heavy([parts.read(name) for name in sheets], _text_sizes(parts)):
            raise SourceError(f"{file.name} holds far more than a workbook can: split it.", code="zip_bomb")


def _text_sizes(parts: zipfile.ZipFile) -> list[int]:
    """How long each shared text is at most, in the bytes of its XML."""
    names = [name for name in parts.namelist() if name.lower().endswith("sharedstrings.xml")]
    content = parts.read(names[0]) if names else b""
    starts = [match.start() for match in TEXT_START.finditer(content)]
    return [end - start for start, end in zip(starts, [*starts[1:], len(content)], strict=False)]


def _is_heavy(sheets: list[bytes], text_sizes: list[int]) -> bool:
    longest, characters = max(text_sizes, default=0), 0
    for sheet in sheets:
        places = [(len(letters), letters.upper(), int(row)) for letters, row in PLACE.findall(sheet)]
        width = _column(max(((length, letters) for length, letters, _ in places), default=(0, b""))[1])
        if width * max((row for *_, row in places), default=0) > MAX_CELLS:
            return True
        for attributes, index in CELL.findall(sheet):
            if SHARED.search(attributes):
                known = bool(index) and int(index) < len(text_sizes)
                characters += text_sizes[int(index)] if known else longest
        if characters > MAX_CHARACTERS:
            return True
    return False


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, XFD is 16,384."""
    total = 0
    for letter in letters:
        total = total * 26 + letter - 64
    return total
