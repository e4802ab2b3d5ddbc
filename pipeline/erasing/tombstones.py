"""Tombstones: what remains of a forgotten person, so that a replayed export or a backfill does not bring them back.

A tombstone is a keyed hash of an id under a kind of its own, so that it joins with nothing that is stored, and says
nothing to anyone without the secret.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline import store
from pipeline.annotate import Reader
from pipeline.conversation import Conversation, SurveyResponse
from pipeline.privacy import Secret, pseudonymize


def tombstone(identifier: str | None, secret: Secret, kind: str) -> str | None:
    """The tombstone of an id.

    Args:
        identifier: what is to be known again.
        secret: the secret of the keyed hashes.
        kind: "customer", "conversation" or "response": the id is the source's own; "key": it is the keyed hash that is
            stored in its place, where nobody knows the source's any more.
    """
    return pseudonymize(identifier, secret, f"tombstone-{kind}")


def stored_tombstones(database: Path) -> frozenset[str]:
    """Every tombstone in a database.

    Raises:
        StoreError: the database cannot be opened.
    """
    with store.opened(database, read_only=True) as connection, store.our_tables():
        return frozenset(row for (row,) in connection.execute("SELECT tombstone FROM tombstones").fetchall())


def is_forgotten(record: Conversation | SurveyResponse, tombstones: frozenset[str], reader: Reader) -> bool:
    """Whether a record's customer, conversation or answer has a tombstone."""
    return bool(tombstones) and not tombstones.isdisjoint(_marks(record, reader))


def _marks(record: Conversation | SurveyResponse, reader: Reader) -> Iterator[str | None]:
    """The tombstones that would keep a record out."""
    customers = [record.customer_id]
    if isinstance(record, Conversation):
        customers += [turn.participant_id for turn in record.utterances if turn.speaker == "customer"]
    else:
        yield tombstone(record.response_id if record.has_own_id else None, reader.secret, "response")
        yield from (tombstone(past.response_identifier(record), reader.secret, "key") for past in _pasts(reader))
    for customer in dict.fromkeys(customers):
        yield tombstone(customer, reader.secret, "customer")
        for past in _pasts(reader):
            yield tombstone(pseudonymize(customer, past.secret, "customer"), reader.secret, "key")
    yield tombstone(record.conversation_id, reader.secret, "conversation")
    yield from (tombstone(past.identifier(record.conversation_id), reader.secret, "key") for past in _pasts(reader))


def _pasts(reader: Reader) -> Iterator[Reader]:
    """The reader as it was after each rotation of the secret: a key that was forgotten then was made by that one."""
    chain = reader.secret.chain
    return (replace(reader, secret=Secret(chain[:length])) for length in range(1, len(chain) + 1))
