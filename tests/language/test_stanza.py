"""Stanza trained on an invented treebank, through the command line, and read back."""

import shutil
import sys
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.conversation import MaskedText, Token
from pipeline.errors import ConfigError, ModelError
from pipeline.language.stanza_fi import load
from pipeline.language.stanza_train import train_stanza
from pipeline.models import sha256_of, verified_card
from tests.language.conftest import skip_or_fail

SUBJECTS = (
    "Asiakas/asiakas/NOUN",
    "Äitini/äiti/NOUN",
    "Hän/hän/PRON",
    "Asiakaspalvelu/asiakas#palvelu/NOUN",
    "He/hän/PRON",
)
PREDICATES = (
    "soitti/soittaa/VERB laskusta/lasku/NOUN",
    "lupasi/luvata/VERB korjauksen/korjaus/NOUN",
    "oli/olla/AUX tyytyväinen/tyytyväinen/ADJ",
    "kysyi/kysyä/VERB tilauksestaan/tilaus/NOUN",
    "ei/ei/AUX vastannut/vastata/VERB",
    "odotti/odottaa/VERB eilen/eilen/ADV",
)
SENTENCES = [f"{subject} {predicate} ././PUNCT" for subject, predicate in product(SUBJECTS, PREDICATES)]
slow = [pytest.mark.slow, pytest.mark.xdist_group("stanza_train")]


def conllu(sentences: list[str]) -> str:
    """`form/lemma/UPOS` words as CoNLL-U with neither features nor trees, the last one without a space before it."""
    blocks = []
    for sentence in sentences:
        words = [word.rsplit("/", 2) for word in sentence.split()]
        space = ["_"] * (len(words) - 2) + ["SpaceAfter=No", "_"]
        rows = (
            "\t".join((str(number), *word, *"_" * 5, misc))
            for number, (word, misc) in enumerate(zip(words, space, strict=True), 1)
        )
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


@pytest.fixture(scope="session")
def treebank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("treebank") / "invented.conllu"
    path.write_text(conllu(SENTENCES), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trained(treebank: Path) -> Path:
    """The folder that the command writes. Every other predicate is in the first file, the rest in the second."""
    skip_or_fail(None if find_spec("stanza") else "The package stanza is not installed.")
    home = treebank.parent / "trained"
    home.mkdir()
    halves = [home / "even.conllu", home / "odd.conllu"]
    for number, half in enumerate(halves):
        half.write_text(conllu(SENTENCES[number::2]), encoding="utf-8")
    folder = home / "stanza-fi-1"
    files = ["--train", *map(str, halves), "--dev", str(treebank), "--output", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # threads of several processes wait for each other for minutes
        assert main(["train", "stanza", *files, "--steps", "15", "--epochs", "1"]) == 0
    assert {*home.iterdir()} == {*halves, folder}
    return folder


def lemmas(tokens: list[Token]) -> str:
    return " ".join(token.lemma for token in tokens)


class TestTrained:
    pytestmark = slow

    def test_it_lemmatizes_what_it_learnt(self, trained: Path) -> None:
        stanza = load(str(trained))
        texts = [MaskedText("Äitini soitti [PERSON_1]lle laskusta!!!"), MaskedText(""), MaskedText("He odotti")]
        first, empty, last = stanza.lemmatize(texts)
        assert [token.text for token in first] == ["Äitini", "soitti", "[PERSON_1]", "lle", "laskusta", "!!!"]
        assert (lemmas(first[:3]), first[4].lemma, first[2].upos) == ("äiti soittaa [PERSON_1]", "lasku", "PROPN")
        assert (empty, lemmas(last)) == ([], "hän odottaa")

    def test_given_words_stay_whole(self, trained: Path) -> None:
        words = ["Asiakaspalvelu", "lupasi", "asiakas palvelu", "1 000", "[EMAIL]", "#"]
        (tokens, nothing) = load(str(trained)).lemmatize_words([words, []])
        assert [token.text for token in tokens] == words
        assert lemmas(tokens[:2]) == "asiakaspalvelu luvata", "the seam of a compound is no part of its lemma"
        assert [token.upos for token in tokens[3:]] == ["NUM", "PROPN", "SYM"]
        assert nothing == []

    def test_its_tagger_is_used(self, trained: Path) -> None:
        gold = [word.rsplit("/", 2) for sentence in SENTENCES for word in sentence.split()]
        (tokens,) = load(str(trained)).lemmatize_words([[form for form, _, _ in gold]])
        right = sum(token.upos == upos for token, (_, _, upos) in zip(tokens, gold, strict=True))
        assert right > 0.6 * len(gold), "half of them are NOUN or PUNCT"

    def test_it_does_without_a_tagger(self, trained: Path, tmp_path: Path) -> None:
        folder = tmp_path / "lemmas only"
        shutil.copytree(trained, folder, ignore=shutil.ignore_patterns("pos", "card.toml"))
        (tokens,) = load(str(folder)).lemmatize_words([["Hän", "kysyi", "."]])
        assert [(token.lemma, token.upos) for token in tokens] == [("hän", "X"), ("kysyä", "X"), (".", "PUNCT")]

    def test_its_own_tokenizer_is_loaded_on_request(self, trained: Path) -> None:
        texts = [MaskedText("Hän oli tyytyväinen."), MaskedText(""), MaskedText("Äitini odotti  eilen.")]
        tokens = load(str(trained), own_tokens=False).lemmatize(texts)
        for text, found in zip(texts, tokens, strict=True):
            assert "".join("".join(token.text for token in found).split()) == "".join(text.split())

    def test_its_card_tells_the_treebanks_and_the_figures(self, trained: Path, treebank: Path) -> None:
        card = verified_card(trained)
        assert set(card.files) == {"resources.json", *(f"fi/{part}/own.pt" for part in ("tokenize", "pos", "lemma"))}
        assert [source["part"] for source in card.details["data"]] == ["train", "train", "dev"]
        assert [source["title"] for source in card.details["data"]] == ["even.conllu", "odd.conllu", treebank.name]
        assert card.details["data"][2]["sha256"] == sha256_of(treebank)
        assert card.details["metrics"]["lemma_accuracy"] == 1.0

    def test_an_altered_model_is_not_believed(self, trained: Path, tmp_path: Path) -> None:
        folder = tmp_path / "altered"
        shutil.copytree(trained, folder)
        with (folder / "fi" / "lemma" / "own.pt").open("ab") as file:
            file.write(b"\0")
        with pytest.raises(ModelError, match=r"own\.pt is not the file its card describes"):
            load(str(folder))
        (folder / "card.toml").unlink()
        for part in ("lemma", "pos"):
            weights = folder / "fi" / part / "own.pt"
            weights.write_bytes(weights.read_bytes()[:1000])
            with pytest.raises(ModelError, match="does not hold Stanza's Finnish models"):
                load(str(folder))

    def test_a_folder_in_use_is_left_alone(self, trained: Path, treebank: Path) -> None:
        with pytest.raises(ConfigError, match="is there already: choose another folder"):
            train_stanza([treebank], treebank, trained)
        verified_card(trained)

    def test_nothing_stays_when_stanza_stops(
        self, tmp_path: Path, treebank: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        skip_or_fail(None if find_spec("stanza") else "The package stanza is not installed.")
        blank = tmp_path / "blank.conllu"  # Stanza's tagger refuses a word without UPOS
        blank.write_text(treebank.read_text(encoding="utf-8").replace("VERB", "_"), encoding="utf-8")
        with pytest.raises(ModelError, match="Stanza's training stopped: correct what it says above"):
            train_stanza([blank], treebank, tmp_path / "model", steps=1, epochs=1)
        assert list(tmp_path.iterdir()) == [blank]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "holds no tokens"), (b"# only a comment\n", "holds no tokens"), (b"1\ta\n", "is not CoNLL-U"),
     (b"\xff\xfe", "is not readable as CoNLL-U"), (None, "is not readable as CoNLL-U")],
)  # fmt: skip
def test_a_file_without_words_is_refused(content: bytes | None, message: str, tmp_path: Path, treebank: Path) -> None:
    skip_or_fail(None if find_spec("stanza") else "The package stanza is not installed.")
    broken = tmp_path / "broken.conllu"
    if content is not None:
        broken.write_bytes(content)
    for train, dev in (([treebank, broken], treebank), ([treebank], broken)):
        with pytest.raises(ConfigError, match=message):
            train_stanza(train, dev, tmp_path / "new" / "model")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("limits", [{"steps": 0}, {"epochs": -1}])
def test_limits_count_from_one(limits: dict[str, int], tmp_path: Path, treebank: Path) -> None:
    skip_or_fail(None if find_spec("stanza") else "The package stanza is not installed.")
    with pytest.raises(ConfigError, match="count from 1"):
        train_stanza([treebank], treebank, tmp_path / "model", **limits)


def test_without_stanza_its_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, treebank: Path) -> None:
    monkeypatch.setitem(sys.modules, "stanza", None)
    for attempt in (lambda: load("any"), lambda: train_stanza([treebank], treebank, tmp_path / "model")):
        with pytest.raises(ModelError, match=r"install it with: pip install 'tunnepolku\[stanza\]'"):
            attempt()


def test_the_command_asks_for_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "stanza", "--train", "a.conllu"]) == 2
    assert "--dev D.conllu --output FOLDER" in capsys.readouterr().err
