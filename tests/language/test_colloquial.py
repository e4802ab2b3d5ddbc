"""The tables of colloquial forms hold what they promise, and no standard word falls to a colloquial reading."""

import re

import pytest

from pipeline.language.colloquial import (
    MAX_VARIANTS,
    Rule,
    _forms,
    _replaced,
    _rows,
    entries,
    rules,
    variants,
)
from pipeline.language.voikko import analyzer_name
from tests.language.conftest import skip_or_fail

UPOS = {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "INTJ", "NOUN", "NUM", "PART", "PRON", "SCONJ", "VERB"}

# Standard words that look like colloquial ones, with their lemma.
STANDARD = """
maa maa|maat maa|tuli tulla|kuusi kuusi|no no|hän hän|muu muu|mies mies|sää sää|työ työ|maan maa|muun muu|suu suu
mäki mäki|säkki säkki|hetki hetki|munkki munkki|sulki sulkea|tonki tonkia|tolppa tolppa|täkki täkki|sikaa sika
kukin kukin|kaikki kaikki|koko koko|kunkin kukin|mikään mikään|kukaan kukaan|minkään mikään|mitkään mikään
kylki kylki|poski poski|silkki silkki|sitko sitko|aukko aukko|miekkaa miekka|kelkkaan kelkka|kuiskaa kuiskata
hyökkää hyökätä|nyki nykiä|kylä kylä|kuha kuha|kestä kestää|luon luoda|multa multa|musta musta|toi tuoda|teit tehdä
kato kato|katon katto|katto katto|kattoon katto|otto otto|anto anto|haluun halu|joki joki|vaan vaan|kun kun
kukkaan kukka|kukkaa kukka|tietty tietää|vähä vähä|varmaa varma|oikeen oikea|lähet lähettää|viis viis|sano sanoa
kysy kysyä|sitä se|siinä se|tässä tämä|tuossa tuo|minä minä|sinä sinä|se se|ne ne|nämä nämä|nuo nuo|tämä tämä
ei ei|en en|että että|mutta mutta|niin niin|sitten sitten|kyllä kyllä|tänään tänään|huomenna huomenna|eilen eilen
lasku lasku|laskun lasku|maksu maksu|raha raha|tili tili|puhelin puhelin|kauppa kauppa|talo talo|vuosi vuosi
yksi yksi|kaksi kaksi|kolme kolme|viisi viisi|sata sata|tuhat tuhat|kaksikymmentä kaksikymmentä|kymmenen kymmenen
mene mennä|tule tulla|ole olla|on on|olen olla|hanskat hanska|salista sali|sekoita sekoittaa|himo himo|buuta buu
kiitos kiitos|hyvä hyvä|kiva kiva|asia asia|paikka paikka|aika aika|tosi tosi|aina aina|heti heti|nyt nyt
sade sade|tie tie|viesti viesti|posti posti|netti netti|suo suo|suon suo|tuon tuo|sen se|sillä se|tuolla tuo
menen mennä|saan saada|teen tehdä|kokki kokki|mukaan mukaan|säkin säkki|myöhä myöhä|näitkö nähdä|elä elää|kai kai
"""
CASES = [tuple(case.split()) for line in STANDARD.strip().splitlines() for case in line.split("|")]

# Voikko knows these too, as words that nobody writes to a contact centre: reviewed one by one.
RARE = """
meikä si kelle kellä keltä kellekään em tollon sillein tällein takasin takasi pikkasen paljo paljoko kait
o ollun tullaa haluisin voijaan katoin katoit kattomaan kattomaa lähetään lähettiin rupeen katopa huomen vuon puh
ym kiiti kukkaan kukkaa mäki säkin kuha kuhan otto varmaa miksikä noitten niitten kunka
ostaan sulkeen pätkiin pyytään peruun
hään elikkä iltasin takaasi eres varmahan immeine immeistä valkonen valkosta valkosen valkoset valkosia
"""
PLURALS = {"me": "minä", "te": "sinä", "he": "hän", "ne": "se", "nämä": "tämä", "nuo": "tuo"}
"""Treebanks give plural pronouns the lemma of the singular; Voikko does not."""


def by_kind(*kinds: str) -> list[Rule]:
    return [rule for rule in rules() if rule.kind in kinds]


def test_ids_are_unique_and_explained():
    ids = [rule.id for rule in rules()]
    assert len(set(ids)) == len(ids)
    assert all(rule.why.endswith(".") for rule in rules())
    assert {rule.kind for rule in rules()} == {"group", "clitic", "rewrite"}


@pytest.mark.parametrize("rule", by_kind("rewrite"), ids=lambda rule: rule.id)
def test_each_rewrite_gives_its_examples(rule):
    assert len(rule.examples) >= 2
    for form, normal in rule.examples:
        made = [_replaced(form, match, rule.replacement) for match in rule.pattern.finditer(form)]
        assert normal in made
        assert normal != form


@pytest.mark.parametrize("rule", by_kind("clitic"), ids=lambda rule: rule.id)
def test_each_clitic_gives_its_examples(rule):
    assert len(rule.examples) >= 2
    for form, normal in rule.examples:
        assert (entries(form)[0].normal, entries(form)[0].rule.split("+")[1]) == (normal, rule.id)


@pytest.mark.parametrize("rule", [rule for rule in by_kind("group") if rule.id != "typo"], ids=lambda rule: rule.id)
def test_each_group_has_its_examples(rule):
    assert len(rule.examples) >= 2
    for form, normal in rule.examples:
        assert normal in [entry.normal for entry in entries(form)]


def test_rows_are_lower_case_well_formed_and_come_once():
    ids = {rule.id for rule in by_kind("group")}
    rows = [tuple(row.values()) for row in _rows("colloquial_forms.tsv")]
    assert len(rows) > 1000
    assert len({row[:4] for row in rows}) == len(rows)
    for form, normal, lemma, upos, rule in rows:
        assert form == form.lower() == form.strip()
        assert normal
        assert re.fullmatch(r"[a-zåäöšž-]+", lemma)
        assert upos in UPOS
        assert rule in ids
        assert rule != "standard" or form == normal


def test_slang_words_are_well_formed():
    rows = _rows("colloquial_words.tsv")
    assert len({row["lemma"] for row in rows}) == len(rows)
    assert all(row["upos"] in UPOS and row["stems"] for row in rows)


def test_every_slang_word_is_its_own_lemma():
    for row in _rows("colloquial_words.tsv"):
        assert row["lemma"] in {entry.lemma for entry in entries(row["lemma"])}


def test_there_are_a_hundred_standard_words_to_protect():
    assert len(CASES) >= 100


@pytest.mark.parametrize(("word", "lemma"), CASES)
def test_standard_words_keep_their_reading(word, lemma):
    assert not entries(word) or lemma in {entry.lemma for entry in entries(word)}


@pytest.fixture(scope="module")
def voikko():
    skip_or_fail(None if analyzer_name() == "libvoikko" else "libvoikko is missing: it knows what is a standard word.")
    import libvoikko

    return libvoikko.Voikko("fi")


def base_forms(voikko, word):
    for analysis in voikko.analyze(word):
        yield analysis["BASEFORM"].lower()


def test_rows_that_shadow_a_standard_word_carry_its_reading(voikko):
    for form, readings in _forms().items():
        lemmas = {reading.lemma for reading in readings}
        known = {PLURALS.get(base, base) for base in base_forms(voikko, form)}
        verb_forms = {base for a in voikko.analyze(form) for base in re.findall(r"\((\w+)\)", a.get("WORDBASES", ""))}
        standard = any(reading.rule == "standard" for reading in readings)
        assert not known or known & lemmas or verb_forms & lemmas or standard or form in RARE.split(), form


@pytest.mark.parametrize(
    ("form", "normals"),
    [
        ("kaupast", {"kaupasta"}),
        ("vastannu", {"vastannut"}),
        ("semmost", {"semmoista"}),
        ("kirjautumaa", {"kirjautumaan"}),
        ("nopeesta", {"nopeasta"}),
        ("pitäsköhän", {"pitäisiköhän"}),
        ("mahollista", {"mahdollista"}),
        ("silimä", {"silmä"}),
        ("tekköö", {"tekee"}),
        ("asiakaspalveluu", {"asiakaspalvelua", "asiakaspalveluun"}),
        ("nettisivuil", {"nettisivuilla"}),
        ("haluisinks", {"haluaisinko"}),
        ("lasksu", {"lasku"}),
        ("etta", {"että"}),
        ("jooooo", {"joo"}),
    ],
)
def test_variants_lead_to_the_standard(form, normals):
    assert {variant.normal for variant in variants(form, normals.__contains__)} == normals


def test_the_most_probable_variant_comes_first(voikko):
    for form, normal in [
        ("vastannu", "vastannut"),
        ("kaupast", "kaupasta"),
        ("haluis", "haluaisi"),
        ("laskui", "laskuja"),
    ]:
        found = variants(form, lambda word: bool(voikko.analyze(word)))
        assert found[0].normal == normal
        assert [variant.cost for variant in found] == sorted(variant.cost for variant in found)
        assert len(found) <= MAX_VARIANTS


def test_slang_counts_as_a_word():
    found = variants("aspast", lambda word: False)
    assert found[0].normal == "aspasta"
    assert [entry.lemma for entry in entries("aspasta")] == ["aspa"]


def test_a_form_is_never_its_own_variant():
    assert all(variant.normal != "talo" for variant in variants("talo", lambda word: True))


def test_the_search_ends_on_any_form():
    for form in ("", "a", "ö" * 60, "qwertyuiopas", "x-y_z1", "aaaaaaaaaa"):
        assert variants(form, lambda word: False) == []


@pytest.mark.parametrize(
    ("form", "normal"),
    [
        ("kakskytviis", "kaksikymmentäviisi"),
        ("kolkyt", "kolmekymmentä"),
        ("viistoist", "viisitoista"),
        ("sataviiskyt", "sataviisikymmentä"),
        ("kaheksankyt", "kahdeksankymmentä"),
        ("seitkytkaks", "seitsemänkymmentäkaksi"),
    ],
)
def test_numerals_are_put_together(form, normal):
    assert [(entry.normal, entry.lemma, entry.upos) for entry in entries(form)] == [(normal, normal, "NUM")]


@pytest.mark.parametrize(
    ("form", "lemmas"),
    [
        ("Mun", ["minä"]),
        ("mullaki", ["minä"]),
        ("et", ["että", "ei"]),
        ("must", ["minä"]),
        ("ku", ["kun", "kuin"]),
        ("toi", ["tuo", "tuoda"]),
        ("sit", ["sitten", "se"]),
        ("onkse", ["olla"]),
        ("meeeen", ["mennä"]),
        ("aspaan", ["aspa"]),
        ("tunnareita", ["tunnari"]),
        ("tsekkasin", ["tsekata"]),
        ("s-postiin", ["s-posti"]),
    ],
)
def test_closed_rows_know_all_their_lemmas(form, lemmas):
    assert [entry.lemma for entry in entries(form)] == lemmas
