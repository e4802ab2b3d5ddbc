"""A person out of the files: staged batches and exports go whole, logs lose their lines, Prefect its rows."""

import gzip
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from pipeline import store
from pipeline.erasing.person import MIN_BYTES, SLICE, Person, as_parts
from pipeline.errors import SourceError, StoreError
from pipeline.scanning import CHUNK, files_under, sqlite_rows, texts
from pipeline.sources.files import find_files, shown
from pipeline.sources.head import encoding_of
from pipeline.sources.text import head_of


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the proof: what was looked at, and how much of it held one of the ids, before and after."""

    place: str
    name: str
    unit: str
    """What `scanned` counts: rows, bytes or characters."""
    scanned: int
    found: int
    removed: int
    remaining: int
    note: str = ""


def forget_folder(place: str, folder: Path, person: Person, remove: Callable[[Path, Person], None]) -> list[Found]:
    """Search every file under a folder, and remove the person from those that hold one of the ids.

    Args:
        place: what the folder is called in the proof.
        folder: where the files are; it may be missing.
        person: the ids.
        remove: takes the person out of one file: `delete` or `delete_lines`.
    """
    return [_forget_file(place, path, person, remove) for path in files_under(folder)]


def _forget_file(place: str, path: Path, person: Person, remove: Callable[[Path, Person], None]) -> Found:
    name, size = person.redacted(path.name), path.stat().st_size
    try:
        found = hits(path, person)
        if found:
            remove(path, person)
        remaining = hits(path, person) if path.exists() else 0
    except StoreError as error:
        return Found(place, name, "bytes", size, 0, 0, 1, str(error))
    note = ("" if path.exists() else "deleted") if found else ""
    return Found(place, name, "bytes", size, found, found - remaining, remaining, note)


def hits(path: Path, person: Person) -> int:
    """How often a file, packed or not, holds one of the ids; its name counts too.

    Raises:
        StoreError: it cannot be looked into.
    """
    return person.hits(path.name) + sum(map(person.hits, _texts(path, person)))


def _texts(path: Path, person: Person) -> Iterator[str]:
    return texts(path, person.pattern if len(person.ids) <= SLICE else "")


def byte_hits(path: Path, ids: Iterable[str]) -> int:
    """How often the bytes of a database and of its log hold one of the ids: DuckDB's (.wal) or SQLite's (-wal)."""
    pattern = re.compile(as_parts(ids, MIN_BYTES).encode())
    files = [path, *(path.with_name(f"{path.name}{ending}") for ending in (".wal", "-wal"))]
    return sum(len(pattern.findall(file.read_bytes())) for file in files if file.exists())


def delete(path: Path, _person: Person) -> None:
    """The whole file."""
    path.unlink()


def delete_lines(path: Path, person: Person) -> None:
    """The lines that hold one of the ids; the whole file if it is no text, or named by one."""
    pattern, unfinished = re.compile(person.pattern.encode()), path.with_name(f".{path.name}.unfinished")
    with path.open("rb") as file:
        opened = gzip.open if file.read(2) == b"\x1f\x8b" else open
    with opened(path, "rb") as old, opened(unfinished, "wb") as new:
        new.writelines(line for line in old if not pattern.search(line))
    shutil.copymode(path, unfinished)
    unfinished.replace(path)
    if hits(path, person):
        path.unlink()


def report_folder(place: str, folder: Path, person: Person, note: str) -> list[Found]:
    """Files that are not ours and hold one of the ids; they stay as they are.

    Where the company's own numbers are known, those alone are searched for: they stand in every delivery.
    """
    searched, found = _of_the_company(person), []
    for path in files_under(folder):
        name, size = person.redacted(path.name), path.stat().st_size
        try:
            found.append(Found(place, name, "bytes", size, hits(path, searched), 0, 0, note))
        except StoreError as error:
            found.append(Found(place, name, "bytes", size, 1, 0, 0, str(error)))
    return [line for line in found if line.found]


def report_landing(landing: Path | str, person: Person) -> list[Found]:
    """The same of the deliveries; a storage that cannot be read is a line of its own, and stops nothing."""
    place, note = "landing", "not ours: delete it at the source"
    if isinstance(landing, Path):
        return report_folder(place, landing, person, note)
    searched, found = _of_the_company(person), []
    try:
        files = find_files([landing])
    except SourceError as error:
        return [Found(place, person.redacted(shown(landing)), "characters", 0, 1, 0, 0, str(error))]
    for file in files:
        name, size, count = person.redacted(file.name), 0, searched.hits(file.name)
        try:
            encoding = encoding_of(head_of(file).start)
            with TextIOWrapper(file.open(), encoding, errors="replace") as text:
                while lines := "".join(text.readlines(CHUNK)):
                    size, count = size + len(lines), count + searched.hits(lines)
            found.append(Found(place, name, "characters", size, count, 0, 0, note))
        except SourceError as error:
            found.append(Found(place, name, "characters", size, 1, 0, 0, person.redacted(str(error))))
    return [line for line in found if line.found]


def _of_the_company(person: Person) -> Person:
    return Person(numbers=person.numbers) if person.numbers else person


def forget_in_prefect(path: Path, person: Person) -> list[Found]:
    """Delete the artifacts and logs that hold one of the ids from Prefect's database, and their bytes from its file."""
    try:
        size, bytes_before = path.stat().st_size, byte_hits(path, person.ids)
        rows, found = _prefect_counts(path, person)
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.create_function("holds", 1, lambda value: value is not None and person.hits(str(value)) > 0)
            for script in sorted((store.SQL / "prefect").glob("*.sql")):
                if script.stem in rows:
                    connection.execute(script.read_text(encoding="utf-8"))
            connection.commit()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        left, remaining = _prefect_counts(path, person)
        pattern = as_parts(person.ids, MIN_BYTES)
        parts = {part for row in sqlite_rows(path) for part in re.findall(pattern, row)}
        bytes_after = byte_hits(path, [id_ for id_ in person.ids if id_ not in parts])
    except sqlite3.DatabaseError as error:
        note = f"cannot be searched ({type(error).__name__}): stop Prefect's server and forget again"
        return [Found("prefect", path.name, "bytes", path.stat().st_size, 0, 0, 1, note)]
    lines = [
        Found(
            "prefect", table, "rows", rows[table], found[table], rows[table] - left[table], remaining[table],
            "delete the flow run in Prefect's user interface" if remaining[table] else "",
        )
        for table in sorted(rows)
    ]  # fmt: skip
    return [*lines, Found("prefect", path.name, "bytes", size, bytes_before, bytes_before - bytes_after, bytes_after)]


def _prefect_counts(path: Path, person: Person) -> tuple[Counter[str], Counter[str]]:
    """Table → its rows, and those that hold one of the ids."""
    rows, found = Counter[str](), Counter[str]()
    for statement in sqlite_rows(path):
        table = statement.split('"')[1]
        rows[table] += 1
        found[table] += person.hits(statement) > 0
    return rows, found
