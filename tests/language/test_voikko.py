"""What Voikko says, natively and in pure Python, and what is said where it is missing."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, replace

import pytest

from pipeline.language import voikko
from pipeline.language.voikko import Analysis, Analyzer, analyzer_name, load_analyzer, why_no_voikko
from tests.language.conftest import skip_or_fail

WORDS = """
talossa Helsingissä helsingissä HELSINGISSÄ tehty kannattava juokseminen juoksemassa laajemmin kotonakin laskusta
vastannut oletko onko emme heidän näistä EU:n maan kuusi tulee punainen parempi parhaiten KIITOS laskunsa laskuni
asiakaspalvelu menisikö älä Liisa eilen koska matti sadan tekemällä soittaessani soitettuaan asiakkaille
"""
DIFFERENT = "periaatteessa irtisanoa isompi varmasti kolmesataa viidestoista e-laskusta"
"""Words whose base form or class pyvoikko gives otherwise."""


@pytest.fixture
def native() -> Analyzer:
    found = voikko._native()
    skip_or_fail(None if found else "libvoikko or its Finnish dictionary is not installed.")
    assert found
    return found


@pytest.fixture
def pure() -> Analyzer:
    found = voikko._pure()
    skip_or_fail(None if found else "pyvoikko is not installed.")
    assert found
    return found


@pytest.fixture
def fresh() -> Iterator[None]:
    """The choice of an analyzer is made anew in this test, and after it."""
    voikko._load.cache_clear()
    yield
    voikko._load.cache_clear()


def readings(analyzer: Analyzer, word: str) -> Counter[tuple[str, ...]]:
    """Without the transducer's own notation; a positive is no comparison, a base form has no capitals."""
    return Counter(
        astuple(
            replace(found, base=found.base.lower(), comparison=found.comparison.replace("positive", ""), transducer="")
        )
        for found in analyzer(word)
    )


@pytest.mark.parametrize("word", WORDS.split())
def test_both_give_the_same_readings(word: str, native: Analyzer, pure: Analyzer) -> None:
    assert readings(native, word) == readings(pure, word) != Counter()


@pytest.mark.parametrize("word", DIFFERENT.split())
def test_both_give_the_same_readings_of_harder_words(word: str, native: Analyzer, pure: Analyzer) -> None:
    assert readings(native, word) == readings(pure, word)


@pytest.mark.parametrize("word", ["qwertyx", "[PERSON]", "", " ", "ö" * 60, "👍", "a b"])
def test_what_neither_knows(word: str, native: Analyzer, pure: Analyzer) -> None:
    assert native(word) == pure(word) == []


@pytest.mark.parametrize("name", ["native", "pure"])
def test_a_reading_is_in_voikkos_terms(name: str, request: pytest.FixtureRequest) -> None:
    analyze: Analyzer = request.getfixturevalue(name)
    (found,) = analyze("laskustanikin")
    assert found == Analysis(
        base="lasku", word_class="nimisana", case="sisaeronto", number="singular", person="", mood="", participle="",
        comparison="", possessive="1s", clitic="kin", transducer=found.transducer,
    )  # fmt: skip
    assert "lasku" in found.transducer
    (verb,) = analyze("menisinkö")
    assert (verb.base, verb.word_class, verb.person, verb.mood, verb.clitic) == (
        "mennä", "teonsana", "1", "conditional", "ko",
    )  # fmt: skip
    assert {(found.participle, found.case) for found in analyze("tehdyssä")} == {("past_passive", "sisaolento")}


@pytest.mark.parametrize("name", ["native", "pure"])
def test_capitals_do_not_hide_a_word(name: str, request: pytest.FixtureRequest) -> None:
    analyze: Analyzer = request.getfixturevalue(name)
    for word in ("Lasku", "LASKU"):
        assert {found.base for found in analyze(word)} == {"lasku"}
    assert {(found.base, found.word_class) for found in analyze("HELSINGISSÄ")} == {("Helsinki", "paikannimi")}


@pytest.mark.usefixtures("native", "fresh")
def test_the_native_one_is_preferred() -> None:
    assert analyzer_name() == "libvoikko"
    assert why_no_voikko() is None
    assert load_analyzer() is load_analyzer()


@pytest.mark.usefixtures("pure", "fresh")
def test_without_the_binding_the_pure_one_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libvoikko", None)
    check_pure()


@pytest.mark.usefixtures("pure", "fresh")
def test_without_the_system_library_the_pure_one_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    libvoikko = pytest.importorskip("libvoikko")

    def absent(path: str | None = None) -> None:
        raise OSError("libvoikko.so.1: cannot open shared object file")

    monkeypatch.setattr(libvoikko.VoikkoLibrary, "open", absent)
    check_pure()


@pytest.mark.usefixtures("pure", "fresh")
def test_without_a_finnish_dictionary_the_pure_one_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    libvoikko = pytest.importorskip("libvoikko")
    monkeypatch.setattr(libvoikko.Voikko, "listDicts", list)
    check_pure()


def check_pure() -> None:
    analyze = load_analyzer()
    assert analyzer_name() == "pyvoikko"
    assert why_no_voikko() is None
    assert analyze
    assert [found.base for found in analyze("talossa")] == ["talo"]


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("package", ["pyvoikko", "kfst_rs"])
def test_where_neither_is_there_both_ways_are_told(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for missing in ("libvoikko", package):
        monkeypatch.setitem(sys.modules, missing, None)
    assert load_analyzer() is None
    assert analyzer_name() == ""
    reason = why_no_voikko() or ""
    assert reason.startswith(
        "Voikko is missing, so lemmas come from the dictionary alone: install libvoikko1 and voikko-fi"
    )
    assert "pip install -e '.[voikko]'" in reason
    assert "without system packages, pip install -e '.[pyvoikko]'." in reason
