import tomllib
from pathlib import Path

import pytest

from pipeline.conversation import CHANNELS, MaskedConversation, MaskedText, MaskedUtterance, Token
from pipeline.errors import ConfigError
from pipeline.touchpoints import Assignment, assign, load_palvelupolku

DEFAULT = Path(__file__).parents[1] / "pipeline" / "palvelupolku.toml"
ENTRIES = tomllib.loads(DEFAULT.read_text("utf-8"))["touchpoints"]
OWN = """
min_mentions = 2

[[stages]]
id = "alku"
name = "Alku"

[[stages]]
id = "loppu"
name = "Loppu"

[[touchpoints]]
id = "lasku"
stage = "alku"
name = "Lasku"
metadata = { queue = ["Billing"], reason = ["hinta"] }
lemmas = ["*lasku", "maksaa", "Eräpäivä"]

[[touchpoints]]
id = "vika"
stage = "loppu"
name = "Vika"
metadata = { reason = ["vika"], queue = ["billing"] }
lemmas = ["netti", "maksaa", "nouto*", "eräpäivä"]

[[touchpoints]]
id = "puhelu"
stage = "loppu"
name = "Puhelu"
channels = ["call"]
metadata = { queue = ["linja"] }
lemmas = ["linja", "jono", "musiikki"]
"""


def spoken(*turns, channel="chat", queue=None, **metadata):
    """A conversation of (speaker, "lemma lemma") turns."""
    utterances = tuple(
        MaskedUtterance(
            index,
            speaker,
            MaskedText(lemmas),
            None,
            None,
            None,
            tuple(Token(word, word, "X") for word in lemmas.split()),
        )
        for index, (speaker, lemmas) in enumerate(turns)
    )
    return MaskedConversation("c1", channel, utterances, "fi", None, None, queue, metadata, "line 1")


def said(lemmas, **facts):
    return spoken(("customer", lemmas), **facts)


@pytest.fixture
def own(tmp_path):
    return load_palvelupolku(write(tmp_path, OWN))


def write(folder, text):
    path = folder / "polku.toml"
    path.write_text(text, "utf-8")
    return path


def where(conversation, path):
    (assignment,) = assign(conversation, path)
    return assignment.touchpoint, assignment.rule


def test_an_assignment_covers_the_conversation_and_names_stage_and_rule(own):
    conversation = spoken(("agent", "hei"), ("customer", "netti noutopiste"), ("agent", "selvä"))
    assert assign(conversation, own) == (Assignment(0, 2, "loppu", "vika", "vika.lemmas"),)


def test_nothing_known_is_unknown(own):
    assert assign(said("hei moi"), own) == (Assignment(0, 0, "unknown", "unknown", "none"),)
    assert where(spoken(("customer", "")), own) == ("unknown", "none")
    assert where(said("hei", queue="muu", reason="muu"), own) == ("unknown", "none")


def test_metadata_beats_lemmas(own):
    assert where(said("lasku maksaa eräpäivä", reason="vika"), own) == ("vika", "vika.metadata.reason")


def test_the_queue_is_a_fact_like_the_others_and_case_does_not_matter(own):
    assert where(said("hei", queue="BILLING"), own) == ("lasku", "lasku.metadata.queue")
    assert where(said("hei", reason="Hinta"), own) == ("lasku", "lasku.metadata.reason")


def test_of_two_metadata_rules_the_upper_touchpoint_wins(own):
    assert where(said("hei", queue="billing", reason="vika"), own)[0] == "lasku"


def test_a_lemma_rule_needs_enough_mentions(own):
    assert where(said("netti"), own)[0] == "unknown"
    assert where(said("netti Netti"), own) == ("vika", "vika.lemmas")
    assert where(said("netti maksaa"), own) == ("vika", "vika.lemmas")
    assert where(spoken(("customer", "netti"), ("agent", "hei"), ("customer", "maksaa")), own)[0] == "vika"


def test_the_most_mentions_win_and_ties_go_to_the_upper(own):
    assert where(said("maksaa eräpäivä"), own)[0] == "lasku"
    assert where(said("maksaa eräpäivä netti"), own)[0] == "vika"
    assert where(said("lasku lasku netti noutaja"), own)[0] == "lasku"
    assert where(said("lasku lasku netti netti netti"), own)[0] == "vika"


def test_what_customer_and_agent_say_counts_and_what_bots_say_does_not(own):
    assert where(spoken(("agent", "netti"), ("customer", "netti")), own)[0] == "vika"
    assert where(spoken(("agent", "netti maksaa")), own)[0] == "vika"
    assert where(spoken(("bot", "lasku maksaa eräpäivä"), ("customer", "hei lasku")), own)[0] == "unknown"


def test_a_word_that_two_patterns_fit_is_one_mention(tmp_path):
    text = OWN.replace('"*lasku", ', '"*lasku", "netti*", ')
    assert where(said("nettilasku"), load_palvelupolku(write(tmp_path, text)))[0] == "unknown"


def test_the_wildcard_stands_for_any_letters_and_nothing_else_matches_in_part(own):
    assert where(said("nettilasku puhelinlasku"), own)[0] == "lasku"
    assert where(said("lasku maksaa"), own)[0] == "lasku"
    assert where(said("noutopiste netti"), own)[0] == "vika"
    assert where(said("laskuttaa maksaa"), own)[0] == "unknown"
    assert where(said("nettiyhteys maksaa"), own)[0] == "unknown"
    assert where(said("internetti internetti"), own)[0] == "unknown"


def test_case_of_patterns_and_lemmas_does_not_matter(own):
    assert where(said("MAKSAA eräpäivä"), own)[0] == "lasku"


def test_channels_limit_a_touchpoint(own):
    assert where(said("linja jono", channel="chat"), own)[0] == "unknown"
    assert where(said("linja jono", channel="call"), own)[0] == "puhelu"
    assert where(said("hei", channel="chat", queue="linja"), own)[0] == "unknown"
    assert where(said("hei", channel="call", queue="linja"), own)[0] == "puhelu"
    assert where(said("netti maksaa", channel="call"), own)[0] == "vika"


def test_a_path_without_touchpoints_knows_nothing(tmp_path):
    path = load_palvelupolku(write(tmp_path, "min_mentions = 1\nstages = []\ntouchpoints = []\n"))
    assert where(said("lasku", queue="billing"), path) == ("unknown", "none")


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["id"] for entry in ENTRIES])
def test_every_default_touchpoint_is_reached_by_its_queues_and_by_its_lemmas(entry):
    path = load_palvelupolku(DEFAULT)
    for queue in entry["metadata"]["queue"]:
        assert where(said("hei", queue=queue), path) == (entry["id"], f"{entry['id']}.metadata.queue")
    for pattern in entry["lemmas"]:
        lemma = pattern.replace("*", "")
        assert where(said(f"{lemma} {lemma}"), path) == (entry["id"], f"{entry['id']}.lemmas"), pattern


def test_the_default_path_is_in_order():
    path = load_palvelupolku(DEFAULT)
    stages = tomllib.loads(DEFAULT.read_text("utf-8"))["stages"]
    assert {touchpoint.stage for touchpoint in path.touchpoints} == {stage["id"] for stage in stages}
    assert path.min_mentions == 2
    queues = [queue for entry in ENTRIES for queue in entry["metadata"]["queue"]]
    assert len(set(queues)) == len(queues)
    for entry in ENTRIES:
        assert len(set(entry["lemmas"])) == len(entry["lemmas"])
        assert entry["lemmas"] == [lemma.lower() for lemma in entry["lemmas"]]
        assert set(entry.get("channels", [])) <= set(CHANNELS)


TOUCHPOINT = 'id = "a"\nstage = "alku"\nname = "A"\n'
START = 'min_mentions = 2\n[[stages]]\nid = "alku"\nname = "Alku"\n[[touchpoints]]\n'
BROKEN = {
    "no TOML": "min_mentions = ",
    "empty": "",
    "no min_mentions": OWN.replace("min_mentions = 2", ""),
    "no stages": "min_mentions = 2\n[[touchpoints]]\n" + TOUCHPOINT,
    "no touchpoints": "min_mentions = 2\nstages = []\n",
    "stage without id": OWN.replace('id = "alku"', 'key = "alku"'),
    "stages that are words": 'min_mentions = 2\nstages = ["alku"]\ntouchpoints = []\n',
    "touchpoint without id": START + TOUCHPOINT.replace("id", "key"),
    "touchpoint without stage": START + TOUCHPOINT.replace("stage", "vaihe"),
    "touchpoint without name": START + TOUCHPOINT.replace("name", "nimi"),
    "touchpoints that are words": 'min_mentions = 2\nstages = []\ntouchpoints = ["a"]\n',
    "unknown stage": START + TOUCHPOINT.replace("alku", "kesken"),
    "same touchpoint twice": START + TOUCHPOINT + "[[touchpoints]]\n" + TOUCHPOINT,
    "id that is a number": START
    + TOUCHPOINT.replace('"a"', "1")
    + "[[touchpoints]]\n"
    + TOUCHPOINT.replace('"a"', "1"),
    "stage that is a list": START + TOUCHPOINT.replace('"alku"', '["alku"]'),
    "lemma that is a number": START + TOUCHPOINT + "lemmas = [1]\n",
    "lemmas that are one word": START + TOUCHPOINT + 'lemmas = "lasku"\n',
    "metadata that is a word": START + TOUCHPOINT + 'metadata = "laskutus"\n',
    "metadata value that is a word": START + TOUCHPOINT + 'metadata = { queue = "laskutus" }\n',
    "metadata value that is a number": START + TOUCHPOINT + "metadata = { queue = [1] }\n",
    "channels that are one word": START + TOUCHPOINT + 'channels = "chat"\n',
    "min_mentions that is a word": OWN.replace("min_mentions = 2", 'min_mentions = "kaksi"'),
    "min_mentions without end": OWN.replace("min_mentions = 2", "min_mentions = inf"),
    "min_mentions that asks for none": OWN.replace("min_mentions = 2", "min_mentions = 0"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_service_path_is_named(tmp_path, text):
    with pytest.raises(ConfigError, match=r"polku\.toml.*\.$"):
        load_palvelupolku(write(tmp_path, text))


def test_the_touchpoint_at_fault_is_named(tmp_path):
    for kind, named in {"unknown stage": "puts a at", "same touchpoint twice": "describes a twice"}.items():
        (tmp_path / kind).mkdir()
        with pytest.raises(ConfigError, match=named):
            load_palvelupolku(write(tmp_path / kind, BROKEN[kind]))


def test_a_missing_service_path_and_bytes_are_named(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "gone.toml", tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(ConfigError, match=path.name):
            load_palvelupolku(path)
