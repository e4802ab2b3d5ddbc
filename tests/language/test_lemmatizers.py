"""The contract of every lemmatizer, then what each one knows."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipeline.config import DEFAULTS
from pipeline.conversation import MaskedText
from pipeline.errors import ConfigError, ModelError
from pipeline.language import LEMMATIZERS, Lemmatizer, load_lemmatizer, spacy_fi
from pipeline.language.finnish import FinnishLemmatizer
from pipeline.language.spacy_fi import why_not_spacy

TEXTS = [
    MaskedText(text)
    for text in (
        "Hei [PERSON], soitin numerosta [PHONE] eilen. Lasku oli taas VÄÄRIN!!! 😡",
        "",
        "Kiitos nopeasta avusta :)",
        " \n ",
        "([PERSON_1]) sanoi:[PERSON_2]ille 45,50e Helsingissä klo 14:30",
        "\x00 ﷽ ￿ _ a\u0308iti",
        "Ö" * 300,
    )
]


def test_order_and_length_do_not_depend_on_the_batch(lemmatizer: Lemmatizer) -> None:
    together = lemmatizer.lemmatize(TEXTS)
    assert together == [tokens for text in TEXTS for tokens in lemmatizer.lemmatize([text])]
    assert together == lemmatizer.lemmatize(tuple(TEXTS))
    assert together[::-1] == lemmatizer.lemmatize(TEXTS[::-1])


def test_no_text_no_tokens(lemmatizer: Lemmatizer) -> None:
    assert lemmatizer.lemmatize([]) == []
    assert lemmatizer.lemmatize([MaskedText(""), MaskedText(" ")]) == [[], []]


def test_tokens_stand_in_the_text_in_order(lemmatizer: Lemmatizer) -> None:
    for text, tokens in zip(TEXTS, lemmatizer.lemmatize(TEXTS), strict=True):
        assert "".join(token.text for token in tokens) == "".join(text.split())


def test_masks_stay_whole(lemmatizer: Lemmatizer) -> None:
    tokens = [token for text in lemmatizer.lemmatize(TEXTS) for token in text if "[" in token.text]
    assert [token.text for token in tokens] == ["[PERSON]", "[PHONE]", "[PERSON_1]", "[PERSON_2]"]
    assert all(token.lemma == token.text and token.upos == "PROPN" for token in tokens)


def test_lemmas_are_lower_case_and_never_empty(lemmatizer: Lemmatizer) -> None:
    words = [token for text in lemmatizer.lemmatize(TEXTS) for token in text if token.upos not in ("PROPN", "SYM")]
    assert all(token.lemma and token.lemma == token.lemma.lower() for token in words)


def test_given_words_get_the_same_answers(lemmatizer: Lemmatizer) -> None:
    read = lemmatizer.lemmatize(TEXTS)
    assert lemmatizer.lemmatize_words([[token.text for token in tokens] for tokens in read]) == read


def test_a_given_word_is_one_token_whatever_is_in_it(lemmatizer: Lemmatizer) -> None:
    words = ["ettei", "kotiin päin", "1 000", "!?", "[PERSON_1]", "[PERSON_1]lle", "EU:n", "1.1.", "😡👍", "#"]
    (tokens,) = lemmatizer.lemmatize_words([words])
    assert [token.text for token in tokens] == words
    assert all(token.lemma and token.upos for token in tokens)
    kept = [token for token in tokens if token.text in ("1 000", "!?", "[PERSON_1]", "😡👍", "#")]
    assert [token.upos for token in kept] == ["NUM", "PUNCT", "PROPN", "SYM", "SYM"]
    assert all(token.lemma == token.text for token in kept)


def test_given_sentences_keep_their_places(lemmatizer: Lemmatizer) -> None:
    words = ["Lasku", "oli", "väärin", "."]
    (alone,) = lemmatizer.lemmatize_words([words])
    assert lemmatizer.lemmatize_words([[], words, [], [], tuple(words)]) == [[], alone, [], [], alone]
    assert lemmatizer.lemmatize_words([]) == []


def test_it_says_its_name_and_is_loaded_once(lemmatizer: Lemmatizer) -> None:
    assert lemmatizer.name in LEMMATIZERS
    if lemmatizer.name != "stanza":
        assert load_lemmatizer(lemmatizer.name) is lemmatizer


def read(lemmatizer: Lemmatizer, text: str) -> str:
    return " ".join(f"{token.lemma}/{token.upos}" for token in lemmatizer.lemmatize([MaskedText(text)])[0])


def test_simplemma_knows_lemmas_only() -> None:
    simplemma = load_lemmatizer("simplemma")
    assert read(simplemma, "Laskusta EU:n soitti.") == "lasku/X eu/X soittaa/X ./PUNCT"
    assert read(simplemma, "suurempana kadonneen") == "suuri/X kadota/X"


@pytest.mark.slow
def test_spacy_tells_words_apart_by_context(spacy_lemmatizer: Lemmatizer) -> None:
    assert read(spacy_lemmatizer, "Asiakas soitti Helsingistä.") == "asiakas/NOUN soittaa/VERB helsinki/PROPN ./PUNCT"
    assert read(spacy_lemmatizer, "Voi kun voi!") == "voi/INTJ kun/ADV voida/AUX !/PUNCT"


@pytest.mark.slow
def test_stanza_reads_what_it_learnt(stanza_folder: Path) -> None:
    stanza = load_lemmatizer("stanza", stanza_folder=str(stanza_folder))
    assert read(stanza, "Asiakas soitti laskusta.") == "asiakas/NOUN soittaa/VERB lasku/NOUN ./PUNCT"
    assert read(stanza, "Lasku oli [PERSON] väärin!") == "lasku/NOUN olla/AUX [PERSON]/PROPN väärin/ADV !/PUNCT"


@pytest.mark.slow
def test_stanza_without_models_says_what_to_do(tmp_path: Path, stanza_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"set language\.stanza_folder"):
        load_lemmatizer("stanza")
    with pytest.raises(ModelError, match=r"stanza\.download"):
        load_lemmatizer("stanza", stanza_folder=str(tmp_path / "nowhere"))
    (tmp_path / "resources.json").write_bytes((stanza_folder / "resources.json").read_bytes())
    with pytest.raises(ModelError, match=r"stanza\.download"):
        load_lemmatizer("stanza", stanza_folder=str(tmp_path))


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stanza", None)
    with pytest.raises(ModelError, match=r"\[stanza\]"):
        load_lemmatizer("stanza", stanza_folder="never looked at")


@pytest.mark.parametrize("name", ["voikko", "auto", ""])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match="finnish, spacy, simplemma, stanza"):
        load_lemmatizer(name)


def test_finnish_is_the_default(finnish: FinnishLemmatizer) -> None:
    assert load_lemmatizer() is finnish
    settings = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    assert settings["language"]["lemmatizer"] == finnish.name


@pytest.mark.usefixtures("voikko")
@pytest.mark.parametrize("package", ["spacy", "spacy_fi_experimental_web_md", "libvoikko"])
def test_what_spacy_lacks_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelError, match=rf"package {package} is missing: .*voikko"):
        spacy_fi.load()


def test_the_extra_that_brings_spacy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    assert ".[spacy,voikko]" in (why_not_spacy() or "")


@pytest.mark.usefixtures("voikko")
def test_a_missing_system_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import libvoikko

    def absent(path: str | None = None) -> None:
        raise OSError("libvoikko.so.1: cannot open shared object file")

    monkeypatch.setattr(libvoikko.VoikkoLibrary, "open", absent)
    assert "system library libvoikko is missing: install libvoikko1 and voikko-fi" in (why_not_spacy() or "")


def test_a_missing_dictionary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    libvoikko = pytest.importorskip("libvoikko")
    monkeypatch.setattr(libvoikko.Voikko, "listDicts", list)
    assert "Finnish dictionary is missing" in (why_not_spacy() or "")


def test_asking_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pipeline.language import why_no_voikko; why_no_voikko();"
        "from pipeline.language.spacy_fi import why_not_spacy; why_not_spacy();"
        "print({'spacy', 'simplemma', 'stanza', 'torch', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
