import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.numerals import parse, value_of

UNITS = ["", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan", "yhdeksän"]


def in_words(number: int) -> str:
    """A number under a million as standard Finnish writes it."""
    if number >= 1000:
        thousands = "tuhat" if number < 2000 else in_words(number // 1000) + "tuhatta"
        return thousands + (in_words(number % 1000) if number % 1000 else "")
    if number >= 100:
        hundreds = "sata" if number < 200 else UNITS[number // 100] + "sataa"
        return hundreds + (in_words(number % 100) if number % 100 else "")
    if 10 < number < 20:
        return UNITS[number - 10] + "toista"
    return (
        "kymmenen" if number == 10 else (UNITS[number // 10] + "kymmentä" if number > 19 else "") + UNITS[number % 10]
    )


@given(st.integers(1, 999_999))
def test_every_standard_numeral_has_its_value(number: int) -> None:
    assert value_of(in_words(number)) == number
    assert parse([in_words(number)]) == [(0, 1, number)]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("nolla", 0), ("kahdelle", 2), ("kahen", 2), ("viiden", 5), ("viien", 5), ("kuuteen", 6), ("seittemän", 7),
        ("kahtakymmentä", 20), ("kahdenkymmenenviiden", 25), ("kakskyt", 20), ("kakskytviis", 25), ("viistoist", 15),
        ("kolkyt", 30), ("nelkyt", 40), ("seiskyt", 70), ("kasikyt", 80), ("yheksänkyt", 90), ("kolmekymppiä", 30),
        ("satakakskyt", 120), ("SATA", 100), ("sadan", 100), ("miljoona", 1_000_000),
    ],
)  # fmt: skip
def test_inflected_and_spoken(word: str, value: int) -> None:
    assert value_of(word) == value


@pytest.mark.parametrize(
    "word",
    ["", "lasku", "kuusen", "kuudes", "viides", "kahdeksas", "kolmas", "toista", "kyt", "yksin", "yhdessä", "sade",
     "tuhansia", "kuukausi", "viisas", "kaksikaksi", "kymmenesosa", "satama", "5"],
)  # fmt: skip
def test_no_numbers(word: str) -> None:
    assert value_of(word) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("kaksikymmentä viisi", [(0, 2, 25)]),
        ("se maksoi kakskyt viis euroo", [(2, 4, 25)]),
        ("kakskyt viis viiskyt", [(0, 2, 25), (2, 3, 50)]),
        ("tuhat kaksisataa", [(0, 2, 1200)]),
        ("kaksi tuhatta kolme sataa viis", [(0, 5, 2305)]),
        ("tuhat yhdeksänsataa kahdeksankymmentä viisi", [(0, 4, 1985)]),
        ("kaksi kolme päivää", [(0, 1, 2), (1, 2, 3)]),
        ("viisi kymmenen euron lippua", [(0, 1, 5), (1, 2, 10)]),
        ("nolla neljä nolla", [(0, 3, "040")]),
        ("numero on nolla neljäkymmentä viisisataa", [(2, 5, "040500")]),
        ("kolme neljä viis", [(0, 3, "345")]),
        ("kello kaksikymmentä nolla viisi", [(1, 2, 20), (2, 4, "05")]),
        ("nolla euroa", [(0, 1, 0)]),
        ("puoli kahdeksan", []),
        ("puol ysi", []),
        ("kaksi ja puoli tuntia", []),
        ("kaksi toista asiaa", [(0, 1, 2)]),
        ("lasku tuli", []),
        ("", []),
    ],
)
def test_rows_of_words(text: str, numbers: list[tuple[int, int, int | str]]) -> None:
    assert parse(text.split()) == numbers


@given(st.lists(st.sampled_from(["kaksi", "kakskyt", "sata", "tuhat", "nolla", "toista", "ja", "puoli", "lasku"])))
def test_spans_are_in_order_and_inside(words: list[str]) -> None:
    ends = [place for start, end, _ in parse(words) for place in (start, end)]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(words) for place in ends)
