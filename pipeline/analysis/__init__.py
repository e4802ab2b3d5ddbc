"""Conversations analysed one by one, without a night: what `tunnepolku analyze` prints.

They go the way of every night, through masking, lemmas, scores and the reading of the whole, into a database in memory,
and come out of the same views that analysts query: no figure is made in two ways.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import store
from pipeline.annotate import Reader, annotate, load_reader
from pipeline.config import Config
from pipeline.conversation import Channel, Conversation, Speaker, Utterance
from pipeline.errors import RecordError
from pipeline.privacy import Secret
from pipeline.sources.canonical import CHANNEL_NAMES, SPEAKER_NAMES
from pipeline.sources.roles import infer
from pipeline.sources.text import clean, utc
from pipeline.staging import StagedBatch, StagedFile, write_batch
from pipeline.touchpoints.reader import PathReader, load_path_reader

BATCH_SIZE = 100
RUN = "analysis"
CERTAIN = 1.0
"""The confidence of roles that the input names."""


@dataclass(frozen=True, slots=True)
class Given:
    """A conversation of the input: its own id, the indexes of its turns there, and who speaks by the input's labels."""

    conversation_id: str
    conversation: Conversation
    indexes: tuple[int, ...]
    labels: tuple[str, ...]


def load_readers(config: Config) -> tuple[Reader, PathReader]:
    """What `analyze` reads with. Its keys go nowhere, so that a secret of the moment does.

    Raises:
        ConfigError: the lemmatizer or the palvelupolku of the settings is wrong.
        ModelError: a model is missing or altered.
    """
    return load_reader(config, Secret((token_hex(32),))), load_path_reader(config)


def analyze(lines: Iterable[str], config: Config, reader: Reader, path_reader: PathReader) -> Iterator[dict[str, Any]]:
    """An object for each line that is not blank, in order; one that cannot be read has an `error`, a code.

    Args:
        lines: JSON objects in the shape of `tunnepolku read`; speakers are roles, or labels whose roles are inferred.
        config: the settings.
        reader: masks, lemmatizes and scores.
        path_reader: reads the whole.
    """
    batch: list[Given | RecordError] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            batch.append(_given(line, number, config))
        if len(batch) == BATCH_SIZE:
            yield from _analyzed(batch, config, reader, path_reader)
            batch = []
    yield from _analyzed(batch, config, reader, path_reader)


def _given(line: str, number: int, config: Config) -> Given | RecordError:
    position = f"line {number}"
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            return RecordError(position, "not_an_object")
        return _conversation(record, position, number, config)
    except RecordError as error:
        return error
    except (ValueError, RecursionError):
        return RecordError(position, "not_json")


def _conversation(record: Mapping[str, Any], position: str, number: int, config: Config) -> Given:
    turns = record.get("turns")
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise RecordError(position, "missing_turns")
    said = [(place, turn, _text(turn, position)) for place, turn in enumerate(turns)]
    spoken = [(place, turn, text) for place, turn, text in said if text]
    if not spoken:
        raise RecordError(position, "no_text")
    own = all(type(turn.get("index")) is int for turn in turns)
    labels = tuple(_label(turn) for _, turn, _ in spoken)
    channel: Channel = CHANNEL_NAMES.get(str(record.get("channel", "")).lower(), "chat")
    utterances = tuple(
        Utterance(
            index=index,
            speaker=_speaker(labels[index]),
            text=text,
            seconds=_number(turn.get("seconds", turn.get("begin_s"))),
            end_seconds=_number(turn.get("end_seconds", turn.get("end_s"))),
            participant_id=str(turn.get("participant_id") or labels[index]) if labels[index] else None,
        )
        for index, (_, turn, text) in enumerate(spoken)
    )
    conversation = Conversation(
        conversation_id=f"c{number}",  # ids may come twice here; each line is a conversation of its own
        channel=channel,
        utterances=utterances,
        language=str(record.get("language") or "fi").partition("-")[0].lower(),
        started_at=_time(record.get("started_at"), position, config),
        queue=str(record["queue"]) if record.get("queue") else None,
        position=position,
        source=RUN,
    )
    return Given(
        conversation_id=str(record.get("conversation_id") or number),
        conversation=conversation,
        indexes=tuple(int(turn["index"]) if own else place for place, turn, _ in spoken),
        labels=labels,
    )


def _text(turn: Mapping[str, Any], position: str) -> str:
    text = turn.get("text", "")
    if not isinstance(text, str):
        raise RecordError(position, "missing_text")
    return clean(text)


def _label(turn: Mapping[str, Any]) -> str:
    return str(turn.get("speaker") or turn.get("role") or "").strip()


def _speaker(label: str) -> Speaker:
    return SPEAKER_NAMES.get(label.lower(), "unknown")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _time(value: object, position: str, config: Config) -> datetime | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return utc(value, config.time.zone)
    except ValueError:
        raise RecordError(position, "bad_time") from None


def _analyzed(
    batch: Sequence[Given | RecordError], config: Config, reader: Reader, path_reader: PathReader
) -> Iterator[dict[str, Any]]:
    """What the views say of a batch."""
    if not batch:
        return
    given = [infer_roles(one) for one in batch if isinstance(one, Given)]
    found = _summaries([one.conversation for one in given], config, reader, path_reader)
    by_position = {one.conversation.position: one for one in given}
    for one in batch:
        if isinstance(one, RecordError):
            yield {"conversation_id": None, "error": one.code, "position": one.position}
        else:
            told = by_position[one.conversation.position]
            yield _row(told, found[told.conversation.conversation_id])


def infer_roles(given: Given) -> Given:
    """The conversation with every role told, however unsure: the confidence is told beside."""
    return replace(given, conversation=infer(given.conversation, threshold=0.0))


def _summaries(
    conversations: Sequence[Conversation], config: Config, reader: Reader, path_reader: PathReader
) -> dict[str, dict[str, Any]]:
    masked, _ = annotate(conversations, [], reader)
    placed = list(zip(masked, path_reader.read(masked), strict=True))
    with TemporaryDirectory() as folder, store.opened(Path(":memory:")) as connection:
        store.migrate(connection)
        path = Path(folder) / "batch.json.gz"
        write_batch(path, placed, [], [], config.time.zone)
        connection.execute("INSERT INTO runs VALUES (?, ?, NULL, 'running', '', '', '', '', '')", [RUN, store.now()])
        store.load_batch(connection, StagedBatch(RUN, path), StagedFile(RUN, RUN), RUN)
        return {row["conversation_id"]: row for row in store.rows(connection, "show/summaries", {})}


def _row(given: Given, summary: Mapping[str, Any]) -> dict[str, Any]:
    """The contract: later versions only add keys."""
    indexes = given.indexes
    lowest = summary["lowest_turn"]
    said = dict.fromkeys(given.labels)
    roles = {label: _role(given, label) for label in said}
    return {
        "conversation_id": given.conversation_id,
        "touchpoints": summary["touchpoints"],
        "goal_reached": summary["goal_reached"],
        "ease": summary["ease"],
        "start_sentiment": summary["start_sentiment"],
        "end_sentiment": summary["end_sentiment"],
        "lowest_turn": None if lowest is None else indexes[lowest],
        "complaint": summary["complaint"],
        "repeat_contact": summary["repeat_contact"],
        "churn_risk": summary["churn_risk"],
        "transferred": summary["transferred"],
        "agent_empathy_turns": [indexes[index] for index in summary["agent_empathy_turns"]],
        "reason": summary["reason"],
        "roles": roles,
        "role_confidence": _confidence(given),
    }


def _role(given: Given, label: str) -> Speaker:
    """The role that most turns of a label have."""
    turns = zip(given.labels, given.conversation.utterances, strict=True)
    found = [turn.speaker for own, turn in turns if own == label]
    return max(found, key=found.count)


def _confidence(given: Given) -> float:
    inferred = given.conversation.role_confidence
    return CERTAIN if inferred is None else round(inferred, 6)
