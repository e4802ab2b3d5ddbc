"""Which column is which question: wordings in three languages, scales, directions, and what is never read."""

import pytest

from pipeline.sources.questions import plan, time_column


def planned(header, *values, further=None):
    rows = [{header: value, **(further or {})} for value in values]
    return plan([header, *(further or {})], rows)


def column_of(header, *values):
    """The one field that the column becomes, with its column; None where it becomes none."""
    return next(iter(planned(header, *values).mapping.fields), None)


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Kuinka todennäköisesti suosittelisit meitä?", ["0", "10 – Erittäin"], "nps_rating"),
        ("1. Hur sannolikt är det att du rekommenderar oss?", ["3"], "nps_rating"),
        ("How likely are you to recommend us?", ["9"], "nps_rating"),
        ("NPS", ["9"], "nps_rating"),
        ("Asian hoitaminen oli helppoa (1-7)", ["7"], "ces_rating"),
        ("Hur lätt var det? 1–5", ["4"], "ces_rating"),
        ("Kuinka tyytyväinen olit palveluun?", ["4", "5"], "csat_rating"),
        ("Hur nöjd är du?", ["1"], "csat_rating"),
        ("Ratkesiko asiasi ensimmäisellä yhteydenotolla?", ["Kyllä", "Ei"], "first_contact_resolution"),
        ("Was your issue resolved?", ["yes"], "first_contact_resolution"),
        ("Miksi annoit tämän arvosanan?", ["Kun jonotin kauan"], "verbatim"),
        ("Miksi suosittelisit tai et suosittelisi?", ["Kun jonotin kauan"], "verbatim"),
        ("Varför?", ["Snabbt"], "verbatim"),
        ("Vastausaika", ["2.3.2026 9.21"], "responded_at"),
        ("Keskustelu-ID", ["abc"], "conversation_id"),
        ("asiakasnumero", ["K1"], "customer_id"),
        ("Vastaajan tunnus", ["17"], "response_id"),
    ],
)
def test_a_question_is_known_by_its_wording_and_its_answers(header, values, field):
    assert column_of(header, *values)[0] == field


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Suosittelisitko meitä? (1-5)", ["4"]),  # no NPS
        ("Suositteletko? - ryhmä", ["Passive", "Promoter"]),
        ("Helppous", ["4", "5"]),  # of five, or of seven?
        ("Vastausaika (s)", ["61"]),
        ("Ratkesiko asia?", ["Osittain", "Melkein"]),
        ("Ikäryhmä", ["30-39"]),
        ("", ["x"]),
    ],
)
def test_what_is_not_understood_becomes_nothing(header, values):
    assert column_of(header, *values) is None


@pytest.mark.parametrize(
    ("header", "values", "scale", "is_reversed"),
    [
        ("Helppous (1-7)", ["3"], None, False),
        ("Helppous asteikolla 1–5", ["3"], (1, 5), False),
        ("Helppous", ["3", "7"], None, False),
        ("Helppous", ["0", "9"], (0, 10), False),
        ("Helppous", ["5"] * 20, (1, 5), False),
        ("Kuinka paljon vaivaa näit? (1-5)", ["3"], (1, 5), True),
        ("Asiointi oli vaivatonta (1-5)", ["3"], (1, 5), False),
        ("How much effort did it take? (1-7)", ["3"], None, True),
        ("Vaikeus tai helppous (1 = helppoa, 7 = vaikeaa)", ["3"], None, True),
        ("Vaikeus tai helppous (1 = vaikeaa, 7 = helppoa)", ["3"], None, False),
        ("Helppous (1-5)", ["1 – Erittäin helppoa", "5 – Erittäin vaikeaa"], (1, 5), True),
    ],
)
def test_the_scale_and_its_direction_are_read(header, values, scale, is_reversed):
    field, column = column_of(header, *values)
    assert (field, column.scale, column.reversed) == ("ces_rating", scale, is_reversed)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("IP-osoite", "x"), ("Sähköposti", "x"), ("E-post", ""), ("Etunimi", "Matti"), ("Asiakkaan nimi", "Matti"),
        ("Recipient Name", "Matti"), ("Leveysaste", "60,1"), ("LocationLongitude", "24.9"), ("Puhelinnumero", "x"),
        ("Syntymäaika", "1.1.1990"), ("Lisätieto", "matti@example.fi"), ("Kenttä 7", "131052-952K"),
        ("Kenttä 8", "10.0.0.1"), ("Soittopyyntö", "050 555 0100"),
    ],
)  # fmt: skip
def test_personal_columns_are_never_read(header, value):
    found = planned(header, value)
    assert (found.mapping.fields, found.mapping.metadata) == ((), ())
    assert found.unread == ((header, "personal data"),)


def test_plain_columns_are_kept_and_free_text_is_not():
    long = "Tässä on pitkä selitys, jossa asiakas kertoo kaiken mitä tapahtui, ja vielä vähän päälle lisää"
    found = planned("Avoin palaute", "Hyvin meni", further={"Kanava": "Puhelin", "Muuta": long, "Kommentti": "Kiitos"})
    assert dict(found.mapping.fields).keys() == {"verbatim"}
    assert found.mapping.metadata == ("Kanava",)
    assert [name for name, _ in found.unread] == ["Muuta", "Kommentti"]


def test_the_first_question_of_a_kind_counts_and_the_second_is_kept_beside_it():
    found = planned("Suosittelisitko yritystä?", "9", further={"Suosittelisitko tuotetta?": "3"})
    assert [(field, column.name) for field, column in found.mapping.fields] == [
        ("nps_rating", "Suosittelisitko yritystä?")
    ]
    assert found.mapping.metadata == ("Suosittelisitko tuotetta?",)


def test_a_stray_answer_does_not_cost_the_column():
    assert column_of("Suosittelisitko?", "9", "8", "kymmenen")[0] == "nps_rating"
    assert column_of("Suosittelisitko?", "9", "kymmenen", "en", "joo") is None


@pytest.mark.parametrize(
    ("values", "american", "pattern"),
    [
        (["3/2/2026 7:20:00 AM"], True, "%m/%d/%Y %I:%M:%S %p"),
        (["3/2/2026 07:20"], False, "%d/%m/%Y %H:%M"),
        (["3/2/2026", "3/13/2026"], False, "%m/%d/%Y"),
        (["13/2/2026", "3/2/2026"], True, "%d/%m/%Y"),
        (["2.3.2026 9.21"], False, ""),
        (["2026-03-02T07:20:00Z"], False, ""),
    ],
)
def test_days_and_months_are_told_apart_where_the_values_can(values, american, pattern):
    assert time_column("x", values, american=american).time == pattern
