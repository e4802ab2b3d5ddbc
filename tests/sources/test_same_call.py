"""One invented call in the formats of many vendors: each must tell the same turns."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.sources import read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
GOLDEN = Path(__file__).with_name("golden")
TURNS = json.loads(Path(__file__).with_name("expected_canonical.json").read_text("utf-8"))["turns"]
WITH_ROLES = [
    "amazon_call/contact_lens", "amazon_call/call_analytics", "aws_pca/one_call", "google_ccai/one_call",
    "genesys_cloud/one_call", "xm_discover/one_call", "call_webvtt/voice_tags",
]  # fmt: skip
WITH_LABELS = {
    "whisper_json/whisperx": ("SPEAKER_00", "SPEAKER_01"),
    "call_webvtt/whisperx": ("SPEAKER_00", "SPEAKER_01"),
    "call_srt/whisperx": ("SPEAKER_00", "SPEAKER_01"),
    "deepgram/one_call": ("0", "1"),
    "assemblyai/one_call": ("A", "B"),
    "azure_speech/one_call": ("1", "2"),
}
WITHOUT = ["whisper_json/whisper", "whisper_tsv/one_call"]


def utterances_of(case):
    (file,) = (path for path in (GOLDEN / case).iterdir() if path.name != "expected.json")
    (conversation,) = read(file, recognise(file), HELSINKI)
    assert conversation.channel == "call"
    return conversation.utterances


@pytest.mark.parametrize("case", [*WITH_ROLES, *WITH_LABELS, *WITHOUT])
def test_every_vendor_tells_the_same_call(case):
    heard = utterances_of(case)[: len(TURNS)]
    assert [u.text for u in heard] == [turn["text"] for turn in TURNS]
    assert [u.seconds for u in heard] == pytest.approx([turn["begin_s"] for turn in TURNS], abs=1e-6)
    assert [u.end_seconds or turn["end_s"] for u, turn in zip(heard, TURNS, strict=True)] == pytest.approx(
        [turn["end_s"] for turn in TURNS], abs=1e-6
    )


@pytest.mark.parametrize("case", WITH_ROLES)
def test_roles_are_those_of_the_file(case):
    assert [u.speaker for u in utterances_of(case)] == [turn["role"] for turn in TURNS]


@pytest.mark.parametrize("case", WITH_LABELS)
def test_speakers_without_roles_keep_their_labels(case):
    labels = dict(zip(("agent", "customer"), WITH_LABELS[case], strict=True))
    heard = utterances_of(case)
    assert {u.speaker for u in heard} == {"unknown"}
    assert [u.participant_id for u in heard] == [labels[turn["role"]] for turn in TURNS]


@pytest.mark.parametrize("case", WITHOUT)
def test_a_transcript_without_speakers_names_nobody(case):
    assert {(u.speaker, u.participant_id) for u in utterances_of(case)} == {("unknown", None)}


def test_what_whisper_made_up_comes_with_its_figures():
    *_, last = utterances_of("whisper_json/whisper")
    assert (last.text, last.no_speech_prob, last.avg_logprob, last.compression_ratio) == (
        "Kiitos katsomisesta!",
        0.83,
        -0.9,
        0.8,
    )
