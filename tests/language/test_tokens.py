import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.conversation import Token
from pipeline.language.tokens import tokenize, whole_token


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
        ("(ks. [EMAIL].)", "(/PUNCT ks./X [EMAIL]/PROPN ./PUNCT )/PUNCT"),
        ("esim. tv, jne. Mutta", "esim./X tv/X ,/PUNCT jne./X Mutta/X"),
        ("sivu s. 4, J. Aho", "sivu/X s./X 4/NUM ,/PUNCT J./X Aho/X"),
        ("3. kerran 15. päivä", "3./NUM kerran/X 15./NUM päivä/X"),
        ("Niitä oli 3. Kiitos.", "Niitä/X oli/X 3/NUM ./PUNCT Kiitos/X ./PUNCT"),
        ("vuonna 2026.", "vuonna/X 2026/NUM ./PUNCT"),
        ("110 000 1 000 000 12\u00a0500", "110 000/NUM 1 000 000/NUM 12\u00a0500/NUM"),
        ("12 5000 2026 100", "12/NUM 5000/NUM 2026/NUM 100/NUM"),
        ("92/160/ETY 5/6", "92/160/ETY/X 5/6/NUM"),
        ("talous- ja henkilöstö-.", "talous-/X ja/X henkilöstö-/X ./PUNCT"),
        ("hinta -listalla, e-lasku", "hinta/X -listalla/X ,/PUNCT e-lasku/X"),
        ("- kiitos -5 no-", "-/PUNCT kiitos/X -/PUNCT 5/NUM no-/X"),
        ("sano -- niin", "sano/X --/PUNCT niin/X"),
        ("don't H&M A & B", "don't/X H&M/X A/X &/SYM B/X"),
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


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("ettei", "ett ei"),
        ("Etten", "Ett en"),
        ("etteivät", "ett eivät"),
        ("jottet", "jott et"),
        ("ellemme", "ell emme"),
        ("ellei", "ell ei"),
        ("vaikkette", "vaikk ette"),
        ("miksei", "miks ei"),
        ("Koskei", "Kosk ei"),
    ],
)
def test_a_fused_negation_is_cut(word: str, parts: str) -> None:
    assert [token.text for token in tokenize(f"{word} tullut")] == [*parts.split(), "tullut"]


@pytest.mark.parametrize(
    "word", ["Ellen", "eteinen", "etteenpäin", "ette", "ei", "kosketa", "että", "koskettaa", "eteen"]
)
def test_what_only_looks_like_one_is_not(word: str) -> None:
    assert [token.text for token in tokenize(f"{word} tuli")] == [word, "tuli"]


def test_a_decomposed_letter_does_not_end_a_word() -> None:
    assert [token.upos for token in tokenize(unicodedata.normalize("NFD", "äiti pyörällä"))] == ["X", "X"]


@example("1 000 e 3. x")
@example("1 000A")
@given(st.text() | st.text("0123456789 .,:/-–eaA%\u00a0[]"))
def test_only_white_space_is_left_out(text: str) -> None:
    tokens = tokenize(text)
    assert re.sub(r"\s", "", "".join(token.text for token in tokens)) == re.sub(r"\s", "", text)
    spaced = [token for token in tokens if re.search(r"\s", token.text)]
    assert all(token.upos == "NUM" or re.search(r"\d[ \u00a0]\d{3}", token.text) for token in spaced), "10 000:aan"


@example("https://example.com/", "[PERSON]", "/a")
@example("[", "[PERSON]", "]")
@example("👩\u200d", "[PERSON]", ":-)")
@given(st.text(), st.sampled_from(["[PERSON]", "[IBAN_2]"]), st.text())
def test_a_mask_is_whole_wherever_it_stands(before: str, mask: str, after: str) -> None:
    assert mask in [token.text for token in tokenize(f"{before}{mask}{after}")]


@pytest.mark.parametrize(
    ("word", "upos"),
    [
        ("ettei", "X"),
        ("Lasku", "X"),
        ("kotiin päin", "X"),
        ("[PERSON]", "PROPN"),
        ("[PERSON_2]lle", "X"),
        ("1 000", "NUM"),
        ("12.3.2026", "NUM"),
        ("1 000 000 100", "NUM"),
        ("50e", "X"),
        ("...", "PUNCT"),
        ("!?", "PUNCT"),
        ("😡👍", "SYM"),
        (":)", "SYM"),
        ("", "X"),
    ],
)
def test_a_given_word_stays_whole(word: str, upos: str) -> None:
    assert whole_token(word) == Token(word, word, upos)


@given(st.text())
def test_any_given_word_stays_whole(word: str) -> None:
    token = whole_token(word)
    assert (token.text, token.lemma) == (word, word)
    assert all(part.upos == token.upos for part in tokenize(word)) or token.upos == "X"
