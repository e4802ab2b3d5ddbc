"""Stretches from what a model reads, led by what the source says."""

import numpy as np
import pytest

from pipeline.conversation import MaskedConversation, MaskedText, MaskedUtterance, Token
from pipeline.touchpoints.palvelupolku import load_palvelupolku
from pipeline.touchpoints.placing import place
from pipeline.touchpoints.scheme import MATTERS

PATH = """
min_mentions = 2
[[stages]]
id = "alku"
name = "Alku"
[[touchpoints]]
id = "lasku"
stage = "alku"
name = "Lasku"
reads_as = ["laskutus"]
metadata = { queue = ["billing"] }
lemmas = ["lasku"]
[[touchpoints]]
id = "muu"
stage = "alku"
name = "Muu"
reads_as = ["toimitus", "neuvonta"]
[[touchpoints]]
id = "hevonen"
stage = "alku"
name = "Hevonen"
lemmas = ["hevonen"]
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "polku.toml"
    file.write_text(PATH, "utf-8")
    return load_palvelupolku(file)


def talk(*words, queue=None):
    turns = tuple(
        MaskedUtterance(index, "customer", MaskedText(word), None, None, None, (Token(word, word, "NOUN"),))
        for index, word in enumerate(words)
    )
    return MaskedConversation("c", "chat", turns, "fi", None, None, queue, {}, "line 1")


def matters(*names, share=0.9):
    rows = np.full((len(names), len(MATTERS)), (1 - share) / (len(MATTERS) - 1), np.float32)
    for row, name in enumerate(names):
        rows[row, MATTERS.index(name)] = share
    return rows


def where(segments):
    return [(one.first_utterance_index, one.last_utterance_index, one.touchpoint, one.rule) for one in segments]


def test_what_the_model_reads_is_called_as_the_path_calls_it(path):
    names = ["laskutus"] * 5 + ["toimitus", "neuvonta"] * 3
    found = place(talk(*["hei"] * 11), matters(*names), path)
    assert where(found) == [(0, 4, "lasku", "model"), (5, 10, "muu", "model")]
    assert all(0.4 < one.confidence < 1 for one in found)
    assert {one.stage for one in found} == {"alku"}


def test_a_matter_that_the_path_does_not_know_is_unknown(path):
    assert where(place(talk("hei", "hei"), matters("ostaminen", "ostaminen"), path)) == [(0, 1, "unknown", "none")]


def test_a_touchpoint_that_the_model_does_not_know_goes_by_its_lemmas(path):
    found = place(talk("hevonen", "hevonen", "hevonen"), matters(*["unknown"] * 3, share=0.2), path)
    assert where(found) == [(0, 2, "hevonen", "hevonen.lemmas")]
    assert [(one.start, one.end) for one in found[0].evidence] == [(0, 7)] * 3


def test_a_turn_without_the_lemmas_speaks_neither_for_nor_against_what_the_model_does_not_know(path):
    found = place(talk("hevonen", "hei", "hevonen", *["hei"] * 4), matters(*["unknown"] * 7), path)
    assert where(found) == [(0, 6, "hevonen", "hevonen.lemmas")]


def test_too_few_mentions_do_not_decide(path):
    found = place(talk("hevonen", "hei", "hei"), matters(*["unknown"] * 3), path)
    assert where(found) == [(0, 2, "unknown", "none")]


def test_what_the_source_names_is_there_whatever_the_model_reads(path):
    found = place(talk("hei", "hei", queue="Billing"), matters("toimitus", "toimitus", share=0.999), path)
    assert where(found) == [(0, 1, "lasku", "lasku.metadata.queue")]
    assert found[0].confidence == 1


def test_what_the_source_names_does_not_hide_a_second_matter(path):
    names = ["laskutus"] * 3 + ["toimitus"] * 8
    found = place(talk(*["hei"] * 11, queue="billing"), matters(*names, share=0.98), path)
    assert [(one.touchpoint, one.rule) for one in found] == [("lasku", "lasku.metadata.queue"), ("muu", "model")]


def test_evidence_are_the_words_of_the_touchpoint(path):
    (segment,) = place(talk("lasku", "hei"), matters("laskutus", "laskutus"), path)
    assert [(one.utterance_index, one.start, one.end) for one in segment.evidence] == [(0, 0, 5)]
