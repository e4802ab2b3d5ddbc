"""Forget a person: out of the database, the published copy, files, logs and Prefect, with a proof of every place.

What else holds the ids comes first and our own database last: there they are looked up, so that a `forget` that was
killed can be run again. Nobody may run a night meanwhile.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline import keys, store
from pipeline.config import Config
from pipeline.conversation import in_system
from pipeline.erasing.files import (
    Found,
    byte_hits,
    delete,
    delete_lines,
    forget_folder,
    forget_in_prefect,
    report_folder,
    report_landing,
)
from pipeline.erasing.person import MIN_BYTES, MIN_LENGTH, Person, as_parts
from pipeline.erasing.tombstones import ANSWERED, tombstone
from pipeline.privacy import Secret, load_secret, pseudonymize
from pipeline.privacy.pseudonyms import KEY
from pipeline.scanning import prefect_databases

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = store.SQL / "erasing"
HERE = (None, "127.0.0.1", "localhost", "::1")
"""Hosts of an address that are this machine."""
DATABASE_VARIABLES = ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL")


@dataclass(frozen=True, slots=True)
class _Record:
    """A conversation or an answer of the customers, as `find.sql` tells of it."""

    kind: str
    stored_id: str
    source: str | None
    source_id: str
    is_shared: bool

    def wholes(self) -> Iterator[str]:
        """What its tombstones are made of: the id in its system, and in that of answers which name a conversation."""
        if self.source is None:
            yield self.source_id
            return
        yield in_system(self.source, self.source_id)
        if self.kind == "conversation":
            yield in_system(ANSWERED, self.source_id)


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a person was searched for and what was found; holds none of their ids."""

    keys: tuple[str, ...]
    """The first eight digits of each keyed hash."""
    found: tuple[Found, ...]
    tombstones: int
    """How many tombstones keep their records out from now on."""
    notes: tuple[str, ...]
    """What was not looked at, and what is left to do."""

    @property
    def remaining(self) -> int:
        """How much of them is left in places that are ours."""
        return sum(line.remaining for line in self.found)


def forget(customers: Sequence[str], config: Config) -> Proof:
    """Remove customers and everything of theirs, and leave tombstones, so that no night brings them back.

    Args:
        customers: the company's own customer numbers, or the keyed hashes that are stored in their place.
        config: the settings.

    Raises:
        PrivacyError: there is no usable secret, or not the one of the stored keys.
        StoreError: a database cannot be opened or written; run it again.
    """
    paths = config.paths
    with store.opened(paths.database) as connection:
        store.migrate(connection)
        keys.settle(connection, paths.secret)
        secret = load_secret(paths.secret)
        person, records = _find(connection, customers, secret)
        devices = connection.execute((SQL / "devices.sql").read_text(encoding="utf-8"), {"keys": list(person.keys)})
        kept_out = [(tombstone(key, secret, "key") or "", "tombstone-key") for (key,) in devices.fetchall()]
    stones = (*_tombstones(customers, records, secret), *kept_out)
    elsewhere = [
        *forget_folder("staging", paths.staging, person, delete),
        *forget_folder("exports", paths.exports, person, delete),
        *forget_folder("logs", paths.logs, person, delete_lines),
        *(line for path in prefect_databases(everyones=True) for line in forget_in_prefect(path, person)),
    ]
    landing = report_landing(paths.landing, person)
    published = [*_forget_published(config, person, stones), *_beside_published(config, person)]
    own = _forget_database("database", paths.database, person, stones)
    return Proof(
        keys=tuple(_keyed(customer, secret)[:8] for customer in dict.fromkeys(customers)),
        found=(*own, *published, *elsewhere, *landing),
        tombstones=len(stones),
        notes=tuple(_notes(person, landing)),
    )


def _find(connection: "DuckDBPyConnection", customers: Sequence[str], secret: Secret) -> tuple[Person, list[_Record]]:
    """Every id of the customers, and their records.

    A number that looks like a keyed hash may be either, and is taken for both.
    """
    given = list(dict.fromkeys(customers))
    hashes = [*(_keyed(id_, secret) for id_ in given), *(pseudonymize(id_, secret, "customer") or "" for id_ in given)]
    query = (SQL / "find.sql").read_text(encoding="utf-8")
    records = [_Record(*row) for row in connection.execute(query, {"keys": hashes}).fetchall()]
    person = Person(
        numbers=tuple(id_ for id_ in given if not KEY.fullmatch(id_)),
        keys=tuple(dict.fromkeys(hashes)),
        conversations=tuple(record.stored_id for record in records if record.kind == "conversation"),
        responses=tuple(record.stored_id for record in records if record.kind == "response"),
        shared=tuple(record.stored_id for record in records if record.is_shared),
    )
    return person, records


def _keyed(customer: str, secret: Secret) -> str:
    """The keyed hash that is stored for a customer, who may be given by it."""
    return customer if KEY.fullmatch(customer) else pseudonymize(customer, secret, "customer") or ""


def _tombstones(customers: Sequence[str], records: Sequence[_Record], secret: Secret) -> Iterator[tuple[str, str]]:
    """Tombstone and kind of each id. An id that looks like a keyed hash may be the source's own, and gets both."""
    ids = [("customer", customer, customer) for customer in dict.fromkeys(customers)]
    ids += [(record.kind, record.source_id, whole) for record in records for whole in record.wholes()]
    for kind, id_, whole in dict.fromkeys(ids):
        yield tombstone(whole, secret, kind) or "", f"tombstone-{kind}"
        if KEY.fullmatch(id_):
            yield tombstone(whole, secret, "key") or "", "tombstone-key"


def _forget_published(config: Config, person: Person, stones: Sequence[tuple[str, str]]) -> list[Found]:
    """The published copy stays as it was but for the person: the database may hold a night that failed its checks."""
    published, copy = config.paths.published, config.paths.staging / "forget.duckdb"
    if not published.exists():
        return []
    store.remove_leftovers(published)
    try:
        shutil.copyfile(published, copy)
        found = _forget_database("published", copy, person, stones)
        store.publish(copy, published)
    finally:
        copy.unlink(missing_ok=True)
    return found


def _beside_published(config: Config, person: Person) -> list[Found]:
    """Copies that the analysts made."""
    folder = config.paths.published.parent
    if config.paths.database.is_relative_to(folder):
        return []
    lines = report_folder("beside published", folder, person, "not ours: have it deleted")
    return [line for line in lines if line.name != config.paths.published.name]


def _forget_database(place: str, path: Path, person: Person, stones: Sequence[tuple[str, str]]) -> list[Found]:
    size, bytes_before = path.stat().st_size, byte_hits(path, person.ids)
    with store.opened(path) as connection:
        store.migrate(connection)
        counts, found = store.row_counts(connection), Counter[str]()
        with store.transaction(connection):
            for part in person.slices():
                found += _matching(connection, part)
                _delete(connection, part)
            _leave_tombstones(connection, stones)
        left, remaining, parts = store.row_counts(connection), Counter[str](), set[str]()
        for part in person.slices():
            remaining += _matching(connection, part)
            parts |= _parts(connection, part)
    store.rewrite(path)
    bytes_after = byte_hits(path, [id_ for id_ in person.ids if id_ not in parts])
    tables = [
        Found(place, name, "rows", counts[name], found[name], max(counts[name] - left[name], 0), remaining[name])
        for name in sorted(counts)
    ]
    return [*tables, Found(place, "file", "bytes", size, bytes_before, bytes_before - bytes_after, bytes_after)]


def _delete(connection: "DuckDBPyConnection", person: Person) -> None:
    parameters = {
        "keys": list(person.keys),
        "conversations": list(person.conversations),
        "responses": list(person.responses),
        "pattern": person.pattern,
    }
    store.execute_script(connection, SQL / "forget.sql", parameters)


def _leave_tombstones(connection: "DuckDBPyConnection", stones: Sequence[tuple[str, str]]) -> None:
    query, moment = "INSERT OR IGNORE INTO tombstones VALUES (?, ?, ?)", store.now()
    connection.executemany(query, [[stone, kind, moment] for stone, kind in stones])


def _matching(connection: "DuckDBPyConnection", person: Person) -> Counter[str]:
    """Table → rows that hold one of the ids."""
    query = (SQL / "count_matching.sql").read_text(encoding="utf-8")
    counts = Counter[str]()
    for name in store.row_counts(connection):
        parameters = {"table": name, "pattern": person.pattern}
        (counts[name],) = connection.execute(query, parameters).fetchone() or (0,)
    return counts


def _parts(connection: "DuckDBPyConnection", person: Person) -> set[str]:
    """The ids that are part of something that stays (chat-1 of chat-10): found in the file, they prove nothing."""
    query, pattern = (SQL / "parts.sql").read_text(encoding="utf-8"), as_parts(person.ids, MIN_BYTES)
    return {
        part
        for name in store.row_counts(connection)
        for (part,) in connection.execute(query, {"table": name, "pattern": pattern}).fetchall()
    }


def _notes(person: Person, landing: Sequence[Found]) -> Iterator[str]:
    short = sum(len(id_) < MIN_LENGTH for id_ in person.ids)
    if short:
        yield f"{short} ids of fewer than {MIN_LENGTH} characters were looked up in their columns only, not in files."
    if person.shared:
        yield f"{len(person.shared)} ids are another system's too: they were looked up in their columns only."
    if landing:
        yield f"Files that are not ours hold the person: delete it at the source: {len(landing)} files."
    if not person.numbers:
        yield "Only keyed hashes were given: deliveries that hold the customer's own number cannot be told."
    server = os.environ.get("PREFECT_API_URL", "")
    if server and urlsplit(server).hostname not in HERE:
        yield "Prefect's server is on another machine: its database was not looked at."
    if any(os.environ.get(name) for name in DATABASE_VARIABLES):
        yield "Prefect has a database of its own choice: it was not looked at."
    yield "Backups and copies outside these folders were not looked at."
