"""Golden folders: `golden/<format>/<case>/` holds one input file and the `expected.json` that reading it must give.

`expected.json` lists the records in order, without the fields that are None or empty; a rejected record is its position
and its code. Where the whole file must be refused it holds the code of the `SourceError` instead.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import FORMATS, read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
GOLDEN = Path(__file__).with_name("golden")
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/expected.json"))


def plain(record):
    if isinstance(record, RecordError):
        return {"rejected": record.position, "code": record.code}
    fields = asdict(record)
    fields.pop("has_own_id", None)  # told apart in test_reader_edges.py, and so is the system
    fields.pop("source", None)
    if "utterances" in fields:
        fields["turns"] = [filled(utterance) for utterance in fields.pop("utterances")]
    return filled(fields)


def filled(fields):
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value not in (None, {}, (), "")
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_golden_file_is_recognised_and_read_as_expected(case):
    (file,) = (path for path in case.iterdir() if path.name != "expected.json")
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert recognise(file) == case.parent.name
    if code := expected.get("error"):
        with pytest.raises(SourceError) as refused:
            list(read(file, case.parent.name, HELSINKI))
        assert refused.value.code == code
    else:
        assert [plain(record) for record in read(file, case.parent.name, HELSINKI)] == expected["records"]


def test_every_format_has_a_golden_folder_and_every_golden_folder_a_format():
    assert {case.parent.name for case in CASES} == set(FORMATS)
