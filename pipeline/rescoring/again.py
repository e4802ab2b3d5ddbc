"""Read what waits again, batch by batch, and put it in the place of what is stored, a transaction each.

A batch that has been replaced waits no longer, so that a run that was killed goes on where it stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import store
from pipeline.annotate import FINNISH, Reader, context_of, is_scored
from pipeline.config import Config
from pipeline.conversation import MaskedConversation, MaskedSurveyResponse
from pipeline.errors import StoreError
from pipeline.rescoring.stored import answers_of, parts_of
from pipeline.rescoring.versions import find_waiting
from pipeline.staging import write_batch
from pipeline.touchpoints.mentions import mentions_in_answer
from pipeline.touchpoints.reader import PathReader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Batch:
    """Ids of what is read again in one transaction."""

    conversations: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()


def read_again(
    connection: "DuckDBPyConnection",
    run_id: str,
    config: Config,
    reader: Reader,
    path_reader: PathReader,
    days: tuple[date | None, date | None] = (None, None),
    progress: Callable[[Iterable[Batch], int], Iterable[Batch]] = lambda batches, total: batches,
) -> None:
    """Read everything that waits again.

    Args:
        connection: the pipeline's own database.
        run_id: the run that every new row will name.
        config: the settings.
        reader: scores the texts.
        path_reader: reads conversations as a whole.
        days: the first and the last day of what is read; None: no limit.
        progress: wraps the iteration over the batches, given their number; for a progress bar.

    Raises:
        StoreError: what was read does not fit the tables; the batches before it are stored, nothing of this one is.
    """
    find_waiting(connection, config, *days)
    batches = list(_batches(connection, config.sources.batch_size))
    for number, batch in enumerate(progress(batches, len(batches))):
        path = config.paths.staging / f"rescore-{run_id}-{number:05d}.json.gz"
        _read(connection, batch, path, config, reader, path_reader)
        _replace(connection, path, run_id, config)
        path.unlink(missing_ok=True)


def _batches(connection: "DuckDBPyConnection", size: int) -> Iterator[Batch]:
    conversations = [row[0] for row in store.select(connection, "rescoring/waiting_conversations")]
    responses = [row[0] for row in store.select(connection, "rescoring/waiting_responses")]
    for start in range(0, len(conversations), size):
        yield Batch(conversations=tuple(conversations[start : start + size]))
    for start in range(0, len(responses), size):
        yield Batch(responses=tuple(responses[start : start + size]))


def _read(
    connection: "DuckDBPyConnection", batch: Batch, path: Path, config: Config, reader: Reader, path_reader: PathReader
) -> None:
    """Stage what the models read in a batch now."""
    taxonomies = path_reader.taxonomies
    conversations, answers = scored(
        parts_of(connection, batch.conversations, taxonomies.path), answers_of(connection, batch.responses), reader
    )
    placed = list(zip(conversations, path_reader.read(conversations), strict=True))
    named = [mentions_in_answer(answer, taxonomies) for answer in answers]
    write_batch(path, placed, answers, [], config.time.zone, named)


def scored(
    conversations: Sequence[MaskedConversation], answers: Sequence[MaskedSurveyResponse], reader: Reader
) -> tuple[list[MaskedConversation], list[MaskedSurveyResponse]]:
    """The same with the scores of this reader, as `annotate` gives them; all else stays as it is stored.

    The tokens are not used, since another version of the lemmatizer may have made them.
    """
    turns = [(talk, turn) for talk in conversations for turn in talk.utterances if is_scored(turn)]
    verbatims = [answer.verbatim for answer in answers if answer.verbatim and answer.language == FINNISH]
    texts = [turn.text for _, turn in turns] + verbatims
    contexts = [context_of(talk, turn, reader) for talk, turn in turns] + [reader.mask("")] * len(verbatims)
    scores = iter(reader.scorer.score(texts, contexts=contexts))
    return (
        [
            replace(
                talk,
                utterances=tuple(
                    replace(turn, score=next(scores)) if is_scored(turn) else turn for turn in talk.utterances
                ),
            )
            for talk in conversations
        ],
        [
            replace(answer, score=next(scores)) if answer.verbatim and answer.language == FINNISH else answer
            for answer in answers
        ],
    )


def _replace(connection: "DuckDBPyConnection", path: Path, run_id: str, config: Config) -> None:
    import duckdb

    parameters = {"path": str(path), "run_id": run_id, "reader_hash": config.reader_hash}
    try:
        with store.transaction(connection):
            store.execute_script(connection, store.SQL / "steps" / "stage.sql", parameters)
            store.execute_script(connection, store.SQL / "rescoring" / "replace.sql", parameters)
    except duckdb.Error as error:  # its message may quote the data
        raise StoreError(f"What was read again cannot be stored ({type(error).__name__}): report it.") from None
