"""A few invented rows in a database: real dataclasses, staged and loaded as the night does it, with short spellings.

A turn is `(role, sentiment)`, `(role, sentiment, {emotion: probability})` or a mapping of arguments of `utterance`. A
sentiment of s has probability |s| for its side and 1 - |s| for neutral, so that beyond ±0.5 it is negative or positive.
None leaves the turn unscored. `told` is what newer models tell besides: `is_sure`, `intensity`, `cues` (those not named
have 0.1) and `evidence` as (label, start, end, weight).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from pipeline import store
from pipeline.conversation import (
    CUES,
    EMOTIONS,
    SENTIMENTS,
    Evidence,
    MaskedConversation,
    MaskedDeviceEvent,
    MaskedSurveyResponse,
    MaskedText,
    MaskedUtterance,
    Score,
    Token,
)
from pipeline.errors import CheckFailed, RecordError
from pipeline.staging import StagedBatch, StagedFile, write_batch
from pipeline.touchpoints import Dimensions, Mention, Place, Reading, Segment, TurnReading
from pipeline.touchpoints.reading import EASES, EVENTS, GOALS, MOVES

HELSINKI = ZoneInfo("Europe/Helsinki")
CHECKS = store.SQL / "checks"
NAMES = sorted(path.stem for path in CHECKS.glob("*.sql"))
TENTH = {"max_rejected_share": 0.1}
Placed = tuple[MaskedConversation, Reading]


def utc(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None


def key(number: int | None) -> str | None:
    """What a keyed hash looks like."""
    return None if number is None else f"{number:032x}"


def digest(*content: object) -> str:
    """A key of what a record says: the same for the same, as the keyed hash of its content is."""
    return sha256(repr(content).encode()).hexdigest()[:32]


def score(
    value: float | None, emotions: Mapping[str, float] | None = None, told: Mapping[str, Any] | None = None
) -> Score | None:
    if value is None:
        return None
    sides = dict(zip(SENTIMENTS, (max(-value, 0.0), 1 - abs(value), max(value, 0.0)), strict=True))
    return Score(
        sentiment=max(sides, key=lambda side: (sides[side], side == "neutral")),
        sentiment_probability=sides,
        emotions={emotion: (emotions or {}).get(emotion, 0.1) for emotion in EMOTIONS},
        model="invented",
        model_version="1",
        **_told(**told or {}),
    )


def _told(cues: Mapping[str, float] | None = None, evidence: Iterable[Sequence[Any]] = (), **more: Any) -> Any:
    shares = {} if cues is None else {cue: cues.get(cue, 0.1) for cue in CUES}
    return {"cues": shares, "evidence": tuple(Evidence(*spelled) for spelled in evidence), **more}


LASKU = (Token("lasku", "lasku", "NOUN"),)


def utterance(
    index: int,
    role: str,
    sentiment: float | None = None,
    emotions: Any = None,
    tokens: Iterable[Token | Sequence[Any]] = LASKU,
    told: Mapping[str, Any] | None = None,
    **facts: Any,
) -> MaskedUtterance:
    values = {
        "index": index, "speaker": role, "text": MaskedText("lasku on väärin"), "seconds": None, "end_seconds": None,
        "participant_key": None, "score": score(sentiment, emotions, told), "tokens": _tokens(tokens),
    }  # fmt: skip
    return MaskedUtterance(**{**values, **facts})


def _tokens(tokens: Iterable[Token | Sequence[Any]]) -> tuple[Token, ...]:
    return tuple(token if isinstance(token, Token) else Token(*token) for token in tokens)


def conversation(
    conversation_id: str,
    turns: Iterable[Sequence[Any] | Mapping[str, Any] | MaskedUtterance] = (("customer", 0.0),),
    *,
    touchpoint: str = "laskutus",
    touchpoints: Sequence[tuple[int, int, str]] = (),
    started_at: str | None = "2026-09-01T09:00",
    customer: int | None = None,
    goal: str | None = None,
    ease: str | None = None,
    events: Mapping[str, float] | None = None,
    moves: Mapping[str, Mapping[str, float]] | None = None,
    mentions: Sequence[tuple[str, str, int, int, int, float]] = (),
    **facts: Any,
) -> Placed:
    """A conversation and where it stands: as a whole at `touchpoint`, or in the stretches of `touchpoints`.

    With a `goal` it has been read: goal and ease (None: no sign of it) are those of the whole and of each stretch; what
    customers feel in a turn is its sentiment; `events` and `moves` (by the number of the turn, as text; `strength` is
    that of the feeling) are 0.1 where they are not named. A mention is (kind, label, turn, start, end, weight).
    """
    utterances = tuple(_turn(index, turn) for index, turn in enumerate(turns))
    values: dict[str, Any] = {
        "conversation_id": conversation_id, "channel": "chat", "utterances": utterances, "language": "fi",
        "started_at": utc(started_at), "customer_key": key(customer), "queue": None, "metadata": {},
        "position": f"line {conversation_id}", "source": "invented",
    }  # fmt: skip
    values = {**values, "content_key": digest(utterances, touchpoint, started_at, customer), **facts}
    values.setdefault("qualified_id", f"{values['source']}:{conversation_id}")
    stretches = touchpoints or [(0, len(utterances) - 1, touchpoint)]
    read = None if goal is None else _dimensions(goal, ease)
    return MaskedConversation(**values), Reading(
        segments=tuple(
            Segment(first, last, f"stage of {name}", name, "invented", dimensions=read)
            for first, last, name in stretches
        ),
        dimensions=read,
        events={event: (events or {}).get(event, 0.1) for event in EVENTS},
        turns={turn.index: _turn_reading(turn, moves or {}) for turn in utterances if read and turn.score},
        mentions=tuple(Mention(kind, label, Place(*place), weight) for kind, label, *place, weight in mentions),
        model="invented path",
        model_version="1",
    )


def _dimensions(goal: str, ease: str | None) -> Dimensions:
    return Dimensions(
        goal={name: 0.8 if name == goal else 0.1 for name in GOALS},
        ease={name: 0.8 if name == ease else 0.05 for name in EASES},
    )


def _turn_reading(turn: MaskedUtterance, moves: Mapping[str, Mapping[str, float]]) -> TurnReading:
    own = moves.get(str(turn.index), {})
    return TurnReading(
        feeling=turn.score.sentiment_probability if turn.score and turn.speaker == "customer" else None,
        moves={move: own.get(move, 0.1) for move in MOVES},
        strength=own.get("strength"),
    )


def _turn(index: int, turn: Sequence[Any] | Mapping[str, Any] | MaskedUtterance) -> MaskedUtterance:
    if isinstance(turn, MaskedUtterance):
        return turn
    return utterance(index, **turn) if isinstance(turn, Mapping) else utterance(index, *turn)


def answer(
    response_id: str,
    nps_rating: int | None = None,
    responded_at: str = "2026-09-01T12:00",
    *,
    customer: int | None = None,
    sentiment: float | None = None,
    emotions: Any = None,
    tokens: Iterable[Token | Sequence[Any]] = (),
    told: Mapping[str, Any] | None = None,
    **facts: Any,
) -> MaskedSurveyResponse:
    values = {
        "response_id": response_id, "responded_at": utc(responded_at), "nps_rating": nps_rating, "ces_rating": None,
        "csat_rating": None, "first_contact_resolution": None, "verbatim": None, "conversation_id": None,
        "customer_key": key(customer), "position": f"row {response_id}",
        "score": score(sentiment, emotions, told), "tokens": _tokens(tokens),
        "language": "fi" if facts.get("verbatim") else None, "source": "invented",
    }  # fmt: skip
    told_facts = {name: fact for name, fact in facts.items() if name != "position"}
    values = {**values, "content_key": digest(nps_rating, responded_at, customer, sorted(told_facts.items())), **facts}
    values.setdefault("qualified_id", f"{values['source']}:{response_id}")
    return MaskedSurveyResponse(**values)


def event(
    code: str,
    occurred_at: str = "2026-09-01T09:00",
    *,
    device: int = 1,
    customer: int | None = None,
    message: str | None = None,
    **facts: Any,
) -> MaskedDeviceEvent:
    """A device event; the same device, code and time are the same event."""
    values = {
        "event_key": digest("event", device, code, occurred_at), "device_key": key(1000 + device),
        "customer_key": key(customer), "code": MaskedText(code), "severity": None,
        "message": MaskedText(message) if message else None, "occurred_at": utc(occurred_at), "position": f"row {code}",
        "source": "invented", "content_key": digest("event", device, code, occurred_at, customer, message),
    }  # fmt: skip
    return MaskedDeviceEvent(**{**values, **facts})


def add_run(
    connection: DuckDBPyConnection, run_id: str, started_at: str = "2026-10-01T01:30", status: str = "running"
) -> None:
    connection.execute(
        "INSERT INTO runs VALUES (?, ?, NULL, ?, '0', '0', 'invented', 'invented', '1')", [run_id, started_at, status]
    )


def stage(
    path: Path,
    conversations: Sequence[Placed] = (),
    answers: Sequence[MaskedSurveyResponse] = (),
    rejections: Sequence[tuple[str, str]] = (),
    answer_mentions: Mapping[str, Sequence[tuple[str, str, int, int, float]]] | None = None,
    events: Sequence[MaskedDeviceEvent] = (),
) -> Path:
    """A staged batch; `answer_mentions` are (kind, label, start, end, weight) by the id of the answer."""
    named = [
        [Mention(kind, label, Place(0, *place), weight) for kind, label, *place, weight in spelled]
        for spelled in ((answer_mentions or {}).get(one.response_id, ()) for one in answers)
    ]
    left_out = [RecordError(*rejection) for rejection in rejections]
    write_batch(path, conversations, answers, left_out, HELSINKI, named, events)
    return path


def load(
    connection: DuckDBPyConnection,
    folder: Path,
    conversations: Sequence[Placed] = (),
    answers: Sequence[MaskedSurveyResponse] = (),
    rejections: Sequence[tuple[str, str]] = (),
    *,
    file: str = "a.jsonl",
    batch: str = "0",
    run: str = "run",
    replace: bool = False,
    answer_mentions: Mapping[str, Sequence[tuple[str, str, int, int, float]]] | None = None,
    events: Sequence[MaskedDeviceEvent] = (),
) -> None:
    """Stage and load one batch; its id is the file's name and `batch`, the file's digest is its name."""
    path = stage(folder / f"{file}-{batch}.json.gz", conversations, answers, rejections, answer_mentions, events)
    staged = StagedBatch(f"{file}-{batch}", path, "of the reader")
    store.load_batch(connection, staged, StagedFile(file, f"sha of {file}"), run, replace=replace)


def load_document(connection: DuckDBPyConnection, folder: Path, document: Mapping[str, Any]) -> None:
    """The rows that a golden folder's `input.json` spells: keyword arguments of `conversation`, `answer`, `event`."""
    load(
        connection,
        folder,
        [conversation(**fields) for fields in document.get("conversations", ())],
        [answer(**fields) for fields in document.get("answers", ())],
        answer_mentions=document.get("answer_mentions"),
        events=[event(**fields) for fields in document.get("device_events", ())],
    )
    for file, rejections in document.get("rejections", {}).items():
        load(connection, folder, rejections=rejections, file=file, batch="rejections")
    for statement in document.get("sql", ()):
        connection.execute(statement)


EARLIER = """
INSERT INTO earlier_scores BY NAME
SELECT * EXCLUDE (evidence) REPLACE ('0' AS model_version)
FROM (SELECT COLUMNS(c -> c NOT LIKE '%_intensity') FROM utterance_scores)
UNION ALL BY NAME
SELECT * EXCLUDE (evidence) REPLACE ('0' AS model_version)
FROM (SELECT COLUMNS(c -> c NOT LIKE '%_intensity') FROM verbatim_scores);
INSERT INTO earlier_readings BY NAME
SELECT conversation_id, first_utterance_index,
    [{'first_utterance': 0, 'last_utterance': 0, 'touchpoint': 'toimitus'}] AS touchpoints
FROM conversation_parts;
"""
"""As if what is stored had been read before: texts by version 0 of their classifier, conversations by rules alone."""


def rows(connection: DuckDBPyConnection, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return connection.execute(query, list(parameters)).fetchall()


def failed(connection: DuckDBPyConnection, parameters: Mapping[str, Any] = TENTH) -> set[str]:
    """The checks that fail, as the person on duty reads them."""
    try:
        assert store.check(connection, parameters) == NAMES
    except CheckFailed as error:
        return {name for name in NAMES if re.search(rf"\b{name}\b", str(error))}
    return set()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
