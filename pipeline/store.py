"""The DuckDB file: open, migrate, load batches, check, run named SQL, publish.

The pipeline writes its own file; analysts open only the published copy, which is replaced whole by an atomic rename, so
that readers keep the old night and the next ones see the new. All SQL stands under `pipeline/sql/`.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import CheckFailed, ConfigError, StoreError
from pipeline.language.stop_words import STOP_LEMMAS
from pipeline.staging import StagedBatch, StagedFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).with_name("sql")
SETTINGS: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false"}  # no downloads


def opened(path: Path, *, read_only: bool = False) -> "DuckDBPyConnection":
    """A connection to the database at `path`, for a `with` block, which closes it.

    Raises:
        StoreError: the file is missing (when only reading), no database, or in use by another process.
    """
    if read_only and not path.exists():
        raise StoreError(f"There is no database at {path}: run `tunnepolku run` first.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made ({error.strerror}): correct the path.") from None
    return _connect(path, read_only, "is in use by another process, or no DuckDB file: close what uses it.")


def open_published(path: Path) -> "DuckDBPyConnection":
    """A read-only connection to a published database; the caller closes it.

    Raises:
        StoreError: there is no such file, or it cannot be opened.
    """
    if not path.exists():
        raise StoreError(f"Nothing has been published at {path}: run `tunnepolku run` first.")
    return _connect(path, True, "cannot be opened as a DuckDB file: run `tunnepolku run` again.")


def _connect(path: Path, read_only: bool, complaint: str) -> "DuckDBPyConnection":
    import duckdb

    try:
        return duckdb.connect(str(path), read_only=read_only, config=SETTINGS)
    except duckdb.IOException:
        raise StoreError(f"{path} {complaint}") from None


def now() -> datetime:
    """The present in UTC, without a zone, as the `_at` columns have it."""
    return datetime.now(UTC).replace(tzinfo=None)


def is_migrated(connection: "DuckDBPyConnection") -> bool:
    """Whether the tables are there."""
    return connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'source_files'").fetchone() is not None


def last_run(connection: "DuckDBPyConnection") -> tuple[str, str, str] | None:
    """Id, status and code version of the latest run.

    Raises:
        StoreError: the database is none of ours.
    """
    with our_tables():
        query = "SELECT run_id, status, code_version FROM runs ORDER BY started_at DESC LIMIT 1"
        run: tuple[str, str, str] | None = connection.execute(query).fetchone()
    return run


def migrate(connection: "DuckDBPyConnection") -> None:
    """Apply the schema files that are new; where those, a view or the stop words changed, make all views anew.

    Raises:
        StoreError: a schema file that has been applied was edited.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_versions (name VARCHAR PRIMARY KEY, sha256 VARCHAR, applied_at TIMESTAMP)"
    )
    applied = dict(connection.execute("SELECT name, sha256 FROM schema_versions").fetchall())
    schema, views = (sorted((SQL / kind).glob("*.sql")) for kind in ("schema", "views"))
    for path in schema:
        digest = sha256(path.read_bytes()).hexdigest()
        if applied.get(path.stem, digest) != digest:
            raise StoreError(f"{path.name} was edited after it was applied: restore it and add a new schema file.")
        if path.stem not in applied:
            with transaction(connection):
                connection.execute(path.read_text(encoding="utf-8"))
                connection.execute("INSERT INTO schema_versions VALUES (?, ?, ?)", [path.stem, digest, now()])
    made_of = b"".join(path.read_bytes() for path in [*schema, *views]) + str(sorted(STOP_LEMMAS)).encode()
    of_views = sha256(made_of).hexdigest()
    if applied.get("views") == of_views:
        return
    with transaction(connection):
        for path in views:
            connection.execute(path.read_text(encoding="utf-8"))
        connection.execute("DELETE FROM stop_words")
        connection.execute("INSERT INTO stop_words SELECT unnest(?)", [sorted(STOP_LEMMAS)])
        connection.execute("INSERT OR REPLACE INTO schema_versions VALUES ('views', ?, ?)", [of_views, now()])


@contextmanager
def transaction(connection: "DuckDBPyConnection") -> Iterator[None]:
    """All of the block or, when it raises, nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def execute_script(connection: "DuckDBPyConnection", path: Path, parameters: Mapping[str, Any]) -> None:
    """Run each statement of a `.sql` file with those of `parameters` that it names."""
    for statement in connection.extract_statements(path.read_text(encoding="utf-8")):
        connection.execute(statement, {name: parameters[name] for name in statement.named_parameters})


def load_batch(
    connection: "DuckDBPyConnection", batch: StagedBatch, file: StagedFile, run_id: str, *, replace: bool = False
) -> None:
    """One staged batch into the tables, in one transaction; a batch that is there already is passed over.

    Args:
        connection: the pipeline's own database.
        batch: what to load.
        file: the source file it is a slice of.
        run_id: the run that every row will name.
        replace: a backfill: what is stored is read again (`sql/steps/decide.sql` says what becomes of a record).

    Raises:
        StoreError: the batch does not fit the tables; nothing of it is stored.
    """
    import duckdb

    if connection.execute("SELECT 1 FROM batches WHERE batch_id = ?", [batch.batch_id]).fetchone():
        return
    parameters = {
        "path": str(batch.path),
        "batch_id": batch.batch_id,
        "file_name": file.file_name,
        "file_sha256": file.file_sha256,
        "run_id": run_id,
        "now": now(),
        "is_backfill": replace,
        "reader_hash": batch.reader_hash,
    }
    try:
        with transaction(connection):
            execute_script(connection, SQL / "steps" / "stage.sql", parameters)
            (rounds,) = connection.execute("SELECT coalesce(round_count, 0) FROM rounds").fetchone() or (0,)
            for number in range(1, rounds + 1):
                for script in ("decide.sql", "load.sql"):
                    execute_script(connection, SQL / "steps" / script, {**parameters, "round": number})
            for script in ("devices.sql", "finish_batch.sql"):
                execute_script(connection, SQL / "steps" / script, parameters)
    except duckdb.Error as error:  # its message may quote the data
        raise StoreError(f"A batch of {file.file_name} cannot be loaded ({type(error).__name__}): report it.") from None


def finish_file(connection: "DuckDBPyConnection", file: StagedFile, run_id: str) -> None:
    """Remember that a file has been read to its end, so that no night reads it again; or why it could not be."""
    moment = now()
    with transaction(connection):
        if file.rejection_code:
            connection.execute(
                "INSERT INTO rejections VALUES (?, ?, 'file', ?, NULL, ?, ?)",
                [file.file_name, file.file_sha256, file.rejection_code, run_id, moment],
            )
        if file.file_sha256:
            facts = {name: getattr(file, name) for name in ("file_sha256", "file_name", "format")}
            execute_script(connection, SQL / "steps" / "finish_file.sql", facts | {"run_id": run_id, "now": moment})


def counts(connection: "DuckDBPyConnection", run_id: str | None) -> dict[str, int]:
    """What one run brought, or, without a run, all that is stored."""
    (row,) = rows(connection, "steps/counts_of_run" if run_id else "steps/counts", {"run_id": run_id})
    return {name.replace("_", " "): int(value) for name, value in row.items()}


def check(connection: "DuckDBPyConnection", parameters: Mapping[str, Any]) -> list[str]:
    """Run every check and return their names; any row a check returns is a failure.

    Raises:
        CheckFailed: with the name, the rule and the number of rows of each check that failed.
        StoreError: the database is none of ours.
    """
    failures = []
    paths = sorted((SQL / "checks").glob("*.sql"))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if found := rows(connection, f"checks/{path.stem}", parameters):
            rule = text.splitlines()[0].removeprefix("-- description: ")
            failures.append(f"{path.stem} ({len(found)} found; the rule: {rule})")
    if failures:
        raise CheckFailed(
            f"Nothing is published, checks failed: {' '.join(failures)} See README, “When the night fails”."
        )
    return [path.stem for path in paths]


def row_counts(connection: "DuckDBPyConnection") -> dict[str, int]:
    """The number of rows of every table."""
    counts = {}
    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall():
        (counts[name],) = connection.execute("SELECT count(*) FROM query_table(?)", [name]).fetchone() or (0,)
    return counts


def rewrite(database: Path) -> None:
    """Make the database file anew from its rows, atomically; nobody may have it open.

    DuckDB leaves the bytes of deleted and replaced rows in its file, in blocks that it will use again some day: only a
    file that never held them is without them. The schema is made by `migrate`, because `COPY FROM DATABASE` takes the
    tables in an order that breaks foreign keys; the old file is attached, as `read_duckdb` loses the fields of structs.

    Raises:
        StoreError: the new file cannot be written, or would not hold every row of the old one, which then stays.
    """
    import duckdb

    fresh = database.with_name(f".{database.name}.unfinished")
    remove_leftovers(database)
    try:
        with opened(database) as connection:
            connection.execute("CHECKPOINT")  # a log of the old file must not outlive it
            before = row_counts(connection)
        with opened(fresh) as connection:
            migrate(connection)
            connection.execute("ATTACH '{}' AS old (READ_ONLY)".format(str(database).replace("'", "''")))
            with transaction(connection):
                execute_script(connection, SQL / "steps" / "rewrite.sql", {})
            connection.execute("DETACH old")
            after = row_counts(connection)
        if before != after:
            raise StoreError(f"{database} holds rows that are none of ours: move other tables out of it.")
        shutil.copymode(database, fresh)
        _replace(fresh, database)
    except (duckdb.Error, OSError) as error:  # its message may quote the data
        raise StoreError(f"{database} cannot be written anew ({type(error).__name__}): make room beside it.") from None
    finally:
        remove_leftovers(database)


def remove_leftovers(database: Path) -> None:
    """Remove what a killed run left beside a database: an unfinished one, its log, what DuckDB put aside on disk."""
    for name in (f".{database.name}.unfinished", f".{database.name}.unfinished.wal"):
        database.with_name(name).unlink(missing_ok=True)
    for name in (f".{database.name}.unfinished.tmp", f"{database.name}.tmp"):
        shutil.rmtree(database.with_name(name), ignore_errors=True)


def _replace(fresh: Path, path: Path) -> None:
    """Put a finished file in the place of another, so that not even a power cut leaves half of one."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def publish(database: Path, published: Path) -> None:
    """Replace the published copy by the database as it is now, atomically; nobody may have the database open.

    Byte by byte, deleted rows included: `rewrite` comes first.

    Raises:
        StoreError: the copy cannot be written.
    """
    unfinished = published.with_name(f".{published.name}.unfinished")
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(database, unfinished)
        _replace(unfinished, published)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise StoreError(f"{published} cannot be written ({error.strerror}): make room or correct the path.") from None


@contextmanager
def our_tables() -> Iterator[None]:
    """Turn the complaint about a table or a column that is not there into one sentence."""
    import duckdb

    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException):
        raise StoreError("This is no database of Tunnepolku, or one of another version: name another.") from None


def metrics() -> dict[str, Path]:
    """The named metrics: name → SQL file."""
    return {path.stem: path for path in sorted((SQL / "metrics").glob("*.sql"))}


def run_metric(
    connection: "DuckDBPyConnection", name: str, parameters: Mapping[str, str]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The column names and rows of a metric.

    Raises:
        ConfigError: no metric has that name, or its parameters are not those given.
        StoreError: the database is none of ours.
    """
    import duckdb

    if name not in metrics():
        raise ConfigError(f"There is no metric {name}: choose one of {', '.join(metrics())}.")
    (statement,) = connection.extract_statements(metrics()[name].read_text(encoding="utf-8"))
    if statement.named_parameters != parameters.keys():
        needed = " ".join(f"{parameter}=…" for parameter in sorted(statement.named_parameters)) or "no parameters"
        raise ConfigError(f"The metric {name} takes {needed}.")
    try:
        with our_tables():
            cursor = connection.execute(statement, dict(parameters))
    except duckdb.ConversionException:
        raise ConfigError(
            f"A parameter of {name} has the wrong form: dates are written 2026-10-01, times 08:00."
        ) from None
    return [column[0] for column in cursor.description or []], cursor.fetchall()


def rows(connection: "DuckDBPyConnection", name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query under `sql/` with parameters, as dicts.

    Raises:
        StoreError: the database is none of ours.
    """
    (statement,) = connection.extract_statements((SQL / f"{name}.sql").read_text(encoding="utf-8"))
    with our_tables():
        cursor = connection.execute(statement, {key: parameters[key] for key in statement.named_parameters})
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def select(connection: "DuckDBPyConnection", name: str) -> list[tuple[Any, ...]]:
    """The rows of a query under `sql/`, such as `audit/channels`.

    Raises:
        StoreError: the database is none of ours.
    """
    return [tuple(row.values()) for row in rows(connection, name, {})]
