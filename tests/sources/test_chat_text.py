"""Chats as people paste them: where the speaker, the time and the day may stand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import SourceError
from pipeline.sources import read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
MOI = [("customer", "Moi"), ("agent", "Hei, autan")]
LABELS = [("unknown", "Moi"), ("unknown", "Hei, autan")]


def write(folder, text, name="loki.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def chats(folder, text, name="loki.txt"):
    path = write(folder, text, name)
    assert recognise(path) == "chat_text"
    return list(read(path, "chat_text", HELSINKI))


def said(conversation):
    return [(utterance.speaker, utterance.text) for utterance in conversation.utterances]


LAYOUTS = {
    "[09.15.03] Asiakas: Moi\n[09.15.07] Maija: Hei, autan": (MOI, [0, 4]),
    "[9:15] Asiakas: Moi\r\n[9:16] Maija (asiakaspalvelija): Hei, autan\r\n": (MOI, [0, 60]),
    "9.15 Asiakas: Moi\n9.16 Maija: Hei, autan": (MOI, [0, 60]),
    "klo 9.15 - Asiakas: Moi\nklo 9.16 - Maija: Hei, autan": (MOI, [0, 60]),
    "Asiakas klo 9.15: Moi\nMaija Malli klo 9.15: Hei, autan": (MOI, [0, 0]),
    "Asiakas (9:15:01): Moi\nMaija (9:15:05): Hei, autan": (MOI, [0, 4]),
    "Maija M [9.15]: Moi\nPekka [9.16]: Hei, autan": (LABELS, [0, 60]),
    "Asiakas 9.15\nMoi\n\nMaija 9.16\nHei, autan": (MOI, [0, 60]),
    "9.15 Asiakas\nMoi\n9.16 Maija\nHei, autan": (MOI, [0, 60]),
    "Asiakas:\nMoi\nMaija (asiakaspalvelija):\nHei, autan": (MOI, None),
    "Asiakas\nMoi\nAsiakaspalvelija\nHei, autan": (MOI, None),
    "Asiakas: Moi\nMaija: Hei, autan": (MOI, None),
    "Matti: Moi\nMaija: Hei, autan\nMatti: jep\nMaija: jep": ([*LABELS, ("unknown", "jep"), ("unknown", "jep")], None),
    "[23.59.58] Asiakas: Moi\n[00.00.03] Maija: Hei, autan": (MOI, [0, 5]),
}


@pytest.mark.parametrize("text", LAYOUTS)
def test_who_and_when_may_stand_anywhere(tmp_path, text):
    (conversation,) = chats(tmp_path, text)
    expected, seconds = LAYOUTS[text]
    assert said(conversation) == expected
    assert [u.seconds for u in conversation.utterances] == (seconds or [None] * len(expected))
    assert (conversation.started_at, conversation.conversation_id) == (None, "loki")


def test_names_that_are_no_roles_are_labels(tmp_path):
    (conversation,) = chats(tmp_path, "[9.15] Matti M: Moi\n[9.16] Maija (Esimerkki Oy): Hei")
    assert [u.participant_id for u in conversation.utterances] == ["Matti M", "Maija"]
    assert {u.speaker for u in conversation.utterances} == {"unknown"}


def test_of_three_speakers_the_unnamed_stay_unknown(tmp_path):
    (conversation,) = chats(tmp_path, "[9.15] Asiakas: Moi\n[9.16] Maija: Hei\n[9.17] Pekka: Terve")
    assert [u.speaker for u in conversation.utterances] == ["customer", "unknown", "unknown"]


def test_lines_that_name_nobody_belong_to_the_turn_before(tmp_path):
    text = "[9.15] Asiakas: Moi\n\nTilausnumero: 123\n9.30 tuli lasku\n\n[9.16] Maija: Hei\nselvä"
    (conversation,) = chats(tmp_path, text)
    assert said(conversation) == [("customer", "Moi\n\nTilausnumero: 123\n9.30 tuli lasku"), ("agent", "Hei\nselvä")]


def test_a_word_with_a_colon_is_nobody_where_speakers_come_again(tmp_path):
    text = "Asiakas: Moi\nMaija: Hei\nAsiakas: Osoite vaihtui\nUusi osoite: Testitie 1\nMaija: Selvä"
    (conversation,) = chats(tmp_path, text)
    assert said(conversation)[2] == ("customer", "Osoite vaihtui\nUusi osoite: Testitie 1")


def test_what_the_program_says_is_an_event(tmp_path):
    text = (
        "[9.14] Järjestelmä: Odota hetki\nolet jonossa 2.\n[9.15] Asiakas: Moi\n"
        "Maija liittyi keskusteluun\n[9.16] Maija: Hei\nKeskustelu päättyi."
    )
    (conversation,) = chats(tmp_path, text)
    assert said(conversation) == [("customer", "Moi"), ("agent", "Hei")]
    assert conversation.ignored == {"event": 3}


def test_a_header_with_a_date_starts_a_conversation(tmp_path):
    one = "Keskustelu 42 – 24.10.2026 klo 23.50\n[23.50] Asiakas: Moi\n[0.10] Maija: Hei\n"
    two = "Keskustelu 43 – 25.10.2026 klo 4.30\n[4.30] Asiakas: Terve\n[4.31] Maija: Hei\n"
    first, second = chats(tmp_path, f"{one}\n{two}")
    assert [first.conversation_id, second.conversation_id] == ["42-2026-10-24", "43-2026-10-25"]
    assert first.started_at == datetime(2026, 10, 24, 20, 50, tzinfo=UTC)
    assert first.utterances[1].seconds == 1200  # past midnight
    assert second.started_at == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # after the clocks went back
    assert (first.position, second.position) == ("file", "line 5")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Chat-loki, laskutus, 1.7.2026\n[9.15] Asiakas: Moi\n[9.16] Maija: Hei", "loki.txt"),
        ("[1.7.2026 klo 9.15] Asiakas: Moi\n[1.7.2026 klo 9.16] Maija: Hei", "loki.txt"),
        ("2026-07-01 09:15:00 Asiakas: Moi\n2026-07-01 09:16:00 Maija: Hei", "loki.txt"),
        ("[9.15] Asiakas: Moi\n[9.16] Maija: Hei", "chat_2026-07-01.txt"),
        ("[9.15] Asiakas: Moi\n[9.16] Maija: Hei", "chat 1.7.2026 vienti.txt"),
    ],
)
def test_the_day_stands_in_a_header_a_line_or_the_name(tmp_path, text, name):
    (conversation,) = chats(tmp_path, text, name)
    assert conversation.started_at == datetime(2026, 7, 1, 6, 15, tzinfo=UTC)
    assert [u.seconds for u in conversation.utterances] == [0, 60]


def test_days_that_are_none_are_no_days(tmp_path):
    (conversation,) = chats(tmp_path, "Keskustelu 1 – 31.2.2026\n[31.2.2026 9.15] Asiakas: Moi\n[9.16] Maija: Hei")
    assert conversation.started_at is None
    (last,) = chats(tmp_path, "[31.12.9999 23.59] Asiakas: Moi\n[0.01] Maija: Hei")
    assert last.code == "bad_time" if hasattr(last, "code") else last.started_at.year == 9999


def test_windows_encodings_are_read(tmp_path):
    (conversation,) = chats(tmp_path, "[9.15] Asiakas: yö\n[9.16] Maija: öitä".encode("cp1252"))
    assert said(conversation) == [("customer", "yö"), ("agent", "öitä")]


@pytest.mark.parametrize(
    "text",
    [
        "Hei, tilaus on myöhässä.\nTerveisin: Matti\n",
        "nimi: x\narvo: y\n",
        "Moi\nok\nMoi\nok\n",
        "class A:\n    one: int\n    two: int\n\nclass B:\n    one: int\n    two: str\n",
        "2.3.2026 9.21;10;Hyvä: tosi\n2.3.2026 9.22;9;Hyvä: tosi\n",
        "Klo 9.15 tulin\nklo 9.30 lähdin\n",
    ],
)
def test_what_is_no_chat_is_not_taken_for_one(tmp_path, text):
    with pytest.raises(SourceError) as refused:
        recognise(write(tmp_path, text))
    assert refused.value.code == "unknown_format"


def test_subtitles_of_two_named_speakers_are_a_call(tmp_path):
    text = "1\n00:00:00,000 --> 00:00:01,000\nAsiakas: moi\n\n2\n00:00:01,000 --> 00:00:02,000\nMaija: hei\n"
    assert recognise(write(tmp_path, text)) == "call_srt"
