"""The gold set keeps its form: whoever adds a sentence hears here what is wrong with it."""

from pathlib import Path

import pytest

from pipeline.language.treebank import read_treebank
from tests.conftest import ROOT

FILES = sorted((ROOT / "data" / "gold").glob("*.conllu"))
UPOS = {
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM",
    "VERB", "X",
}  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_word_has_a_lemma_and_a_part_of_speech(path: Path) -> None:
    for sentence in read_treebank(path):
        for word in sentence.words:
            assert word.lemma, word.form
            assert word.upos in UPOS, word.form
            assert word.lemma == word.lemma.lower() or word.upos in ("PROPN", "SYM"), word.form
        assert sentence.genre
        assert sentence.style


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_text_is_its_words(path: Path) -> None:
    for sentence in read_treebank(path):
        assert "".join(word.form for word in sentence.words) == "".join(sentence.text.split())


def test_what_measures_is_not_learnt_from() -> None:
    texts = {path.stem: {sentence.text.lower() for sentence in read_treebank(path)} for path in FILES}
    learnt = set().union(*(found for name, found in texts.items() if "verify" not in name))
    kept = set().union(*(found for name, found in texts.items() if "verify" in name))
    assert len(kept) >= 250
    assert kept & learnt == set()


def test_the_set_is_large_enough() -> None:
    assert sum(len(read_treebank(path)) for path in FILES) >= 300
