"""The lemmatizer in a spaCy pipeline, as spaCy users meet it: found by its entry point, nothing of ours imported."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pipeline.language.finnish import FinnishLemmatizer
from tests.language.conftest import skip_or_fail

NAME = "tunnepolku_lemmatizer"
TEXTS = ["Mä oon odottanu laskua.", "", "Kiitos  nopeasta\navusta!", " ", "[PERSON_1] soitti 3 kertaa :)"]

pytestmark = pytest.mark.slow


@pytest.fixture
def spacy(finnish: FinnishLemmatizer) -> Any:
    skip_or_fail(None if find_spec("spacy") else "The package spacy is not installed.")
    import spacy

    return spacy


@pytest.fixture
def nlp(spacy: Any) -> Any:
    pipeline = spacy.blank("fi")
    pipeline.add_pipe(NAME)
    return pipeline


def lemmas(doc: Any) -> list[str]:
    return [token.lemma_ for token in doc]


def everything(docs: Iterator[Any]) -> list[list[tuple[str, ...]]]:
    return [[(token.text, token.lemma_, token.pos_, token._.normal) for token in doc] for doc in docs]


def test_lemmas_and_spellings_are_set(nlp: Any) -> None:
    doc = nlp("Mä oon odottanu laskua.")
    assert lemmas(doc) == ["minä", "olla", "odottaa", "lasku", "."]
    assert [token._.normal.lower() for token in doc] == ["minä", "olen", "odottanut", "laskua", "."]
    assert doc.has_annotation("LEMMA")
    assert [token.pos_ for token in doc] == [""] * 5


def test_they_are_those_of_the_lemmatizer(nlp: Any, finnish: FinnishLemmatizer) -> None:
    for text in TEXTS:
        doc = [token for token in nlp(text) if not token.is_space]
        (tokens,) = finnish.lemmatize_words([[token.text for token in doc]])
        assert lemmas(doc) == [token.lemma for token in tokens]


def test_white_space_is_left_alone(nlp: Any) -> None:
    doc = nlp("Kiitos  \n avusta \n")
    spaces = [token for token in doc if token.is_space]
    assert spaces
    assert [(token.lemma_, token._.normal) for token in spaces] == [("", "")] * len(spaces)
    assert [token.lemma_ for token in doc if not token.is_space] == ["kiitos", "apu"]
    assert [lemmas(nlp(text)) for text in ("", " ")] == [[], [""]]


def test_parts_of_speech_on_request(spacy: Any) -> None:
    nlp = spacy.blank("fi")
    nlp.add_pipe(NAME, config={"upos": True})
    assert [token.pos_ for token in nlp("Laskuni oli 50 euroa.")] == ["NOUN", "AUX", "NUM", "NOUN", "PUNCT"]


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_is_set_already_stays_if_so_wanted(overwrite: bool, spacy: Any) -> None:
    nlp = spacy.blank("fi")
    component = nlp.add_pipe(NAME, config={"overwrite": overwrite, "upos": True})
    words = ["Laskut", "maksettiin", "heti"]
    doc = spacy.tokens.Doc(nlp.vocab, words=words, lemmas=["oma", "", "heti"], pos=["X", "", "ADV"])
    assert component(doc) is doc
    assert lemmas(doc) == ["lasku" if overwrite else "oma", "maksaa", "heti"]
    assert [token.pos_ for token in doc] == ["NOUN" if overwrite else "X", "VERB", "ADV"]


def test_a_stream_is_read_as_its_texts_one_by_one(nlp: Any) -> None:
    one_by_one = everything(nlp(text) for text in TEXTS)
    assert everything(nlp.pipe(TEXTS, batch_size=2)) == one_by_one
    assert everything(doc for doc, _ in nlp.pipe([(text, None) for text in TEXTS], as_tuples=True)) == one_by_one
    assert everything(nlp.pipe(TEXTS * 3, batch_size=1)) == one_by_one * 3
    assert list(nlp.pipe([])) == []


def test_a_stream_may_be_endless(nlp: Any) -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "Lasku tuli."

    stream = nlp.pipe(endless(), batch_size=4)
    assert [lemmas(next(stream)) for _ in range(10)] == [["lasku", "tulla", "."]] * 10


def test_it_stands_beside_other_components(spacy: Any) -> None:
    nlp = spacy.blank("fi")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(NAME, name="own", last=True)
    doc = nlp("Lasku tuli. Maksoin sen.")
    assert (len(list(doc.sents)), lemmas(doc)[-2]) == (2, "se")
    assert nlp.analyze_pipes()["summary"]["own"]["assigns"] == ["token.lemma"]
    with nlp.select_pipes(disable=["own"]):
        assert not nlp("Lasku tuli.").has_annotation("LEMMA")


def test_it_is_saved_and_loaded(spacy: Any, tmp_path: Path) -> None:
    nlp = spacy.blank("fi")
    nlp.add_pipe(NAME, config={"upos": True})
    nlp.to_disk(tmp_path / "own")
    wanted = everything(nlp.pipe(TEXTS))
    assert everything(spacy.load(tmp_path / "own").pipe(TEXTS)) == wanted
    again = spacy.blank("fi")
    again.add_pipe(NAME, config={"upos": True})
    assert everything(again.from_disk(tmp_path / "own").pipe(TEXTS)) == wanted
    assert everything(again.from_bytes(nlp.to_bytes()).pipe(TEXTS)) == wanted
    assert everything(spacy.blank("fi").from_config(nlp.config).pipe(TEXTS)) == wanted


def test_documents_carry_it_away(nlp: Any, spacy: Any) -> None:
    docs = list(nlp.pipe(TEXTS))
    kept = spacy.tokens.DocBin(store_user_data=True, docs=docs).to_bytes()
    again = spacy.tokens.DocBin().from_bytes(kept).get_docs(spacy.blank("fi").vocab)
    assert everything(again) == everything(iter(docs))
