"""Who is the customer, where the source does not say: by what is said, never by who speaks first."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.conversation import Conversation, Utterance
from pipeline.errors import ModelError
from pipeline.sources.roles import infer
from pipeline.sources.roles.chain import of_persons, of_turns, probability
from pipeline.sources.roles.doubts import WARNINGS, is_machine, role_in_name

CALL = [
    ("agent", 0.0, 3.2, "Esimerkki Oy:n asiakaspalvelu, Maija puhelimessa, kuinka voin auttaa?"),
    ("customer", 3.9, 11.4,
     "No moi, mä oon nyt kolmatta kertaa soittamassa tästä samasta laskusta ja alkaa kyllä ottaa päähän."),
    ("agent", 12.0, 17.5,
     "Ymmärrän hyvin että harmittaa, pahoittelut tästä. Saisinko henkilötunnuksesi, niin katsotaan?"),
    ("customer", 18.1, 24.0, "Joo se on 131052-952K ja puhelinnumero on 050 555 0100."),
    ("agent", 25.3, 33.8, "Kiitos, löysin laskun. Siinä on tosiaan meidän virhe, hyvitän summan heti."),
    ("customer", 34.2, 38.0, "Ai, no sehän kävi helposti. Kiitti tosi paljon!"),
    ("agent", 38.4, 41.0, "Kiitos soitosta ja mukavaa päivänjatkoa!"),
]  # fmt: skip
"""The call of the format samples, as every reader must read it."""
CHAT = [
    ("customer", "Moi, mun netti ei oo toiminu eilisestä asti."),
    ("agent", "Hei! Ikävä kuulla. Tarkistan liittymäsi tilan, saisinko asiakasnumerosi?"),
    ("customer", "en mä muista sitä, mistä sen löytää"),
    ("agent", "Se löytyy laskusi yläreunasta."),
]
"""The customer opens it."""
LABELS = {
    "whisperx": {"agent": "SPEAKER_00", "customer": "SPEAKER_01"},
    "swapped": {"agent": "SPEAKER_01", "customer": "SPEAKER_00"},
    "deepgram": {"agent": "0", "customer": "1"},
    "assemblyai": {"agent": "A", "customer": "B"},
    "azure": {"agent": "1", "customer": "2"},
    "names": {"agent": "Maija", "customer": "Pekka"},
}
MENU = "Tervetuloa! Jos asiasi koskee laskutusta, paina yksi. Muissa asioissa paina kaksi."


@pytest.fixture(autouse=True)
def _settings(config):
    """Of the tests, with the models of the repository."""


def unlabelled(turns, labels=None, channel="call"):
    """A conversation without roles; turns are (role, text) or (role, begin, end, text)."""
    return Conversation("c", channel, tuple(
        Utterance(index, "unknown", text, *(clocks or (None, None)), participant_id=labels[role] if labels else None)
        for index, (role, *clocks, text) in enumerate(turns)
    ))  # fmt: skip


def roles(conversation):
    return [turn.speaker for turn in conversation.utterances]


def said(turns):
    return [role for role, *_ in turns]


@pytest.mark.parametrize("labels", [None, *LABELS.values()], ids=["whisper", *LABELS])
def test_the_sample_call_comes_out_right(labels):
    conversation = infer(unlabelled(CALL, labels))
    assert roles(conversation) == said(CALL)
    assert conversation.role_confidence > 0.95
    assert conversation.warnings == ()


@pytest.mark.parametrize("labels", [None, LABELS["assemblyai"]])
def test_the_sample_call_comes_out_right_without_marks_clocks_and_personal_data(labels):
    bare = [(role, text.lower().translate(str.maketrans("", "", ".,?!"))) for role, _, _, text in CALL]
    masked = [(role, text.replace("131052-952k", "[HETU]").replace("maija", "[PERSON_1]")) for role, text in bare]
    for turns in (bare, masked):
        assert roles(infer(unlabelled(turns, labels), threshold=0.8)) == said(CALL)


@pytest.mark.parametrize("labels", [None, LABELS["assemblyai"], LABELS["swapped"]])
def test_who_opens_is_not_who_serves(labels):
    assert roles(infer(unlabelled(CHAT, labels, "chat"))) == said(CHAT)
    assert roles(infer(unlabelled(CHAT[1:], labels, "chat"))) == said(CHAT[1:])


def test_all_turns_of_a_label_have_one_role_and_only_the_label_goes():
    before = unlabelled([*CALL, ("customer", 41.2, 41.6, "joo"), ("agent", 41.8, 42.0, "joo")], LABELS["whisperx"])
    after = infer(before)
    assert roles(after)[-2:] == ["customer", "agent"]
    bare = [replace(turn, participant_id=None) for turn in before.utterances]
    assert [replace(turn, speaker="unknown") for turn in after.utterances] == bare


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        *(("SPEAKER_00", None), ("A", None), ("0", None), ("0-1", None), ("Puhuja 2", None), ("spk_1", None)),
        *(("Maija", "Maija"), ("K17", "K17"), ("4711", "4711"), ("agentti-3", "agentti-3")),
    ],
)
def test_a_label_of_a_recognizer_is_nobody_and_a_name_is_somebody(label, kept):
    turns = unlabelled(CALL, {"agent": label, "customer": "asiakas"}).utterances
    found = infer(Conversation("c", "call", turns)).utterances
    assert {turn.participant_id for turn in found} == {kept, "asiakas"}


def test_what_says_nothing_stays_unknown():
    conversation = infer(unlabelled([("customer", "joo"), ("agent", "joo")], LABELS["assemblyai"]))
    assert roles(conversation) == ["unknown", "unknown"]
    assert 0.5 <= conversation.role_confidence < 0.85


def test_the_threshold_of_the_settings_decides(config, monkeypatch):
    from pipeline.config import load_config

    turns = unlabelled(CALL[:2], LABELS["assemblyai"])
    confidence = infer(turns).role_confidence
    assert 0.85 < confidence < 1
    monkeypatch.setenv("TUNNEPOLKU_SOURCES__ROLE_THRESHOLD", "1")
    load_config.cache_clear()
    assert roles(infer(turns)) == ["unknown", "unknown"]
    assert infer(turns).role_confidence == confidence
    assert roles(infer(turns, threshold=0.0)) == ["agent", "customer"]


def test_a_sure_conversation_keeps_its_unsure_turns_unknown():
    conversation = infer(unlabelled([*CALL, ("customer", "mm")]))
    assert roles(conversation)[:-1] == said(CALL)
    assert roles(conversation)[-1] == "unknown"


def test_roles_of_the_source_stand_and_help():
    told = unlabelled(CALL, LABELS["assemblyai"])
    assert infer(
        replace(told, utterances=tuple(replace(turn, speaker="customer") for turn in told.utterances))
    ) == replace(told, utterances=tuple(replace(turn, speaker="customer") for turn in told.utterances))
    joo = Utterance(0, "agent", "joo", participant_id="A"), Utterance(1, "unknown", "niin", participant_id="B")
    conversation = infer(Conversation("c", "call", (*joo, Utterance(2, "unknown", "mm", participant_id="A"))))
    assert roles(conversation) == ["agent", "customer", "agent"]


def test_a_turn_without_a_label_is_read_between_those_with_one():
    turns = list(unlabelled(CALL, LABELS["whisperx"]).utterances)
    turns[3] = replace(turns[3], participant_id=None)
    assert roles(infer(Conversation("c", "call", tuple(turns)))) == said(CALL)


def test_labels_that_name_a_role_are_heard():
    turns = [("agent", "joo"), ("customer", "niin"), ("agent", "just")]
    for labels in (
        {"agent": "agent_1", "customer": "X"},
        {"agent": "Maija (asiakaspalvelija)", "customer": "Asiakas 2"},
    ):
        assert roles(infer(unlabelled(turns, labels))) == said(turns)
    assert role_in_name("asiakas agentti") is None


def test_several_agents_after_a_transfer():
    labels = {"agent": "A", "customer": "B"}
    second = [
        ("agent", "Hei, laskutuksesta Sami, kuulin että asia koskee hyvitystä."),
        ("customer", "Joo mun lasku on taas väärin."),
        ("agent", "Katsotaan, näen täältä laskusi. Hyvitän sen heti."),
        ("customer", "No hyvä, kiitos."),
    ]
    turns = [*unlabelled(CALL[:5], labels).utterances, *unlabelled(second, labels | {"agent": "C"}).utterances]
    conversation = infer(Conversation("c", "call", tuple(turns)))
    assert roles(conversation) == said(CALL[:5]) + said(second)


def test_a_family_member_is_a_customer_too():
    labels = {"agent": "A", "customer": "B", "wife": "C"}
    turns = [
        *CALL[:2],
        ("agent", "Saisinko asiakasnumerosi, niin tarkistan?"),
        ("wife", "Mulla on se tässä, se on meidän laskussa."),
        ("agent", "Kiitos, näen nyt laskunne. Hyvitän teille summan."),
        ("customer", "Hyvä, mä jo luulin että joudun maksamaan."),
    ]
    conversation = infer(unlabelled(turns, labels))
    assert roles(conversation) == ["customer" if role == "wife" else role for role in said(turns)]


@pytest.mark.parametrize("labels", [{"bot": "SPEAKER_00", "agent": "SPEAKER_01", "customer": "SPEAKER_02"}, None])
def test_menus_and_queues_are_bots(labels):
    turns = [("bot", MENU), ("bot", "Kaikki asiakaspalvelijamme ovat juuri nyt varattuja."), *[t[::3] for t in CALL]]
    assert roles(infer(unlabelled(turns, labels))) == said(turns)


@pytest.mark.parametrize(
    "text",
    [
        "Mä painoin ykköstä ja kaksi kertaa katkes",
        "Paina sitten tallenna, niin valmis",
        "Olen jonossa vieläkin",
        "Tämä puhelu nauhoitetaan laadun vuoksi.",
    ],
)
def test_people_who_speak_of_machines_are_none(text):
    assert not is_machine(text)


def doubled(turns, sides=("left", "right")):
    """One recording on both sides of a stereo file."""
    return Conversation("c", "call", tuple(
        Utterance(2 * index + side, "unknown", text, begin + 0.1 * side, end, participant_id=sides[side])
        for index, (_, begin, end, text) in enumerate(turns)
        for side in (0, 1)
    ))  # fmt: skip


def test_mono_made_stereo_is_heard_once():
    conversation = infer(doubled(CALL))
    assert conversation.warnings == ("mono_as_stereo",)
    assert roles(conversation) == said(CALL)
    assert [turn.text for turn in conversation.utterances] == [text for *_, text in CALL]
    assert [turn.index for turn in conversation.utterances] == list(range(len(CALL)))


def test_mono_made_stereo_is_heard_where_the_sides_have_roles_and_clocks_lack():
    sides = doubled(CALL)
    named = tuple(
        replace(turn, speaker="agent" if turn.participant_id == "left" else "customer", seconds=None, end_seconds=None)
        for turn in sides.utterances
    )
    conversation = infer(replace(sides, utterances=named))
    assert conversation.warnings == ("mono_as_stereo",)
    assert roles(conversation) == said(CALL)


def test_an_echo_is_no_copy():
    digits = "nolla viis nolla viis viis viis"
    turns = [*CALL[:3], ("customer", 18.0, 20.0, digits), ("agent", 21.0, 23.0, digits), *CALL[4:]]
    together = [("customer", 41.0, 41.5, "kiitos hei"), ("agent", 41.0, 41.5, "kiitos hei")]
    conversation = infer(unlabelled([*turns, *together], LABELS["assemblyai"]))
    assert len(conversation.utterances) == len(turns) + 2
    assert conversation.warnings == ()


@pytest.mark.parametrize("labels", [None, LABELS["assemblyai"]])
def test_a_turn_of_two_people_is_nobodys(labels):
    mixed = [("agent", f"{CALL[0][3]} {CALL[1][3]}"), *[turn[::3] for turn in CALL[2:]]]
    conversation = infer(unlabelled(mixed, labels))
    assert conversation.warnings == ("mixed_turns",)
    assert roles(conversation) == ["unknown", *said(CALL[2:])]
    assert conversation.role_confidence < infer(unlabelled([t[::3] for t in CALL[1:]], labels)).role_confidence


def test_one_label_for_all_tells_nothing():
    conversation = infer(unlabelled(CALL, {"agent": "SPEAKER_00", "customer": "SPEAKER_00"}))
    assert conversation.warnings == ("one_speaker",)
    assert roles(conversation) == said(CALL)


def test_one_side_of_a_call_is_marked():
    conversation = infer(unlabelled([("customer", "Mun lasku on väärin ja mä oon tosi vihainen teille.")]))
    assert conversation.warnings == ("one_speaker",)
    assert roles(conversation) == ["customer"]


def test_conversations_that_need_nothing_come_back_as_they_are():
    conversation = Conversation("c", "chat", (Utterance(0, "customer", "hei"), Utterance(1, "agent", "hei")))
    assert infer(conversation) is conversation


def test_a_missing_model_is_named(config, monkeypatch, tmp_path):
    from pipeline.config import load_config

    monkeypatch.setenv("TUNNEPOLKU_PATHS__MODELS", str(tmp_path))
    load_config.cache_clear()
    with pytest.raises(ModelError, match="roles-finnish"):
        infer(unlabelled(CALL))


def test_two_persons_are_weighed_against_each_other():
    assert of_persons([3.0, 5.0], {}) == pytest.approx([probability(-2), probability(2)])
    assert of_persons([400.0, 402.0], {}) == pytest.approx([probability(-2), probability(2)])
    assert of_persons([2.0], {}) == [probability(2)]


def test_who_answers_whom_tells_kinds_apart():
    alone = of_persons([4.0, -4.0, 0.2], {})
    answered = of_persons([4.0, -4.0, 0.2], {(0, 2): 4, (2, 0): 4})
    assert alone[2] > 0.5 > 0.1 > answered[2]


def test_a_chain_is_the_sum_over_all_its_courses():
    from itertools import product

    scores, changes = [0.4, -1.0, 2.0, 0.0], [1.5, -0.5, 3.0]
    total, agents = 0.0, [0.0] * len(scores)
    for course in product((0, 1), repeat=len(scores)):
        weight = 1.0
        for score, role in zip(scores, course, strict=True):
            weight *= probability(score if role else -score)
        for change, (one, other) in zip(changes, pairwise(course), strict=True):
            weight *= probability(change if one != other else -change)
        total += weight
        agents = [agent + weight * role for agent, role in zip(agents, course, strict=True)]
    assert of_turns(scores, changes) == pytest.approx([agent / total for agent in agents])


TURNS = st.builds(
    Utterance,
    index=st.just(0),
    speaker=st.sampled_from(["unknown", "unknown", "agent", "customer", "bot"]),
    text=st.text(max_size=60) | st.sampled_from([text for *_, text in CALL]),
    seconds=st.none() | st.floats(0, 1e6),
    end_seconds=st.none() | st.floats(0, 1e6),
    participant_id=st.none() | st.sampled_from([f"SPEAKER_{number:02}" for number in range(12)]),
)


@settings(max_examples=40, deadline=None)
@given(turns=st.lists(TURNS, min_size=1, max_size=14), threshold=st.floats(0, 1))
def test_any_conversation_can_be_read(turns, threshold):
    before = Conversation("c", "call", tuple(replace(turn, index=index) for index, turn in enumerate(turns)))
    after = infer(before, threshold=threshold)
    assert set(after.warnings) <= set(WARNINGS)
    assert after.role_confidence is None or 0 <= after.role_confidence <= 1
    if "mono_as_stereo" not in after.warnings:
        assert [turn.text for turn in after.utterances] == [turn.text for turn in turns]
        kept = [pair for pair in zip(turns, after.utterances, strict=True) if pair[0].speaker != "unknown"]
        assert all(given.speaker == found.speaker for given, found in kept)


@pytest.mark.parametrize("text", ["!" * 100_000 + "a", "a" * 100_000, "mun lasku saisinko " * 5_000, "[A" * 50_000])
def test_long_turns_take_no_longer_than_they_are(text):
    assert len(infer(unlabelled([("agent", text), ("customer", text + " b")])).utterances) == 2
