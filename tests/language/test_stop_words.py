import csv

import pytest

from pipeline.language.stop_words import CATEGORIES, CATEGORY_OF, KEPT_LEMMAS, STOP_LEMMAS, TABLE

CLOSED_CLASSES = {"asemosana", "huudahdussana", "seikkasana", "sidesana", "suhdesana"}


STAYING = (
    "ei en et emme ette eivät älä älkää älköön eikä enkä etkä mikään kukaan koskaan ikinä tuskin yhtään ollenkaan "
    "ilman tosi erittäin todella aivan liian hyvin kovin vähän melko ihan mutta vaikka silti kuitenkin vaan taas vielä "
    "aina jo enää edes kyllä kiitos pitää saada haluta"
)


@pytest.mark.parametrize("word", STAYING.split())
def test_what_bears_meaning_stays(word: str) -> None:
    assert word not in STOP_LEMMAS


@pytest.mark.parametrize(
    "lemma", ["olla", "minä", "se", "ja", "että", "joka", "kun", "siellä", "myös", "kanssa", "joo"]
)
def test_what_bears_none_goes(lemma: str) -> None:
    assert lemma in STOP_LEMMAS


def test_the_table_holds_each_lemma_once_in_a_known_category() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == len(CATEGORY_OF)
    assert {row["category"] for row in rows} == set(CATEGORIES)
    assert all(lemma == lemma.strip().lower() for lemma in CATEGORY_OF)
    assert not STOP_LEMMAS & KEPT_LEMMAS


@pytest.mark.usefixtures("voikko")
def test_voikko_knows_every_stop_lemma() -> None:
    """As a base form or of a closed class; a case form that became an adposition, as a form of its noun."""
    import libvoikko

    voikko = libvoikko.Voikko("fi")
    for lemma, category in CATEGORY_OF.items():
        readings = voikko.analyze(lemma)
        is_base = any(r["CLASS"] in CLOSED_CLASSES or r.get("BASEFORM", "").lower() == lemma for r in readings)
        assert readings if category == "case-form" else is_base, lemma
    voikko.terminate()
