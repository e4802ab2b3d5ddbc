"""What is proposed for an unknown table reads that very table once it is pasted into the settings."""

import tomllib
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.mappings import parse_mappings
from pipeline.sources import read, recognise
from pipeline.sources.files import SourceFile
from pipeline.sources.propose import as_toml, propose
from tests.sources.test_recognise import GOLDEN
from tests.sources.workbooks import workbook

HELSINKI = ZoneInfo("Europe/Helsinki")
WEBROPOL = """Vastaajan tunnus;Jätetty;1. Asteikolla 0-10, miten luultavasti kertoisit meistä tutuille?;2. Sujuvuus;3. Saitko asian kuntoon?;4. Kerro vapaasti;Lähettäjän sähköposti;Ryhmä
101;2.3.2026 9.21;9;5;Kyllä;Asia hoitui nopeasti ja palvelija oli mukava;matti@example.fi;A
102;3.3.2026 10.02;0;1;Ei;Jonotin puoli tuntia ja sitten linja katkesi kokonaan;maija@example.fi;B
103;4.3.2026 11.45;10;4;Kyllä;;;A
"""  # noqa: E501
SURVEYPAL = """Respondent;Completed;NPS score;Effort;Open feedback;Team
r-1;03/25/2026 7:20 AM;9;2;"Nopea vastaus, kiitos!";Helsinki
r-2;03/26/2026 7:20 PM;3;6;"Jouduin soittamaan ""kolme"" kertaa";Oulu
"""
CHAT = """Istunto;Aika;Rooli;Viesti;Jono;Nimi
a1;2026-03-02 09:15:00;Asiakas;Moi, mun lasku on väärin;laskutus;Matti Meikäläinen
a1;2026-03-02 09:15:30;Virkailija;Hei, katsotaan asiaa heti;laskutus;Maija Virtanen
a1;2026-03-02 09:15:40;Järjestelmä;Virkailija liittyi keskusteluun;laskutus;
a2;2026-03-02 10:15:40;Asiakas;Onko siellä ketään?;myynti;Liisa Meikäläinen
"""


def pasted(tmp_path, content, name="vienti.csv"):
    """The records of a table, read by the mapping that is proposed for it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    toml = as_toml(propose(SourceFile(str(path))))
    described = parse_mappings(tomllib.loads(toml)["sources"]["mappings"])
    assert recognise(path, described) == f"mapping:{described[0].name}"
    return toml, list(read(path, f"mapping:{described[0].name}", HELSINKI, described))


def test_the_finnish_sample_is_read_by_the_proposal_as_by_the_format(tmp_path):
    path = tmp_path / "vastaukset.csv"
    path.write_bytes((GOLDEN / "survey_table/finnish_excel_cp1252/vastaukset.csv").read_bytes())
    toml = as_toml(propose(SourceFile(str(path)), ["survey_table"]))
    described = parse_mappings(tomllib.loads(toml)["sources"]["mappings"])
    assert recognise(path, described) == "mapping:vastaukset"
    records = list(read(path, "mapping:vastaukset", HELSINKI, described))
    assert {record.source for record in records} == {"vastaukset"}  # the user's own word for the system
    assert [replace(record, source="survey_table") for record in records] == list(read(path, "survey_table", HELSINKI))
    assert len(records) == 2


def test_an_export_like_webropols(tmp_path):
    toml, records = pasted(tmp_path, WEBROPOL, "Webropol – kevät.csv")
    assert toml.startswith("[sources.mappings.webropol_kevat]\n")
    assert [(a.nps_rating, a.csat_rating, a.first_contact_resolution) for a in records] == [
        (9, 5, True), (0, 1, False), (10, 4, True)
    ]  # fmt: skip
    assert [a.response_id for a in records] == ["101", "102", "103"]
    assert records[1].verbatim.startswith("Jonotin puoli tuntia")
    assert records[0].metadata == {"Ryhmä": "A"}
    assert "sähköposti" not in toml
    assert "guessed from its values alone: check" in toml


def test_an_export_like_surveypals(tmp_path):
    path = tmp_path / "surveypal.csv"
    path.write_text(SURVEYPAL, "utf-8")
    assert recognise(path) == "survey_table"
    toml = as_toml(propose(SourceFile(str(path)), ["survey_table"]))
    described = parse_mappings(tomllib.loads(toml)["sources"]["mappings"])
    records = list(read(path, recognise(path, described), HELSINKI, described))
    assert [(a.nps_rating, a.ces_rating) for a in records] == [(9, 6), (3, 2)]  # much effort is not easy
    assert [f"{a.responded_at:%d %H}" for a in records] == ["25 05", "26 17"]


def test_a_table_of_messages(tmp_path):
    toml, (first, second) = pasted(tmp_path, CHAT)
    assert isinstance(first, Conversation)
    assert [(u.speaker, u.seconds) for u in first.utterances] == [("customer", 0.0), ("agent", 30.0)]
    assert (first.ignored, first.queue, second.queue) == ({"event": 1}, "laskutus", "myynti")
    assert "Meikäläinen" not in toml
    assert '"virkailija" = "agent"' in toml


def test_a_workbook_of_messages_with_names_for_speakers(tmp_path):
    rows = [["Keskustelu", "Lähettäjä", "Teksti"], ["k1", "Matti M.", "Moi, lasku on väärin"],
            ["k1", "Maija V.", "Hei, katsotaan heti"], ["k2", "Matti M.", "Onko siellä ketään paikalla"]]  # fmt: skip
    toml, (first, _) = pasted(tmp_path, workbook(Viestit=rows), "chat.xlsx")
    assert [(u.speaker, u.participant_id) for u in first.utterances] == [
        ("unknown", "Matti M."),
        ("unknown", "Maija V."),
    ]
    assert "Matti" not in toml
    assert "they will be inferred" in toml


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ("moi\nhei\n", "no table"),
        ("2.3.2026 9.21;9;Hyvä\n3.3.2026 9.21;3;Huono\n", "looks like data"),
        ("matti@example.fi;9\nmaija@example.fi;3\n", "looks like data"),
        ("Tuote;Hinta\nTuoli;12\nPöytä;30\n", "a time"),
        ("Vastausaika;Tuote\n2.3.2026;Tuoli\n", "an answer"),
        ("", "no table"),
    ],
)
def test_where_nothing_can_be_proposed_it_says_why(tmp_path, content, missing):
    path = tmp_path / "x.csv"
    path.write_text(content, "utf-8")
    proposal = propose(SourceFile(str(path)))
    assert proposal.plan is None
    assert missing in proposal.missing
    assert as_toml(proposal) == ""


@pytest.mark.parametrize("name", ['Pal"aute\\', "#1 [a] = 'b'", "Pal\x7faute", "Åäö – €", "a.b"])
def test_odd_names_of_columns_survive_the_paste(tmp_path, name):
    table = f'Vastausaika;NPS;"{name.replace(chr(34), chr(34) * 2)}"\n2.3.2026;9;x\n2.3.2026;1;y\n'
    path = tmp_path / "x.csv"
    path.write_text(table, "utf-8")
    toml = as_toml(propose(SourceFile(str(path)), ["survey_table"]))
    described = parse_mappings(tomllib.loads(toml)["sources"]["mappings"])
    records = list(read(path, recognise(path, described), HELSINKI, described))
    assert not any(isinstance(record, RecordError) for record in records)
    assert records[0].metadata == {" ".join(name.split()): "x"}


def test_a_question_for_nps_with_other_answers_is_not_proposed_as_such(tmp_path):
    """NPS has no scale to state, so that the configuration would refuse it."""
    table = "Päivä;Suosittelisitko?;Miksi?\n2.3.2026 9.21;50;Koska odotin\n3.3.2026 9.21;70;Koska sain\n"
    toml, (answer, _) = pasted(tmp_path, table)
    assert "nps_rating" not in toml
    assert answer.verbatim == "Koska odotin"
