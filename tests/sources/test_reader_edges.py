"""What golden folders cannot show: odd bytes, order of files, ids that have no literal value worth pinning."""

import csv
import json
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
CHAT_HEADER = "conversation_id,sent_at,speaker,text"


def read_text(folder, format_name, text, name="file"):
    path = folder / name
    path.write_text(text, "utf-8", newline="")
    return list(read(path, format_name, HELSINKI))


def ids(records):
    return [record.response_id for record in records]


def test_fallback_response_ids_are_stable_and_distinct(tmp_path):
    rows = ["2026-09-01T09:27,7,moi", "2026-09-01T09:27,7,moi", "2026-09-01T09:27,7,hei"]
    header = "responded_at,nps_rating,verbatim"
    first = ids(read_text(tmp_path, "survey_csv", "\n".join([header, *rows]), "a.csv"))
    longer = ids(read_text(tmp_path, "survey_csv", "\n".join([header, *reversed(rows), rows[0]]), "b.csv"))
    assert len(set(first)) == 3
    assert set(first) < set(longer)
    assert len(set(longer)) == 4
    assert all("moi" not in name for name in first)
    assert not any(record.has_own_id for record in read_text(tmp_path, "survey_csv", "\n".join([header, *rows])))


def test_a_verbatim_alone_is_an_answer(tmp_path):
    text = "response_id,responded_at,nps_rating,verbatim\nv1,2026-09-01T09:27,,pelkkä teksti\n"
    (record,) = read_text(tmp_path, "survey_csv", text)
    assert (record.nps_rating, record.verbatim, record.has_own_id) == (None, "pelkkä teksti", True)


def test_a_response_id_of_the_source_is_kept_even_when_it_repeats(tmp_path):
    rows = "response_id,responded_at,nps_rating\n v1 ,2026-09-01,7\nv1,2026-09-01,7\n"
    assert ids(read_text(tmp_path, "survey_csv", rows)) == ["v1", "v1"]


@pytest.mark.parametrize("rating", ["9" * 5000, "\x1c7", "٧", "²", "1e1", "+7", "0x7", "True"])
def test_an_odd_rating_is_an_answer_or_a_rejection(tmp_path, rating):
    (record,) = read_text(tmp_path, "survey_csv", f"responded_at,nps_rating\n2026-09-01,{rating}\n")
    assert record.code == "bad_nps_rating" if isinstance(record, RecordError) else record.nps_rating == 7


@pytest.mark.parametrize("number", ["1" * 400, "-" + "1" * 400])
@pytest.mark.parametrize("key", ["begin_s", "end_s"])
def test_seconds_beyond_a_float_are_a_bad_time(tmp_path, number, key):
    call = f'{{"conversation_id": "p1", "turns": [{{"role": "agent", "{key}": {number}, "text": "hei"}}]}}'
    (record,) = read_text(tmp_path, "call_json", call)
    assert isinstance(record, RecordError)
    assert record.code == "bad_time"


def test_a_value_nested_to_the_limit_is_a_rejection(tmp_path):
    lines = [
        f'{{"conversation_id": "c", "started_at": {"[" * depth}{"]" * depth}, "turns": []}}'
        for depth in range(800, 1100)
    ]
    records = read_text(tmp_path, "chat_jsonl", "\n".join(lines))
    assert {record.code for record in records} <= {"bad_time", "malformed_json"}


@pytest.mark.parametrize(
    "header",
    [
        f'{CHAT_HEADER},"note',
        f'{CHAT_HEADER},"no"te',
        '"conversation_id,sent_at,speaker,text',
        CHAT_HEADER[:-4] + '"text\nx"',
    ],
)
def test_a_broken_header_is_a_source_error(tmp_path, header):
    path = tmp_path / "file"
    path.write_text(f"{header}\nk1,2026-09-01T10:00,customer,moi\n", "utf-8")
    with pytest.raises(SourceError):
        list(read(path, recognise(path), HELSINKI))


def test_a_file_with_a_mark_is_never_read_as_another_encoding(tmp_path):
    """Else the mark would become part of the first column's name."""
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbf" + CHAT_HEADER.encode() + b"\nk1,2026-09-01T10:00,customer,\x91\n")
    with pytest.raises(SourceError) as refused:
        list(read(path, recognise(path), HELSINKI))
    assert refused.value.code == "not_utf8"


def test_lines_that_end_in_carriage_returns_alone_are_rows(tmp_path):
    text = f"{CHAT_HEADER.replace(',', ';')}\rk1;2026-09-01T10:00;customer;yksi, kaksi, kolme, neljä\r"
    path = tmp_path / "file"
    path.write_text(text, "utf-8", newline="")
    assert recognise(path) == "chat_csv"
    (conversation,) = read(path, "chat_csv", HELSINKI)
    assert conversation.utterances[0].text == "yksi, kaksi, kolme, neljä"


def test_a_header_alone_has_no_records(tmp_path):
    assert read_text(tmp_path, "chat_csv", CHAT_HEADER) == []
    assert read_text(tmp_path, "survey_csv", "responded_at,nps_rating\r\n") == []


def test_a_long_cell_is_read_whole(tmp_path):
    text = "sana " * 40_000
    (conversation,) = read_text(tmp_path, "chat_csv", f"{CHAT_HEADER}\nk1,2026-09-01T10:00,customer,{text}\n")
    assert conversation.utterances[0].text == text.strip()


def test_a_short_csv_file_does_not_shorten_what_later_files_may_hold(tmp_path):
    """The limit of the csv module belongs to the whole process."""
    read_text(tmp_path, "survey_csv", "responded_at,nps_rating\n2026-09-01,9\n", "short.csv")
    long = tmp_path / "long.jsonl"
    chat = {"conversation_id": "c1", "turns": [{"speaker": "customer", "text": "pitkä" * 100}]}
    long.write_text(json.dumps(chat), "utf-8")
    assert recognise(long) == "chat_jsonl"
    assert csv.field_size_limit() >= 131_072


def test_a_short_csv_file_read_in_between_does_not_stop_a_long_one(tmp_path):
    rows = [f"k{number},2026-09-01T10:00,customer,{'moi ' * 50}" for number in range(3)]
    (tmp_path / "long.csv").write_text(
        "\n".join([f"{CHAT_HEADER},nps_rating,responded_at", *(f"{r},9,2026-09-01" for r in rows)])
    )
    (tmp_path / "short.csv").write_text("responded_at,nps_rating\n2026-09-01,9\n")
    records = read(tmp_path / "long.csv", "survey_csv", HELSINKI)
    first = next(records)
    list(read(tmp_path / "short.csv", "survey_csv", HELSINKI))
    assert [record.nps_rating for record in [first, *records]] == [9, 9, 9]


def test_a_call_without_facts_is_named_after_its_file(tmp_path):
    cue = "WEBVTT\n\n00:00.000 --> 00:01.000\nmoi\n"
    (record,) = read_text(tmp_path, "call_webvtt", cue, "puhelu-8.vtt")
    assert record.conversation_id == "puhelu-8"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_webvtt_lines_may_end_in_any_way(tmp_path, newline):
    lines = ["\ufeffWEBVTT", "", "00:00.000 --> 00:01.000", "<v Asiakas>moi", "taas</v>", ""]
    path = tmp_path / "call.vtt"
    path.write_text(newline.join(lines), "utf-8", newline="")
    assert recognise(path) == "call_webvtt"
    (conversation,) = read(path, "call_webvtt", HELSINKI)
    assert [(u.speaker, u.text) for u in conversation.utterances] == [("customer", "moi taas")]


def test_one_cue_with_an_impossible_time_does_not_cost_the_call(tmp_path):
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\nmoi\n\n00:75.000 --> 00:76.000\nhei\n"
    rejected, conversation = read_text(tmp_path, "call_webvtt", text)
    assert rejected.code == "malformed_cue"
    assert [utterance.text for utterance in conversation.utterances] == ["moi"]


def test_what_is_no_webvtt_is_a_source_error(tmp_path):
    with pytest.raises(SourceError) as refused:
        read_text(tmp_path, "call_webvtt", "moi\n")
    assert refused.value.code == "malformed_webvtt"


def test_metadata_keeps_what_is_short_and_plain(tmp_path):
    extra = {
        "tag": " laskutus ",
        "count": 3,
        "share": 0.5,
        "long": "x" * 201,
        "limit": "x" * 200,
        "empty": "",
        "flag": True,
        "none": None,
        "list": ["a"],
    }
    line = json.dumps({"conversation_id": "c1", **extra, "turns": [{"speaker": "customer", "text": "moi"}]})
    (conversation,) = read_text(tmp_path, "chat_jsonl", line)
    assert conversation.metadata == {"tag": "laskutus", "count": "3", "share": "0.5", "limit": "x" * 200}


@pytest.mark.parametrize("format_name", ["chat_csv", "survey_csv", "lumoa"])
def test_a_table_that_breaks_what_its_mark_promises_is_a_source_error(tmp_path, format_name):
    """Read as cp1252, its first column would have another name."""
    path = tmp_path / "file"
    headers = {"survey_csv": "responded_at;nps_rating;x", "lumoa": "Cnv_id;Cnv_index;Actor;Comment"}
    header = headers.get(format_name, CHAT_HEADER.replace(",", ";"))
    path.write_bytes(f"\ufeff{header}\r".encode() + b";;;\x91")
    with pytest.raises(SourceError) as refused:
        list(read(path, format_name, HELSINKI))
    assert refused.value.code == "not_utf8"


def test_every_record_has_a_system(tmp_path):
    """The format's name, where neither the reader nor the module says which system it is."""
    call, survey = tmp_path / "call.vtt", tmp_path / "nps.csv"
    call.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Asiakas>moi</v>\n", "utf-8")
    survey.write_text("responded_at,nps_rating\n2026-09-01T12:00,9\n2026-09-01,17\n", "utf-8")
    assert [record.source for record in read(call, "call_webvtt", HELSINKI)] == ["call_webvtt"]
    answer, rejected = read(survey, "survey_csv", HELSINKI)
    assert answer.source == "survey_csv"
    assert rejected.code == "bad_nps_rating"


def test_two_formats_of_a_system_share_its_name(tmp_path, monkeypatch):
    from pipeline.sources import survey_csv

    monkeypatch.setattr(survey_csv, "SYSTEM", "delighted", raising=False)
    (tmp_path / "nps.csv").write_text("responded_at,nps_rating\n2026-09-01T12:00,9\n", "utf-8")
    assert next(read(tmp_path / "nps.csv", "survey_csv", HELSINKI)).source == "delighted"


@pytest.mark.parametrize(("note", "own"), [("NOTE\nconversation_id: p1\n\n", True), ("", False)])
def test_the_name_of_a_file_is_no_id(tmp_path, note, own):
    (tmp_path / "p1.vtt").write_text(f"WEBVTT\n\n{note}00:00.000 --> 00:01.000\n<v Asiakas>moi</v>\n", "utf-8")
    (call,) = read(tmp_path / "p1.vtt", "call_webvtt", HELSINKI)
    assert (call.conversation_id, call.has_own_id) == ("p1", own)
