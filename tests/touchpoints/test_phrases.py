"""Phrases of dictionary forms: what they find, where, and what is wrong with one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.conversation import MaskedText, Token
from pipeline.touchpoints.phrases import BETWEEN, complaint, found, lemmas_of, pattern_of
from tests.touchpoints.talks import tokens


def hits(phrases, text, exceptions=()):
    """The stretches of a text, whose words are their own lemmas, that phrases find."""
    bare = text.replace("|", "")
    lemmas = lemmas_of(MaskedText(bare), tokens(text))
    return [bare[start:end] for start, end in found(pattern_of(phrases, exceptions), lemmas)]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("lasku", "lasku laskuri alalasku LASKU", ["lasku", "LASKU"]),
        ("*lasku", "lasku nettilasku laskuri", ["lasku", "nettilasku"]),
        ("lasku*", "lasku laskuri alalasku", ["lasku", "laskuri"]),
        ("*häiriö*", "verkkohäiriöt häiriö", ["verkkohäiriöt", "häiriö"]),
        ("lasku:*", "lasku:lle lasku", ["lasku:lle"]),
        ("a.b", "acb a.b", ["a.b"]),
        ("kolmas kerta", "kolmas kerta kolmas uusi kerta", ["kolmas kerta"]),
        ("kolmas kerta", "kolmas , kerta", []),
        ("kolmas kerta", "kolmas| kerta", []),
        ("ei ... toimia", "ei toimia", ["ei toimia"]),
        ("ei ... toimia", "ei se nyt enää toimia", ["ei se nyt enää toimia"]),
        ("ei … toimia", "ei se toimia", ["ei se toimia"]),
        ("ei ... toimia", "ei se nyt enää kai toimia", []),
        ("ei ... toimia", "ei , toimia", []),
        ("ei ... toimia", "ei se| toimia", []),
        ("ei ... toimia", "ei toimia toimia", ["ei toimia"]),
        ("ei ... toimia hyvin", "ei nyt toimia hyvin ei toimia nyt hyvin", ["ei nyt toimia hyvin"]),
    ],
)
def test_a_phrase_finds(phrase, text, expected):
    assert hits([phrase], text) == expected


def test_three_words_stand_between_and_no_fourth():
    for count in range(BETWEEN + 2):
        text = " ".join(["ei", *["no"] * count, "toimia"])
        assert bool(hits(["ei ... toimia"], text)) == (count <= BETWEEN)


def test_of_two_phrases_the_longer_counts_and_no_word_twice():
    assert hits(["kerta", "kolmas kerta"], "kolmas kerta kerta") == ["kolmas kerta", "kerta"]
    assert hits(["lasku", "*lasku"], "lasku") == ["lasku"]


def test_exceptions_are_passed_over_and_hide_nothing_else():
    assert hits(["nopea"], "nopea netti nopea", ["nopea netti"]) == ["nopea"]
    assert hits(["netti"], "nopea netti netti", ["nopea netti"]) == ["netti"]
    assert hits(["netti"], "netti", ["kaapeli"]) == ["netti"]


def test_nothing_to_look_for_is_no_pattern():
    assert pattern_of([]) is None
    assert pattern_of([], ["lasku"]) is None


def test_decomposed_letters_are_the_same_letters():
    assert hits(["la\u0308hetys"], "lähetys") == ["lähetys"]


def test_fillers_and_repeats_stand_in_nobodys_way():
    text = MaskedText("ei öö toi toimi")
    said = [
        Token("ei", "ei", "AUX"),
        Token("öö", "öö", "INTJ", disfluency="filler"),
        Token("toi", "toimia", "VERB", disfluency="repeat"),
        Token("toimi", "toimia", "VERB"),
    ]
    pattern = pattern_of(["ei toimia", "öö"])
    assert [text[start:end] for start, end in found(pattern, lemmas_of(text, said))] == [text]


def test_places_are_those_of_the_text_as_written():
    text = MaskedText("👩\u200d👧 Laskut, laskut")
    said = [Token("👩\u200d👧", "👩\u200d👧", "SYM"), Token("Laskut", "lasku", "NOUN"), Token(",", ",", "PUNCT"),
            Token("laskut", "lasku", "NOUN")]  # fmt: skip
    places = list(found(pattern_of(["lasku"]), lemmas_of(text, said)))
    assert [text[start:end] for start, end in places] == ["Laskut", "laskut"]


def test_a_text_without_words_says_nothing():
    assert hits(["lasku"], "") == []
    assert hits(["lasku"], ", . !") == []


@pytest.mark.parametrize("phrase", ["lasku", "*lasku", "ei ... toimia", "a ... b ... c", "24/7", "e-lasku", "lasku:*"])
def test_what_can_be_looked_for_is_right(phrase):
    assert complaint(phrase) is None
    assert pattern_of([phrase]) is not None


@pytest.mark.parametrize("phrase", ["", " ", "*", "lasku *", "...", "... lasku", "lasku ...", "a ... … b", "lasku -"])
def test_what_cannot_be_looked_for_is_told_in_two_languages(phrase):
    finnish, english = complaint(phrase)
    assert finnish.endswith(".")
    assert english
    assert finnish != english


WORDS = st.lists(st.sampled_from(["ei", "lasku", "toimia", ",", "kerta|", "nettilasku"]), max_size=12)


@given(words=WORDS, phrases=st.lists(st.sampled_from(["lasku", "*lasku", "ei ... toimia", "ei toimia"]), min_size=1))
def test_what_is_found_stands_in_the_text_in_order(words, phrases):
    text = MaskedText(" ".join(words).replace("|", ""))
    places = list(found(pattern_of(phrases), lemmas_of(text, tokens(" ".join(words)))))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] < other[0] for one, other in pairwise(places))
    assert not any("," in text[start:end] for start, end in places)
