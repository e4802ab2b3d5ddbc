"""The traps of call transcripts, one by one: odd clocks, machines on the line, words nobody claims, missing parts."""

import json
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import SourceFile, read, recognise
from pipeline.sources.calls import named_start, turns_of_words

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


# --- Whisper and WhisperX


def word(text, speaker=None, start=None, end=None):
    found = {"word": text, "speaker": speaker, "start": start, "end": end}
    return {key: value for key, value in found.items() if value is not None}


def test_a_segment_is_split_where_its_words_change_the_speaker(tmp_path):
    words = [
        word("050"), word("hei", "S0", 1.0, 1.2), word("mikä?", "S0", 1.3, 1.5), word("No", "S1", 1.6, 1.7),
        word("123"), word("kiitos.", "S0", 2.0, 2.2),
    ]  # fmt: skip
    segment = {"start": 0.5, "end": 3.0, "text": "…", "speaker": "S0", "words": words, "avg_logprob": -0.3}
    call = call_of(tmp_path, {"segments": [segment], "language": "finnish"})
    assert said(call) == [
        ("unknown", "S0", "050 hei mikä?"), ("unknown", "S1", "No 123"), ("unknown", "S0", "kiitos."),
    ]  # fmt: skip
    assert times(call) == [(0.5, 1.5), (1.6, 1.7), (2.0, 3.0)]
    assert {u.avg_logprob for u in call.utterances} == {-0.3}
    assert call.language == "fi"


def test_words_without_speakers_do_not_split_a_segment(tmp_path):
    words = [word("moi", "S1", 1.0, 1.2), word("123"), word("hei", None, 9.0, 9.1)]
    call = call_of(
        tmp_path, {"segments": [{"start": 0, "end": 1, "text": " moi 123 hei", "speaker": "S1", "words": words}]}
    )
    assert said(call) == [("unknown", "S1", "moi 123 hei")]


def test_whisper_writes_nan_and_leaves_times_out(tmp_path):
    text = (
        '{"segments": [{"start": NaN, "end": 1.0, "text": "moi", "avg_logprob": NaN}, {"start": null, "text": "hei"}]}'
    )
    call = call_of(tmp_path, text)
    assert times(call) == [(None, 1.0), (None, None)]
    assert call.utterances[0].avg_logprob is None


def test_a_tsv_of_whisper_is_no_csv(tmp_path):
    lines = ["start\tend\ttext", '0\t900\t"Moi', "rivi vailla aikoja", '1000\t1900\tsanoi "hän', "2000\tx\thei", ""]
    bad, worse, call = records_of(tmp_path, "\ufeff" + "\r\n".join(lines))
    assert [(bad.position, bad.code), (worse.position, worse.code)] == [
        ("row 3", "wrong_columns"), ("row 5", "wrong_columns"),
    ]  # fmt: skip
    assert [text for *_, text in said(call)] == ['"Moi', 'sanoi "hän']


# --- subtitles

CUE = "00:00:00.000 --> 00:00:01.000"


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        ("[SPEAKER_00]: moi", ("unknown", "SPEAKER_00", "moi")),
        ("SPEAKER_1: moi", ("unknown", "SPEAKER_1", "moi")),
        ("[Agent]: moi", ("agent", None, "moi")),
        ("Asiakas: moi", ("customer", None, "moi")),
        ("[Maija &amp; Matti]: moi", ("unknown", "Maija & Matti", "moi")),
        ("Huom: moi", ("unknown", None, "Huom: moi")),
        ("[naurua] moi", ("unknown", None, "[naurua] moi")),
        ("moi [SPEAKER_00]: hei", ("unknown", None, "moi [SPEAKER_00]: hei")),
        ("asiakas:moi", ("unknown", None, "asiakas:moi")),
        ("<v.loud.first Maija &lt;Myynti&gt;>moi</v>", ("unknown", "Maija <Myynti>", "moi")),
    ],
)
def test_who_speaks_in_a_subtitle(tmp_path, cue, expected):
    assert said(call_of(tmp_path, f"WEBVTT\n\n{CUE}\n{cue}\n")) == [expected]
    assert said(call_of(tmp_path, f"1\n{CUE.replace('.', ',')}\n{cue}\n", "call.srt")) == [expected]


def test_a_cue_may_have_several_voices_and_a_file_notes_and_styles(tmp_path):
    cue = f"c1/0-0\n{CUE}\n<v Asiakas>moi</v> <v Agentti>hei</v>\n"
    call = call_of(tmp_path, f"WEBVTT\n\nSTYLE\n::cue {{}}\n\nNOTE\nignored: 3\nfile: x\n\n{cue}")
    assert said(call) == [("customer", None, "moi"), ("agent", None, "hei")]
    assert (call.conversation_id, call.ignored, call.metadata) == ("c1", {}, {"file": "x"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_srt_of_any_program(tmp_path, encoding, newline):
    text = "1\n00:00:00,000 --> 00:00:01,500\nMitä\nkuuluu?\n\n2\n00:00:02,0 --> 00:00:03,000\n1952\n\n"
    path = tmp_path / "call.srt"
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    assert recognise(path) == "call_srt"
    (call,) = read(path, "call_srt", HELSINKI)
    assert [text for *_, text in said(call)] == ["Mitä kuuluu?", "1952"]
    assert times(call) == [(0.0, 1.5), (2.0, 3.0)]


def test_what_is_no_srt_is_a_source_error(tmp_path):
    path = tmp_path / "call.srt"
    path.write_text("moi\n")
    with pytest.raises(SourceError) as refused:
        list(read(path, "call_srt", HELSINKI))
    assert refused.value.code == "malformed_srt"


@pytest.mark.parametrize("piece", ["<", "<v ", "<v " + " " * 20, "[", "<i>", "[a]: ", "asiakas: ", "00:00:00,000 --> "])
def test_a_long_line_takes_no_long_time(tmp_path, piece):
    """A scan that starts over at every bracket would take hours for these."""
    text = f"1\n{CUE.replace('.', ',')}\n{piece * (500_000 // len(piece))}\n"
    assert len(records_of(tmp_path, text, "call.srt")) <= 2
    assert len(records_of(tmp_path, f"WEBVTT\n\n{text.replace(',', '.')}", "call.vtt")) <= 3


# --- Deepgram


def spoken(text, start, end, speaker=None):
    found = {"word": text.lower().strip(".,"), "punctuated_word": text, "start": start, "end": end, "speaker": speaker}
    return {key: value for key, value in found.items() if value is not None}


def deepgram(*channels, **results):
    return {
        "metadata": {"request_id": "r1", "created": "2026-03-05T00:00:00.000Z"},
        "results": {
            "channels": [{"alternatives": [{"transcript": "kaikki", "words": w}]} for w in channels],
            **results,
        },
    }


def test_deepgram_words_make_turns_by_speaker(tmp_path):
    words = [spoken("Hei.", 0, 1, 0), spoken("No", 1, 2), spoken("moi.", 5, 6, 1), spoken("Joo.", 9, 10, 1)]
    call = call_of(tmp_path, deepgram(words))
    assert said(call) == [("unknown", "0", "Hei. No"), ("unknown", "1", "moi. Joo.")]
    assert (times(call), call.conversation_id) == ([(0, 2), (5, 10)], "r1")


def test_deepgram_words_without_speakers_make_turns_by_pauses(tmp_path):
    words = [spoken("Hei.", 0, 1), spoken("No", 1.5, 2), spoken("moi.", 2.9, 3)]
    assert said(call_of(tmp_path, deepgram(words))) == [("unknown", None, "Hei. No"), ("unknown", None, "moi.")]


def test_deepgram_channels_are_speakers_in_the_order_of_time(tmp_path):
    agent, customer = [spoken("Hei.", 0, 1), spoken("Selvä.", 4, 5)], [spoken("Moi.", 2, 3)]
    call = call_of(tmp_path, deepgram(agent, customer))
    assert said(call) == [("unknown", "0", "Hei."), ("unknown", "1", "Moi."), ("unknown", "0", "Selvä.")]
    heard = [
        {"transcript": "hei", "start": 0, "end": 1, "channel": 0, "speaker": 0},
        {"transcript": "moi", "start": 1, "end": 2, "channel": 1, "speaker": 0},
    ]
    call = call_of(tmp_path, deepgram(agent, customer, utterances=heard))
    assert said(call) == [("unknown", "0-0", "hei"), ("unknown", "1-0", "moi")]


def test_deepgram_without_words_has_its_transcript_and_never_the_time_of_its_work(tmp_path):
    call = call_of(tmp_path, deepgram([]))
    assert (said(call), call.started_at) == ([("unknown", None, "kaikki")], None)
    assert call.changed_at.day == 5


# --- AssemblyAI


def assembly(**more):
    return {"id": "a1", "status": "completed", "audio_url": "x", "text": "kaikki", "language_code": "fi", **more}


def test_assemblyai_never_reads_what_is_not_redacted(tmp_path):
    heard = {"speaker": "A", "text": "numero on ####", "start": None, "end": 2000}
    secret = {**heard, "text": "numero on 131052-952K"}
    more = {f"unredacted_{key}": [secret] for key in ("utterances", "words")}
    record = assembly(utterances=[heard], sentiment_analysis_results=None, **more, unredacted_text=secret["text"])
    call = call_of(tmp_path, record)
    assert (said(call), times(call)) == ([("unknown", "A", "numero on ####")], [(None, 2.0)])
    call = call_of(tmp_path, {**record, "utterances": None})
    assert said(call) == [("unknown", None, "kaikki")]


def test_assemblyai_without_utterances_has_words(tmp_path):
    words = [
        {"text": "Hei.", "start": 0, "end": 500, "speaker": "A"},
        {"text": "Moi", "start": 600, "end": 700, "speaker": "B"},
        {"text": "vaan.", "start": 5000, "end": 5100, "speaker": None},
    ]
    call = call_of(tmp_path, assembly(utterances=None, words=words))
    assert (said(call), times(call)[1]) == ([("unknown", "A", "Hei."), ("unknown", "B", "Moi vaan.")], (0.6, 5.1))
    for one in words:
        one["speaker"] = None
    assert [text for *_, text in said(call_of(tmp_path, assembly(words=words)))] == ["Hei. Moi", "vaan."]


def test_assemblyai_tells_channels_and_failures(tmp_path):
    heard = [{"channel": "1", "text": "hei"}, {"channel": "2", "text": "moi"}]
    assert [label for _, label, _ in said(call_of(tmp_path, assembly(utterances=heard)))] == ["1", "2"]
    (failed,) = records_of(tmp_path, {**assembly(), "text": None, "status": "error"})
    assert failed.code == "no_text"


# --- Azure Speech


def azure(*phrases):
    return {"source": "x", "timestamp": "2026-03-05T00:00:00Z", "recognizedPhrases": list(phrases)}


def heard(text, **more):
    best = {"display": text, "maskedITN": "***", "lexical": "sana"}
    return {"recognitionStatus": "Success", "channel": 0, "nBest": [best, {"display": "huonompi"}], **more}


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ({"offset": "PT1M2.5S", "duration": "PT0.5S"}, (62.5, 63.0)),
        ({"offset": "P1DT1H", "duration": "PT1S"}, (90_000.0, 90_001.0)),
        ({"offset": "PT9S", "offsetInTicks": 15_000_000, "durationInTicks": 5_000_000.0}, (1.5, 2.0)),
        ({"offsetMilliseconds": 1500, "durationMilliseconds": 500}, (1.5, 2.0)),
        ({"offset": "PT2S"}, (2.0, None)),
        ({}, (None, None)),
    ],
)
def test_azure_has_three_clocks(tmp_path, clock, expected):
    call = call_of(tmp_path, azure(heard("Moi.", **clock)))
    assert times(call) == [expected]
    assert (call.started_at, call.changed_at.day) == (None, 5)


def test_azure_refuses_a_clock_it_cannot_read(tmp_path):
    (record,) = records_of(tmp_path, azure(heard("Moi.", offset="pian")))
    assert record.code == "bad_time"


def test_azure_shows_the_first_display_and_counts_what_it_did_not_recognise(tmp_path):
    silent = {"recognitionStatus": "NoMatch", "channel": 0}
    call = call_of(
        tmp_path, azure(heard("Numero on 5."), silent, {**silent, "recognitionStatus": "InitialSilenceTimeout"})
    )
    assert (said(call), call.ignored) == ([("unknown", None, "Numero on 5.")], {"unrecognised": 2})


def test_azure_keys_may_begin_with_a_capital(tmp_path):
    capital = {"RecognitionStatus": "Success", "Speaker": 2, "NBest": [{"Display": "Moi."}], "Offset": "PT1S"}
    call = call_of(tmp_path, {"RecognizedPhrases": [capital]})
    assert (said(call), times(call)) == ([("unknown", "2", "Moi.")], [(1.0, None)])


def test_azure_channels_are_speakers_where_there_are_several(tmp_path):
    call = call_of(
        tmp_path, azure(heard("b", channel=1, offset="PT2S"), heard("a", offset="PT1S"), heard("c", offset="PT2S"))
    )
    assert said(call) == [("unknown", "0", "a"), ("unknown", "1", "b"), ("unknown", "0", "c")]


# --- words


def test_no_words_make_no_turns():
    assert turns_of_words([]) == []
