"""What each source proposes for a word, alone and together, and in which order."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.language.candidates import PLURAL_ONLY, SINGULAR, Candidate, Sources
from pipeline.language.finnish import make_sources
from pipeline.language.voikko import Analyzer

LISTED = {"talossa": "talo", "laskut": "lasku", "kotona": "kotona", "meidän": "me", "niillä": "ne", "eu": "eu"}
NOTHING = Sources(
    voikko=None, dictionary=None, decomposer=None, memory={}, endings={}, table=False, rules=False, compounds=False
)


@pytest.fixture
def sources(analyzer: Analyzer) -> Sources:
    """All that this machine has, without what is learnt."""
    return make_sources({}, {})


@pytest.fixture
def only_voikko(analyzer: Analyzer) -> Sources:
    return replace(NOTHING, voikko=analyzer)


def lemmas(sources: Sources, form: str) -> list[str]:
    return list(dict.fromkeys(found.lemma for found in sources.candidates(form)))


def of(sources: Sources, form: str, lemma: str) -> Candidate:
    """The first candidate of `form` with this lemma."""
    return next(found for found in sources.candidates(form) if found.lemma == lemma)


class TestOneSource:
    """What is known where all others are left out; the form itself is always the last resort."""

    def test_none(self) -> None:
        assert NOTHING.candidates("Talossa") == [Candidate("talossa", "", "form")]

    def test_voikko(self, only_voikko: Sources) -> None:
        assert only_voikko.candidates("Talossa") == [
            Candidate("talo", "nimisana.sisaolento.sg", "voikko"),
            Candidate("talossa", "", "form"),
        ]
        assert only_voikko.candidates("oon")[-1:] == [Candidate("oon", "", "form")]

    def test_dictionary(self) -> None:
        sources = replace(NOTHING, dictionary=LISTED.get)
        assert sources.candidates("TALOSSA")[0] == Candidate("talo", "", "dictionary")
        assert lemmas(sources, "tuolissa") == ["tuolissa"]

    def test_decomposer(self) -> None:
        sources = replace(NOTHING, decomposer={"verkkotalossa": "Verkkotalo"}.get)
        assert sources.candidates("Verkkotalossa")[0] == Candidate("verkkotalo", "", "decomposer")

    def test_memory(self) -> None:
        sources = replace(NOTHING, memory={"lasaru": [("lasku", "lasku"), ("lasaru", "")]})
        assert sources.candidates("Lasaru") == [
            Candidate("lasku", "", "memory", "lasku", "memory"),
            Candidate("lasaru", "", "memory+form"),
        ]

    def test_endings(self) -> None:
        sources = replace(NOTHING, endings={"issa": ["i", "inen"], "ssa": [""], "a": ["o"]})
        assert sources.candidates("Zorbissa") == [
            Candidate("zorbi", "-issa>i", "guess"),
            Candidate("zorbinen", "-issa>inen", "guess"),
            Candidate("zorbi", "-ssa>", "guess"),
            Candidate("zorbisso", "-a>o", "guess"),
            Candidate("zorbissa", "", "form"),
        ]

    def test_table(self) -> None:
        sources = replace(NOTHING, table=True)
        assert sources.candidates("Mun")[0] == Candidate("minä", "table.PRON", "table", "minun", "pronoun", "PRON")
        assert {(found.lemma, found.normal) for found in sources.candidates("toi")[:2]} == {
            ("tuo", "tuo"),
            ("tuoda", ""),
        }

    def test_rules(self) -> None:
        sources = replace(NOTHING, rules=True, dictionary={"vastannut": "vastata", "kaupasta": "kauppa"}.get)
        found = sources.candidates("vastannu")[0]
        assert (found.lemma, found.normal, found.rule, found.sources) == ("vastata", "vastannut", "nut", "rules.0")
        assert of(sources, "KAUPAST", "kauppa").normal == "kaupasta"

    def test_compounds(self, only_voikko: Sources) -> None:
        sources = replace(only_voikko, compounds=True)
        assert only_voikko.candidates("nytlaskusta") == [Candidate("nytlaskusta", "", "form")]
        assert sources.candidates("nytlaskusta")[0] == Candidate("nytlasku", "nimisana.sisaeronto.sg", "compound")


class TestVoikkosReadings:
    @pytest.mark.parametrize(
        ("form", "verb"),
        [
            ("tehty", "tehdä"),
            ("tehdyssä", "tehdä"),
            ("irtisanottu", "irtisanoa"),
            ("kannattava", "kannattaa"),
            ("vastannut", "vastata"),
            ("maksetut", "maksaa"),
            ("maksamaton", "maksaa"),
            ("soitettuani", "soittaa"),
            ("tekemällä", "tehdä"),
            ("odottavat", "odottaa"),
        ],
    )
    def test_participles_can_be_their_verb(self, form: str, verb: str, sources: Sources) -> None:
        assert verb in lemmas(sources, form)

    def test_participles_can_be_adjectives_too(self, only_voikko: Sources) -> None:
        found = only_voikko.candidates("kannattava")
        assert [(option.lemma, option.tag) for option in found] == [
            ("kannattava", "laatusana.present_active.nimento.sg"),
            ("kannattaa", "laatusana.present_active.nimento.sg:verb"),
        ]

    @pytest.mark.parametrize(
        ("form", "noun", "verb"),
        [
            ("juokseminen", "juokseminen", "juosta"),
            ("juoksemisesta", "juokseminen", "juosta"),
            ("maksamiseen", "maksaminen", "maksaa"),
        ],
    )
    def test_action_nouns(self, form: str, noun: str, verb: str, only_voikko: Sources) -> None:
        assert lemmas(only_voikko, form)[:2] == [verb, noun]
        assert of(only_voikko, form, noun).tag.endswith(":action")

    @pytest.mark.parametrize(
        ("form", "adverb"),
        [
            ("laajemmin", "laajasti"),
            ("nopeammin", "nopeasti"),
            ("nopeimmin", "nopeasti"),
            ("helpoimmin", "helposti"),
            ("huonommin", "huonosti"),
            ("paremminkin", "paremmin"),
            ("ystävällisemmin", "ystävällisesti"),
            ("vähemmän", "vähemmän"),
        ],
    )
    def test_compared_adverbs(self, form: str, adverb: str, sources: Sources) -> None:
        assert adverb in lemmas(sources, form)

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [("suuremman", "suuri"), ("parempi", "hyvä"), ("nopeimmat", "nopea"), ("isompi", "iso")],
    )
    def test_compared_adjectives(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemma in lemmas(sources, form)

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [
            ("meidän", "minä"),
            ("teille", "sinä"),
            ("heillä", "hän"),
            ("niitä", "se"),
            ("näissä", "tämä"),
            ("noista", "tuo"),
            ("Me", "minä"),
            ("meidänkin", "minä"),
        ],
    )
    def test_plural_pronouns_are_their_singular(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemma in lemmas(sources, form)
        assert not {*lemmas(sources, form)} & {plural for plural in SINGULAR if plural != form.lower()}

    @pytest.mark.parametrize(
        ("form", "lemma"), [("kanssani", "kanssa"), ("luonammekin", "luona"), ("mielestäni", "mielestä")]
    )
    def test_adverbs_lose_possessives_and_clitics(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemma in lemmas(sources, form)

    @pytest.mark.parametrize("lemma", ["markkinat", "häät", "sisämarkkinat", "aurinkolasit"])
    def test_some_words_are_plural(self, lemma: str, only_voikko: Sources) -> None:
        assert lemma.endswith(PLURAL_ONLY)
        assert of(only_voikko, lemma, lemma).sources == "plural+form"
        assert lemma not in lemmas(only_voikko, f"{lemma[:-1]}n"), "its singular is another word"


class TestTogether:
    def test_equal_readings_are_one_with_all_their_sources(self, sources: Sources) -> None:
        assert sources.candidates("laskusta") == [
            Candidate("lasku", "nimisana.sisaeronto.sg", "voikko+dictionary"),
            Candidate("laskusta", "", "form"),
        ]
        assert of(sources, "lasku", "lasku").sources == "voikko+dictionary+form"

    def test_what_is_written_comes_before_what_it_could_stand_for(self, sources: Sources) -> None:
        found = sources.candidates("neuvoon")
        assert [option.lemma for option in found] == ["neuvo", "neuvoa", "neuvoa", "neuvoon"]
        assert [bool(option.normal) for option in found] == [False, True, True, False]
        assert {option.normal for option in found[1:3]} == {"neuvomaan"}

    def test_nobody_means_without_their_queue(self, sources: Sources) -> None:
        assert lemmas(sources, "jonottaan") == ["jonottaa", "jonottaan"]

    def test_what_is_known_is_never_guessed(self, sources: Sources) -> None:
        learnt = replace(sources, endings={"a": ["axx"], "n": ["nxx"], "t": ["txx"]})
        for form in ("talossa", "mun", "onkin", "kaupan", "maat"):
            assert not [lemma for lemma in lemmas(learnt, form) if lemma.endswith("xx")]
        assert "zorbilaxx" in lemmas(learnt, "zorbila")

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [
            ("kotonakin", "kotona"),
            ("huomennakaan", "huomenna"),
            ("laskutkin", "lasku"),
            ("onko", "olla"),
            ("ovathan", "olla"),
        ],
    )
    def test_clitics_are_no_part_of_a_lemma(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemma in lemmas(sources, form)

    def test_a_clitic_comes_off_what_is_listed(self) -> None:
        sources = replace(NOTHING, dictionary=LISTED.get)
        assert lemmas(sources, "kotonakin") == ["kotona", "kotonakin"]
        assert lemmas(sources, "laskutkaan") == ["lasku", "laskut", "laskutkaan"]
        assert lemmas(sources, "tuolikin") == ["tuolikin"], "nobody knows tuoli"

    @pytest.mark.parametrize(
        ("form", "lemma", "normal", "rule"),
        [
            ("oon", "olla", "olen", "olla"),
            ("Mullaki", "minä", "minullakin", "pronoun+clitic-kin"),
            ("meeeen", "mennä", "menen", "verb+stretch-two"),
            ("kakskytviis", "kaksikymmentäviisi", "kaksikymmentäviisi", "number"),
            ("vastannu", "vastata", "vastannut", "nut"),
            ("kaupast", "kauppa", "kaupasta", "elative"),
            ("tsekattiinks", "tsekata", "tsekattiinko", "ks-ko"),
        ],
    )
    def test_colloquial_forms(self, form: str, lemma: str, normal: str, rule: str, sources: Sources) -> None:
        found = sources.candidates(form)
        assert (lemma, normal, rule) in [(option.lemma, option.normal, option.rule) for option in found]

    @pytest.mark.parametrize("form", ["et", "toi"])
    def test_a_form_that_is_standard_too_has_both_readings(self, form: str, sources: Sources) -> None:
        normals = {option.normal for option in sources.candidates(form) if option.sources != "form"}
        assert "" in normals
        assert len(normals) == 2

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [
            ("5G-verkossa", "5g-verkko"),
            ("asiakas-palvelussa", "asiakas-palvelu"),
            ("qwertyx-laskusta", "qwertyx-lasku"),
            ("qwertyx-aspasta", "qwertyx-aspa"),
            ("qwertyx-kaupast", "qwertyx-kauppa"),
            ("irtisanomisilmoituksenne", "irtisanomisilmoitus"),
            ("nytlaskuistakaan", "nytlasku"),
            ("eilenlaskulla", "eilenlasku"),
        ],
    )
    def test_compounds(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemma in lemmas(sources, form)

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [
            ("EU:n", "eu"),
            ("tv:stä", "tv"),
            ("TV:ssä", "tv"),
            ("qwx:lle", "qwx"),
            ("12:sta", "12"),
            ("S.", "s."),
            (":)", ":)"),
        ],
    )
    def test_inflected_abbreviations(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemmas(sources, form)[0] == lemma

    @pytest.mark.parametrize(
        ("form", "lemma"),
        [("talous-", "talous"), ("-listalla", "lista"), ("–listalla", "lista"), ("qwertyx-", "qwertyx")],
    )
    def test_half_compounds(self, form: str, lemma: str, sources: Sources) -> None:
        assert lemmas(sources, form)[0] == lemma

    @pytest.mark.parametrize(
        "form", ["-", "--", "qwertyx", "a", "ö" * 60, "👍", "x-y_z1", "a:b:c", ":", "k", "ko", "-ko"]
    )
    def test_there_is_always_a_candidate(self, form: str, sources: Sources) -> None:
        assert sources.candidates(form)
        assert all(found.lemma for found in sources.candidates(form))

    @example("a-")
    @example("kin-kaan")
    @example("laskunko-laskut:n")
    @given(st.text("aeioulkstnäö:-KL1.", min_size=1, max_size=12))
    def test_whatever_is_written(self, form: str) -> None:
        found = make_sources({}, {}).candidates(form)
        assert found
        assert all(option.lemma == option.lemma.lower() != "" and option.sources for option in found)
        keys = [(option.lemma, option.tag, option.upos) for option in found if not option.rule]
        assert len(set(keys)) == len(keys)

    @pytest.mark.parametrize("form", ["etänäkorjaus", "qwertyx-kaupast", "oon", "vastannu", "toimiin"])
    def test_a_rule_never_comes_without_its_spelling(self, form: str, sources: Sources) -> None:
        assert all(bool(found.normal) == bool(found.rule) for found in sources.candidates(form))

    @pytest.mark.parametrize("form", ["Nytlasku", "takaisinklikkis"])
    def test_nor_in_compounds(self, form: str, sources: Sources) -> None:
        assert all(bool(found.normal) == bool(found.rule) for found in sources.candidates(form))


class TestWithoutVoikko:
    @pytest.mark.parametrize(
        ("form", "lemma"),
        [
            ("talossa", "talo"),
            ("tehty", "tehdä"),
            ("kotonakin", "kotona"),
            ("meidän", "minä"),
            ("oon", "olla"),
            ("vastannu", "vastata"),
            ("aspaan", "aspa"),
            ("asiakaspalvelussa", "asiakaspalvelu"),
            ("EU:n", "eu"),
        ],
    )
    def test_the_dictionary_does(self, form: str, lemma: str) -> None:
        assert lemmas(make_sources({}, {}, ["voikko"]), form)[0] == lemma

    def test_what_is_listed_is_not_guessed(self) -> None:
        sources = make_sources({}, {"a": ["axx"]}, ["voikko"])
        assert lemmas(sources, "talossa") == ["talo", "talossa"]
        assert "zorbissaxx" in lemmas(sources, "zorbissa")


class TestIsWord:
    @pytest.mark.parametrize("word", ["talossa", "Talossa", "TALOSSA", "on", "laskunikin", "Helsinki", "oulusta"])
    def test_words(self, word: str, sources: Sources) -> None:
        assert sources.is_word(word)

    @pytest.mark.parametrize("word", ["Liisalla", "qwertyx", "vastannu", ""])
    def test_names_of_people_and_the_rest_are_none(self, word: str, sources: Sources) -> None:
        assert not sources.is_word(word)

    @pytest.mark.parametrize(
        ("known", "word", "expected"),
        [(LISTED.get, "Talossa", True), (LISTED.get, "tuolissa", False), (None, "talossa", False)],
    )
    def test_without_voikko_the_dictionary_tells(
        self, known: Callable[[str], str | None] | None, word: str, expected: bool
    ) -> None:
        assert replace(NOTHING, dictionary=known).is_word(word) is expected


def test_words_kept_in_the_plural_are_plurals() -> None:
    assert len(set(PLURAL_ONLY)) == len(PLURAL_ONLY)
    assert all(re.fullmatch(r"[a-zåäö]+t", word) for word in PLURAL_ONLY)
