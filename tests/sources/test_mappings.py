"""Column mappings: what they may say, which files are theirs, and how rows become answers and conversations."""

import tomllib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.conversation import Conversation
from pipeline.errors import ConfigError, RecordError, SourceError
from pipeline.mappings import parse_mappings
from pipeline.sources import read, recognise
from tests.sources.workbooks import workbook

HELSINKI = ZoneInfo("Europe/Helsinki")
SURVEY = """
[webropol]
columns = ["Jätetty", "K1"]
responded_at = { column = "Jätetty", time = "%d/%m/%Y %H:%M" }
response_id = "Nro"
nps_rating = "K1"
ces_rating = { column = "K2", scale = [1, 5], reversed = true }
csat_rating = { column = "K3", scale = [4, 10] }
first_contact_resolution = { column = "K4", yes = ["Hoitui"], no = ["Jäi kesken"] }
verbatim = "K5"
conversation_id = "Tiketti"
customer_id = "As.nro"
metadata = ["Kanava"]
"""
CHAT = """
[pikaviestit]
conversation_id = "Huone"
sent_at = "Kello"
speaker = { column = "Kuka", roles = { Neuvoja = "agent", Asioija = "customer", Apuri = "bot", Loki = "ignore" } }
text = "Mitä"
agent_id = "Tunnus"
queue = "Jono"
metadata = ["Aihe"]
"""
CALL = """
[puhelut]
channel = "call"
conversation_id = "id"
started_at = { column = "alku", time = "unix" }
seconds = { column = "ms", unit = "ms" }
speaker = "kuka"
text = "teksti"
"""


def mappings(text):
    return parse_mappings(tomllib.loads(text))


def read_with(tmp_path, text, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    described = mappings(text)
    return list(read(path, recognise(path, described), HELSINKI, described))


def test_survey_answers_are_read_as_the_mapping_says(tmp_path):
    rows = [
        "Nro;Jätetty;K1;K2;K3;K4;K5;Tiketti;As.nro;Kanava;Muu",
        "7;13/03/2026 09:21;9;1;10;Hoitui;Hyvin meni;T1;K1;Chat;x",
        ";13/03/2026 09:21;;;7;Jäi kesken;;;;;",
        "9;13/03/2026 09:21;9;6;;;;;;;",
        "10;13.3.2026;9;;;;;;;;",
        "11;13/03/2026 09:21;;;;Kyllä;;;;;",
    ]
    first, second, *rejected = read_with(tmp_path, SURVEY, "\n".join(rows))
    assert first.responded_at == datetime(2026, 3, 13, 7, 21, tzinfo=UTC)
    assert (first.response_id, first.nps_rating, first.ces_rating, first.csat_rating) == ("7", 9, 7, 5)
    assert (first.first_contact_resolution, first.verbatim) == (True, "Hyvin meni")
    assert (first.conversation_id, first.customer_id, first.metadata) == ("T1", "K1", {"Kanava": "Chat"})
    assert (second.has_own_id, second.csat_rating, second.first_contact_resolution) == (False, 3, False)
    assert [error.code for error in rejected] == ["bad_ces_rating", "bad_time", "bad_first_contact_resolution"]


def test_messages_become_conversations(tmp_path):
    rows = [
        "Huone;Kello;Kuka;Mitä;Tunnus;Jono;Aihe",
        "h1;2.3.2026 9.21.00;Asioija;moi;;laskutus;lasku",
        "h1;2.3.2026 9.21.30;NEUVOJA;hei;m.m;laskutus;lasku",
        "h2;2.3.2026 9.22;Maija;kuka olen;;;",
        "h1;2.3.2026 9.21.40;Loki;Agentti liittyi;;;",
        "h1;2.3.2026 9.21.10;Apuri;Olen botti;;;",
        "h1;eilen;Asioija;x;;;",
        ";2.3.2026 9.22;Asioija;x;;;",
        "h1;2.3.2026 9.22;Asioija;;;;",
    ]
    *rejected, first, second = read_with(tmp_path, CHAT, "\n".join(rows))
    assert [(error.position, error.code) for error in rejected] == [
        ("row 7", "bad_time"),
        ("row 8", "missing_conversation_id"),
    ]
    assert [(u.speaker, u.text, u.seconds) for u in first.utterances] == [
        ("customer", "moi", 0.0), ("bot", "Olen botti", 10.0), ("agent", "hei", 30.0)
    ]  # fmt: skip
    assert (first.queue, first.metadata, first.ignored) == ("laskutus", {"Aihe": "lasku"}, {"event": 1, "empty": 1})
    assert first.utterances[2].participant_id == "m.m"
    assert [(u.speaker, u.participant_id) for u in second.utterances] == [("unknown", "Maija")]


def test_seconds_count_from_a_start(tmp_path):
    rows = ["id\talku\tms\tkuka\tteksti", "p1\t1772436000\t0\tagent\thei", "p1\t1772436000\t1 500,5\tcustomer\tmoi"]
    (call,) = read_with(tmp_path, CALL, "\n".join(rows))
    assert isinstance(call, Conversation)
    assert (call.channel, call.started_at) == ("call", datetime(2026, 3, 2, 7, 20, tzinfo=UTC))
    assert [u.seconds for u in call.utterances] == [0.0, 1.5005]
    bad = read_with(tmp_path, CALL, "\n".join([*rows, "p1\t1772436000\tpian\tagent\thei"]))
    assert [record.code for record in bad if isinstance(record, RecordError)] == ["bad_time"]


def test_a_sheet_an_encoding_and_a_delimiter_can_be_named(tmp_path):
    text = '[oma]\nsheet = "Vastaukset"\nresponded_at = "Aika"\nverbatim = "Teksti"\n'
    rows = [["Aika", "Teksti"], ["2.3.2026", "hyvä"]]
    (answer,) = read_with(tmp_path, text, workbook(Ohje=[["Lue"]], Vastaukset=rows), "x.xlsx")
    assert answer.verbatim == "hyvä"
    with pytest.raises(SourceError) as refused:
        read_with(tmp_path, text, workbook(Muu=rows), "x.xlsx")
    assert refused.value.code == "unknown_format"
    text = '[oma]\nencoding = "iso8859-1"\ndelimiter = "|"\nresponded_at = "Jätetty"\nverbatim = "Mitä, miksi; missä"\n'
    (answer,) = read_with(tmp_path, text, "Jätetty|Mitä, miksi; missä\n2.3.2026|hyvä\n".encode("iso8859-1"))
    assert answer.verbatim == "hyvä"


def test_a_mapping_may_ask_for_fewer_columns_than_it_reads(tmp_path):
    (answer,) = read_with(tmp_path, SURVEY, "Jätetty;K1\n13/03/2026 09:21;9\n")
    assert (answer.nps_rating, answer.verbatim, answer.has_own_id) == (9, None, False)
    with pytest.raises(SourceError) as refused:
        read_with(tmp_path, SURVEY.replace('columns = ["Jätetty", "K1"]', ""), "Jätetty;K1\n13/03/2026 09:21;9\n")
    assert refused.value.code == "unknown_format"


OWN = '[oma]\nresponded_at = "Vastausaika"\nnps_rating = "NPS"\n'
TABLE = "Vastausaika;NPS\n2.3.2026;9\n"


def test_a_mapping_never_takes_a_file_from_a_format_in_silence(tmp_path):
    with pytest.raises(SourceError, match=r"survey_table or mapping:oma.*instead_of") as refused:
        read_with(tmp_path, OWN, TABLE)
    assert refused.value.code == "ambiguous_format"
    (answer,) = read_with(tmp_path, OWN + 'instead_of = ["survey_table"]\n', TABLE)
    assert answer.nps_rating == 9
    with pytest.raises(SourceError, match="mapping:oma or mapping:toinen"):
        read_with(tmp_path, OWN + 'instead_of = ["survey_table"]\n' + OWN.replace("oma", "toinen"), TABLE)


def test_a_mapping_takes_nothing_from_files_that_are_not_its_own(tmp_path):
    text = OWN.replace("NPS", "Arvosana") + 'instead_of = ["survey_table"]\n'
    (answer,) = read_with(tmp_path, text, TABLE)
    assert answer.nps_rating == 9


def test_instead_of_names_a_format(tmp_path):
    with pytest.raises(ConfigError, match="instead_of names survey_tabel"):
        read_with(tmp_path, OWN + 'instead_of = ["survey_tabel"]\n', TABLE)


MESSAGES = '[oma]\ntext = "A"\nspeaker = "S"\nconversation_id = "C"'
WRONG = {
    'oma = "x"': r"sources\.mappings\.oma ",
    '[oma]\nnps_rating = "K"': r"oma\.responded_at is missing",
    '[oma]\ntext = "K"\nspeaker = "S"': r"oma\.conversation_id is missing",
    '[oma]\ntext = "K"\nconversation_id = "S"': r"oma\.speaker is missing",
    '[oma]\nresponded_at = "A"\nresponse_id = "B"': "names no answer",
    '[oma]\nresponded_at = "A"\nnps_rating = "K"\nspeaker = "S"': r"oma\.speaker does not go with responded_at",
    f'{MESSAGES}\nnps_rating = "K"': r"oma\.nps_rating does not go with text",
    '[oma]\nresponded_at = "A"\nnps = "K"': r"oma\.nps is no field",
    '[oma]\nresponded_at = 1\nnps_rating = "K"': r"oma\.responded_at must be text",
    '[oma]\nresponded_at = ""\nnps_rating = "K"': r"oma\.responded_at must name a column",
    '[oma]\nresponded_at = { time = "%d" }\nnps_rating = "K"': r"oma\.responded_at must be text",
    '[oma]\nresponded_at = { column = "A", time = "%H:%M" }\nnps_rating = "K"': r"responded_at\.time must be a time",
    '[oma]\nresponded_at = { column = "A", time = "pp.kk" }\nnps_rating = "K"': r"responded_at\.time must be a time",
    '[oma]\nresponded_at = { column = "A", zone = "x" }\nnps_rating = "K"': r"responded_at\.zone is no option",
    '[oma]\nresponded_at = "A"\nnps_rating = { column = "K", scale = [1, 5] }': r"nps_rating\.scale is no option",
    '[oma]\nresponded_at = "A"\nces_rating = { column = "K", scale = [5, 1] }': r"ces_rating\.scale must be",
    '[oma]\nresponded_at = "A"\nces_rating = { column = "K", scale = "1-5" }': r"ces_rating\.scale must be",
    '[oma]\nresponded_at = "A"\nces_rating = { column = "K", reversed = "yes" }': r"ces_rating\.reversed must be",
    '[oma]\nresponded_at = "A"\nfirst_contact_resolution = { column = "K", no = "x" }': r"n\.no must be a list",
    '[oma]\nresponded_at = "A"\nnps_rating = "K"\nmetadata = "x"': r"oma\.metadata must be a list",
    '[oma]\nresponded_at = "A"\nnps_rating = "K"\nencoding = "utf-9"': r"oma\.encoding",
    '[oma]\nresponded_at = "A"\nnps_rating = "K"\ndelimiter = ";;"': r"oma\.delimiter",
    '[oma]\nresponded_at = "A"\nnps_rating = "K"\nchannel = "fax"': r"oma\.channel",
    '[oma]\ntext = "A"\nconversation_id = "C"\nspeaker = { column = "S", roles = { x = "boss" } }': r"roles\.x must",
    '[oma]\ntext = "A"\nconversation_id = "C"\nspeaker = { column = "S", roles = ["x"] }': r"speaker\.roles must be",
    MESSAGES + '\nseconds = { column = "B", unit = "h" }': r"seconds\.unit",
}  # fmt: skip


@pytest.mark.parametrize(("text", "named"), WRONG.items(), ids=range(len(WRONG)))
def test_a_wrong_mapping_is_one_sentence_that_names_its_key(text, named):
    with pytest.raises(ConfigError, match=named) as refused:
        mappings(text)
    message = str(refused.value)
    assert message.startswith("sources.mappings.oma")
    assert message.endswith(".")
    assert "\n" not in message
