"""Whole nights over calls whose speakers are only numbered, and over surveys that tell more than ratings."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import steps
from pipeline.cli import main
from pipeline.config import Config, load_config
from tests.test_steps import write
from tests.test_versions import found, quick

__all__ = ["quick"]

pytestmark = pytest.mark.slow

CALL = (
    ("SPEAKER_00", "no moi, mun lasku on taas ihan väärin ja oon tosi vihainen"),
    ("SPEAKER_01", "Asiakaspalvelu, Maija puhelimessa, kuinka voin auttaa?"),
    ("SPEAKER_00", "mua on laskutettu kahteen kertaan siitä mun netistä"),
    ("SPEAKER_01", "Tarkistan sen heti. Saisinko henkilötunnuksesi?"),
    ("SPEAKER_00", "joo hetki"),
    ("SPEAKER_01", "Hyvitän laskun teille, voinko auttaa vielä jossain muussa?"),
)
ROLES = """
SELECT speaker_role, count(sentiment)
FROM utterances LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
GROUP BY ALL ORDER BY ALL
"""


def subtitles(turns: tuple[tuple[str, str], ...], step: int = 5) -> str:
    """A call as WhisperX writes it."""
    return "\n".join(
        f"{number}\n00:00:{number * step:02},000 --> 00:00:{number * step + 4:02},000\n[{label}]: {text}\n"
        for number, (label, text) in enumerate(turns, start=1)
    )


def test_whoever_is_only_numbered_gets_a_role(quick: Config) -> None:
    write(quick.paths.landing, "puhelu_2026-09-01T10_15_00.srt", subtitles(CALL))
    steps.night([quick.paths.landing], quick)
    assert found(quick, ROLES) == [("agent", 3), ("customer", 3)]
    first = found(quick, "SELECT speaker_role FROM utterances WHERE utterance_index = 0")
    assert first == [("customer",)], "who speaks first is not the agent for that"
    ((confidence, warnings),) = found(quick, "SELECT role_confidence, role_warnings FROM conversations")
    assert 0.85 <= confidence <= 1
    assert warnings == []
    assert found(quick, "SELECT count(participant_key) FROM utterances") == [(0,)], "SPEAKER_00 is nobody in particular"
    assert found(quick, "SELECT count(*) FROM touchpoint_scores WHERE speaker_role = 'customer'") != [(0,)]


def test_what_is_not_sure_stays_out_of_the_scores(quick: Config) -> None:
    doubtful = (("SPEAKER_00", "joo"), ("SPEAKER_01", "niin"), ("SPEAKER_00", "jaa"))
    write(quick.paths.landing, "epaselva.srt", subtitles(doubtful))
    steps.night([quick.paths.landing], quick)
    assert found(quick, ROLES) == [("unknown", 0)]
    ((confidence,),) = found(quick, "SELECT role_confidence FROM conversations")
    assert confidence < 0.85


def test_one_recording_on_both_sides_is_kept_once_and_marked(quick: Config) -> None:
    turns = [
        {"begin_s": 5.0 * number, "end_s": 5.0 * number + 4, "text": text, "role": side}
        for number, (_, text) in enumerate(CALL)
        for side in ("agent", "customer")
    ]
    call = {"conversation_id": "p1", "started_at": "2026-09-01T10:15", "turns": turns}
    write(quick.paths.landing, "call.json", json.dumps(call))
    steps.night([quick.paths.landing], quick)
    assert found(quick, "SELECT role_warnings FROM conversations") == [(["mono_as_stereo"],)]
    assert found(quick, "SELECT count(*) FROM utterances") == [(len(CALL),)]


def test_roles_that_the_source_tells_have_no_confidence(quick: Config) -> None:
    turns = [
        {"begin_s": 5.0 * number, "text": text, "role": "customer" if label == "SPEAKER_00" else "agent"}
        for number, (label, text) in enumerate(CALL)
    ]
    write(quick.paths.landing, "call.json", json.dumps({"conversation_id": "p1", "turns": turns}))
    steps.night([quick.paths.landing], quick)
    assert found(quick, "SELECT role_confidence, role_warnings FROM conversations") == [(None, [])]


def test_another_threshold_makes_no_other_version(quick: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content is what the source says: a call without an id is the same one, whatever was inferred."""
    path = write(quick.paths.landing, "puhelu.srt", subtitles(CALL))
    steps.night([quick.paths.landing], quick)
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__ROLE_THRESHOLD", "1.0")
    load_config.cache_clear()
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")  # another file, the same call
    counts = steps.night([quick.paths.landing], load_config()).counts
    assert (counts["stored"], counts["unchanged"]) == (0, 1)


def test_read_shows_who_is_who(quick: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(write(tmp_path, "puhelu.srt", subtitles(CALL)))]) == 0
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [turn["speaker"] for turn in shown["turns"]] == ["customer", "agent"] * 3
    assert shown["role_confidence"] >= 0.85
    assert shown["role_warnings"] == []


def test_what_else_a_survey_tells_is_stored_masked(quick: Config) -> None:
    header = "Vastausaika;Kuinka todennäköisesti suosittelisit meitä? (0-10);Avoin palaute;Kanava;Lisätieto;Sähköposti"
    rows = (
        "2.3.2026 9.21;9;Kaikki hoitui nopeasti ja hyvin;Puhelin;soita 040 123 4567;maija@example.fi",
        "2.3.2026 9.22;2;En saanut apua vaikka jonotin;Chat;;matti@example.fi",
    )
    write(quick.paths.landing, "kysely.csv", header, *rows)
    steps.night([quick.paths.landing], quick)
    stored = [
        json.loads(text or "{}")
        for (text,) in found(quick, "SELECT metadata FROM survey_responses ORDER BY responded_at")
    ]
    assert [row["Kanava"] for row in stored] == ["Puhelin", "Chat"]
    whole = json.dumps(stored)
    assert "123" not in whole
    assert "example" not in whole, "columns of people are not read"
