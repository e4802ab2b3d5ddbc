import pytest

from pipeline.privacy.codes import groups, kind_of_word, pieces, read_words, symbols
from pipeline.privacy.cues import find_cues
from pipeline.privacy.spoken_email import find_spoken_emails, own_parts


@pytest.mark.parametrize(
    ("word", "kind", "symbol"),
    [
        *(("nolla", "n", "0"), ("nelkytyks", "n", "41"), ("nollakuus", "n", "06"), ("viisneljä", "n", "54")),
        *(("kolmesataakaheksankytyheksän", "n", "389"), ("seiska", "n", "7"), ("kutosessa", "n", "6")),
        *(("kakkosta", "n", "2"), ("nollilla", "n", "0"), ("nel", "n", "4"), ("tuplanolla", "n", "00")),
        *(("nollaus", "w", ""), ("tuplaus", "w", ""), ("triplakasi", "n", "888"), ("viitosia", "n", "5")),
        *(("kahdestoista", "o", "12"), ("kuudetta", "o", "06"), ("kakskytseittemäs", "o", "27")),
        *(("kahdeskymmenesviides", "o", "25"), ("yhdettätoista", "o", "11"), ("toinen", "w", "")),
        *(("huhtikuuta", "m", "04"), ("äf", "l", "F"), ("ämmä", "l", "M"), ("viiva", "x", "-"), ("0401", "d", "0401")),
        *(("koivukuja", "s", "sure"), ("mannerheimintieltä", "s", "sure"), ("rautatie", "w", ""), ("talo", "h", "")),
        *(("lasku", "w", ""), ("yhdessä", "w", ""), ("eiku", "p", "")),
    ],
)
def test_what_a_word_may_say(word: str, kind: str, symbol: str) -> None:
    assert kind_of_word(word) == (kind, symbol)


def said(text: str) -> list[list[str]]:
    """What each piece says, group by group."""
    words = read_words(text)
    return [[symbols(words, piece) for piece in group] for group in groups(pieces(words))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numero on nolla neljä nolla yks kaks kolme", [["040123"]]),
        ("nolla viiskyt tota nolla yks yks", [["050", "011"]]),  # hesitation joins what was said in parts
        ("viis euroa ja kuus senttiä", [["5"], ["6"]]),
        ("äf ii kakskytyks", [["FI21"]]),
        ("kolmetoista nolla kuus viiva yheksän kaks bee niinkun bertta", [["1306-92B"]]),
        ("en oo saanu", []),  # en, oo: not the letters N and O
        ("040 1234, 050 555", [["0401234"], ["050555"]]),
        ("joo ja loput viis viis yheksän", [["559"]]),
    ],
)
def test_pieces_are_what_is_said_in_one_go(text: str, expected: list[list[str]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("se on matti piste meikäläinen ät esimerkki piste fi kiitos", "matti piste meikäläinen ät esimerkki piste fi"),
        ("meili on mm kakskytkaks ät posti piste com", "mm kakskytkaks ät posti piste com"),
        ("osoite on oo piste äl ät gmail piste com", "oo piste äl ät gmail piste com"),
        ("hello ät kombu bar piste fi ja kombu koolla", "hello ät kombu bar piste fi"),
        (
            "osoite on ee niinkuin eemeli piste honka ät posti piste com",
            "ee niinkuin eemeli piste honka ät posti piste com",
        ),
    ],
)
def test_a_spoken_email_is_found_from_its_first_part_to_its_last(text: str, address: str) -> None:
    assert [text[span.start : span.end] for span in find_spoken_emails(text)] == [address]


def test_the_end_of_an_address_is_found_after_a_word_in_its_middle() -> None:
    text = "arvid piste pulkkinen ät oota mikä se oli elisanet piste fi"
    found = [text[span.start : span.end] for span in find_spoken_emails(text)]
    assert [address.split()[-1] for address in found] == ["oota", "fi"]


def test_no_email_without_a_sign() -> None:
    assert list(find_spoken_emails("piste on piste ja lasku on lasku")) == []


def test_a_word_is_the_first_cue_it_fits() -> None:
    assert [name for _, name in find_cues("mikä on henkilötunnuksenne ja puhelinnumeronne?")] == ["HETU", "PHONE"]
    assert [name for _, name in find_cues("hinta oli kymmenen euroa")] == ["MONEY", "MONEY"]


def test_own_parts_are_the_words_before_the_sign() -> None:
    assert list(own_parts("kalle piste kissanen ät gmail piste com")) == ["kalle", "kissanen"]
    assert list(own_parts("Kissanen.K@firma.fi")) == ["kissanen"]
    assert list(own_parts("gmail piste com")) == []
