"""A marker word stands in every field of every format in turn: no error may repeat it, not even in its traceback."""

import json
import traceback
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import read

HELSINKI = ZoneInfo("Europe/Helsinki")
SECRET = "SALAISUUS"
TURN = {
    "speaker": "customer",
    "text": SECRET,
    "sent_at": "2026-09-01T10:00",
    "seconds": 0,
    "end_seconds": 1,
    "participant_id": "x",
}
CHAT = {"conversation_id": "c1", "channel": "chat", "language": "fi", "started_at": "2026-09-01T10:00", "queue": "q"}
CELLS = {
    **{key: CHAT[key] for key in ("conversation_id", "channel", "started_at")},
    **{key: TURN[key] for key in ("sent_at", "speaker", "text")},
}
ANSWER = {
    "responded_at": "2026-09-01", "nps_rating": "9", "ces_rating": "", "csat_rating": "",
    "first_contact_resolution": "", "verbatim": SECRET,
}  # fmt: skip
SURVEYS = {
    "qualtrics_csv": {"ResponseId": "R1", "RecordedDate": "2026-03-02", "Suosittelisitko?": "9", "Ratkesiko?": "1"},
    "surveymonkey_csv": {
        "Respondent ID": "1",
        "Collector ID": "2",
        "Start Date": "",
        "End Date": "03/02/2026",
        "NPS": "9",
    },
    "typeform_csv": {"#": "a", "Submit Date (UTC)": "2026-03-02", "Network ID": "", "NPS": "9", "Miksi?": ""},
    "gsa_touchpoints_csv": {"question_1": "4", "question_4": "", "positive_ease": "1", "created_at": "2026-03-02"},
    "survey_table": {"Vastausaika": "2.3.2026", "NPS": "9", "Helppous (1-7)": "7", "Ratkesiko?": "Ei", "Miksi?": ""},
}
CUE = f"00:00.000 --> 00:01.000\n<v {SECRET}>{SECRET}</v>"


def with_secret(fields):
    """The fields with the secret in one after the other."""
    return [{**fields, key: value} for key in fields for value in (SECRET, f"{SECRET} \ud800")]


def as_csv(fields, quote='"'):
    return ",".join(fields) + "\n" + ",".join(f"{quote}{value}{quote}" for value in fields.values())


def secret_files():
    conversations = [{**record, "turns": [TURN]} for record in with_secret(CHAT)]
    conversations += [{**CHAT, "turns": [turn]} for turn in with_secret(TURN)]
    conversations += [{**CHAT, "turns": turns} for turns in (SECRET, [SECRET], [[SECRET]], {SECRET: SECRET}, None)]
    conversations += [SECRET, [SECRET], {SECRET: SECRET}, {**CHAT, f"{SECRET}\ud800": 1, "turns": [TURN]}]
    lines = [json.dumps(conversation) for conversation in conversations]
    yield "chat_jsonl", "\n".join([*lines, *(line[:-9] for line in lines), SECRET])
    yield "call_json", f"[{','.join(lines)}]"
    yield "call_json", f"[{','.join(lines)}"
    for fields in with_secret(CELLS):
        yield "chat_csv", as_csv(fields)
        yield "chat_csv", as_csv(fields, SECRET) + f',"{SECRET}"x,"{SECRET}'
    for fields in with_secret(ANSWER):
        yield "survey_csv", as_csv(fields)
        yield "survey_csv", as_csv(fields, SECRET) + f',"{SECRET}"x,"{SECRET}'
    lumoa = {"Date": "2026-09-01", "Comment": SECRET, "Actor": "agent", "Cnv_id": "k1", "Cnv_index": "1"}
    yield from (("lumoa", as_csv(fields)) for fields in with_secret(lumoa))
    mail = {"From": "a@example.com", "Date": "Mon, 2 Mar 2026 09:15:00 +0200", "Message-ID": "<1@x>", "Subject": "x"}
    mail |= {"Content-Type": "text/plain", "Content-Transfer-Encoding": "base64"}
    for fields in with_secret(mail):
        yield "mail", "\n".join(f"{name}: {value}" for name, value in fields.items()) + f"\n\n{SECRET}"
    yield "mail", "From: a@x\nTo: b@x\nDate: x\n" + "Content-Type: multipart/mixed\n" * 40 + f"\n{SECRET}"
    yield "chat_text", f"Keskustelu {SECRET} – 2.3.2026\n[9.15] Asiakas: \n[9.16] {SECRET}: "
    for format_name, answer in SURVEYS.items():
        for fields in with_secret(answer):
            yield format_name, as_csv(fields)
            yield format_name, as_csv(fields) + "\n" + as_csv(fields).split("\n")[1] * 2 + f',"{SECRET}'
    yield from ((name, json.dumps(value)) for name, value in secret_answers())
    yield from (("call_webvtt", f"WEBVTT\n\nNOTE\n{key}: {SECRET}\n\n{CUE}") for key in CHAT)
    yield "call_webvtt", f"WEBVTT\n\n{CUE}\n\n00:01.000 --> {SECRET}\n{SECRET}"
    yield "call_webvtt", f"WEBVTT\n\n{SECRET}\n99:99.999 --> 99:99.999\n{SECRET}"
    yield "call_webvtt", SECRET


def secret_answers():
    """JSON of the survey tools, the secret in the place of one value after the other, and of objects and arrays."""
    answer = {"field": {"ref": "nps", "type": "nps"}, "type": "number", "number": SECRET}
    item = {"token": "t", "submitted_at": "2026-03-02", "hidden": {"kanava": "x"}, "answers": [answer]}
    for fields in with_secret(item):
        yield "typeform_json", {"items": [fields, SECRET]}
    delighted = {"id": 1, "survey_type": "nps", "score": 9, "comment": "", "created_at": 1, "person_properties": {}}
    chatwoot = {"id": 7, "rating": 4, "feedback_message": "", "conversation_id": 42, "created_at": 1772435770}
    for name, record in (("delighted_json", delighted), ("chatwoot_csat", chatwoot)):
        yield from ((name, [fields, SECRET, [SECRET]]) for fields in with_secret(record))


def errors_of(path, format_name, content):
    path.write_bytes(content.encode("utf-8", "replace"))
    try:
        return [record for record in read(path, format_name, HELSINKI) if isinstance(record, RecordError)]
    except SourceError as error:
        return [error]


FILES = list(secret_files())


@pytest.mark.parametrize(("format_name", "content"), FILES, ids=range(len(FILES)))
def test_no_error_tells_what_the_record_said(tmp_path, format_name, content):
    for error in errors_of(tmp_path / "file", format_name, content):
        shown = [
            str(error),
            repr(error),
            error.code,
            getattr(error, "position", ""),
            *traceback.format_exception(error),
        ]
        assert SECRET not in "".join(shown)


def test_the_secret_files_do_bring_out_errors(tmp_path):
    """Else the test above would check nothing."""
    codes = {error.code for file in FILES for error in errors_of(tmp_path / "file", *file)}
    assert codes >= {"bad_time", "unknown_speaker", "unknown_channel", "not_unicode", "malformed_json", "malformed_csv"}
    assert codes >= {"bad_index", "malformed_mail", "no_text"}
    assert codes >= {"bad_nps_rating", "bad_first_contact_resolution", "malformed_cue", "malformed_webvtt"}
