"""A conversation masked as a whole: who is who, and numbers that are said over several turns."""

import pytest

from pipeline.privacy import find_special, mask, mask_turns


def masked(*turns: tuple[str, str]) -> list[str]:
    return [text for text, _ in mask_turns(turns)]


def test_a_person_keeps_one_number_in_every_form() -> None:
    first, second, third = masked(
        ("customer", "Hei, olen Matti Virtanen. Soitin eilen Liisa Mäkiselle."),
        ("agent", "Hei Matti! Liisa Mäkinen ei ole paikalla."),
        ("customer", "Kertokaa Mäkiselle, että Virtanen soitti."),
    )
    assert first == "Hei, olen [PERSON_1]. Soitin eilen [PERSON_2]."
    assert second == "Hei [PERSON_1]! [PERSON_2] ei ole paikalla."
    assert third == "Kertokaa [PERSON_2], että [PERSON_1] soitti."


def test_people_are_numbered_anew_in_every_conversation() -> None:
    assert mask("Terveisin Liisa Mäkinen")[0] == mask("Terveisin Matti Virtanen")[0] == "Terveisin [PERSON_1]"


def test_masked_once_more_nobody_gets_a_number() -> None:
    assert mask("[PERSON_2] ja Liisa Mäkinen", numbered=False)[0] == "[PERSON_2] ja [PERSON]"


def test_a_number_said_over_turns_is_masked_in_each() -> None:
    turns = masked(
        ("agent", "saisinko puhelinnumeron"),
        ("customer", "joo se on nolla neljä nolla yks kaks kolme"),
        ("agent", "nolla neljä nolla yks kaks kolme ja loput"),
        ("customer", "neljä viis kuus seittemän"),
    )
    assert [("[PHONE]" in turn) for turn in turns] == [False, True, True, True]
    assert not any(word in turn for turn in turns for word in ("nolla", "kolme", "seittemän"))


def test_the_same_words_are_left_alone_where_nobody_asked() -> None:
    text = "paketin hinta oli kolmekymmentä viis euroa ja tilausnumero on yks kaks viis"
    assert mask(text)[0] == text


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("mulla on diabetes ja insuliini loppu", {"health"}),
        ("olen ammattiliiton luottamusmies", {"union"}),
        ("olemme jehovantodistajia", {"religion"}),
        ("olen itse romani", {"other"}),
        ("lasku oli väärin ja salo kuumenee", set()),
    ],
)
def test_hints_at_special_categories(text: str, categories: set[str]) -> None:
    assert find_special(text) == categories


def test_an_address_masked_once_stays_masked_where_its_words_come_again() -> None:
    turns = masked(
        ("customer", "mun sähköposti on etanamies ät gmail piste com"),
        ("agent", "eli etanamies yhteen kirjoitettuna"),
        ("customer", "joo laskut menee hyvin perille"),
    )
    assert turns == ["mun sähköposti on [EMAIL]", "eli [EMAIL] yhteen kirjoitettuna", "joo laskut menee hyvin perille"]
