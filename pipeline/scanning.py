"""What the files that the house writes hold, whatever they are packed in; and a search of them for personal data.

The third guard, after the masking and the check `no_identifiers`. Its patterns are written apart from both, and are
narrower than the masking: a hit is no doubtful case but means that something went round the masking.
"""

import gzip
import io
import os
import re
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import IO

from pipeline import store
from pipeline.config import Config, project_root
from pipeline.errors import CheckFailed, StoreError

CHUNK = 1 << 20
"""Characters of a text file that are looked at together; always whole lines."""
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, sqlite3.DatabaseError)
"""What packed files that are damaged, locked or encrypted raise."""
PREFECTS_OWN = ('INSERT INTO "block_schema"', 'INSERT INTO "block_type"')
"""Tables of Prefect's own manual, with addresses as examples; no run writes them."""

SPOKEN_DIGIT = "(?:nolla|yksi?|kaksi?|kolme|neljä|viisi?|kuusi?|sei(?:tse|tte)män|kahd?eksan|yhd?eksän)"
PATTERNS = {
    "HETU": "(?:^|[^0-9A-Za-z-])(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]"
    "(?:[^0-9A-Za-zÅÄÖåäö-]|$)",
    "IBAN": "(?:^|[^0-9A-Za-zÅÄÖåäö])FI[0-9]{2}(?: ?[0-9]{4}){3} ?[0-9]{2}(?:[^0-9A-Za-z]|$)",
    "EMAIL": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    "PHONE": "(?:^|[^0-9A-Za-z.,:+-])(?:0|(?:[+]|00)358[ -]?)(?:4[0-9]|50)(?:[ -]?[0-9]){7}(?:[^0-9A-Za-z]|$)",
    "CARD": "(?:^|[^0-9A-Za-z.,+-])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[^0-9A-Za-z-]|$)",
    "SPOKEN_PHONE": "(?i:(?:^|[^0-9A-Za-zÅÄÖåäö])nolla[ ,.]+"
    "(?:neljä(?:kyt|kymmentä)?|viis(?:kyt|kymmentä)|viisi?[ ,.]+nolla)"
    f"(?:[ ,.]+{SPOKEN_DIGIT}){{5,}}(?:[^0-9A-Za-zÅÄÖåäö]|$))",
}
"""Kind → shape, in the words that Python's `re` and DuckDB's RE2 share. A card also has Luhn's check digit.

Digits said one by one, seven and more, count only where they begin as a mobile number does: orders are told so too.
"""
ANY = "|".join(PATTERNS.values())


@dataclass(frozen=True, slots=True)
class Hit:
    """How often a file holds something of one kind; never what."""

    place: str
    name: str
    kind: str
    count: int


def check(config: Config) -> int:
    """Search every file that the house writes; returns how many files that were.

    Raises:
        CheckFailed: something looks like personal data, or a file cannot be looked into; names the files and kinds.
    """
    files, hits = places(config), scan(config)
    if hits:
        found = ", ".join(f"{hit.place}/{hit.name} ({hit.kind}, {hit.count})" for hit in hits)
        raise CheckFailed(f"Nothing is published, files hold what looks personal: {found}. Remove it and its cause.")
    return len(files)


def scan(config: Config) -> list[Hit]:
    """What looks like personal data in the files of the house.

    Raises:
        CheckFailed: a file cannot be looked into.
    """
    hits = []
    for place, path in places(config):
        counts = Counter(kinds(path.name))
        try:
            for text in texts(path, ANY):
                counts.update(kinds(text))
        except StoreError as error:
            raise CheckFailed(f"{place}/{shown(path)}: {error}") from None
        hits += [Hit(place, shown(path), kind, count) for kind, count in sorted(counts.items())]
    return hits


def places(config: Config) -> list[tuple[str, Path]]:
    """Every finished file that the house writes, but for its own database, and what it is.

    What a killed run left unfinished in staging is made anew, or removed once the night is published.
    """
    paths = config.paths
    folders = {
        "staging": paths.staging,
        "exports": paths.exports,
        "logs": paths.logs,
        "published": paths.published.parent,
    }
    own = (paths.database, paths.database.with_name(f"{paths.database.name}.wal"), paths.secret)
    found = [(place, path) for place, folder in folders.items() for path in files_under(folder)]
    return [
        *((place, path) for place, path in found if not path.name.endswith(".unfinished") and path not in own),
        *(("prefect", path) for path in prefect_databases()),
    ]


def files_under(folder: Path) -> list[Path]:
    """Every file under a folder, hidden ones too, but for the lock of the run and of databases."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def prefect_databases(*, everyones: bool = False) -> list[Path]:
    """Prefect's databases on this machine that are there: of PREFECT_HOME, else of this project.

    Args:
        everyones: without PREFECT_HOME, the one in the home folder too, which other projects may share.
    """
    home = os.environ.get("PREFECT_HOME")
    homes = [Path(home)] if home else [project_root() / ".prefect", *([Path.home() / ".prefect"] if everyones else [])]
    return [path for folder in homes if (path := folder.expanduser() / "prefect.db").is_file()]


def shown(path: Path) -> str:
    """The name of a file, without what in it looks personal."""
    return re.sub(ANY, "…", path.name)


def kinds(text: str) -> Iterator[str]:
    """The kind of each stretch of a text that looks like personal data."""
    for kind, pattern in PATTERNS.items():
        for match in re.finditer(pattern, text):
            if kind != "CARD" or _luhn(match[0]):
                yield kind


def _luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def texts(path: Path, pattern: str) -> Iterator[str]:
    """The content of a file as text, piece by piece: unpacked, and row by row where it is a database.

    Args:
        path: text of any kind, gzip, zip (so Excel's too), DuckDB, SQLite or Parquet; anything else is read as text.
        pattern: what is searched for; rows of a DuckDB or Parquet file that do not match it are left out.

    Raises:
        StoreError: the file is damaged, locked or encrypted.
    """
    import duckdb

    try:
        with path.open("rb") as file:
            head = file.read(16)
            file.seek(0)
            if head[8:12] == b"DUCK":
                yield from _duckdb_rows(path, pattern)
            elif head.startswith(b"PAR1"):
                yield from _parquet_rows(path, pattern)
            elif head == b"SQLite format 3\0":
                yield from (row for row in sqlite_rows(path) if not row.startswith(PREFECTS_OWN))
            else:
                yield from _unpacked(file)
    except (*BROKEN, duckdb.Error) as error:
        raise StoreError(f"it cannot be looked into ({type(error).__name__}): repair or remove it.") from None


def _unpacked(file: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(file) as inner:
            yield from _unpacked(inner)
    elif head == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                yield member.filename
                with archive.open(member) as inner:
                    yield from _unpacked(inner)
    else:
        encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"  # as Excel's "Unicode text" is
        with io.TextIOWrapper(file, encoding, errors="replace") as text:
            while lines := text.readlines(CHUNK):
                yield "".join(lines)


def _duckdb_rows(path: Path, pattern: str) -> Iterator[str]:
    query = (store.SQL / "erasing" / "matching_rows.sql").read_text(encoding="utf-8")
    with store.opened(path, read_only=True) as connection:
        for name in store.row_counts(connection):
            yield from (row for (row,) in connection.execute(query, {"table": name, "pattern": pattern}).fetchall())


def _parquet_rows(path: Path, pattern: str) -> Iterator[str]:
    import duckdb

    query = (store.SQL / "erasing" / "matching_parquet_rows.sql").read_text(encoding="utf-8")
    with duckdb.connect(config=store.SETTINGS) as connection:
        yield from (
            row for (row,) in connection.execute(query, {"path": escape(str(path)), "pattern": pattern}).fetchall()
        )


def sqlite_rows(path: Path) -> Iterator[str]:
    """Every row of an SQLite database, as the statement that would insert it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        for statement in connection.iterdump():
            if statement.startswith("INSERT INTO"):
                yield statement
