"""The drivers: a file like the service path's, and sentences that show what each word is there for."""

import pytest

from pipeline.errors import ConfigError
from pipeline.language import load_lemmatizer
from pipeline.language.voikko import analyzer_name
from pipeline.touchpoints import Palvelupolku, Taxonomies, load_drivers, load_palvelupolku
from pipeline.touchpoints.drivers import driver_problems
from pipeline.touchpoints.mentions import unmet_examples
from tests.language.conftest import skip_or_fail
from tests.touchpoints.talks import DRIVERS, PATH, tokens, written

RIGHT = """[[drivers]]
id = "nopeus"
name = "Nopeus"
description = "Asia etenee."
lemmas = ["nopea", "ei ... kestää"]
examples = ["nopea"]
counterexamples = ["hidas"]
"""
NO_PATH = Palvelupolku((), 1)


def test_drivers_are_read_in_their_order(tmp_path):
    second = RIGHT.replace("nopeus", "apu").replace("Nopeus", "Apu")
    found = load_drivers(written(tmp_path, second + RIGHT))
    assert [(driver.id, driver.name, driver.description) for driver in found] == [
        ("apu", "Apu", "Asia etenee."), ("nopeus", "Nopeus", "Asia etenee.")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "named"),
    [
        ("", "", "drivers"),
        (RIGHT.replace('"Asia etenee."', '""'), "[[drivers]] nopeus", "description"),
        (RIGHT.replace("description", "selite"), "[[drivers]] nopeus", "description"),
        (RIGHT.replace('"ei ... kestää"', '"..."'), "[[drivers]] nopeus", "..."),
        (RIGHT + RIGHT, "[[drivers]] nopeus", ""),
        ('min_mentions = 1\n' + RIGHT, "", "min_mentions"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_as_of_the_path(tmp_path, text, place, named):
    path = written(tmp_path, text, "ajurit.toml")
    problems = driver_problems(path)
    assert place in {problem.place for problem in problems}
    assert any(named in problem.finnish and named in problem.english for problem in problems)
    with pytest.raises(ConfigError, match=r"ajurit\.toml.*tunnepolku drivers"):
        load_drivers(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.toml.*touchpoints\.drivers"):
        load_drivers(tmp_path / "gone.toml")


def test_examples_that_miss_and_counterexamples_that_hit_are_found(tmp_path):
    text = RIGHT.replace('["nopea"]\nc', '["nopea", "ripeä"]\nc').replace('["hidas"]', '["hidas", "ei se kestää"]')
    drivers = load_drivers(written(tmp_path, text))
    unmet = unmet_examples(Taxonomies(NO_PATH, drivers), lambda texts: [(text, tokens(text)) for text in texts])
    assert [(one.label, one.sentence, one.names_it) for one in unmet] == [
        ("nopeus", "ripeä", False), ("nopeus", "ei se kestää", True)
    ]  # fmt: skip


# --- those that ship -------------------------------------------------------------------------------------------------


def test_the_default_drivers_hold_what_they_promise():
    drivers = load_drivers(DRIVERS)
    assert [driver.id for driver in drivers] == [
        "helppous", "edullisuus", "ystävällisyys", "arvostus", "nopeus", "ratkaisu", "luotettavuus", "vastuullisuus"
    ]  # fmt: skip
    assert all(driver.naming.examples and driver.naming.counterexamples for driver in drivers)


def test_every_example_of_the_taxonomies_that_ship_does_what_it_is_there_for():
    skip_or_fail(None if analyzer_name() == "libvoikko" else "libvoikko is missing: dictionary forms are its own.")
    lemmatizer = load_lemmatizer("finnish")
    taxonomies = Taxonomies(load_palvelupolku(PATH), load_drivers(DRIVERS))
    assert unmet_examples(taxonomies, lambda texts: list(zip(texts, lemmatizer.lemmatize(texts), strict=True))) == []
