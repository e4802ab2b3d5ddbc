"""The traps of what speech recognizers write: odd clocks, words nobody claims, texts that must not be read."""

import pytest

from pipeline.errors import SourceError
from pipeline.sources import read, recognise
from pipeline.sources.calls import turns_of_words
from tests.sources.reading import HELSINKI, call_of, records_of, said, times

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
