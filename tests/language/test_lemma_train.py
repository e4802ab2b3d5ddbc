"""The ranker learns from a few invented sentences what it should, and nothing without what it needs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, ModelError
from pipeline.language import voikko
from pipeline.language.finnish import FinnishLemmatizer, make_sources
from pipeline.language.lemma_corpora import GOLD, LEMMAS, Row, Sentences, treebank_rows, with_names
from pipeline.language.lemma_train import learn, train_lemmas
from pipeline.language.ranker import WEIGHTS, Learned, load_ranker, save_ranker
from pipeline.language.treebank import read_treebank, unseen
from pipeline.language.voikko import Analyzer
from tests.conftest import ROOT

SENTENCES = """
Lasku/lasku/NOUN tuli/tulla/VERB eilen/eilen/ADV ././PUNCT
Posti/posti/NOUN tuli/tulla/VERB vihdoin/vihdoin/ADV ././PUNCT
Viesti/viesti/NOUN tuli/tulla/VERB myöhässä/myöhässä/ADV ././PUNCT
Paketti/paketti/NOUN tuli/tulla/VERB rikki/rikki/ADV ././PUNCT
Vastaus/vastaus/NOUN tuli/tulla/VERB heti/heti/ADV ././PUNCT
Kuuma/kuuma/ADJ tuli/tuli/NOUN paloi/palaa/VERB ././PUNCT
Suuri/suuri/ADJ tuli/tuli/NOUN sammui/sammua/VERB ././PUNCT
Iso/iso/ADJ tuli/tuli/NOUN leimahti/leimahtaa/VERB ././PUNCT
Pieni/pieni/ADJ tuli/tuli/NOUN riitti/riittää/VERB ././PUNCT
Vanha/vanha/ADJ tuli/tuli/NOUN savusi/savuta/VERB ././PUNCT
Sanoi/sanoa/VERB et/että/SCONJ/että lasku/lasku/NOUN maksettiin/maksaa/VERB ././PUNCT
Luuli/luulla/VERB et/että/SCONJ/että posti/posti/NOUN kulki/kulkea/VERB ././PUNCT
Sanoi/sanoa/VERB et/että/SCONJ/että viesti/viesti/NOUN katosi/kadota/VERB ././PUNCT
Luuli/luulla/VERB et/että/SCONJ/että vika/vika/NOUN korjattiin/korjata/VERB ././PUNCT
Sinä/sinä/PRON et/ei/AUX vastannut/vastata/VERB ././PUNCT
Sinä/sinä/PRON et/ei/AUX soittanut/soittaa/VERB ././PUNCT
Sinä/sinä/PRON et/ei/AUX maksanut/maksaa/VERB ././PUNCT
Sinä/sinä/PRON et/ei/AUX lähettänyt/lähettää/VERB ././PUNCT
Blörppi/laskuri/NOUN/laskuri toimi/toimia/VERB taas/taas/ADV ././PUNCT
Blörppi/laskuri/NOUN/laskuri hajosi/hajota/VERB taas/taas/ADV ././PUNCT
"""


def conllu(sentences: str) -> str:
    """`form/lemma/UPOS` or `form/lemma/UPOS/normal` words as CoNLL-U."""
    blocks = []
    for sentence in sentences.strip().splitlines():
        words = [[*word.split("/"), ""][:4] for word in sentence.split()]
        rows = [
            "\t".join([str(number), form, lemma, upos, *"_" * 5, f"Norm={normal}" if normal else "_"])
            for number, (form, lemma, upos, normal) in enumerate(words, 1)
        ]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


@pytest.fixture(scope="module")
def treebank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("treebank") / "invented.conllu"
    path.write_text(conllu(SENTENCES), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def learned(treebank: Path, analyzer: Analyzer) -> Learned:
    return learn(make_sources({}, {}), [Sentences(treebank_rows(treebank), GOLD, 3.0)], [])


def lemmatizer(learned: Learned) -> FinnishLemmatizer:
    return FinnishLemmatizer(make_sources(learned.memory, learned.endings), learned.ranker)


def read(learned: Learned, text: str) -> list[str]:
    (tokens,) = lemmatizer(learned).lemmatize_words([text.split()])
    return [f"{token.lemma}/{token.upos}" for token in tokens]


class TestLearn:
    def test_context_tells_an_ambiguous_word(self, learned: Learned) -> None:
        assert read(learned, "Kirje tuli eilen .")[1] == "tulla/VERB"
        assert read(learned, "Kirkas tuli paloi .")[1] == "tuli/NOUN"

    def test_context_tells_puhekieli_from_the_standard(self, learned: Learned) -> None:
        assert read(learned, "Sanoi et kirje hukkui .")[1] == "että/SCONJ"
        assert read(learned, "Sinä et kirjoittanut .")[1] == "ei/AUX"

    def test_it_remembers_what_no_source_knows(self, learned: Learned) -> None:
        assert learned.memory == {"blörppi": [("laskuri", "laskuri")]}
        (tokens,) = lemmatizer(learned).lemmatize_words([["BLÖRPPI", "toimi"]])
        assert (tokens[0].lemma, tokens[0].normal, tokens[0].rule) == ("laskuri", "LASKURI", "memory")

    def test_parts_of_speech_are_those_it_has_seen(self, learned: Learned) -> None:
        assert learned.ranker.upos_of["teonsana"] == "VERB"
        assert learned.ranker.upos_of[""] == "NOUN PROPN"

    def test_common_lemmas_are_counted_in_plain_text_too(self, treebank: Path, analyzer: Analyzer) -> None:
        parts = [Sentences(treebank_rows(treebank), GOLD, 3.0)]
        counted = learn(make_sources({}, {}), parts, ["reititin", "talo"] * 32).ranker.frequency
        assert (counted["talo"], counted["reititin"]) == (5, 4), "reititin is reitittää too"
        assert "kirje" not in counted

    def test_of_foreign_conventions_only_lemmas_count(self, treebank: Path, analyzer: Analyzer) -> None:
        own = Sentences(treebank_rows(treebank), GOLD, 3.0)
        rows = [[Row("Lasku", "lasku", "N"), Row("tuli", "tulla", "V"), Row("zorbissa", "zorbi", "N")]] * 4
        learned = learn(make_sources({}, {}), [own, Sentences(rows, LEMMAS, 1.0)], [])
        assert set(" ".join(learned.ranker.upos_of.values()).split()) & {"N", "V"} == set()
        assert learned.memory["zorbissa"] == [("zorbi", "")]

    @pytest.mark.slow
    def test_the_same_sentences_give_the_same_bytes(self, treebank: Path, learned: Learned, tmp_path: Path) -> None:
        save_ranker(learned, tmp_path)
        here = (tmp_path / WEIGHTS).read_bytes()
        code = f"""if True:
            from pathlib import Path
            from pipeline.language.finnish import make_sources
            from pipeline.language.lemma_corpora import GOLD, Sentences, treebank_rows
            from pipeline.language.lemma_train import learn
            from pipeline.language.ranker import save_ranker
            parts = [Sentences(treebank_rows(Path({str(treebank)!r})), GOLD, 3.0)]
            save_ranker(learn(make_sources({{}}, {{}}), parts, []), Path({str(tmp_path)!r}))
        """
        for seed in ("1", "2"):
            subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, cwd=ROOT, check=True)
            assert (tmp_path / WEIGHTS).read_bytes() == here

    def test_what_is_saved_reads_as_it_was_learnt(self, learned: Learned, tmp_path: Path) -> None:
        save_ranker(learned, tmp_path)
        again = load_ranker(tmp_path)
        for sentence in ("Kirje tuli eilen .", "Iso tuli paloi .", "Sanoi et blörppi hukkui .", "Sinä et tuli ."):
            assert read(again, sentence) == read(learned, sentence)


class TestRows:
    def test_a_treebank_gives_lemmas_in_our_conventions(self, tmp_path: Path) -> None:
        path = tmp_path / "gold.conllu"
        path.write_text(
            conllu("Me/me/PRON EU:n/EU/PROPN e-laskuista/e#lasku/NOUN mun/minä/PRON/Minun"), encoding="utf-8"
        )
        assert treebank_rows(path) == [
            [
                Row("Me", "minä", "PRON"),
                Row("EU:n", "eu", "PROPN"),
                Row("e-laskuista", "elasku", "NOUN"),
                Row("mun", "minä", "PRON", normal="minun"),
            ]
        ]

    def test_what_floors_are_measured_on_is_not_learnt(self, treebank: Path) -> None:
        held_out = len(unseen(read_treebank(treebank)))
        assert held_out > 0
        assert treebank_rows(treebank, seen_only=True) == treebank_rows(treebank)[:-held_out]

    def test_a_tagged_name_gets_the_lemma_it_is_met_with(self) -> None:
        sentences = [
            [Row("Zorbit", "zorbit", "PROPN", "Nom Plur"), Row("kaatuivat", "kaatua", "VERB")],
            [Row("Zorbilla", "zorbilla", "PROPN", "Ade Sing"), Row("Qwertyllä", "qwertyllä", "PROPN", "Ade Sing")],
            [Row("Zorbi", "zorbi", "PROPN", "Nom Sing"), Row("zorbilla", "zorbilla", "NOUN", "Ade Sing")],
        ]
        found = [[row.lemma for row in sentence] for sentence in with_names(sentences)]
        assert found == [["zorbit", "kaatua"], ["zorbi", ""], ["zorbi", "zorbilla"]]


class TestRefusals:
    def test_a_missing_corpus_is_named(self, analyzer: Analyzer, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"fi_tdt-ud-dev\.conllu .*set paths\.corpora\.") as caught:
            train_lemmas(tmp_path, tmp_path, tmp_path / "model", "1")
        assert str(caught.value).endswith(".")
        assert not (tmp_path / "model").exists()

    @pytest.fixture
    def corpora(self, treebank: Path, tmp_path: Path) -> Path:
        """All treebanks, but neither sentences to tag nor plain text."""
        folder = tmp_path / "ud_finnish"
        folder.mkdir()
        for name in ("fi_tdt-ud-dev", "fi_ftb-ud-dev", "fi_ftb-ud-oldsplit-train"):
            (folder / f"{name}.conllu").write_text(treebank.read_text(encoding="utf-8"), encoding="utf-8")
        return tmp_path

    @pytest.mark.slow
    @pytest.mark.usefixtures("voikko")
    def test_so_is_missing_text(self, corpora: Path) -> None:
        with pytest.raises(ConfigError, match=r"train\.tsv is missing: set paths\.corpora"):
            train_lemmas(corpora, corpora, corpora / "model", "1")

    def test_without_spacy(self, analyzer: Analyzer, corpora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in [name for name in sys.modules if name.partition(".")[0] == "spacy"]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, "spacy", None)
        with pytest.raises(ModelError, match="package spacy is missing"):
            train_lemmas(corpora, corpora, corpora / "model", "1")

    @pytest.fixture
    def without_voikko(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        for package in ("libvoikko", "pyvoikko"):
            monkeypatch.setitem(sys.modules, package, None)
        voikko._load.cache_clear()
        yield
        voikko._load.cache_clear()

    @pytest.mark.usefixtures("without_voikko")
    def test_without_voikko(self, corpora: Path) -> None:
        with pytest.raises(ModelError, match=r"Voikko is missing.*pip install -e '\.\[voikko\]'"):
            train_lemmas(corpora, corpora, corpora / "model", "1")
        assert not (corpora / "model").exists()
