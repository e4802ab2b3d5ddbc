"""Each value of each sample replaced by what does not belong there: a record, a rejection or a refusal, no more."""

import json
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.conversation import Conversation
from pipeline.errors import RecordError, SourceError
from pipeline.sources import read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
GOLDEN = Path(__file__).with_name("golden")
SECRET = "SALAISUUS"
WRONG = [
    None,
    True,
    0,
    -1,
    10**30,
    10**400,
    1e308,
    float("nan"),
    "",
    SECRET,
    f"{SECRET}\ud800",
    [],
    [SECRET],
    {},
    {SECRET: SECRET},
]
SAMPLES = [
    "amazon_call/call_analytics", "amazon_call/contact_lens", "aws_pca/one_call", "google_ccai/one_call",
    "genesys_cloud/one_call", "whisper_json/whisper", "whisper_json/whisperx", "deepgram/one_call",
    "assemblyai/one_call", "azure_speech/one_call",
]  # fmt: skip


def places(value, path=()):
    """The way to each value; of an array only to the first."""
    yield path
    inner = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for key, child in inner:
        yield from places(child, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def load(case):
    (file,) = (path for path in (GOLDEN / case).iterdir() if path.name != "expected.json")
    return json.loads(file.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("case", SAMPLES)
def test_any_value_anywhere_ends_well_and_is_told_nowhere(tmp_path, case):
    sample, path = load(case), tmp_path / "call.json"
    format_name = case.split("/")[0]
    outcomes = set()
    for place in places(sample):
        for wrong in WRONG:
            path.write_text(json.dumps(replaced(sample, place, wrong)), "utf-8")
            for record in outcomes_of(path, format_name):
                outcomes.add(type(record))
                if isinstance(record, SourceError):
                    assert SECRET not in "".join([record.code, *traceback.format_exception(record)])
    assert outcomes == {Conversation, RecordError}


def outcomes_of(path, format_name):
    try:
        return list(read(path, format_name, HELSINKI))
    except SourceError as error:
        return [error]


@pytest.mark.parametrize("case", SAMPLES)
@pytest.mark.parametrize("layout", ["array", "lines"])
def test_many_calls_may_stand_in_one_file_and_a_bad_one_costs_only_itself(tmp_path, case, layout):
    sample, path = load(case), tmp_path / "call.json"
    members = [json.dumps(member) for member in (sample, {**sample, **dict.fromkeys(sample)}, sample)]
    path.write_text(f"[{','.join(members)}]" if layout == "array" else "\n".join(members), "utf-8")
    assert recognise(path) == case.split("/")[0]
    first, second, third = read(path, recognise(path), HELSINKI)
    assert isinstance(second, RecordError)
    assert first.utterances == third.utterances
