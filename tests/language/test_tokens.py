import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.language.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("Lasku oli väärin.", "Lasku/X oli/X väärin/X ./PUNCT"),
        ("e-laskun 1980-luvulla", "e-laskun/X 1980-luvulla/X"),
        ("EU:n liittymä: 5G-verkko", "EU:n/X liittymä/X :/PUNCT 5G-verkko/X"),
        ("12.3.2026 klo 14:30", "12.3.2026/NUM klo/X 14:30/NUM"),
        ("maksoin 45,50€, en 50e", "maksoin/X 45,50/NUM €/SYM ,/PUNCT en/X 50/NUM e/X"),
        ("1,5-vuotias 12:sta 12.50e", "1,5-vuotias/X 12:sta/X 12.50/NUM e/X"),
        ("Mitä!!! No...", "Mitä/X !!!/PUNCT No/X .../PUNCT"),
        ("(ks. [EMAIL].)", "(/PUNCT ks/X ./PUNCT [EMAIL]/PROPN ./PUNCT )/PUNCT"),
        ("Hei[PERSON_1], [PHONE]:een", "Hei/X [PERSON_1]/PROPN ,/PUNCT [PHONE]/PROPN :/PUNCT een/X"),
        ("[person] [1]", "[/PUNCT person/X ]/PUNCT [/PUNCT 1/NUM ]/PUNCT"),
        ("kiva :) ;-) :'( :D <3", "kiva/X :)/SYM ;-)/SYM :'(/SYM :D/SYM <3/SYM"),
        ("👍🏽❤️👩‍👧🇫🇮", "👍🏽/SYM ❤️/SYM 👩‍👧/SYM 🇫🇮/SYM"),
        (
            "https://example.com/a?b=1, www.example.com.",
            "https://example.com/a?b=1/SYM ,/PUNCT www.example.com/SYM ./PUNCT",
        ),
    ],
)
def test_cuts(text: str, tokens: str) -> None:
    assert " ".join(f"{token.text}/{token.upos}" for token in tokenize(text)) == tokens


def test_a_decomposed_letter_does_not_end_a_word() -> None:
    assert [token.upos for token in tokenize(unicodedata.normalize("NFD", "äiti pyörällä"))] == ["X", "X"]


@given(st.text())
def test_only_white_space_is_left_out(text: str) -> None:
    assert "".join(token.text for token in tokenize(text)) == re.sub(r"\s", "", text)


@example("https://example.com/", "[PERSON]", "/a")
@example("[", "[PERSON]", "]")
@example("👩\u200d", "[PERSON]", ":-)")
@given(st.text(), st.sampled_from(["[PERSON]", "[IBAN_2]"]), st.text())
def test_a_mask_is_whole_wherever_it_stands(before: str, mask: str, after: str) -> None:
    assert mask in [token.text for token in tokenize(f"{before}{mask}{after}")]
