"""A classifier in a spaCy pipeline, as spaCy users meet it: found by its entry point, nothing of ours imported."""

import os
import pickle
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from pipeline.affect import load_classifier
from pipeline.config import Config
from pipeline.conversation import SENTIMENTS
from pipeline.errors import ModelError
from tests.affect.conftest import LINEAR, TEXTS

NAME = "tunnepolku_affect"

pytestmark = pytest.mark.slow


@pytest.fixture
def spacy() -> Any:
    if find_spec("spacy") is None:
        complain = pytest.fail if os.environ.get("TUNNEPOLKU_TEST_ALL") == "1" else pytest.skip
        complain("The package spacy is not installed.")
    import spacy

    return spacy


@pytest.fixture
def nlp(spacy: Any, neural_folder: Path) -> Any:
    pipeline = spacy.blank("fi")
    pipeline.add_pipe(NAME, config={"model": str(neural_folder)})
    return pipeline


def scores(docs: Iterator[Any]) -> list[Any]:
    return [doc._.tunnepolku_score for doc in docs]


def test_sentiments_and_the_score_are_those_of_the_classifier(nlp: Any, neural_folder: Path) -> None:
    docs = list(nlp.pipe(TEXTS))
    assert scores(docs) == load_classifier(neural_folder).score(TEXTS)
    for doc in docs:
        assert doc.cats == doc._.tunnepolku_score.sentiment_probability
        assert sum(doc.cats.values()) == pytest.approx(1)


def test_other_categories_stay(nlp: Any) -> None:
    doc = nlp.make_doc("lasku on väärin")
    doc.cats["urgent"] = 1.0
    assert set(nlp(doc).cats) == {"urgent", *SENTIMENTS}


def test_a_document_that_was_not_read_has_no_score(nlp: Any) -> None:
    assert nlp.make_doc("lasku on väärin")._.tunnepolku_score is None


def test_a_stream_is_read_as_its_texts_one_by_one(nlp: Any) -> None:
    one_by_one = [nlp(text).cats for text in TEXTS]
    for size in (1, 3, 100):
        assert [doc.cats for doc in nlp.pipe(TEXTS, batch_size=size)] == [
            pytest.approx(c, abs=1e-5) for c in one_by_one
        ]
    assert list(nlp.pipe([])) == []


def test_a_stream_may_be_endless(nlp: Any) -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "kiitos avusta"

    assert len({str(doc.cats) for doc in islice(nlp.pipe(endless(), batch_size=4), 10)}) == 1


def test_the_text_is_read_as_it_is(nlp: Any) -> None:
    """Nothing is masked on the way: a name is another text than its mask."""
    name, mask = nlp.pipe(["kiitos Matti", "kiitos [PERSON]"])
    assert (name.text, mask.text) == ("kiitos Matti", "kiitos [PERSON]")
    assert name.cats != mask.cats


def test_documents_carry_the_score_away(nlp: Any, spacy: Any) -> None:
    docs = list(nlp.pipe(TEXTS))
    kept = spacy.tokens.DocBin(store_user_data=True, docs=docs).to_bytes()
    again = spacy.tokens.DocBin().from_bytes(kept).get_docs(spacy.blank("fi").vocab)
    assert scores(again) == scores(iter(docs))


def test_it_is_saved_loaded_and_sent(nlp: Any, spacy: Any, tmp_path: Path) -> None:
    wanted = scores(nlp.pipe(TEXTS))
    nlp.to_disk(tmp_path / "own")
    assert scores(spacy.load(tmp_path / "own").pipe(TEXTS)) == wanted
    component = pickle.loads(pickle.dumps(nlp.get_pipe(NAME)))
    assert scores(component.pipe(nlp.make_doc(text) for text in TEXTS)) == wanted
    assert nlp.analyze_pipes()["summary"][NAME]["assigns"] == ["doc.cats", "doc._.tunnepolku_score"]


def test_without_a_folder_it_is_the_model_of_the_settings(spacy: Any, config: Config) -> None:
    component = spacy.blank("fi").add_pipe(NAME)
    assert component.classifier.card.folder == config.paths.models / config.affect.model


def test_a_model_that_reads_lemmas_needs_them(spacy: Any) -> None:
    nlp = spacy.blank("fi")
    nlp.add_pipe(NAME, config={"model": str(LINEAR)})
    with pytest.raises(ModelError, match="put a lemmatizer before tunnepolku_affect"):
        nlp("Lasku on väärin.")
    doc = spacy.tokens.Doc(nlp.vocab, words=["Lasku", "on", "väärin", "\n"], lemmas=["lasku", "olla", "väärin", ""])
    wanted = load_classifier(LINEAR).score([doc.text], [["lasku", "olla", "väärin"]])
    assert scores(iter([nlp(doc)])) == wanted


def test_an_unknown_model_is_refused(spacy: Any) -> None:
    with pytest.raises(ModelError, match="There is no model"):
        spacy.blank("fi").add_pipe(NAME, config={"model": "no-such-model"})
