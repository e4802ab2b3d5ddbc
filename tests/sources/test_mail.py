"""Mails and mailboxes: whose words are whose, what is not read, and which mails are one conversation."""

from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from pipeline.config import load_config
from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import mail, read, recognise
from pipeline.sources.html_text import html_text
from pipeline.sources.mail_text import own_words

HELSINKI = ZoneInfo("Europe/Helsinki")
HEADERS = {
    "From": "Asiakas <asiakas@example.com>",
    "To": "laskutus@esimerkki.example",
    "Date": "Mon, 2 Mar 2026 09:15:00 +0200",
    "Subject": "Lasku",
    "Message-ID": "<1@example.com>",
}


@pytest.fixture
def own_domains(config, monkeypatch):
    """The company's mail comes from esimerkki.example; `config` keeps the settings of the developer away."""
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__OWN_DOMAINS", "@Esimerkki.example, toinen.example")
    load_config.cache_clear()
    yield
    load_config.cache_clear()


def as_mail(body="Moi", **headers):
    """The bytes of a mail; a header that is None is left out."""
    named = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    start = "\n".join(lines).encode() + b"\n\n"
    return start + (body if isinstance(body, bytes) else body.encode())


def mailbox(*mails):
    return b"".join(b"From x@example.com Mon Mar  2 09:15:00 2026\n" + content + b"\n\n" for content in mails)


def mails(folder, content, name="posti.eml"):
    path = folder / name
    path.write_bytes(content)
    assert recognise(path) == "mail"
    return list(read(path, "mail", HELSINKI))


def text_of(folder, content):
    (conversation,) = mails(folder, content)
    return conversation.utterances[0].text


def said(conversation):
    return [(utterance.speaker, utterance.text) for utterance in conversation.utterances]


@pytest.mark.usefixtures("own_domains")
def test_the_companys_domains_tell_the_agent(tmp_path):
    thread = mailbox(
        as_mail("Lasku on väärin"),
        as_mail(
            "Odottakaa", From="ei-vastausta@laskut.esimerkki.example", Message_ID="<2@e>", In_Reply_To="<1@example.com>"
        ),
        as_mail(
            "Korjataan", From="Maija <maija@TOINEN.example>", Message_ID="<3@e>", References="<1@example.com> <2@e>"
        ),
        as_mail("Vale", From="x@ei-esimerkki.example", Message_ID="<4@e>", References="<3@e>"),
    )
    (conversation,) = mails(tmp_path, thread)
    assert said(conversation) == [
        ("customer", "Lasku on väärin"),
        ("bot", "Odottakaa"),
        ("agent", "Korjataan"),
        ("customer", "Vale"),
    ]
    assert conversation.customer_id == "asiakas@example.com"
    assert conversation.utterances[2].participant_id == "maija@toinen.example"


@pytest.mark.usefixtures("config")
def test_without_domains_nobody_is_told_and_addresses_stand_nowhere_else(tmp_path):
    (conversation,) = mails(tmp_path, as_mail("Lasku", Subject="Matti Malli, asiakas@example.com"))
    assert said(conversation) == [("unknown", "Lasku")]
    assert (conversation.customer_id, dict(conversation.metadata)) == (None, {})
    assert conversation.utterances[0].participant_id == "asiakas@example.com"
    assert "@" not in conversation.conversation_id


pytestmark = pytest.mark.usefixtures("config")


def test_threads_go_by_references_then_by_subject_and_people(tmp_path):
    box = mailbox(
        as_mail("eka"),
        as_mail("toinen asiakas", From="b@example.org", Message_ID="<b@x>"),
        as_mail("vastaus", Message_ID="<2@x>", References="<1@example.com>", Subject="ihan muu"),
        as_mail("vastaus vastaukseen", Message_ID="<3@x>", In_Reply_To="<2@x>"),
        as_mail("otsikolla", Message_ID="<4@x>", Subject="VS: Re[2]: lasku"),
        as_mail("sama otsikko myöhemmin", Message_ID="<5@x>", Subject="Lasku"),
        as_mail("eka uudestaan"),
    )
    found = [[text for _, text in said(conversation)] for conversation in mails(tmp_path, box)]
    assert found == [
        ["eka", "vastaus", "vastaus vastaukseen", "otsikolla"],
        ["toinen asiakas"],
        ["sama otsikko myöhemmin"],
    ]


def test_a_thread_in_parts_keeps_its_identity(tmp_path):
    """Files of one mail each are merged by the store, which goes by the id."""
    (first,) = mails(tmp_path, as_mail("eka"))
    (second,) = mails(tmp_path, as_mail("toka", Message_ID="<2@x>", References="<1@example.com> <0@x>"))
    assert first.conversation_id == second.conversation_id


def test_mails_go_by_their_clocks_whatever_the_zone(tmp_path):
    answer = {"References": "<1@example.com>"}
    box = mailbox(
        as_mail("toka", Message_ID="<2@x>", Date="Mon, 2 Mar 2026 07:16:00 -0000", **answer),
        as_mail("eka"),
        as_mail("kolmas", Message_ID="<3@x>", Date="Mon, 2 Mar 2026 09:17:00", **answer),
        as_mail("neljäs", Message_ID="<4@x>", Date="eilen", Received="by x; Mon, 2 Mar 2026 02:18:00 -0500", **answer),
    )
    (conversation,) = mails(tmp_path, box)
    assert [text for _, text in said(conversation)] == ["eka", "toka", "kolmas", "neljäs"]
    assert [u.seconds for u in conversation.utterances] == [0, 60, 120, 180]
    assert conversation.started_at == datetime(2026, 3, 2, 7, 15, tzinfo=UTC)
    assert conversation.changed_at == datetime(2026, 3, 2, 7, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"Content_Type": 'multipart/report; boundary="x"'},
        {"Subject": "=?utf-8?Q?Automaattinen_vastaus:_Lasku?="},
        {"Subject": "Out of Office: Lasku"},
    ],
)
def test_what_a_program_sent_is_an_event(tmp_path, headers):
    automatic = as_mail("Olen lomalla", Message_ID="<2@x>", In_Reply_To="<1@example.com>", **headers)
    (conversation,) = mails(tmp_path, mailbox(as_mail("Moi"), automatic))
    assert said(conversation) == [("unknown", "Moi")]
    assert conversation.ignored == {"event": 1}


def test_a_mail_that_a_person_sent_is_not_automatic(tmp_path):
    assert text_of(tmp_path, as_mail("Moi", Auto_Submitted="no", Subject="Autoni lasku")) == "Moi"


PLAIN = "text/plain; charset="
ENCODED = {
    "declared": (f"{PLAIN}iso-8859-15", "8bit", "yö 5 €".encode("iso-8859-15"), "yö 5 €"),
    "windows_in_disguise": (f"{PLAIN}iso-8859-1", "8bit", "yö 5 €".encode("cp1252"), "yö 5 €"),
    "utf_8_in_disguise": (f"{PLAIN}us-ascii", "8bit", "yö".encode(), "yö"),
    "unknown": (f"{PLAIN}klingon", "8bit", "yö".encode("cp1252"), "yö"),
    "no_text_at_all": (f"{PLAIN}rot13", "8bit", b"moi", "moi"),
    "quoted_printable": (f"{PLAIN}utf-8", "quoted-printable", b"y=C3=B6 jatk=\nuu", "yö jatkuu"),
    "base64": (f"{PLAIN}utf-8", "base64", b"ecO2", "yö"),
    "broken_base64": (f"{PLAIN}utf-8", "base64", b"ecO2===*", "yö"),
    "flowed": (f"{PLAIN}utf-8; format=flowed", "8bit", b"yksi \nkaksi\nkolme\n-- \nnimi", "yksi kaksi\nkolme"),
    "html": ("text/html; charset=utf-8", "8bit", "<p>yö &amp; p&auml;iv&auml;</p>".encode(), "yö & päivä"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_every_encoding_ends_as_text(tmp_path, name):
    content_type, transfer, body, expected = ENCODED[name]
    assert text_of(tmp_path, as_mail(body, Content_Type=content_type, Content_Transfer_Encoding=transfer)) == expected


def multipart(kind, *parts):
    body = "".join(f"--osa\n{part}\n" for part in parts) + "--osa--\n"
    return as_mail(body, MIME_Version="1.0", Content_Type=f'multipart/{kind}; boundary="osa"')


def test_of_two_forms_the_plain_one_is_read(tmp_path):
    html_part = "Content-Type: text/html\n\n<p>sama</p>"
    assert text_of(tmp_path, multipart("alternative", "Content-Type: text/plain\n\nplain", html_part)) == "plain"
    assert text_of(tmp_path, multipart("alternative", "Content-Type: text/plain\n\n \n", html_part)) == "sama"


def test_attachments_are_counted_and_not_read(tmp_path):
    content = multipart(
        "mixed",
        "Content-Type: text/plain\n\nMoi",
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nSALAISUUS",
        'Content-Type: text/html; name="b.html"\n\nSALAISUUS',
        "Content-Type: image/png\nContent-ID: <logo>\n\nx",
        "Content-Type: message/rfc822\n\nSubject: vanha\n\nSALAISUUS",
    )
    (conversation,) = mails(tmp_path, content)
    assert said(conversation) == [("unknown", "Moi")]
    assert conversation.ignored == {"attachment": 3}


QUOTED = {
    "Kiitos!\n\nma 2. maalisk. 2026 klo 9.15 Maija <m@esimerkki.example>\nkirjoitti:\n\n> vanha\n> vanha": "Kiitos!",
    "Kiitos!\n\nOn Mon, Mar 2, 2026 at 9:15 AM Maija <m@esimerkki.example> wrote:\n\nvanha": "Kiitos!",
    "2.3.2026 9.15, Maija Malli kirjoitti:\n> Tuliko lasku?\nTuli.\n> Oliko oikein?\nEi ollut.": "Tuli.\nEi ollut.",
    "Kiitos!\n\n-----Alkuperäinen viesti-----\nLähettäjä: x\nvanha": "Kiitos!",
    "Kiitos!\n________________________________\nvanha": "Kiitos!",
    "Kiitos!\n\nLähettäjä: Maija\nLähetetty: maanantai\nVastaanottaja: Asiakas\nAihe: x\n\nvanha": "Kiitos!",
    "Kiitos!\n\n*From:* Maija\n*Sent:* Monday\n*To:* x\n\nvanha": "Kiitos!",
    "Kiitos!\n\nFrån: Maija\nSkickat: idag\nTill: x\n\nvanha": "Kiitos!",
    "Kiitos!\n-- \nMatti Malli\n050 555 0100": "Kiitos!",
    "Kiitos!\n\nLähetetty iPhonesta": "Kiitos!",
    "Kiitos!\n\nHanki Outlook for Android<https://example.com>": "Kiitos!",
    "Kiitos!\n\nYstävällisin terveisin,\nMatti Malli\nTestitie 1": "Kiitos!",
    "Kiitos!\n\nMed vänliga hälsningar\nMatti": "Kiitos!",
    "Terveisin vihainen asiakas": "Terveisin vihainen asiakas",
    "Terveisin\nMatti": "Terveisin\nMatti",
    "On se kumma, ettei kukaan vastaa.\nAsiakaspalvelija kirjoitti:\nei onnistu": (
        "On se kumma, ettei kukaan vastaa.\nAsiakaspalvelija kirjoitti:\nei onnistu"
    ),
    "Lähettäjä: oli väärä\nja paketti hukassa": "Lähettäjä: oli väärä\nja paketti hukassa",
    "Terveisin\n" + "rivi\n" * 20 + "loppu": "Terveisin\n" + "rivi\n" * 20 + "loppu",
}


@pytest.mark.parametrize("text", QUOTED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_senders_own_words_stay(text, newline):
    assert own_words(text.replace("\n", newline)) == QUOTED[text]


def test_html_is_told_apart_from_words():
    page = (
        "<html><head><title>ei</title><style>p > a {}</style></head><body><!-- ei --><!--[if mso]><p>ei</p><![endif]-->"
        "<p>Moi,<br/>taas&nbsp;&auml;</p>\n<div>5 &lt; 6</div><script>ei()</script><STYLE>ei</STYLE>"
        "<blockquote><div>vanha</div></blockquote><td>solu</td></body></html>"
    )
    assert html_text(page) == "Moi,\ntaas ä\n5 < 6\n> vanha\nsolu"


def test_quoted_html_goes_with_its_introduction(tmp_path):
    page = (
        '<div>Kiitos!</div><div class="gmail_quote"><div>ma 2. maalisk. 2026 klo 9.15 Maija &lt;m@e.example&gt;'
        " kirjoitti:<br></div><blockquote>vanha<div>vanha</div></blockquote></div>"
    )
    assert text_of(tmp_path, as_mail(page, Content_Type="text/html; charset=utf-8")) == "Kiitos!"


def test_lines_of_a_mailbox_that_begin_with_from_are_somebodys_words(tmp_path):
    box = mailbox(as_mail("Moi\n\n>From here on\nFrom minulta"), as_mail("Hei", Message_ID="<2@x>"))
    first, second = mails(tmp_path, box, "posti.mbox")
    assert said(first) == [("unknown", "Moi\n\nFrom here on\nFrom minulta")]
    assert said(second) == [("unknown", "Hei")]
    assert [c.position for c in (first, second)] == ["mail 1", "mail 2"]


def test_one_mail_without_an_end_does_not_cost_the_others(tmp_path, monkeypatch):
    deep = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(2000))
    broken = as_mail(deep, Content_Type='multipart/mixed; boundary="b0"', Message_ID="<2@x>")
    rejected, conversation = mails(tmp_path, mailbox(broken, as_mail("Moi")))
    assert (rejected.position, rejected.code) == ("mail 1", "malformed_mail")
    assert said(conversation) == [("unknown", "Moi")]
    monkeypatch.setattr(mail, "MAX_MAIL_BYTES", 400)
    rejected, conversation = mails(tmp_path, mailbox(as_mail("x\n" * 500), as_mail("Moi", Message_ID="<2@x>")))
    assert (rejected.position, rejected.code) == ("mail 1", "record_too_large")
    assert said(conversation) == [("unknown", "Moi")]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_mail_of_endless_short_lines_is_refused_before_each_takes_memory(tmp_path, monkeypatch, end):
    monkeypatch.setattr(mail, "MAX_MAIL_LINES", 200)
    rejected, conversation = mails(tmp_path, mailbox(as_mail(f"x{end}" * 500), as_mail("Moi", Message_ID="<2@x>")))
    assert (rejected.position, rejected.code) == ("mail 1", "record_too_large")
    assert said(conversation) == [("unknown", "Moi")]


ODD_HEADERS = [
    "",
    "\udcff",
    "=?utf-8?b?=?=",
    "=?x?q?=ZZ?=",
    "<" * 500,
    "(" * 500,
    "@",
    "a@" * 300,
    ";" * 300,
    "\x00",
    "9" * 400,
]


@pytest.mark.parametrize("odd", ODD_HEADERS)
def test_any_header_ends_in_a_record(tmp_path, odd):
    names = [*HEADERS, "References", "In-Reply-To", "Content-Type", "Content-Transfer-Encoding", "Received"]
    for number, name in enumerate(names):
        path = tmp_path / f"{number}.eml"
        others = as_mail("Moi", **{name.replace("-", "_"): None})
        path.write_bytes(f"{name}: {odd}\n".encode("utf-8", "surrogateescape") + others)
        for record in read(path, "mail", HELSINKI):
            assert isinstance(record, Conversation | RecordError)


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "<p", "<blockquote>", "&", "On 1 ", "From: x\n", "a@", "> \n", "-- \n", "\n", "Terv.\n"]
)
def test_long_mails_take_no_longer_than_they_are_long(piece):
    """A megabyte of what makes parsers go back; one that does would take minutes."""
    start = process_time()
    own_words(html_text(piece * (1_000_000 // len(piece))))
    own_words(piece * (1_000_000 // len(piece)))
    assert process_time() - start < 10
