"""Tables of any kind, CSV, TSV or a workbook's sheet, as rows under the names of their columns."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from pipeline.errors import RecordError
from pipeline.mappings import header_name
from pipeline.sources.files import ZIP_MAGIC, SourceFile
from pipeline.sources.text import Row, csv_lists
from pipeline.sources.workbook import sheet_rows

Rows = Iterator[tuple[str, Row] | RecordError]
Naming = Callable[[Sequence[list[str]]], list[str]]
SAMPLE_ROWS = 200
"""So many rows say what a column holds."""


def first_row(headers: Sequence[list[str]]) -> list[str]:
    """The names that most tables give their columns: those of the first row."""
    return headers[0] if headers else []


def table_rows(
    file: SourceFile, naming: Naming = first_row, header_rows: int = 1, *,
    delimiter: str = "", encoding: str = "", sheet: str = "",
) -> Rows:  # fmt: skip
    """The rows of a table, each with its position; empty rows are passed over.

    Args:
        file: the file.
        naming: the names of the columns, from the header rows.
        header_rows: how many rows are header.
        delimiter: between cells of a text file; "" to tell it from the first line.
        encoding: of a text file; "" to tell it from the content.
        sheet: of a workbook; "" for the first.

    Raises:
        SourceError: the file cannot be opened, is no table, or has no such sheet.
    """
    lists = _of_sheet(file, sheet) if is_workbook(file) else csv_lists(file, delimiter, encoding)
    headers: list[list[str]] = []
    names: list[str] = []
    for item in lists:
        if isinstance(item, RecordError):
            yield item
            continue
        position, values = item
        if len(headers) < header_rows:
            headers.append(values)
            names = unique(naming(headers))
        elif any(value.strip() for value in values):
            fits = len(values) == len(names)
            yield (position, dict(zip(names, values, strict=True))) if fits else RecordError(position, "wrong_columns")


def is_workbook(file: SourceFile) -> bool:
    """Whether the file is packed as Excel packs its workbooks.

    Raises:
        SourceError: it cannot be opened.
    """
    with file.open() as opened:
        return opened.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def unique(names: Sequence[str]) -> list[str]:
    """Names on one line, each once: a second `Kommentti` is `Kommentti (2)`, a column without a name `column 3`."""
    seen: Counter[str] = Counter()
    found: dict[str, None] = {}
    for number, name in enumerate(map(header_name, names), start=1):
        base = own = name or f"column {number}"
        while own in found:
            seen[base] += 1
            own = f"{base} ({seen[base] + 1})"
        found[own] = None
    return list(found)


def sample_of(rows: Rows) -> list[Row]:
    """The first rows that can be read."""
    return [item[1] for item in islice(rows, SAMPLE_ROWS) if not isinstance(item, RecordError)]


def names_of(sample: Sequence[Row]) -> list[str]:
    """The names of all columns of the rows, in the order of their coming."""
    return list(dict.fromkeys(name for row in sample for name in row))


def _of_sheet(file: SourceFile, sheet: str) -> Iterator[tuple[str, list[str]] | RecordError]:
    for number, values in enumerate(sheet_rows(file, sheet), start=1):
        yield f"row {number}", values
