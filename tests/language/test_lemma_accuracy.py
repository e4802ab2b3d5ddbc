from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.language import load_lemmatizer
from pipeline.language.evaluate import lemma_accuracy, read_conllu

GOLD = """\
# text = Laskuista soitettiin, etten osaa 1 000.
1	Laskuista	Lasku	NOUN
2	asiakaspalvelussa	asiakas#palvelu	NOUN
3	,	,	PUNCT
4-5	etten	_	_
4	ett	että	SCONJ
5	en	ei	AUX
5.1	jää	jäädä	VERB
6	osaa	väärä gold	VERB
7	1 000	1 000	NUM

1	Kiitos	kiitos	NOUN
2	!	!	PUNCT
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conllu"
    path.write_text(GOLD, encoding="utf-8")
    return path


def test_counts_what_stands_in_the_same_place(gold: Path) -> None:
    found = lemma_accuracy(load_lemmatizer("simplemma"), gold)
    assert found.token_count == 9
    assert found.aligned_count == 8  # all but "1 000", which is two tokens to us
    assert found.correct_lemma_count == 7  # nor "väärä gold"; case and # are no mistakes
    assert found.correct_upos_count == 2  # the two marks: simplemma knows no parts of speech
    assert found.lemma_share == pytest.approx(7 / 9)
    assert found.upos_share == pytest.approx(2 / 9)
    assert found.tokens_per_second == pytest.approx(9 / found.seconds)


def test_reads_syntactic_words_only(gold: Path) -> None:
    forms = [[form for form, _, _ in sentence] for sentence in read_conllu(gold)]
    assert forms == [["Laskuista", "asiakaspalvelussa", ",", "ett", "en", "osaa", "1 000"], ["Kiitos", "!"]]


def test_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"paths\.corpora"):
        lemma_accuracy(load_lemmatizer("simplemma"), tmp_path / "absent.conllu")
    (tmp_path / "empty.conllu").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds no tokens"):
        lemma_accuracy(load_lemmatizer("simplemma"), tmp_path / "empty.conllu")
