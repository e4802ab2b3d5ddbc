"""The night as plain functions: find new files, stage them (read, mask, score, place), load, check, publish.

Nothing here knows Prefect: `flows.py` wraps these functions, and `cli.py` calls `night`, so that a scheduled run and
one by hand do the same. Only paths and names pass between the steps that touch files.
"""

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline import keys, path_tables, scanning, store
from pipeline.annotate import Reader, annotate, load_reader
from pipeline.config import Config
from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse
from pipeline.devices import mask_event
from pipeline.erasing.retention import expire as expire_rows
from pipeline.erasing.retention import expiring, has_expired, today
from pipeline.erasing.tombstones import is_forgotten, stored_tombstones
from pipeline.errors import CheckFailed, RecordError, SourceError, StoreError
from pipeline.privacy import load_secret
from pipeline.privacy.pseudonyms import fingerprint
from pipeline.rescoring.versions import mixture
from pipeline.sources import Record, SourceFile, as_source, find_files, read, recognise
from pipeline.staging import StagedBatch, StagedFile, forget_batches, write_batch
from pipeline.touchpoints import load_taxonomies
from pipeline.touchpoints.mentions import mentions_in_answer
from pipeline.touchpoints.reader import load_path_reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a backfill, both inclusive, in the configured zone."""

    first: date
    last: date
    zone: ZoneInfo

    def holds(self, record: Record) -> bool:
        """Whether a record belongs to the period; unreadable records always do, so that none is lost."""
        if isinstance(record, RecordError):
            return True
        return record.moment is not None and self.first <= record.moment.astimezone(self.zone).date() <= self.last


@dataclass(frozen=True, slots=True)
class Report:
    """What the person on duty sees: the counts, and the touchpoint table of the published database."""

    run_id: str | None
    """None when nothing was new; the counts are then those of all nights."""
    counts: dict[str, int]
    columns: list[str]
    rows: list[tuple[Any, ...]]
    note: str | None = None
    """One sentence where the table mixes what several models, or versions of them, have read."""


def night(
    paths: Sequence[Path | str],
    config: Config,
    *,
    period: Period | None = None,
    progress: Callable[[Iterable[SourceFile], int], Iterable[SourceFile]] = lambda files, total: files,
) -> Report:
    """Everything: from files to the published database. A second call with the same files changes nothing.

    Args:
        paths: what to read: files, folders, patterns, archives, URLs.
        config: the settings.
        period: a backfill: read every file again, known or not, and replace what it stored of these days.
        progress: wraps the iteration over the files, given their number; for a progress bar.

    Raises:
        PipelineError: whatever stopped the night; what was loaded before stays, nothing half-written does.
    """
    with only_run(config):
        files = find_work(paths, config, period)
        if files is None:
            return report(None, config)
        run_id = begin(config)
        for file in progress(files, len(files)):
            load(stage(file, run_id, config, period), run_id, config, period)
        expired = expire(config)
        verify(run_id, config)
        publish(run_id, config)
        return report(run_id, config, expired)


@contextmanager
def only_run(config: Config) -> Iterator[None]:
    """Hold the place of the one run that may go on at a time.

    Raises:
        StoreError: another run holds it.
    """
    config.paths.staging.mkdir(parents=True, exist_ok=True)
    with (config.paths.staging / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError("Another run is going on: wait until it has ended.") from None
        yield


def find_work(paths: Sequence[Path | str], config: Config, period: Period | None = None) -> list[SourceFile] | None:
    """The files that no night has read yet (in a backfill: all), sorted; None when there is nothing at all to do.

    An empty list still asks for a run: the last one was not published, its copy is gone, the code has changed, the
    palvelupolku or the drivers have changed, or something stored has expired.

    Raises:
        SourceError: a path does not exist.
        ConfigError: the palvelupolku or the drivers are not what they should be.
        StoreError: the database cannot be opened.
        PrivacyError: there is no usable secret.
    """
    load_secret(config.paths.secret)  # one that is missing is told of in quiet nights too
    files = find_files(paths)
    if period or not config.paths.database.exists():
        return files
    with store.opened(config.paths.database, read_only=True) as connection:
        if not store.is_migrated(connection):  # killed before its first night had begun
            return files
        known = {row[0] for row in connection.execute("SELECT file_sha256 FROM source_files").fetchall()}
        last_run = store.last_run(connection)
    new = [file for file in files if _digest(file) not in known]
    is_published = last_run == _published_run(config)
    return None if not new and is_published and not _has_expired(config) and _is_on_path(config) else new


def _is_on_path(config: Config) -> bool:
    """Whether the tables hold the palvelupolku and the drivers of the settings."""
    with store.opened(config.paths.database, read_only=True) as connection:
        return path_tables.hold(connection, load_taxonomies(config))


def _has_expired(config: Config) -> bool:
    """Whether anything that is stored has had its time."""
    with store.opened(config.paths.database, read_only=True) as connection:
        return any(line.count for line in expiring(connection, config.retention, today(config)))


def _published_run(config: Config) -> tuple[str, str, str] | None:
    """The last run that the published copy tells of, as it would be had this code published it; None without a copy."""
    if not config.paths.published.exists():
        return None
    with store.opened(config.paths.published, read_only=True) as connection:
        run = store.last_run(connection)
    return (run[0], "published", code_version()) if run else None


def begin(config: Config) -> str:
    """Open the database, bring it up to date and write down that a run has started; returns its id.

    Raises:
        StoreError: the database cannot be opened or migrated.
        ConfigError: the palvelupolku or the drivers are not what they should be.
        ModelError: the configured model is missing or altered.
        PrivacyError: there is no usable secret, or not the one of the stored keys; nothing has been read.
    """
    reader, taxonomies, moment = reader_of(config), load_taxonomies(config), store.now()
    card = reader.scorer.classifier.card
    run_id = f"{moment:%Y%m%dT%H%M%S}-{token_hex(3)}"
    with store.opened(config.paths.database) as connection:
        store.migrate(connection)
        path_tables.fill(connection, taxonomies)
        keys.settle(connection, config.paths.secret)
        connection.execute(
            "INSERT INTO runs VALUES (?, ?, NULL, 'running', ?, ?, ?, ?, ?)",
            [run_id, moment, code_version(), config.config_hash, reader.lemmatizer.name, card.name, card.version],
        )
    return run_id


def stage(file: Path | str | SourceFile, run_id: str, config: Config, period: Period | None = None) -> StagedFile:
    """Read, mask and score one file into staged batches; batches staged or loaded before a kill are not made again.

    Raises:
        ModelError: the night stops; so does any PrivacyError. A file that cannot be read is part of the result.
    """
    file = as_source(file)
    digest = _digest(file)
    name = reader_of(config).label(file.name)  # recordings are often named by the caller's number
    try:
        format_name = recognise(file, config.sources.mappings)
        found = read(file, format_name, config.time.zone, config.sources.mappings)
        records = _admitted((r for r in found if period is None or period.holds(r)), config)
        batches = tuple(_stage_batches(records, f"{digest}-{run_id}" if period else str(digest), config))
    except SourceError as error:
        return StagedFile(name, digest, rejection_code=error.code)
    return StagedFile(name, digest, format_name, batches)


def _admitted(records: Iterable[Record], config: Config) -> Iterator[Record]:
    """The records, but those of forgotten people and those that have expired as what they become in `rejections`.

    A forgotten one has no position: it would point back at the person.
    """
    reader, tombstones = reader_of(config), stored_tombstones(config.paths.database)
    for record in records:
        if not isinstance(record, RecordError) and is_forgotten(record, tombstones, reader):
            yield RecordError("-", "forgotten")
        elif not isinstance(record, RecordError) and has_expired(record, config):
            yield RecordError(record.position, "expired")
        else:
            yield record


def _stage_batches(records: Iterator[Record], file_key: str, config: Config) -> Iterator[StagedBatch]:
    """A staged batch for each slice of the records; its name holds all that its content depends on."""
    reader = reader_of(config)
    card = reader.scorer.classifier.card
    made_by = f"{code_version()} {config.config_hash} {card.name} {card.version} {fingerprint(reader.secret)}"
    suffix = sha256(made_by.encode()).hexdigest()[:12]
    number = 0
    while batch := list(islice(records, config.sources.batch_size)):
        staged = StagedBatch(
            batch_id=f"{file_key}-{number:05d}",
            path=config.paths.staging / f"{file_key}-{number:05d}-{suffix}.json.gz",
            reader_hash=config.reader_hash,
        )
        if not staged.path.exists():
            _write(staged.path, batch, reader, config)
        yield staged
        number += 1


def _write(path: Path, records: Sequence[Record], reader: Reader, config: Config) -> None:
    conversations, responses = annotate(
        [record for record in records if isinstance(record, Conversation)],
        [record for record in records if isinstance(record, SurveyResponse)],
        reader,
    )
    path_reader = load_path_reader(config)
    placed = list(zip(conversations, path_reader.read(conversations), strict=True))
    named = [mentions_in_answer(response, path_reader.taxonomies) for response in responses]
    events = [mask_event(record, reader) for record in records if isinstance(record, DeviceEvent)]
    rejections = [record for record in records if isinstance(record, RecordError)]
    write_batch(path, placed, responses, rejections, config.time.zone, named, events)


def load(file: StagedFile, run_id: str, config: Config, period: Period | None = None) -> None:
    """Load the staged batches of a file, a transaction each, then forget the staged files.

    Raises:
        StoreError: the database cannot be opened.
    """
    with store.opened(config.paths.database) as connection:
        for batch in file.batches:
            store.load_batch(connection, batch, file, run_id, replace=period is not None)
        if period is None:
            store.finish_file(connection, file, run_id)
    for batch in file.batches:
        batch.path.unlink(missing_ok=True)


def expire(config: Config) -> dict[str, int]:
    """Remove what is older than the settings allow; returns how much of which kind.

    Raises:
        StoreError: the database cannot be opened.
    """
    with store.opened(config.paths.database) as connection:
        return expire_rows(connection, config.retention, today(config))


def verify(run_id: str, config: Config) -> None:
    """Run the checks that block publishing, on what is stored and on the files that the house writes.

    Raises:
        CheckFailed: a check found something; the run is marked as failed.
    """
    with store.opened(config.paths.database) as connection:
        try:
            store.check(connection, {"max_rejected_share": config.sources.max_rejected_share})
            scanning.check(config)
        except CheckFailed:
            _finish(connection, run_id, "failed")
            raise


def publish(run_id: str, config: Config) -> None:
    """Make the database anew, without the bytes of what was deleted, and replace the published copy by it.

    Raises:
        StoreError: one of the two cannot be written; the run is marked as failed.
    """
    with store.opened(config.paths.database) as connection:
        _finish(connection, run_id, "published")
    try:
        store.rewrite(config.paths.database)
        store.publish(config.paths.database, config.paths.published)
    except StoreError:
        with store.opened(config.paths.database) as connection:
            _finish(connection, run_id, "failed")
        raise
    forget_batches(config.paths.staging)  # of nights killed before the code or the settings changed


def report(run_id: str | None, config: Config, expired: Mapping[str, int] | None = None) -> Report:
    """The night's counts, with what it let expire, and the touchpoint table, from the published database.

    Raises:
        StoreError: nothing has been published.
    """
    with store.opened(config.paths.published, read_only=True) as connection:
        columns, rows = store.run_metric(connection, "touchpoints", {})
        counts, note = store.counts(connection, run_id), mixture(connection, config)
    counts |= {f"expired {what}": count for what, count in (expired or {}).items()}
    return Report(run_id, counts, columns, rows, note)


def _finish(connection: "DuckDBPyConnection", run_id: str, status: str) -> None:
    connection.execute("UPDATE runs SET status = ?, finished_at = ? WHERE run_id = ?", [status, store.now(), run_id])


def _digest(file: SourceFile) -> str | None:
    try:
        return _digest_of(file, file.version())
    except SourceError:  # `recognise` will say so again
        return None


@lru_cache(maxsize=65_536)
def _digest_of(file: SourceFile, version: str) -> str:
    """Finding the work and doing it both ask for it; a version has one digest."""
    return file.digest()


def reader_of(config: Config) -> Reader:
    """The reader of these settings: its models are loaded once a process, its secret may be rotated meanwhile."""
    return replace(_loaded(config), secret=load_secret(config.paths.secret))


@cache
def _loaded(config: Config) -> Reader:
    return load_reader(config)


@cache
def code_version() -> str:
    """The version of the pipeline and a hash of its files: what `runs.code_version` says."""
    package = Path(__file__).parent
    digest = sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".sql", ".toml", ".tsv")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version('tunnepolku')}+{digest.hexdigest()[:8]}"
