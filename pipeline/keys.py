"""The secret and the keys that are stored: do they fit, and new keys for the whole database when the secret is rotated.

A rotation survives being cut off anywhere. Its secret is on the disk, in a file of its own beside the present one,
before the transaction with the new keys ends, and takes the present one's place after. A night that finds the database
ahead of the secret finishes that; one that finds it behind goes on with the old secret, and the file that was written
for nothing stays until the next rotation replaces it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline import store
from pipeline.config import Config
from pipeline.errors import PrivacyError
from pipeline.privacy.pseudonyms import (
    KEY,
    NEW_VARIABLE,
    VARIABLE,
    Secret,
    fingerprint,
    load_secret,
    new_secret,
    read_secret,
    rekey,
    secret_in,
    write_secret,
)
from pipeline.staging import forget_batches

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation, Expression

KEYED = (
    ("conversations", "conversation_id"),
    ("conversations", "source_id"),
    ("conversations", "customer_key"),
    ("conversation_parts", "conversation_id"),
    ("conversation_parts", "content_key"),
    ("conversation_touchpoints", "conversation_id"),
    ("part_readings", "conversation_id"),
    ("mentions", "conversation_id"),
    ("mentions", "response_id"),
    ("utterances", "conversation_id"),
    ("utterances", "participant_key"),
    ("utterance_scores", "conversation_id"),
    ("utterance_readings", "conversation_id"),
    ("earlier_scores", "conversation_id"),
    ("earlier_scores", "response_id"),
    ("earlier_readings", "conversation_id"),
    ("survey_responses", "response_id"),
    ("survey_responses", "source_id"),
    ("survey_responses", "conversation_id"),
    ("survey_responses", "source_conversation_id"),
    ("survey_responses", "content_key"),
    ("survey_responses", "customer_key"),
    ("verbatim_scores", "response_id"),
    ("device_events", "event_key"),
    ("device_events", "device_key"),
    ("device_events", "customer_key"),
    ("device_events", "content_key"),
    ("tombstones", "tombstone"),
)
"""Every table and column that may hold keyed hashes; what does not look like one there is a source's own id."""
Fit = Literal["same", "unknown", "cut off"]
"""Of the present secret: it is that of the stored keys; it cannot be told; it will be, once a rotation is finished."""


def fit(connection: "DuckDBPyConnection", path: Path) -> Fit:
    """Whether the present secret is the one that the stored keys were made with.

    Raises:
        PrivacyError: there is no usable secret, or it is another one.
    """
    secret, noted = load_secret(path), _noted(connection)
    if noted == fingerprint(secret):
        return "same"
    if noted is None or not holds_keys(connection):
        return "unknown"
    if _is_cut_off(noted, path):
        return "cut off"
    raise PrivacyError(
        "The secret is not the one the stored keys were made with: restore it (after a rotation it is the earlier ones "
        "and the new one, in this order), since with another one every customer would become two."
    )


def settle(connection: "DuckDBPyConnection", path: Path) -> None:
    """Before a night: finish a rotation that was cut off, and note the secret where none is noted or no key is stored.

    Raises:
        PrivacyError: there is no usable secret, or it is another one.
    """
    match fit(connection, path):
        case "unknown":
            with store.transaction(connection):
                _note(connection, load_secret(path))
        case "cut off":
            _next(path).replace(path)


def _noted(connection: "DuckDBPyConnection") -> str | None:
    """The fingerprint of the secret that the stored keys were made with; None in a database that has noted none yet."""
    if "secret_checks" not in _tables(connection):
        return None
    row: tuple[str] | None = connection.execute("SELECT fingerprint FROM secret_checks").fetchone()
    return row[0] if row else None


def holds_keys(connection: "DuckDBPyConnection") -> bool:
    """Whether any keyed hash is stored."""
    return any(keys.limit(1).fetchone() for _, _, keys in _stored_keys(connection))


def _is_cut_off(noted: str, path: Path) -> bool:
    """Whether the secret in the database is that of a rotation that has not yet taken the place of the present one."""
    if secret_in(VARIABLE) is not None:
        return False
    try:
        return fingerprint(read_secret(_next(path))) == noted
    except FileNotFoundError:
        return False


def fresh_link() -> Secret:
    """What a rotation adds to the secret: a random link, or, where the environment holds the secret, the one it names.

    Raises:
        PrivacyError: the environment holds the secret and no new one besides, or no single one, or one of the old.
    """
    present, fresh = secret_in(VARIABLE), secret_in(NEW_VARIABLE)
    if present is None:
        return new_secret()
    if fresh is None or len(fresh.chain) != 1 or fresh.chain[0] in present.chain:
        raise PrivacyError(
            f"{VARIABLE} holds the secret: set {NEW_VARIABLE} to the new one alone, which is none of those it holds."
        )
    return fresh


def rotate(config: Config, fresh: Secret) -> int:
    """Add a link to the secret and give every stored key its new form, all or none; returns the number of keys.

    The new secret goes to the file of the old one, unless the environment holds it: then it is its owner's to change.
    Staged batches hold old keys: they are deleted, and the next night makes them again. The bytes of the old keys leave
    the file when it is published, which makes it anew.

    Raises:
        PrivacyError: the secret cannot be read or written, or is not that of the stored keys; nothing has changed.
        StoreError: the database cannot be opened; nothing has changed.
    """
    path, is_in_file = config.paths.secret, secret_in(VARIABLE) is None
    with store.opened(config.paths.database) as connection:
        settle(connection, path)
        secret = load_secret(path) + fresh
        forget_batches(config.paths.staging)
        if is_in_file:
            _next(path).unlink(missing_ok=True)  # of a rotation that was cut off before its keys were stored
            write_secret(secret, _next(path))
        with store.transaction(connection):
            count = _rekey(connection, secret)
            _note(connection, secret)
    if is_in_file:
        _next(path).replace(path)
    return count


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _note(connection: "DuckDBPyConnection", secret: Secret) -> None:
    connection.execute("DELETE FROM secret_checks")
    connection.execute("INSERT INTO secret_checks VALUES (?, ?)", [fingerprint(secret), store.now()])


def _rekey(connection: "DuckDBPyConnection", secret: Secret) -> int:
    """Each distinct key is hashed once, here; DuckDB puts the new ones in the places of the old."""
    from duckdb import ColumnExpression, FunctionExpression

    old = sorted({key for _, _, keys in _stored_keys(connection) for (key,) in keys.distinct().fetchall()})
    new = [rekey(key, secret) for key in old]
    script = store.SQL / "keys" / "new_keys.sql"
    store.execute_script(connection, script, {"old_keys": " ".join(old), "new_keys": " ".join(new)})
    for table, column, _ in _stored_keys(connection):
        new_key = FunctionExpression("new_key_of", ColumnExpression(column))
        connection.table(table).update({column: new_key}, condition=_is_key(column))
    return len(old)


def _stored_keys(connection: "DuckDBPyConnection") -> "Iterator[tuple[str, str, DuckDBPyRelation]]":
    """Each column of `KEYED` that this database has, with the keys in it."""
    there = _tables(connection)
    for table, column in KEYED:
        if table in there:
            yield table, column, connection.table(table).filter(_is_key(column)).select(column)


def _is_key(column: str) -> "Expression":
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    return FunctionExpression("regexp_full_match", ColumnExpression(column), ConstantExpression(KEY.pattern))


def _tables(connection: "DuckDBPyConnection") -> set[str]:
    return {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
