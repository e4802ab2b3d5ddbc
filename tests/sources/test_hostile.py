"""What attackers and broken exports deliver, put into a sample of every format: it ends in records or in refusals.

`contract` says what must hold, and fails over any other exception; the last tests say what comes out of some of it.
"""

import gzip
import json
import re
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module

import pytest

from pipeline.conversation import Conversation, SurveyResponse, Utterance
from pipeline.errors import RecordError, SourceError
from pipeline.sources import FORMATS, SourceFile, find_files, read, recognise
from pipeline.sources import files as module
from pipeline.sources.text import head_of
from tests.fuzz.targets import samples
from tests.packing import zipped
from tests.sources.contract import HELSINKI, broken_by_format, unstorable

SAMPLES = {name: samples(name)[0] for name in FORMATS}
JSON = [name for name, content in SAMPLES.items() if content[:1] in b"{["]
CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
TEXTS = {
    "half a surrogate pair": "\ud83d",
    "NUL": "\0",
    "right to left": "\u202e\u2067moi",
    "a formula": '=HYPERLINK("http://x","y")',
    "entities": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hosts'>]>&a;&#xD800;&lt;",
    "a line's end": "\u2028\x85\r\n",
    "combining": "a" + "\u0308" * 2000,
}
NUMBERS = [
    "1e999",
    "-1e999",
    "NaN",
    "-Infinity",
    "9" * 5000,
    "-" + "9" * 5000,
    "1" + "0" * 400,
    "1e-999",
    "-0.0",
    "true",
]
CLOCKS = ["0000-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00",
          "2026-02-30T09:00:00Z", "2026-03-29T03:30:00", "2026-03-02T24:00:00Z", "2026-03-02T09:15:60Z",
          "9" * 5000]  # fmt: skip


@pytest.fixture
def ends_well(tmp_path):
    """Read a content as a format; whether that claims it."""

    def check(name, content):
        path = tmp_path / "puhelu_2026-03-02T07_15_00Z"
        path.write_bytes(content)
        assert broken_by_format(path, name) == []
        return bool(import_module(FORMATS[name]).matches(head_of(SourceFile(str(path)))))

    return check


def with_text(value, added):
    """JSON with something added to its texts of more than a word, which are no ids, times or types."""
    if isinstance(value, dict):
        return {key: with_text(inner, added) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_text(inner, added) for inner in value]
    return value + added if isinstance(value, str) and " " in value.strip() else value


def with_values(name, change):
    """A sample of JSON, or of JSON Lines, changed."""
    try:
        return json.dumps(change(json.loads(SAMPLES[name]))).encode()
    except json.JSONDecodeError:
        return "\n".join(json.dumps(change(json.loads(line))) for line in SAMPLES[name].splitlines()).encode()


@pytest.mark.parametrize("name", JSON)
def test_any_text_in_json(ends_well, name):
    for kind, added in TEXTS.items():
        assert ends_well(name, with_values(name, partial(with_text, added=added))), kind


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in JSON])
def test_any_text_between_the_words_of_other_files(ends_well, name):
    start, *rest = re.split(rb"(?<=\w) (?=\w)", SAMPLES[name])
    for added in TEXTS.values():
        content = added.encode("utf-8", "surrogatepass")
        ends_well(name, b" ".join([start, *(part + content for part in rest)]))
        ends_well(name, SAMPLES[name] + content)
        ends_well(name, content + SAMPLES[name])


@pytest.mark.parametrize("name", JSON)
def test_any_number_in_json(ends_well, name):
    for number in NUMBERS:
        content = re.sub(rb"(?<=[:\[,] )-?\d[\d.eE+-]*(?=[,\]}\s])", number.encode(), SAMPLES[name])
        assert ends_well(name, content), number[:9]


@pytest.mark.parametrize("name", FORMATS)
def test_any_clock(ends_well, name):
    for clock in CLOCKS:
        ends_well(name, CLOCK.sub(clock.encode(), SAMPLES[name]))
    ends_well(name, re.sub(rb"\d+[.:]\d\d(?:[.:]\d\d)?(?:[.,]\d+)?", b"99:99:99.999", SAMPLES[name]))
    ends_well(name, re.sub(rb"\d", b"9", SAMPLES[name]))


@pytest.mark.parametrize("name", FORMATS)
def test_a_mark_of_another_encoding(ends_well, name):
    content = SAMPLES[name]
    for mark in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        ends_well(name, mark + content)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "utf-7"):
        ends_well(name, content.decode("utf-8", "replace").encode(encoding, "replace"))
    ends_well(name, b"\xef\xbb\xbf" + content.decode("utf-8", "replace").encode("utf-16-le"))


@pytest.mark.parametrize("name", JSON)
def test_deeply_nested_json(ends_well, name):
    first, *_, last = re.finditer(rb'(?<=": )(?:"[^"]*"|\d+)', SAMPLES[name])
    for start, end in (("[", "]"), ('[{"a": ', "}]")):
        for depth in (300, 990, 100_000):
            deep = (start * depth + end * depth).encode()
            for match in (first, last):
                ends_well(name, SAMPLES[name][: match.start()] + deep + SAMPLES[name][match.end() :])


LONG = ["a", "9", " ", '"', "[", ",;\t", "\\", ": ", "> ", "\ufeff", "&", "<", "<a ", "<!--", "</"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_ten_megabytes_on_one_line_take_seconds(ends_well, name):
    """At the end of a sample, and in JSON within its last texts too, behind the keys that it is recognised by."""
    started = time.process_time()
    for letters in LONG:
        long = letters * (10**7 // len(letters))
        ends_well(name, SAMPLES[name].rstrip(b"]}\n") + long.encode())
        if name in JSON:
            start, quote, end = SAMPLES[name].rpartition(b'",')
            ends_well(name, start + json.dumps(long)[1:-1].encode() + quote + end)
    assert time.process_time() - started < 60


def test_half_a_surrogate_pair_costs_its_conversation_only(tmp_path):
    lines = [{"conversation_id": f"c{n}", "turns": [{"speaker": "customer", "text": t}]} for n, t in enumerate("ab")]
    path = tmp_path / "chat.jsonl"
    path.write_text(json.dumps(lines[0]).replace('"a"', '"\\ud83d"') + "\n" + json.dumps(lines[1]))
    first, second = read(path, recognise(path), HELSINKI)
    assert (first.code, second.utterances[0].text) == ("not_unicode", "b")


def test_marks_of_direction_and_formulas_stay_and_nuls_go(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text('responded_at,nps_rating,verbatim\n2026-03-02,9,"=1+1\u202e\u2067 \0moi"\n', "utf-8")
    (answer,) = read(path, recognise(path), HELSINKI)
    assert answer.verbatim == "=1+1\u202e\u2067  moi"


def test_entities_of_a_document_are_never_expanded(tmp_path):
    """A mail is the only format whose markup could define some."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    page = f'<!DOCTYPE x [<!ENTITY l0 "haha"><!ENTITY f SYSTEM "file:///etc/hosts">{laughs}]><p>moi &l9; &f;</p>'
    path = tmp_path / "mail.eml"
    path.write_text(
        f"From: a@x.fi\nTo: b@x.fi\nDate: Mon, 2 Mar 2026 09:15:00 +0200\nContent-Type: text/html\n\n{page}", "utf-8"
    )
    (mail,) = read(path, recognise(path), HELSINKI)
    text = mail.utterances[0].text
    assert "moi &l9; &f;" in text
    assert "localhost" not in text
    assert len(text) < 2000


def test_a_bomb_in_gzip_in_zip_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "UNSUSPECTED", 2**20)
    inner = gzip.compress(b'{"conversation_id": "c", "turns": [' + bytes(2**25))
    (tmp_path / "d.zip").write_bytes(zipped({"a.json.gz": inner}))
    (file,) = find_files([tmp_path / "d.zip"])
    tracemalloc.start()
    with file.open() as opened, pytest.raises(SourceError) as refused:
        list(iter(lambda: len(opened.read(2**16)), 0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == "zip_bomb"
    assert peak < 2**23


def test_packing_again_and_again_is_undone_once(tmp_path):
    content = SAMPLES["chat_jsonl"]
    for number, packed in enumerate((gzip.compress(gzip.compress(content)), zipped({"a": zipped({"b": content})}))):
        path = tmp_path / f"packed-{number}"
        path.write_bytes(packed)
        (file,) = find_files([path])
        with pytest.raises(SourceError) as refused:
            recognise(file)
        assert refused.value.code in ("bad_archive", "unknown_format")


def test_a_zip_whose_members_lie_on_each_other_is_no_way_to_more_than_it_weighs(tmp_path, monkeypatch):
    """Each member may be small for what it weighs, and all together terabytes (Fifield 2019)."""
    monkeypatch.setattr(module, "UNSUSPECTED", 2**20)
    packed = zipped({f"{number}.csv": bytes(2**18) for number in range(40)})
    (tmp_path / "d.zip").write_bytes(packed)
    (file,) = find_files([tmp_path / "d.zip"])
    assert file == SourceFile(str(tmp_path / "d.zip"))
    with pytest.raises(SourceError):
        recognise(file)


GOOD = Utterance(0, "customer", "moi", 0.0)
WRONG = {
    "no record": ["moi"],
    "where and why": [RecordError("turn of a customer: moi", "bad_time"), RecordError("line 1", "moi!")],
    "written": [replace(GOOD, text="\ud800"), replace(GOOD, seconds=float("nan"))],
    "without a text": [replace(GOOD, text=" "), replace(GOOD, text="a\0")],
    "counted": [replace(GOOD, index=1), ()],
    "UTC": [Conversation("c", "chat", (GOOD,), started_at=datetime(2026, 3, 2, tzinfo=HELSINKI))],
    "an id": [Conversation(" ", "chat", (GOOD,)), SurveyResponse("", datetime(2026, 3, 2, tzinfo=UTC))],
    "a count": [Conversation("c", "chat", (GOOD,), ignored={"note": 0})],
    "beyond its scale": [SurveyResponse("r", datetime(2026, 3, 2, tzinfo=UTC), nps_rating=11)],
}


@pytest.mark.parametrize("problem", WRONG)
def test_the_contract_can_be_broken(problem):
    """Or all of the above would say nothing."""
    for wrong in WRONG[problem]:
        turns = (wrong,) if isinstance(wrong, Utterance) else wrong
        record = Conversation("c", "chat", turns) if isinstance(turns, tuple) else wrong
        assert [problem in found for found in unstorable(record)] == [True]
    assert list(unstorable(Conversation("c", "chat", (GOOD,)))) == []
