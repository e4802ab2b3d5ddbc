"""The traps of the chat vendors' exports one by one, told from each vendor's own words for things."""

import json
import zipfile
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.conversation import Conversation
from pipeline.errors import RecordError
from pipeline.sources import find_files, read, recognise

HELSINKI = ZoneInfo("Europe/Helsinki")
GOLDEN = Path(__file__).with_name("golden")
EXPECTED = json.loads(Path(__file__).with_name("expected_canonical.json").read_text("utf-8"))["turns"]
SAMPLES = {path.parent.parent.name: path for path in GOLDEN.glob("*/sample/*") if path.name != "expected.json"}
JSON_FORMATS = sorted(name for name, path in SAMPLES.items() if path.suffix == ".json")
ODD = [None, True, -1.5, 10**30, "x", "\ud800", [], {}, [[]], [None], {"x": 1}]


def sample(format_name):
    return json.loads(SAMPLES[format_name].read_text("utf-8"))


def read_json(folder, content, format_name, name="vienti.json"):
    """The records of what a vendor may write, which must be recognised as the vendor's."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    assert recognise(path) == format_name
    return list(read(path, format_name, HELSINKI))


def said(conversation):
    return [(utterance.speaker, utterance.text) for utterance in conversation.utterances]


@pytest.mark.parametrize("format_name", sorted(SAMPLES))
def test_the_one_conversation_is_the_same_in_every_format(format_name):
    (conversation,) = read(SAMPLES[format_name], format_name, HELSINKI)
    assert said(conversation) == [(turn["role"], turn["text"]) for turn in EXPECTED]
    for utterance, turn in zip(conversation.utterances, EXPECTED, strict=True):
        assert utterance.seconds is None or utterance.seconds == pytest.approx(turn["begin_s"], abs=1)


@pytest.mark.parametrize("format_name", sorted(set(SAMPLES) - {"lumoa", "microsoft_ckm"}))
def test_every_turn_has_a_time_where_the_format_has_times(format_name):
    (conversation,) = read(SAMPLES[format_name], format_name, HELSINKI)
    local = format_name == "giosg"  # whose sample writes 7.15 without a zone
    assert conversation.started_at == datetime(2026, 3, 2, 5 if local else 7, 15, tzinfo=UTC)
    assert all(utterance.seconds is not None for utterance in conversation.utterances)


@pytest.mark.parametrize("format_name", JSON_FORMATS)
@pytest.mark.parametrize("lay_out", ["array", "lines", "indented"])
def test_two_records_come_as_an_array_lines_or_laid_out(tmp_path, format_name, lay_out):
    page = sample(format_name)
    if format_name in ("giosg", "zendesk_ticket"):  # pages are their only form
        return
    records = page.get("conversationHistoryRecords", [page])
    two = json.dumps(records * 2, indent=1 if lay_out == "indented" else None)
    content = "\n".join(json.dumps(record) for record in records * 2) if lay_out == "lines" else two
    found = read_json(tmp_path, content, format_name)
    assert [said(conversation) for conversation in found] == [[(t["role"], t["text"]) for t in EXPECTED]] * 2


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def shortened(value):
    """The value with its arrays cut to two members."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    return [shortened(inner) for inner in value[:2]] if isinstance(value, list) else value


@pytest.mark.parametrize("format_name", JSON_FORMATS)
def test_any_value_of_another_type_costs_its_record_at_most(tmp_path, format_name):
    path = tmp_path / "vienti.json"
    whole = shortened(sample(format_name))
    for number, place in enumerate(filter(None, places(whole))):
        for odd in (ODD[number % len(ODD)], ODD[(number + 5) % len(ODD)]):
            damaged = deepcopy(whole)
            holder = damaged
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = odd
            path.write_text(json.dumps(damaged), "utf-8")
            for record in read(path, format_name, HELSINKI):
                assert isinstance(record, Conversation | RecordError), (place, odd)


ZENDESK = {"id": "z1", "visitor": {"id": "v1"}, "timestamp": "2026-03-02T07:15:00Z"}


def message(nick, text, second, **more):
    return {"type": "chat.msg", "nick": nick, "msg": text, "timestamp": f"2026-03-02T07:15:{second:02}Z", **more}


def test_zendesk_chat_tells_triggers_from_agents_and_files_from_words(tmp_path):
    history = [
        message("agent:trigger", "Voinko auttaa?", 0),
        message("visitor", "Kyllä", 1),
        message("agent:77", "Hei", 2),
        message("agent:bot9", "Olen botti", 3, sender_type="Bot"),
        message("outo", "kuka lienen", 4),
        {"type": "chat.file", "nick": "visitor", "timestamp": "2026-03-02T07:15:05Z"},
        {"type": "chat.memberleave", "nick": "visitor"},
    ]
    (conversation,) = read_json(tmp_path, {"chats": [{**ZENDESK, "history": history}], "count": 1}, "zendesk_chat")
    assert said(conversation) == [
        ("bot", "Voinko auttaa?"),
        ("customer", "Kyllä"),
        ("agent", "Hei"),
        ("bot", "Olen botti"),
        ("unknown", "kuka lienen"),
    ]
    assert [u.participant_id for u in conversation.utterances] == ["trigger", "v1", "77", "bot9", "outo"]
    assert conversation.ignored == {"attachment": 1, "event": 1}


def test_a_zendesk_message_left_while_nobody_was_there_is_the_customers(tmp_path):
    left = {**ZENDESK, "type": "offline_msg", "message": "Soittakaa", "session": {"id": "s"}, "department_id": 7}
    (conversation,) = read_json(tmp_path, left, "zendesk_chat")
    assert said(conversation) == [("customer", "Soittakaa")]


def comment(author, text, **more):
    return {"type": "Comment", "author_id": author, "plain_body": text, "public": True, **more}


def test_zendesk_notes_between_colleagues_are_no_turns(tmp_path):
    page = sample("zendesk_ticket")
    page["comments"].insert(2, comment(1001, "Hankala asiakas", public=False))
    page["comments"].insert(3, comment(2002, "Ilman lippua", public=None))
    page["comments"].append({**comment(2002, "Call from"), "type": "VoiceComment"})
    (conversation,) = read_json(tmp_path, page, "zendesk_ticket", "4711.json")
    assert len(conversation.utterances) == 7
    assert conversation.ignored == {"note": 2, "event": 1}
    assert conversation.conversation_id == "4711"


@pytest.mark.parametrize("lay_out", ["page", "lines"])
def test_zendesk_tickets_tell_the_customer_without_the_users(tmp_path, lay_out):
    tickets = [
        {
            "id": number,
            "requester": {"id": 5, "role": "end-user"},
            "assignee_id": 6,
            "via": {"channel": "email"},
            "updated_at": "2026-03-03T00:00:00Z",
            "comments": [
                comment(5, "Moi&nbsp;taas"),
                comment(6, "Hei"),
                comment(7, "Kopiona"),
                comment(-1, "Suljettu"),
                {**comment(5, ""), "html_body": "<p>Kii<b>tos</b></p>"},
            ],
        }
        for number in (1, 2)
    ]
    content = {"tickets": tickets} if lay_out == "page" else "\n".join(map(json.dumps, tickets))
    first, second = read_json(tmp_path, content, "zendesk_ticket")
    assert said(first) == said(second)
    assert said(first) == [
        ("customer", "Moi taas"),
        ("agent", "Hei"),
        ("unknown", "Kopiona"),
        ("bot", "Suljettu"),
        ("customer", "Kiitos"),
    ]
    assert (first.channel, first.customer_id, first.changed_at.day) == ("email", "5", 3)


def test_zendesk_users_beside_the_tickets_tell_everyone(tmp_path):
    ticket = {"id": 1, "comments": [comment(7, "Kopiona"), comment(8, "Päivystäjä")]}
    users = [{"id": 7, "role": "end-user"}, {"id": 8, "role": "admin"}, "rikki"]
    (conversation,) = read_json(tmp_path, {"tickets": [ticket], "users": users}, "zendesk_ticket")
    assert said(conversation) == [("customer", "Kopiona"), ("agent", "Päivystäjä")]


def part(kind, body, author="user", **more):
    return {"part_type": kind, "body": body, "author": {"type": author, "id": "1"}, "created_at": 1772435703, **more}


def test_intercom_parts_that_nobody_said_are_counted(tmp_path):
    parts = [
        part("comment", "<p>Eka&nbsp;rivi<br>toka</p><ul><li>kohta &amp; muuta</li></ul>"),
        part("note", "<p>Sisäinen</p>", "admin"),
        part("close", "<p>Suljen tämän</p>", "admin"),
        part("comment", "", redacted=True),
        part("comment", None, attachments=[{"name": "kuva.png"}]),
        part("comment", "<p>Botti</p>", "bot"),
        part("comment", "<p>Tekoäly</p>", "admin"),
        part("comment", "<p>Liidi</p>", "lead"),
    ]
    parts[6]["author"]["from_ai_agent"] = True
    record = sample("intercom")
    record["conversation_parts"] = {"conversation_parts": parts, "total_count": 508}
    (conversation,) = read_json(tmp_path, {"type": "conversation.list", "conversations": [record]}, "intercom")
    assert said(conversation)[1:] == [
        ("customer", "Eka rivi\ntoka\nkohta & muuta"),
        ("bot", "Botti"),
        ("bot", "Tekoäly"),
        ("customer", "Liidi"),
    ]
    assert conversation.ignored == {"note": 1, "event": 1, "redacted": 1, "attachment": 1, "missing": 500}


@pytest.mark.parametrize(("kind", "channel"), [("email", "email"), ("phone_call", "call"), ("whatsapp", "chat")])
def test_intercom_says_the_channel_and_who_wrote_by_itself(tmp_path, kind, channel):
    record = sample("intercom")
    record["source"] |= {"type": kind, "delivered_as": "automated"}
    (conversation,) = read_json(tmp_path, record, "intercom")
    assert (conversation.channel, conversation.utterances[0].speaker) == (channel, "bot")


def test_liveperson_bots_whispers_files_and_surveys_are_told_apart(tmp_path):
    page = sample("liveperson")
    record = page["conversationHistoryRecords"][0]
    record["agentParticipants"].append({"agentId": "88", "userTypeName": "Bot"})
    record["dialogs"] = [{"dialogId": "s1", "dialogType": "POST_SURVEY"}]
    first = record["messageRecords"][0]
    record["messageRecords"] += [
        {**first, "participantId": "88", "timeL": 1772435740000},
        {**first, "audience": "AGENTS_AND_MANAGERS"},
        {**first, "type": "HOSTED_FILE"},
        {**first, "type": "RICH_CONTENT"},
        {**first, "dialogId": "s1", "sentBy": "Consumer"},
    ]
    (conversation,) = read_json(tmp_path, page, "liveperson")
    assert [speaker for speaker, _ in said(conversation)] == [*(turn["role"] for turn in EXPECTED), "bot"]
    assert conversation.ignored == {"note": 1, "attachment": 1, "event": 2}
    assert "mcs" not in conversation.metadata


def chatwoot(kind, text, **more):
    return {"message_type": kind, "content": text, "private": False, "created_at": 1772435700, **more}


def test_chatwoot_notes_activity_bots_and_templates_are_told_apart(tmp_path):
    messages = [
        chatwoot(3, "Tervetuloa", content_type="text"),
        chatwoot(0, "Moi", sender_type="Contact", sender_id=55),
        chatwoot(1, "Hei", sender_type="User", sender_id=9),
        chatwoot(1, "Olen botti", sender_type="AgentBot"),
        chatwoot(1, "Automaatio"),
        chatwoot(1, "Varo tätä", sender_type="User", private=True),
        chatwoot(2, "Maija avasi"),
        chatwoot(3, "Arvioi palvelu", content_type="input_csat"),
        chatwoot(0, "This message was deleted", content_attributes={"deleted": True}),
        chatwoot(0, None, attachments=[{"file_type": "image"}]),
        chatwoot("incoming", "Webhook", sender_type="contact"),
    ]
    record = {"id": 7, "meta": {"channel": "Channel::Email"}, "timestamp": 1772435900, "messages": messages}
    (conversation,) = read_json(tmp_path, record, "chatwoot", "yksi.jsonl")
    assert said(conversation) == [
        ("bot", "Tervetuloa"),
        ("customer", "Moi"),
        ("agent", "Hei"),
        ("bot", "Olen botti"),
        ("bot", "Automaatio"),
        ("customer", "Webhook"),
    ]
    assert conversation.ignored == {"note": 1, "event": 2, "redacted": 1, "attachment": 1}
    assert conversation.channel == "email"
    assert conversation.started_at < conversation.changed_at


def giosg(chat, time, text, sender="visitor", **more):
    return {"type": "msg", "chat_id": chat, "created_at": time, "sender_type": sender, "sender_id": sender,
            "sender_public_name": None, "message": text, **more}  # fmt: skip


def test_giosg_pages_mix_chats_newest_first_in_local_time(tmp_path):
    messages = [
        giosg("b", "2026-10-25T03:10:00", "toka b", "user"),
        giosg("a", "2026-07-01T10:00:05", "toka a", "user"),
        giosg("b", "2026-10-25T02:59:00", "eka b"),
        giosg("", "2026-07-01T10:00:00", "ei kenenkään"),
        giosg("a", "2026-07-01T10:00:00", "eka a"),
        giosg("a", "2026-07-01T10:00:01", "c2VjcmV0", is_encrypted=True),
        giosg("a", "2026-07-01T10:00:02", "***", sensitive_data_purged_at="2026-07-02T00:00:00"),
        giosg("a", "2026-07-01T10:00:03", "Voinko auttaa?", "user", type="autosuggest"),
        giosg("a", "2026-07-01T10:00:04", "kirjoit", type="typing"),
        giosg("a", "2026-07-01T10:00:06", None, type="leave"),
        giosg("a", "2026-07-01T10:00:07", "", attachments=[{}]),
    ]
    rejected, second, first = read_json(tmp_path, {"next": None, "results": messages}, "giosg")
    assert (rejected.position, rejected.code) == ("record 4", "missing_conversation_id")
    assert said(first) == [("customer", "eka a"), ("agent", "toka a")]
    assert said(second) == [("customer", "eka b"), ("agent", "toka b")]
    assert first.ignored == {"redacted": 2, "typing": 2, "event": 1, "attachment": 1}
    assert (first.started_at, first.customer_id) == (datetime(2026, 7, 1, 7, tzinfo=UTC), "visitor")
    assert second.utterances[1].seconds == 660  # a clock change is near


def test_contact_lens_items_without_words_are_events_and_roles_may_be_missing(tmp_path):
    chat = sample("contact_lens_chat")
    first = chat["Transcript"][1]
    chat["Participants"] += [{"ParticipantId": "bot-1", "ParticipantRole": "CUSTOM_BOT"}, {"ParticipantId": "?"}]
    chat["Transcript"] += [
        {**first, "ParticipantId": "bot-1", "ContentType": "text/markdown", "Content": "Hei!"},
        {**first, "ParticipantId": "nobody", "Content": "Kuka?"},
        {**first, "ContentType": "application/vnd.amazonaws.connect.message.interactive"},
        {**first, "Type": "ATTACHMENT"},
    ]
    del chat["CustomerMetadata"]
    (conversation,) = read_json(tmp_path, chat, "contact_lens_chat", "keskustelu-9.json")
    assert {("bot", "Hei!"), ("unknown", "Kuka?")} < set(said(conversation))
    assert len(conversation.utterances) == 9
    assert conversation.ignored == {"event": 2, "attachment": 1}
    assert conversation.conversation_id == "keskustelu-9"


def test_lumoa_rows_go_by_their_index_and_a_bad_row_costs_itself(tmp_path):
    rows = [
        "2.3.2026;x;agent;k1;1;phone;a",
        "2026-03-02;kolmas;Robotti 5;k2;10;kioski;b",
        "2026-03-02;toinen;agent;k2;2;kioski;b",
        "2026-03-02;ensimmäinen;customer;k2;1;kioski;b",
        "2026-03-02;ei numeroa;agent;k2;kaksi;phone;b",
        "2026-03-02;ei tunnusta;agent;;1;phone;b",
    ]
    path = tmp_path / "lumoa.csv"
    path.write_bytes("\r\n".join(["Date;Comment;Actor;Cnv_id;Cnv_index;Channel;Alue", *rows]).encode("cp1252"))
    assert recognise(path) == "lumoa"
    *rejected, conversation = read(path, "lumoa", HELSINKI)
    assert [error.code for error in rejected] == ["bad_index", "missing_conversation_id", "bad_time"]
    assert said(conversation) == [("customer", "ensimmäinen"), ("agent", "toinen"), ("unknown", "kolmas")]
    assert conversation.utterances[2].participant_id == "Robotti 5"
    assert conversation.metadata == {"Alue": "b", "contact_channel": "kioski"}
    assert conversation.started_at == datetime(2026, 3, 1, 22, tzinfo=UTC)


def utterance(number, speaker, **more):
    return {
        "id": f"u{number}",
        "conversation_id": "u0",
        "speaker": speaker,
        "reply_to": None,
        "text": f"t{number}",
        **more,
    }


def corpus(folder):
    """A corpus as a folder; each file beside the utterances says something of them or nothing."""
    lines = [
        utterance(0, "A", timestamp=0),
        utterance(1, "B", timestamp=2.5, meta={"role": "customer"}),
        utterance(2, "C"),
    ]
    beside = {
        "speakers": {"A": {"meta": {"role": "agent"}}, "B": {"meta": {"role": "agent"}}, "C": {"meta": {}}},
        "conversations": {"u0": {"meta": {"channel": "chat", "nps": 8, "turns": ["x"]}}},
        "corpus": {},
        "index": {"version": 1},
    }
    (folder / "utterances.jsonl").write_text("\n".join(map(json.dumps, lines)))
    for name, content in beside.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


def test_a_convokit_folder_is_one_delivery(tmp_path):
    corpus(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "corpus.json").write_text("{}")
    utterances, other = find_files([tmp_path])[::-1]
    assert (utterances.name, other.name) == ("utterances.jsonl", "corpus.json")  # with no utterances beside it
    assert recognise(utterances) == "convokit"
    (conversation,) = read(utterances, "convokit", HELSINKI)
    assert said(conversation) == [("agent", "t0"), ("customer", "t1"), ("unknown", "t2")]
    assert [u.seconds for u in conversation.utterances] == [0.0, 2.5, None]
    assert conversation.metadata == {"nps": "8"}


def test_a_convokit_folder_may_be_zipped(tmp_path):
    corpus(tmp_path)
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in tmp_path.glob("*.json*"):
            archive.write(path, f"corpus/{path.name}")
    (file,) = find_files([packed])
    (conversation,) = read(file, recognise(file), HELSINKI)
    assert [u.speaker for u in conversation.utterances] == ["agent", "customer", "unknown"]


@pytest.mark.parametrize("damaged", ["[", "[1]", "7", '{"A": 3}', ""])
def test_damage_beside_convokit_utterances_costs_only_what_it_says(tmp_path, damaged):
    corpus(tmp_path)
    for name in ("speakers", "conversations"):
        (tmp_path / f"{name}.json").write_text(damaged)
    (conversation,) = read(tmp_path / "utterances.jsonl", "convokit", HELSINKI)
    assert [u.speaker for u in conversation.utterances] == ["unknown", "customer", "unknown"]


def test_older_convokit_corpora_have_users_and_roots(tmp_path):
    old = {
        "id": "u0",
        "root": "u0",
        "user": "A",
        "reply_to": None,
        "timestamp": "1772435700",
        "text": "moi",
        "meta": {},
    }
    (tmp_path / "users.json").write_text('{"A": {"meta": {"role": "customer"}}}')
    (conversation,) = read_json(tmp_path, [old, {**old, "id": "u1", "root": None}], "convokit", "utterances.json")[1:]
    assert said(conversation) == [("customer", "moi")]
    assert conversation.started_at == datetime(2026, 3, 2, 7, 15, tzinfo=UTC)


def test_microsoft_markdown_keeps_to_its_markers(tmp_path):
    content = (
        "# Otsikko **lihava**\n\n**Agent**: Hei **kaikki**\njatkuu\n\n**Pekka:** Moi\n\n** Customer :** Huomio: näin"
    )
    record = {"ConversationId": "m1", "StartTime": "2026-07-01 09:15:00", "Content": content}
    (conversation,) = read_json(tmp_path, [record], "microsoft_ckm")
    assert said(conversation) == [("agent", "Hei kaikki\njatkuu"), ("unknown", "Moi"), ("customer", "Huomio: näin")]
    assert conversation.utterances[1].participant_id == "Pekka"
    assert conversation.started_at == datetime(2026, 7, 1, 6, 15, tzinfo=UTC)
    (rejected,) = read_json(tmp_path, {**record, "Content": "ei merkkejä"}, "microsoft_ckm")
    assert rejected.code == "no_text"
