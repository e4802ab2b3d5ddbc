"""Whatever a file holds, reading it ends in records, rejections or a `SourceError`; what it says comes back."""

import csv
import html
import json
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.sources import FORMATS, read, recognise
from tests.fuzz.targets import FILES, MAPPED, PROPOSED, TARGETS, check, samples
from tests.sources.contract import HELSINKI, broken_by_format, broken_by_night
from tests.sources.mutating import mutated

SAMPLES = {name: samples(name) for name in TARGETS}
GOLDEN = [
    path.read_bytes()
    for path in sorted(Path(__file__).with_name("golden").glob("*/*/*"))
    if path.name != "expected.json"
]
STARTS = [
    "conversation_id,sent_at,speaker,text",
    "conversation_id;sent_at;speaker;text;agent_id;queue\n",
    "responded_at,nps_rating",
    "responded_at\tnps_rating\tces_rating\tverbatim\tfirst_contact_resolution\n2026-09-01\t9\t",
    'StartDate,ResponseId,Q1\nx,y,Suosittelisitko?\n"{""ImportId"":""x""}",b,c\n2026-03-02,',
    "Respondent ID,Collector ID,Start Date,End Date,NPS\n,,,,\n1,2,03/02/2026 07:20:00 AM,03/02/2026 07:20:00 AM,",
    "#,NPS,Submit Date (UTC),Network ID\na,",
    "question_1,question_4,positive_ease,negative_ease,created_at\n",
    "Vastausaika;NPS;Helppous (1-5);Ratkesiko?;Miksi?;Kanava\n2.3.2026 9.21;9;",
    '{"items": [{"submitted_at": "2026-03-02", "answers": [{"field": {"ref": "nps"}, "type": "number", "number": ',
    '[{"survey_type": "nps", "person_properties": {"Conversation ID": "x"}, "score": ',
    '[{"feedback_message": "x", "conversation_id": 4, "rating": ',
    "WEBVTT",
    "WEBVTT\n\nNOTE\nconversation_id: p1\n\n00:00.000 --> 00:01.000\n<v Asiakas>",
    '{"conversation_id": "c1", "turns": [{"speaker": "customer", "text": "',
    '[{"conversation_id": "c1", "turns": [{"role": "customer", "begin_s": ',
]
MARKS = list('",;\t\n\r\0\u2028\x85\\{}[]:>')
CUES = ["<v", "-->", "00:01.000 --> 99:99.999", "\nNOTE ", "\nSTYLE\n", "\nREGION\n", "&#xD800;"]
PIECES = st.sampled_from([*MARKS, *CUES, "\r\n", "\\ud800", "k1", "customer", "2026-09-01T10:00", "9" * 5000])
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join))
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), st.just(10**400), st.just("\ud800")
    ),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)
TURN_KEYS = ["speaker", "role", "text", "sent_at", "seconds", "begin_s", "end_s", "end_seconds", "participant_id"]
KEYS = ["conversation_id", "channel", "language", "started_at", "customer_id", "agent_id", "queue", "reason"]
GOOD = {"speaker": "customer", "role": "agent", "text": "moi", "sent_at": "2026-09-01T10:00", "conversation_id": "c1"}


def mapping(keys):
    """Some of the keys, each with a good value where there is one, or with any."""
    return st.fixed_dictionaries({}, optional={key: st.one_of(st.just(GOOD.get(key, "x")), JSON) for key in keys})


@st.composite
def damaged(draw):
    """A golden file with a stretch cut out and something else put in."""
    content = draw(st.sampled_from(GOLDEN))
    start = draw(st.integers(0, len(content)))
    end = draw(st.one_of(st.just(start), st.integers(start, len(content))))
    middle = draw(st.one_of(st.binary(max_size=5), PIECES.map(str.encode)))
    return content[:start] + middle + content[end:]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("any") / "file"


@settings(max_examples=300, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), damaged()))
def test_any_bytes_end_well(path, content):
    path.write_bytes(content)
    assert broken_by_night(path) == []


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=15, deadline=None)
@given(random=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_any_change_to_a_sample_ends_well(path, format_name, random, times):
    content = random.choice(SAMPLES[format_name])
    for _ in range(times):
        content = mutated(content, random)
    path.write_bytes(content)
    assert broken_by_format(path, format_name) == []


@pytest.mark.parametrize("name", [FILES, MAPPED, PROPOSED])
@settings(max_examples=100, deadline=None)
@given(random=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_any_change_to_an_archive_or_to_a_table_of_ones_own_ends_well(path, name, random, times):
    content = random.choice(SAMPLES[name])
    for _ in range(times):
        content = mutated(content, random)
    path.write_bytes(content)
    assert check(name)(path) == []


@settings(max_examples=400, deadline=None)
@given(start=st.sampled_from(STARTS), rest=TEXTS)
def test_any_text_that_starts_like_a_format_ends_well(path, start, rest):
    path.write_text(start + rest, "utf-8", newline="")
    assert broken_by_night(path) == []


@settings(max_examples=200, deadline=None)
@given(
    record=mapping(KEYS),
    turns=st.one_of(JSON, st.lists(mapping(TURN_KEYS), min_size=1, max_size=3)),
    key=st.sampled_from(["turns", "messages"]),
    indent=st.sampled_from([None, 1]),
)
def test_any_json_with_the_right_keys_ends_well(path, record, turns, key, indent):
    path.write_text(json.dumps({**record, key: turns}, indent=indent), "utf-8")
    for format_name in FORMATS:  # also where several claim it
        assert broken_by_format(path, format_name) == []


def as_stored(text):
    return unicodedata.normalize("NFC", text.replace("\0", " ").replace("\r", " ").replace("\n", " ")).strip()


ODD = st.text(alphabet="aä\u0308 <>&;,\"'\\\t{}[]:-\u2028\x85\x0b€😀\ufeff", max_size=12)
LINES = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), ODD).map(as_stored).filter(bool)
TURNS = st.lists(st.tuples(st.sampled_from(["customer", "agent", "bot"]), LINES), min_size=1, max_size=5)
VOICES = {"customer": "Asiakas", "agent": "Asiakaspalvelija", "bot": "Botti"}


def chat_jsonl(turns):
    return json.dumps(
        {"conversation_id": "c1", "turns": [{"speaker": speaker, "text": text} for speaker, text in turns]},
        ensure_ascii=False,
    )


def chat_csv(turns):
    file = StringIO(newline="")
    rows = [["c1", f"2026-09-01T10:00:{second:02}", speaker, text] for second, (speaker, text) in enumerate(turns)]
    csv.writer(file, delimiter=";").writerows([["conversation_id", "sent_at", "speaker", "text"], *rows])
    return file.getvalue()


def call_json(turns):
    rows = [{"role": speaker, "begin_s": second, "text": text} for second, (speaker, text) in enumerate(turns)]
    return json.dumps([{"conversation_id": "c1", "turns": rows}], ensure_ascii=False)


def call_webvtt(turns):
    cues = [
        f"00:00:{second:02}.000 --> 00:00:{second:02}.500\n<v {VOICES[speaker]}>{html.escape(text)}</v>"
        for second, (speaker, text) in enumerate(turns)
    ]
    return "\n\n".join(["WEBVTT", "NOTE\nconversation_id: c1", *cues])


@pytest.mark.parametrize("write", [chat_jsonl, chat_csv, call_json, call_webvtt], ids=lambda write: write.__name__)
@settings(max_examples=100, deadline=None)
@given(turns=TURNS)
@example(turns=[("customer", "begin_s")])  # a key of another format, said by a customer
def test_a_conversation_comes_back_as_it_was_written(path, write, turns):
    path.write_text(write(turns), "utf-8", newline="")
    assert recognise(path) == write.__name__
    (conversation,) = read(path, write.__name__, HELSINKI)
    assert conversation.conversation_id == "c1"
    assert [(u.speaker, u.text) for u in conversation.utterances] == turns
    assert [u.index for u in conversation.utterances] == list(range(len(turns)))


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 10), LINES), min_size=1, max_size=5))
def test_answers_come_back_as_they_were_written(path, rows):
    file = StringIO(newline="")
    csv.writer(file).writerows([["responded_at", "nps_rating", "verbatim"], *(["2026-09-01", *row] for row in rows)])
    path.write_text(file.getvalue(), "utf-8", newline="")
    answers = list(read(path, recognise(path), HELSINKI))
    assert [(answer.nps_rating, answer.verbatim) for answer in answers] == rows
    assert len({answer.response_id for answer in answers}) == len(rows)
