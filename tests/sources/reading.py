"""Write a file, read it, look at what was said: for the tests of calls."""

import json
from zoneinfo import ZoneInfo

from pipeline.errors import RecordError
from pipeline.sources import read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")


def records_of(folder, content, name="call.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8", newline="")
    return list(read(path, recognise(path), HELSINKI))


def call_of(folder, content, name="call.json"):
    (call,) = records_of(folder, content, name)
    assert not isinstance(call, RecordError), call.code
    return call


def said(call):
    return [(u.speaker, u.participant_id, u.text) for u in call.utterances]


def times(call):
    return [(u.seconds, u.end_seconds) for u in call.utterances]
