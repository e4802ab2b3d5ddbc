"""The traps of what call centres' systems export, one by one: starts, roles, machines on the line, missing parts."""

import pytest

from pipeline.sources import SourceFile
from pipeline.sources.calls import named_start
from tests.sources.reading import call_of, records_of, said, times

# --- the start of a call, from its file's name


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("abc_analysis_2026-03-02T07_15_00Z", "2026-03-02T07:15:00Z"),
        ("abc_analysis_2026-03-02T07:15:00Z", "2026-03-02T07:15:00Z"),
        ("abc_20260302T07:15_UTC", "2026-03-02T07:15:00Z"),
        ("puhelu_20260302_091500", "2026-03-02T09:15:00"),
        ("0505550100_20260302091500", "2026-03-02T09:15:00"),
        ("2026-03-02 09.15 jono", "2026-03-02T09:15:00"),
        ("x_2026-03-02T09-15-00+02:00", "2026-03-02T09:15:00+02:00"),
        ("x_2026-03-02T07_15_00.123Z", "2026-03-02T07:15:00Z"),
        ("20269999999999_20260302091500", "2026-03-02T09:15:00"),  # the first only looks like a time
        ("puhelu-17", ""),
        ("2026-03-02", ""),
        ("c0ffee00-1111-4222-8333-444455556666", ""),
        ("x_120260302091500", ""),
        ("x_2026-13-02T07_15_00Z", ""),
    ],
)
def test_a_name_may_hold_the_start(name, start):
    assert named_start(SourceFile(f"in/{name}.json")) == start


def test_a_named_start_without_a_zone_is_local(tmp_path):
    call = call_of(tmp_path, "start\tend\ttext\n0\t1000\tmoi\n", "puhelu_20260302T0915.tsv")
    assert call.started_at.isoformat() == "2026-03-02T07:15:00+00:00"


def test_without_a_start_there_are_seconds_only(tmp_path):
    call = call_of(tmp_path, "start\tend\ttext\n1500\t2000\tmoi\n")
    assert (call.started_at, times(call)) == (None, [(1.5, 2.0)])


def test_calls_of_one_file_without_ids_do_not_share_one(tmp_path):
    one = {"segments": [{"start": 0, "end": 1, "text": "moi"}], "language": "fi"}
    first, second = records_of(tmp_path, [one, one])
    assert (first.conversation_id, second.conversation_id) == ("call", "call record 2")


# --- Amazon

VOICE = {"Channel": "VOICE", "LanguageCode": "fi-FI", "Participants": [], "Transcript": []}


def test_contact_lens_tells_roles_by_the_list_of_participants(tmp_path):
    people = {"p1": "CUSTOMER", "p2": "AGENT", "p3": "CUSTOM_BOT", "p4": "SUPERVISOR", "p5": "JOKU"}
    participants = [{"ParticipantId": key, "ParticipantRole": role} for key, role in people.items()]
    turns = [{"ParticipantId": key, "Content": key, "BeginOffsetMillis": 5} for key in [*people, "p6"]]
    call = call_of(tmp_path, {**VOICE, "Participants": participants, "Transcript": turns})
    assert [(u.speaker, u.participant_id) for u in call.utterances] == [
        ("customer", None), ("agent", None), ("bot", None), ("agent", None), ("unknown", "p5"), ("unknown", "p6"),
    ]  # fmt: skip


def test_contact_lens_knows_its_contact_by_the_metadata_or_the_name(tmp_path):
    turns = [{"ParticipantId": "AGENT", "Content": "hei"}]
    named = call_of(tmp_path, {**VOICE, "Transcript": turns}, "c1_analysis_redacted_2026-03-02T07_15_00Z.json")
    assert (named.conversation_id, named.started_at.hour) == ("c1", 7)
    given = call_of(tmp_path, {**VOICE, "CustomerMetadata": {"ContactId": "c2"}, "Transcript": turns})
    assert given.conversation_id == "c2"


@pytest.mark.parametrize("loudness", [{"LoudnessScore": [70.0]}, {"LoudnessScores": [None, 70.0]}, {}])
def test_loudness_is_no_matter_of_ours(tmp_path, loudness):
    turn = {"ParticipantRole": "AGENT", "Content": "hei", "BeginOffsetMillis": 10, "EndOffsetMillis": 20, **loudness}
    assert times(call_of(tmp_path, {**VOICE, "Transcript": [turn]})) == [(0.01, 0.02)]


def test_a_silent_call_is_recognised_and_has_no_text(tmp_path):
    (record,) = records_of(tmp_path, VOICE)
    assert record.code == "no_text"


# --- AWS PCA


def pca(*segments, **facts):
    labels = [
        {"Speaker": "spk_0", "DisplayText": "Customer"},
        {"Speaker": "spk_1", "DisplayText": "Agent 2", "UserId": "u7"},
    ]
    labels.append({"Speaker": "spk_2", "DisplayText": "Maija"})
    return {"ConversationAnalytics": {"SpeakerLabels": labels, **facts}, "SpeechSegments": list(segments)}


def segment(speaker, shown, **more):
    return {
        "SegmentSpeaker": speaker,
        "DisplayText": shown,
        "OriginalText": "salainen",
        "SegmentStartTime": 1.5,
        **more,
    }


def test_pca_shows_the_edited_text_and_leaves_out_the_ivr(tmp_path):
    parts = [segment("spk_1", "tervetuloa", IVRSegment=True), segment("spk_1", "hei"), segment("spk_0", "[PII]")]
    call = call_of(tmp_path, pca(*parts, segment("spk_2", "tulkki"), segment("spk_9", "kuka"), Agent="Maija"))
    assert call.ignored == {"ivr": 1}
    assert said(call) == [
        ("agent", "u7", "hei"), ("customer", None, "[PII]"),
        ("unknown", "Maija", "tulkki"), ("unknown", "spk_9", "kuka"),
    ]  # fmt: skip


def test_pca_tells_times_in_utc_wherever_the_call_was(tmp_path):
    facts = {"ConversationTime": "2026-03-02 07:15:00.5", "ConversationLocation": "Europe/Helsinki", "Cust": "K1"}
    call = call_of(tmp_path, pca(segment("spk_0", "moi"), **facts))
    assert (call.started_at.isoformat(), call.customer_id) == ("2026-03-02T07:15:00.500000+00:00", "K1")


# --- Google CCAI


def test_google_tells_bots_from_agents_and_keeps_people(tmp_path):
    roles = ["AUTOMATED_AGENT", "END_USER", "AGENT", "CUSTOMER"]
    entries = [
        {"role": role, "text": role, "user_id": number, "start_timestamp_usec": 1772435700000000 + number * 500_000}
        for number, role in enumerate(roles)
    ]
    call = call_of(tmp_path, {"entries": entries})
    assert [(u.speaker, u.participant_id) for u in call.utterances] == [
        ("bot", "0"), ("customer", None), ("agent", "2"), ("customer", None),
    ]  # fmt: skip
    assert (call.customer_id, call.started_at.minute, call.utterances[3].seconds) == ("1", 15, 1.5)


# --- Genesys Cloud

START = 1772435700000


def genesys(phrases, participants=(), **facts):
    return {"conversationId": "g1", "participants": participants, "transcripts": [{"phrases": phrases}], **facts}


def phrase(purpose, begin, text, **more):
    return {
        "participantPurpose": purpose,
        "startTimeMs": begin,
        "duration": {"milliseconds": 500},
        "text": text,
        **more,
    }


def present(purpose, begin, end, **more):
    return {"participantPurpose": purpose, "startTimeMs": START + begin, "endTimeMs": START + end, **more}


@pytest.mark.parametrize("base", [0, START])
def test_genesys_times_are_of_the_call_or_since_1970(tmp_path, base):
    people = [
        present("customer", 0, 60_000), present("ivr", 0, 5_000), present("acd", 5_000, 10_000),
        present("agent", 10_000, 30_000, userId="u1"), present("agent", 30_000, 60_000, userId="u2"),
    ]  # fmt: skip
    phrases = [
        phrase("internal", base + 1_000, "tervetuloa"), phrase("internal", base + 6_000, "odottakaa"),
        phrase("external", base + 8_000, "no niin"), phrase("internal", base + 10_000, "hei"),
        phrase("internal", base + 31_000, "hei taas"), phrase("ivr", base + 50_000, "kiitos"),
    ]  # fmt: skip
    call = call_of(tmp_path, genesys(phrases, people, conversationStartTime=START))
    assert said(call) == [
        ("bot", None, "tervetuloa"), ("bot", None, "odottakaa"), ("customer", None, "no niin"), ("agent", "u1", "hei"),
        ("agent", "u2", "hei taas"), ("bot", None, "kiitos"),
    ]  # fmt: skip
    assert times(call)[:2] == [(1.0, 1.5), (6.0, 6.5)]
    assert call.started_at.isoformat() == "2026-03-02T07:15:00+00:00"


def test_genesys_prefers_the_text_with_marks(tmp_path):
    phrases = [
        phrase("external", 0, "no moi", decoratedText="No, moi."),
        phrase("external", 1, "joo", decoratedText=""),
    ]
    assert [text for *_, text in said(call_of(tmp_path, genesys(phrases)))] == ["No, moi.", "joo"]


def test_genesys_without_windows_is_an_agent_and_without_a_start_has_seconds_of_the_first_phrase(tmp_path):
    phrases = [phrase("internal", START, "hei"), phrase("external", START + 1000, "moi"), phrase("joku", START, "?")]
    call = call_of(tmp_path, genesys(phrases))
    assert said(call) == [("agent", None, "hei"), ("unknown", "joku", "?"), ("customer", None, "moi")]
    assert [begin for begin, _ in times(call)] == [0.0, 0.0, 1.0]


# --- XM Discover

XM = "conversationId,conversationTimestamp,participantId,participantType,isIVR,isBot,text,start,end,syy\n"


def test_xm_discover_takes_facts_from_the_first_row_and_machines_for_bots(tmp_path):
    rows = [
        "c1,2026-03-02T07:15:00Z,1,AGENT,TRUE,FALSE,tervetuloa,0,900,eka",
        "c2,2026-03-02T08:00:00Z,1,CLIENT,FALSE,FALSE,toinen puhelu,0,,muu",
        "c1,2026-03-02T09:99:00Z,1,AGENT,false,true,botti,1000,2000,toka",
        "c1,,2,CLIENT,FALSE,FALSE,moi,2500,3000,toka",
        "c1,,3,JOKU,,,kuka,3500,,toka",
        "c1,,2,CLIENT,FALSE,FALSE,hukassa,pian,3000,toka",
        ",,2,CLIENT,FALSE,FALSE,irrallaan,1,2,toka",
    ]
    late, loose, first, second = records_of(tmp_path, XM + "\n".join(rows), "calls.csv")
    assert [(late.position, late.code), (loose.position, loose.code)] == [
        ("row 7", "bad_time"), ("row 8", "missing_conversation_id"),
    ]  # fmt: skip
    assert said(first) == [
        ("bot", None, "tervetuloa"), ("bot", None, "botti"), ("customer", None, "moi"), ("unknown", "3", "kuka"),
    ]  # fmt: skip
    assert (first.metadata, first.started_at.hour, times(first)[0]) == ({"syy": "eka"}, 7, (0.0, 0.9))
    assert second.conversation_id == "c2"
