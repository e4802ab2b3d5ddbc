"""What every reader promises for any bytes: records that can be stored, records left out, or one `SourceError`.

Each function reads a file in one way and names the promises that were broken. Whatever else it raises is one, too.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.conversation import Conversation, DeviceEvent, SurveyResponse
from pipeline.errors import RecordError, SourceError
from pipeline.mappings import ColumnMapping, parse_mappings
from pipeline.sources import FORMATS, Record, SourceFile, find_files, read, recognise
from pipeline.sources.propose import as_toml, propose
from pipeline.sources.text import head_of

HELSINKI = ZoneInfo("Europe/Helsinki")
POSITION = re.compile(r"a cue|file|(record|line|row|mail) \d{1,9}")
CODE = re.compile(r"[a-z0-9_]{4,40}")
SENTENCE = re.compile(r"[^\n\r\x1b]+\.")
MAX_RECORDS = 1_000_000
SCALES = {"nps_rating": range(11), "ces_rating": range(1, 8), "csat_rating": range(1, 6)}


def broken_by_format(path: object, format_name: str) -> list[str]:
    """Read a file as one format, if that claims it."""
    file, broken = SourceFile(str(path)), []
    head = _told(broken, head_of, file)
    if head is not None and import_module(FORMATS[format_name]).matches(head):
        _read(broken, file, format_name)
    return broken


def broken_by_night(path: object, mappings: Sequence[ColumnMapping] = ()) -> list[str]:
    """Look into a file, recognise what is in it, and read that."""
    broken: list[str] = []
    for file in _told(broken, find_files, [path]) or []:
        _recognise_and_read(broken, file, mappings)
    return broken


def broken_by_proposal(path: object) -> list[str]:
    """Propose a mapping for a file, take it into the configuration, and read the file by it."""
    file, broken = SourceFile(str(path)), []
    proposal = _told(broken, propose, file, tuple(FORMATS))
    if proposal is not None and (text := as_toml(proposal)):
        _recognise_and_read(broken, file, parse_mappings(tomllib.loads(text)["sources"]["mappings"]))
    return broken


def _recognise_and_read(broken: list[str], file: SourceFile, mappings: Sequence[ColumnMapping]) -> None:
    name = _told(broken, recognise, file, mappings)
    if name is not None:
        _read(broken, file, name, mappings)


def _read(broken: list[str], file: SourceFile, name: str, mappings: Sequence[ColumnMapping] = ()) -> None:
    records = _told(broken, lambda: list(islice(read(file, name, HELSINKI, mappings), MAX_RECORDS))) or []
    broken += [problem for record in records for problem in unstorable(record)]
    if len(records) == MAX_RECORDS:
        broken.append("a reader without an end")


def _told(broken: list[str], call: Callable[..., Any], *arguments: object) -> Any:
    """What a call returns, or none where it refuses; a refusal is one sentence with a code."""
    try:
        return call(*arguments)
    except SourceError as refused:
        if isinstance(refused, RecordError):  # those are yielded
            broken.append("a record's error raised")
        if not CODE.fullmatch(refused.code):
            broken.append("a code that is none")
        if not SENTENCE.fullmatch(str(refused)):
            broken.append("a message that is no sentence")
    return None


def unstorable(record: Record) -> Iterator[str]:
    """What keeps a record from being stored."""
    if isinstance(record, RecordError):
        if not POSITION.fullmatch(record.position) or not CODE.fullmatch(record.code):
            yield "an error that says more than where and why"
        return
    if not isinstance(record, Conversation | SurveyResponse | DeviceEvent):
        yield "no record"
        return
    try:
        json.dumps(asdict(record), ensure_ascii=False, allow_nan=False, default=datetime.isoformat).encode()
    except ValueError as error:
        yield f"{type(error).__name__} when it is written"
    times = [getattr(record, name, None) for name in ("started_at", "changed_at", "responded_at", "occurred_at")]
    if any(time and time.utcoffset() != timedelta(0) for time in times):
        yield "a time that is not UTC"
    if isinstance(record, DeviceEvent):
        if not record.device_id.strip() or not 0 < len(record.code.strip()) <= 80:
            yield "an event without a device or a code"
        return
    yield from _broken_turns(record) if isinstance(record, Conversation) else _broken_answers(record)


def _broken_turns(conversation: Conversation) -> Iterator[str]:
    said = conversation.utterances
    if not conversation.conversation_id.strip():
        yield "a conversation without an id"
    if not said or [utterance.index for utterance in said] != list(range(len(said))):
        yield "turns that are not counted"
    if not all(utterance.text.strip() and "\0" not in utterance.text for utterance in said):
        yield "a turn without a text, or with a NUL"
    if not all(type(count) is int and count > 0 for count in conversation.ignored.values()):
        yield "a count that is none"


def _broken_answers(response: SurveyResponse) -> Iterator[str]:
    if not response.response_id.strip():
        yield "an answer without an id"
    for name, scale in SCALES.items():
        if getattr(response, name) not in {None, *scale}:
            yield f"{name} beyond its scale"
