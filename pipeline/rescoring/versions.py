"""Who has read what is stored: what waits to be read again, and whether figures mix versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipeline import store
from pipeline.config import Config

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What in a channel others have read than the models, settings and files of now; of surveys, open answers."""

    channel: str
    count: int
    """Conversations or answers that can be read again."""
    text_count: int
    """Their utterances or answers."""
    gone_count: int
    """Conversations or answers with words that are gone: they stay as they were read."""


@dataclass(frozen=True, slots=True)
class Version:
    """A model in one version, and how much is stored of what it read; None: only rules have read the whole."""

    what: str
    """`texts` (utterances and open answers) or `conversations` (their parts, as a whole)."""
    model: str | None
    model_version: str | None
    count: int

    def __str__(self) -> str:
        name = f"{self.model} {self.model_version}" if self.model else "only rules"
        return f"{name} ({self.count:,} {self.what})"


def find_waiting(
    connection: "DuckDBPyConnection", config: Config, first: date | None = None, last: date | None = None
) -> list[Waiting]:
    """What waits, of the days from `first` to `last`, by channel; the ids stay in temporary tables.

    What has no day is left out where a day is named.

    Raises:
        StoreError: the database is none of ours.
    """
    parameters = {"reader_hash": config.reader_hash, "first": first, "last": last}
    with store.our_tables():
        store.execute_script(connection, store.SQL / "rescoring" / "waiting.sql", parameters)
    return [Waiting(*row) for row in store.select(connection, "rescoring/waiting_counts")]


def stored_versions(connection: "DuckDBPyConnection") -> list[Version]:
    """The classifiers of the texts, then the models of the conversations, each the most frequent first.

    Raises:
        StoreError: the database is none of ours.
    """
    return [Version(*row) for row in store.select(connection, "rescoring/versions")]


def mixture(connection: "DuckDBPyConnection", config: Config) -> str | None:
    """One sentence if figures mix versions, or would once a night has read on; None where all is of one.

    Raises:
        StoreError: the database is none of ours.
    """
    versions, waiting = stored_versions(connection), find_waiting(connection, config)
    mixed = [version for version in versions if sum(other.what == version.what for other in versions) > 1]
    again = _amount(waiting)
    if mixed and again:
        return (
            f"Several versions have read what is stored: {_list(mixed)}. Figures mix them until `tunnepolku rescore` "
            f"has read {again} again from their masked text."
        )
    if mixed:
        return (
            f"Several versions have read what is stored: {_list(mixed)}. Words of the older ones are gone, so that "
            "they stay: `tunnepolku query rescored` tells how the versions differ."
        )
    if again:
        return (
            f"Other models, settings, palvelupolku or drivers than those of now have read {again}: `tunnepolku "
            "rescore` reads them again from their masked text."
        )
    return None


def _amount(waiting: Sequence[Waiting]) -> str:
    """How much waits, in words; "" for nothing."""
    conversations = sum(line.count for line in waiting if line.channel != SURVEY)
    answers = sum(line.count for line in waiting if line.channel == SURVEY)
    parts = [f"{conversations:,} conversations"] * bool(conversations) + [f"{answers:,} answers"] * bool(answers)
    return " and ".join(parts)


def _list(versions: Sequence[Version]) -> str:
    return ", ".join(str(version) for version in versions)
