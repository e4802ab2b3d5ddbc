import json
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import FORMATS, SourceFile, find_files, read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
GOLDEN = Path(__file__).with_name("golden")
ONE_OF_EACH = [
    "chat_jsonl/turns/chats.jsonl",
    "chat_csv/comma/webchat.csv",
    "call_json/object/call.json",
    "call_webvtt/facts/call.vtt",
    "call_srt/whisperx/call.srt",
    "amazon_call/call_analytics/esimerkki.json",
    "aws_pca/one_call/parsed.json",
    "google_ccai/one_call/transcript.json",
    "genesys_cloud/one_call/transcript.json",
    "xm_discover/one_call/calls.csv",
    "whisper_json/whisper/call.json",
    "whisper_tsv/one_call/call.tsv",
    "deepgram/one_call/call.json",
    "assemblyai/one_call/call.json",
    "azure_speech/one_call/call.json",
    "zendesk_chat/sample/zendesk_chat.json",
    "zendesk_ticket/sample/zendesk_ticket_comments.json",
    "intercom/sample/intercom_conversation.json",
    "liveperson/sample/liveperson_messaging_interactions.json",
    "chatwoot/sample/chatwoot_conversation.json",
    "giosg/sample/giosg_chat_messages.json",
    "contact_lens_chat/sample/amazon_connect_contact_lens_chat.json",
    "lumoa/sample/lumoa_conversational.csv",
    "convokit/sample/utterances.jsonl",
    "microsoft_ckm/sample/ms_conversation_knowledge_mining.json",
    "chat_text/sample/plain_chat_log.txt",
    "mail/thread/laskutus.mbox",
    "survey_csv/all_columns/nps.csv",
    "qualtrics_csv/three_headers/qualtrics.csv",
    "surveymonkey_csv/two_headers/surveymonkey.csv",
    "typeform_csv/questions/typeform.csv",
    "typeform_json/items/typeform.json",
    "delighted_json/nps/delighted.json",
    "chatwoot_csat/report/csat.json",
    "gsa_touchpoints_csv/day_in_name/cx_2026-03-02.csv",
    "survey_table/finnish_excel_cp1252/vastaukset.csv",
    "device_csv/events/laitteet.csv",
]
TURN = {"role": "agent", "begin_s": 0.0, "end_s": 1.0, "text": "hei"}


def write(folder, content, name="file"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("suffix", ["", ".csv", ".json", ".vtt", ".txt"])
def test_the_content_decides_and_not_the_name(tmp_path, name, suffix):
    renamed = tmp_path / f"x{suffix}"
    shutil.copy(GOLDEN / name, renamed)
    assert recognise(renamed) == name.split("/")[0]


def test_one_of_each_covers_every_format():
    assert [name.split("/")[0] for name in ONE_OF_EACH] == list(FORMATS)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b" \r\n\t\n", "empty_file"),
        (b"Hei, tilaus on my\xc3\xb6h\xc3\xa4ss\xc3\xa4.\n", "unknown_format"),
        (b"name,value\na,1\n", "unknown_format"),
        (b"conversation_id,sent_at,speaker\nc1,2026-09-01,customer\n", "unknown_format"),
        (b"responded_at\n2026-09-01\n", "unknown_format"),
        (b"WEBVTTX\n\n00:00.000 --> 00:01.000\nmoi\n", "unknown_format"),
        (b'{"conversation_id": "c1"}\n', "unknown_format"),
        (b"[" * 100_000, "unknown_format"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "unknown_format"),
        (b"PK\x03\x04" + bytes(range(256)) * 300, "bad_archive"),
        (b"\x00" * 1000, "unknown_format"),
        ("conversation_id,sent_at,speaker,text\n".encode("utf-16-le"), "unknown_format"),  # without its mark
        (b"conversation_id,sent_at,speaker,text,responded_at,nps_rating\n", "ambiguous_format"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_code(tmp_path, content, code):
    file = write(tmp_path, content)
    with pytest.raises(SourceError, match=r"^file .*\.$") as refused:
        recognise(file)
    assert refused.value.code == code


def test_a_missing_file_and_a_folder_cannot_be_opened(tmp_path):
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(SourceError, match="cannot be opened"):
            recognise(path)


def test_a_broken_first_line_does_not_hide_a_chat(tmp_path):
    lines = ['{"conversation_id": "c1", "turns": [', '{"conversation_id": "c2", "messages": []}']
    assert recognise(write(tmp_path, "\n".join(lines))) == "chat_jsonl"


def test_a_first_line_longer_than_the_head_is_a_chat(tmp_path):
    turns = [{"speaker": "customer", "text": "moi " * 20_000}]
    assert recognise(write(tmp_path, json.dumps({"conversation_id": "c1", "turns": turns}))) == "chat_jsonl"


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("turn_count", [1, 2000])
@pytest.mark.parametrize("as_list", [True, False])
def test_a_call_is_a_call_however_long_and_however_laid_out(tmp_path, indent, turn_count, as_list):
    call = {"conversation_id": "p1", "turns": [TURN] * turn_count}
    content = json.dumps([call] if as_list else call, indent=indent)
    assert recognise(write(tmp_path, content)) == "call_json"


@pytest.mark.parametrize("separator", ["\u2028", "\x85"])
def test_a_line_of_json_ends_only_at_a_line_feed(tmp_path, separator):
    """Customers paste such characters, and JSON lets them stand unescaped within a string."""
    chat = {"conversation_id": "c1", "turns": [{"speaker": "customer", "text": f"yksi{separator}kaksi"}]}
    file = write(tmp_path, json.dumps(chat, ensure_ascii=False) + "\n")
    assert recognise(file) == "chat_jsonl"
    (conversation,) = read(file, "chat_jsonl", HELSINKI)
    assert conversation.utterances[0].text == f"yksi{separator}kaksi"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["chat_csv/comma/webchat.csv", "survey_csv/all_columns/nps.csv"])
def test_a_table_as_excel_writes_it_is_read(tmp_path, name, encoding):
    text = (GOLDEN / name).read_text("utf-8")
    file = write(tmp_path, text.encode(encoding))
    assert recognise(file) == name.split("/")[0]
    as_utf8 = list(read(write(tmp_path, text, "utf8"), name.split("/")[0], HELSINKI))
    assert list(map(repr, read(file, name.split("/")[0], HELSINKI))) == list(map(repr, as_utf8))
    assert any("ä" in repr(record) for record in as_utf8)


def test_a_table_that_turns_out_to_be_cp1252_after_its_head_is_read(tmp_path):
    rows = [f"k{number},2026-09-01T10:00,customer,{'moi ' * 50}" for number in range(2_000)]
    text = "\n".join(["conversation_id,sent_at,speaker,text", *rows, "kx,2026-09-01T10:00,customer,hyvää yötä"])
    *_, last = read(write(tmp_path, text.encode("cp1252")), "chat_csv", HELSINKI)
    assert last.utterances[0].text == "hyvää yötä"


def test_a_table_in_utf8_with_a_broken_byte_is_refused_and_not_misread(tmp_path):
    rows = "conversation_id,sent_at,speaker,text\nk1,2026-09-01T10:00,customer,hyvää yötä\n"
    with pytest.raises(SourceError, match="UTF-8") as refused:
        list(read(write(tmp_path, rows.encode() + b"k2,2026-09-01T10:00,customer,\xe4\n"), "chat_csv", HELSINKI))
    assert refused.value.code == "not_utf8"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_json_in_another_encoding_is_recognised_and_then_refused(tmp_path, encoding):
    file = write(tmp_path, (GOLDEN / "call_json/object/call.json").read_text("utf-8").encode(encoding))
    assert recognise(file) == "call_json"
    with pytest.raises(SourceError, match="UTF-8") as refused:
        list(read(file, "call_json", HELSINKI))
    assert refused.value.code == "not_utf8"


def test_chat_lines_in_cp1252_are_left_out_one_by_one(tmp_path):
    lines = [
        b'{"conversation_id": "c1", "turns": [{"speaker": "customer", "text": "eka"}]}',
        '{"conversation_id": "c2", "turns": [{"speaker": "customer", "text": "yö"}]}'.encode("cp1252"),
        '{"conversation_id": "c3", "turns": [{"speaker": "customer", "text": "yö"}]}'.encode(),
    ]
    first, second, third = read(write(tmp_path, b"\n".join(lines)), "chat_jsonl", HELSINKI)
    assert isinstance(second, RecordError)
    assert (second.position, second.code) == ("line 2", "not_utf8")
    assert (first.conversation_id, third.conversation_id) == ("c1", "c3")


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_file_that_is_gone_before_it_is_read_is_a_source_error(tmp_path, format_name):
    """So that the night goes on without it."""
    with pytest.raises(SourceError):
        list(read(tmp_path / "gone", format_name, HELSINKI))


def test_files_are_found_at_any_depth_in_order_without_hidden_ones_and_notes(tmp_path):
    for name in ["b.csv", "a/z.json", "a/b/c.vtt", ".hidden", "a/.tmp/x.csv", "README.md", "a/NOTES.MD", "noext"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path, "x", name)
    expected = [SourceFile(str(tmp_path / name)) for name in ["a/b/c.vtt", "a/z.json", "b.csv", "noext"]]
    assert find_files([tmp_path]) == expected
    assert find_files([tmp_path / "b.csv", tmp_path, tmp_path / "a"]) == expected


def test_a_folder_under_a_hidden_one_and_a_file_named_outright_are_taken(tmp_path):
    landing = tmp_path / ".data" / "landing"
    landing.mkdir(parents=True)
    file, note = write(landing, "x", "a.csv"), write(landing, "x", "b.md")
    assert find_files([landing]) == [SourceFile(str(file))]
    assert find_files([note]) == [SourceFile(str(note))]


def test_an_empty_folder_has_no_files_and_a_missing_path_is_an_error(tmp_path):
    assert find_files([tmp_path]) == []
    with pytest.raises(SourceError, match="not there") as refused:
        find_files([tmp_path, tmp_path / "gone"])
    assert refused.value.code == "missing_file"
