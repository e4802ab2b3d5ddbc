"""`read FILE --explain`: which format and why, what is read and what is not, masked; and a mapping to paste."""

import pytest

from pipeline.cli import main
from pipeline.config import load_config
from tests.sources.test_propose import CHAT, WEBROPOL
from tests.sources.test_recognise import GOLDEN


@pytest.fixture
def explained(config, capsys):
    """The command, as the lines it writes."""

    def run(path, code=0):
        assert main(["read", str(path), "--explain"]) == code
        written = capsys.readouterr()
        return written.err if code else written.out

    return run


def test_a_known_format_says_why_what_it_reads_and_what_not(explained):
    text = explained(GOLDEN / "qualtrics_csv/three_headers/qualtrics.csv")
    assert text.startswith("qualtrics.csv: qualtrics_csv\n  because ")
    assert "Kuinka todennäköisesti suosittelisit meitä?  nps_rating" in text
    assert "IPAddress              personal data" in text
    assert "answers 3, nps_rating 3" in text
    assert "c0ffee00" not in text
    assert "[sources.mappings" not in text


def test_a_conversation_is_shown_masked_and_counted(explained, tmp_path):
    text = explained(GOLDEN / "chat_csv/comma/webchat.csv")
    assert "conversations" in text
    assert "turns: " in text
    path = tmp_path / "chat.csv"
    path.write_text(
        "conversation_id,sent_at,speaker,text\n"
        "k1,2026-09-01T10:00,customer,Oon Matti Virtanen ja numero on 050 555 0100\n"
        "k1,2026-09-01T10:01,boss,moi\n"
    )
    text = explained(path)
    assert "Virtanen" not in text
    assert "0100" not in text
    assert "turns: customer 1" in text
    assert "left out: unknown_speaker 1" in text


def test_an_unknown_table_gets_a_mapping_and_its_rows_masked(explained, tmp_path):
    path = tmp_path / "webropol.csv"
    path.write_text(WEBROPOL.replace("nopeasti ja", "nopeasti, 050 555 0100, ja"), "utf-8")
    text = explained(path)
    assert "webropol.csv: of no known format" in text
    assert "[sources.mappings.webropol]" in text
    assert "matti@example.fi" not in text
    assert "0100" not in text
    assert "Lähettäjän sähköposti  personal data" in text


def test_a_table_of_messages_gets_a_mapping_without_names(explained, tmp_path):
    path = tmp_path / "chat.csv"
    path.write_text(CHAT, "utf-8")
    text = explained(path)
    assert "[sources.mappings.chat]" in text
    assert "Meikäläinen" not in text


def test_the_formats_that_come_near_are_named_with_what_is_missing(explained, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("conversation_id,sent_at,text\nk1,2026-09-01,moi\n")
    assert "near to chat_csv, but without speaker" in explained(path)


def test_the_pasted_mapping_is_found_and_explained(explained, tmp_path):
    path = tmp_path / "webropol.csv"
    path.write_text(WEBROPOL, "utf-8")
    toml = explained(path).partition("[sources.mappings")[2]
    (tmp_path / "tunnepolku.toml").write_text(f"[sources.mappings{toml}", "utf-8")
    load_config.cache_clear()
    text = explained(path)
    assert text.startswith("webropol.csv: mapping:webropol\n")
    assert "answers 3" in text
    assert "Lähettäjän sähköposti  not in the mapping" in text


def test_an_ambiguous_file_names_its_candidates(explained, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "conversation_id,sent_at,speaker,text,responded_at,nps_rating\nk,2026-09-01,customer,moi,2026-09-01,9\n"
    )
    assert explained(path).startswith("x.csv: chat_csv or survey_csv\n")


def test_an_empty_file_is_an_error(explained, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("")
    assert "is empty" in explained(path, code=1)
