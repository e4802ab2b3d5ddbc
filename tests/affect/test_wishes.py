"""A wish is no complaint: the shipped classifier reads who only wishes as neutral, and a request as no wish."""

import pytest

from pipeline.affect import load_classifier
from pipeline.conversation import MaskedText, Score
from tests.affect.conftest import FINNISH, score


def read(text: str) -> Score:
    return score(load_classifier(FINNISH), [MaskedText(text)])[0]


@pytest.mark.parametrize(
    "text",
    [
        "Olisi kiva jos sovelluksessa olisi tumma teema.",
        "Toivoisin että laskun saisi myös ruotsiksi.",
        "Voisitteko lisätä maksutavaksi MobilePayn?",
        "ois kiva jos teiltä sais tekstarin kun paketti lähtee",
        "Haluaisin että eräpäivän voisi valita itse.",
    ],
)
def test_a_wish_is_found_and_is_not_negative(text: str) -> None:
    told = read(text)
    assert told.cues["wish"] >= 0.5
    assert told.sentiment == "neutral", told.sentiment_probability


@pytest.mark.parametrize(
    "text",
    ["Voisitko soittaa minulle huomenna?", "Haluaisin tarkistaa saldoni.", "Voitko tarkistaa missä pakettini on?"],
)
def test_a_request_to_be_served_is_no_wish(text: str) -> None:
    assert read(text).cues["wish"] < 0.5


def test_a_wish_said_in_anger_stays_negative() -> None:
    told = read("Voisitteko joskus opetella laskuttamaan oikein, tää on ihan naurettavaa pelleilyä!")
    assert told.sentiment == "negative"
