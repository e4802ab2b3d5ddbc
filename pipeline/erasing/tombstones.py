"""Tombstones: what remains of a forgotten person, so that a replayed export or a backfill does not bring them back.

A tombstone is a keyed hash of an id under a kind of its own, so that it joins with nothing that is stored, and says
nothing to anyone without the secret.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline import store
from pipeline.annotate import Reader
from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse, in_system
from pipeline.privacy import Secret, pseudonymize

ANSWERED = ""
"""Stands for the system of a conversation that an answer names, since surveys name none."""


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


def is_forgotten(
    record: Conversation | SurveyResponse | DeviceEvent, tombstones: frozenset[str], reader: Reader
) -> bool:
    """Whether a record's customer, conversation or answer has a tombstone; of an event of nobody's, its device."""
    return bool(tombstones) and not tombstones.isdisjoint(_marks(record, reader))


def _marks(record: Conversation | SurveyResponse | DeviceEvent, reader: Reader) -> Iterator[str | None]:
    """The tombstones that would keep a record out."""
    customers, system = [record.customer_id], ANSWERED
    if isinstance(record, Conversation):
        customers += [turn.participant_id for turn in record.utterances if turn.speaker == "customer"]
        system = record.source
    elif isinstance(record, SurveyResponse):
        own_id = record.response_id if record.has_own_id else None
        keyed = [past.response_identifier(record) for past in _pasts(reader)]
        yield from _marks_of_id("response", record.source, own_id, keyed, reader.secret)
    for customer in dict.fromkeys(customers):
        yield tombstone(customer, reader.secret, "customer")
        for past in _pasts(reader):
            yield tombstone(pseudonymize(customer, past.secret, "customer"), reader.secret, "key")
    if isinstance(record, DeviceEvent):
        if record.customer_id is None:  # whoever has the device now is told by their own number
            for past in _pasts(reader):
                yield tombstone(pseudonymize(record.device_id, past.secret, "device"), reader.secret, "key")
    elif (id_ := record.conversation_id) is not None:
        keyed = [past.identifier(id_) or "" for past in _pasts(reader)]
        yield from _marks_of_id("conversation", system, id_, keyed, reader.secret)


def _marks_of_id(kind: str, system: str, id_: str | None, keyed: Sequence[str], secret: Secret) -> Iterator[str | None]:
    """The tombstones of an id in its system, and those of a time when the system was not told.

    Args:
        kind: "conversation" or "response".
        system: the system whose id it is.
        id_: the source's own id, if it gives one.
        keyed: what was stored in its place after each rotation of the secret.
        secret: the present secret.
    """
    if id_ is not None:
        yield tombstone(in_system(system, id_), secret, kind)
        yield tombstone(id_, secret, kind)
    for key in keyed:
        yield tombstone(in_system(system, key), secret, "key")
        yield tombstone(key, secret, "key")


def _pasts(reader: Reader) -> Iterator[Reader]:
    """The reader as it was after each rotation of the secret: a key that was forgotten then was made by that one."""
    chain = reader.secret.chain
    return (replace(reader, secret=Secret(chain[:length])) for length in range(1, len(chain) + 1))
