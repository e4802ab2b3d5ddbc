"""What people name: whose words count, where they stand, and what reaches the tables of a night."""

import pytest

from pipeline.touchpoints import Mention, Palvelupolku, Place, Taxonomies, load_drivers, load_palvelupolku
from pipeline.touchpoints.mentions import find_mentions, mentions_in_answer
from pipeline.touchpoints.reader import read_conversation
from tests.store.rows import answer
from tests.touchpoints.talks import answered, spoken, turn, written

POLKU = """
min_mentions = 1
stages = []
touchpoints = []

[[contact_points]]
id = "lasku"
name = "Lasku"
kind = "process"
side = "front"
provider = "own"
lemmas = ["*lasku"]

[[contact_points]]
id = "järjestelmä"
name = "Järjestelmä"
kind = "environment"
side = "back"
provider = "own"
said_by = ["agent"]
lemmas = ["järjestelmä"]

[[contact_points]]
id = "botti"
name = "Botti"
kind = "environment"
side = "front"
provider = "own"
said_by = ["customer"]
lemmas = ["botti"]
"""
AJURIT = """
[[drivers]]
id = "ratkaisu"
name = "Ratkaisu"
description = "Asia tulee kuntoon."
lemmas = ["kolmas kerta", "ei ... toimia"]
"""


@pytest.fixture
def taxonomies(tmp_path):
    path = load_palvelupolku(written(tmp_path, POLKU))
    return Taxonomies(path, load_drivers(written(tmp_path, AJURIT, "ajurit.toml")))


def named(conversation, taxonomies):
    return [
        (mention.kind, mention.label, mention.place.utterance_index)
        for mention in find_mentions(conversation, taxonomies)
    ]


def test_a_mention_says_what_where_and_how_surely(taxonomies):
    conversation = spoken(("agent", "hei"), ("customer", "kolmas kerta lasku ei toimia"))
    assert find_mentions(conversation, taxonomies) == (
        Mention("contact_point", "lasku", Place(1, 13, 18), 1.0),
        Mention("driver", "ratkaisu", Place(1, 0, 12), 1.0),
        Mention("driver", "ratkaisu", Place(1, 19, 28), 1.0),
    )


def test_whose_words_count_is_the_files_to_say(taxonomies):
    lines = [(speaker, "järjestelmä botti lasku") for speaker in ("customer", "agent", "unknown", "bot")]
    assert named(spoken(*lines), taxonomies) == [
        ("contact_point", "lasku", 0), ("contact_point", "botti", 0),
        ("contact_point", "lasku", 1), ("contact_point", "järjestelmä", 1),
        ("contact_point", "lasku", 2),
    ]  # fmt: skip


def test_what_asr_made_up_and_other_languages_name_nothing(taxonomies):
    invented = turn(0, "customer", "lasku", asr_suspect="phrase")
    swedish = turn(1, "customer", "lasku", language="sv")
    assert named(spoken(invented, swedish, turn(2, "customer", "lasku")), taxonomies) == [("contact_point", "lasku", 2)]


def test_silence_names_nothing(taxonomies):
    assert named(spoken(("customer", "")), taxonomies) == []
    assert find_mentions(spoken(("customer", "lasku")), Taxonomies(Palvelupolku((), 1))) == ()


def test_a_reading_holds_what_is_named(taxonomies):
    reading = read_conversation(spoken(("customer", "nettilasku")), taxonomies)
    assert reading.mentions == (Mention("contact_point", "lasku", Place(0, 0, 10), 1.0),)
    assert reading.dimensions is None


def test_open_answers_are_the_customers_words(taxonomies):
    assert mentions_in_answer(answered("botti ei toimia järjestelmä"), taxonomies) == (
        Mention("contact_point", "botti", Place(0, 0, 5), 1.0),
        Mention("driver", "ratkaisu", Place(0, 6, 15), 1.0),
    )


def test_answers_without_finnish_words_name_nothing(taxonomies):
    assert mentions_in_answer(answered("lasku", language="sv"), taxonomies) == ()
    assert mentions_in_answer(answered(""), taxonomies) == ()
    assert mentions_in_answer(answer("a1", 9), taxonomies) == ()
