"""Where rules put a conversation: by fields of the source first, then by what people mention most."""

import tomllib

import pytest

from pipeline.conversation import CHANNELS
from pipeline.touchpoints import UNKNOWN, Place, Segment, Taxonomies, load_palvelupolku
from pipeline.touchpoints.reader import read_conversation
from tests.touchpoints.talks import PATH, said, spoken, turn, written

ENTRIES = tomllib.loads(PATH.read_text("utf-8"))["touchpoints"]
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


@pytest.fixture
def own(tmp_path):
    return load_palvelupolku(written(tmp_path, OWN))


def where(conversation, path):
    (segment,) = read_conversation(conversation, Taxonomies(path)).segments
    return segment.touchpoint, segment.rule


def test_an_assignment_covers_the_conversation_and_names_stage_and_rule(own):
    conversation = spoken(("agent", "hei"), ("customer", "netti noutopiste"), ("agent", "selvä"))
    (segment,) = read_conversation(conversation, Taxonomies(own)).segments
    assert segment == Segment(0, 2, "loppu", "vika", "vika.lemmas", evidence=(Place(1, 0, 5), Place(1, 6, 16)))


def test_nothing_known_is_unknown(own):
    (segment,) = read_conversation(said("hei moi"), Taxonomies(own)).segments
    assert segment == Segment(0, 0, UNKNOWN, UNKNOWN, "none")
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
    assert where(said("nettilasku"), load_palvelupolku(written(tmp_path, text)))[0] == "unknown"


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
    path = load_palvelupolku(written(tmp_path, "min_mentions = 1\nstages = []\ntouchpoints = []\n"))
    assert where(said("lasku", queue="billing"), path) == ("unknown", "none")


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["id"] for entry in ENTRIES])
def test_every_default_touchpoint_is_reached_by_its_queues_and_by_its_lemmas(entry):
    path = load_palvelupolku(PATH)
    for queue in entry["metadata"]["queue"]:
        assert where(said("hei", queue=queue), path) == (entry["id"], f"{entry['id']}.metadata.queue")
    for pattern in entry["lemmas"]:
        lemma = pattern.replace("*", "")
        assert where(said(f"{lemma} {lemma}"), path) == (entry["id"], f"{entry['id']}.lemmas"), pattern


def test_the_default_path_is_in_order():
    path = load_palvelupolku(PATH)
    stages = tomllib.loads(PATH.read_text("utf-8"))["stages"]
    assert {touchpoint.stage for touchpoint in path.touchpoints} == {stage["id"] for stage in stages}
    assert path.min_mentions == 2
    queues = [queue for entry in ENTRIES for queue in entry["metadata"]["queue"]]
    assert len(set(queues)) == len(queues)
    for entry in ENTRIES:
        assert len(set(entry["lemmas"])) == len(entry["lemmas"])
        assert entry["lemmas"] == [lemma.lower() for lemma in entry["lemmas"]]
        assert set(entry.get("channels", [])) <= set(CHANNELS)


def test_metadata_is_sure_and_says_by_which_words_too(own):
    (segment,) = read_conversation(said("hei maksaa", reason="vika"), Taxonomies(own)).segments
    assert (segment.confidence, segment.evidence) == (1.0, (Place(0, 4, 10),))


def test_what_asr_made_up_says_nothing(own):
    invented = turn(1, "customer", "netti netti netti", asr_suspect="repetition")
    assert where(spoken(("customer", "lasku maksaa"), invented), own)[0] == "lasku"
    assert where(spoken(("customer", "hei"), invented), own) == ("unknown", "none")


def test_phrases_put_on_the_path_too(tmp_path):
    text = OWN.replace('"netti", ', '"ei ... toimia", ').replace("min_mentions = 2", "min_mentions = 1")
    path = load_palvelupolku(written(tmp_path, text))
    assert where(said("ei se nyt toimia"), path) == ("vika", "vika.lemmas")
    assert where(said("ei , hyvin toimia"), path)[0] == "unknown"
