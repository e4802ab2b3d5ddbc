"""Every figure of `evaluate`, counted by hand on two tiny treebanks and a lemmatizer whose answers are plain to see."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.cli.language import TREEBANKS
from pipeline.config import Config
from pipeline.conversation import MaskedText, Token
from pipeline.errors import ConfigError
from pipeline.language import Lemmatizer, load_lemmatizer
from pipeline.language.evaluate import Confusion, Share, confusions, evaluate, figures, shares
from pipeline.language.tokens import tokenize
from pipeline.language.treebank import read_treebank


def conllu(*lines: str) -> str:
    """Lines `id form lemma UPOS [FEATS] [MISC]` as ten columns; comments and empty lines as they are."""
    written = []
    for line in lines:
        if not line or line.startswith("#"):
            written.append(line)
        else:
            number, form, lemma, upos, feats, misc = [*line.split(" "), "_", "_"][:6]
            written.append("\t".join([number, form.replace("~", " "), lemma, upos, "_", feats, "_", "_", "_", misc]))
    return "\n".join(written) + "\n"


STANDARD = conllu(
    "# sent_id = wn012.1",
    "# text = Laskuista soitettiin, etten osaa ja/tai.",
    "1 Laskuista Las#ku NOUN",
    "2 soitettiin soittaa VERB _ SpaceAfter=No",
    "3 , , PUNCT",
    "4-5 etten _ _",
    "4 ett että SCONJ",
    "5 en ei AUX",
    "5.1 jää jäädä VERB",
    "6 osaa kumma VERB",
    "7 ja/tai ja/tai CCONJ _ SpaceAfter=No",
    "8 . . PUNCT",
    "",
    "# sent_id = b101.2",
    "# text = Me raaka-aineesta OSAA.",
    "1 Me minä PRON",
    "2 raaka-aineesta raaka#aine NOUN",
    "3 OSAA kumma VERB _ SpaceAfter=No",
    "4 . . PUNCT",
)

COLLOQUIAL = conllu(
    "# genre = chat",
    "# style = Savo",
    "1 oon olla AUX _ Norm=olen",
    "2 ihan ihan ADV Style=Coll Norm=Ihan",
    "3 siel siellä ADV Style=Coll",
    "4 siel siellä ADV _ Style=Dialectal|Norm=siellä|SpaceAfter=No",
    "5 ! ! PUNCT",
)


KNOWN = {"laskuista": "lasku", "soitettiin": "soittaa", "ett": "että", "en": "ei", "me": "me", "oon": "olla"}
NORMAL = {"oon": "olen", "ihan": "iham"}


class Plain:
    """Knows six words; cuts `etten` in two when it reads text, as a tokenizer may."""

    name = "plain"

    def lemmatize(self, texts: Sequence[MaskedText]) -> list[list[Token]]:
        return [[read(token.text) for token in tokenize(text.replace("etten", "ett en"))] for text in texts]

    def lemmatize_words(self, sentences: Sequence[Sequence[str]]) -> list[list[Token]]:
        return [[read(word) for word in words] for words in sentences]


def read(word: str) -> Token:
    """Its lemma in `KNOWN`, else itself; NOUN where it starts with a letter."""
    lemma = KNOWN.get(word.lower(), word.lower())
    return Token(word, lemma, "NOUN" if word[0].isalpha() else "PUNCT", NORMAL.get(word, ""))


@pytest.fixture
def standard(tmp_path: Path) -> Path:
    return write(tmp_path / "standard.conllu", STANDARD)


@pytest.fixture
def colloquial(tmp_path: Path) -> Path:
    return write(tmp_path / "colloquial.conllu", COLLOQUIAL)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_figures_of_standard_text(standard: Path) -> None:
    assert figures(evaluate(Plain(), standard)) == pytest.approx(
        {
            "lemma_accuracy": 8 / 12,  # not osaa, me, raaka-aineesta, OSAA
            "convention_free_lemma_accuracy": 9 / 12,  # me is minä; raaka-aineesta is no lemma at all
            "upos_accuracy": 5 / 12,  # NOUN twice, PUNCT three times
            "standard_lemma_accuracy": 8 / 12,
            "raw_lemma_accuracy": 4 / 9,  # laskuista, soitettiin and both halves of etten; ja/tai we cut in two
            "raw_convention_free_lemma_accuracy": 5 / 9,
        }
    )


def test_a_hyphen_is_a_convention_where_the_lemma_is_right(standard: Path) -> None:
    found = figures(evaluate(load_lemmatizer("simplemma"), standard))
    assert found["lemma_accuracy"] == pytest.approx(9 / 12)  # not osaa, raaka-aineesta, OSAA
    assert found["convention_free_lemma_accuracy"] == pytest.approx(10 / 12)


def test_a_range_is_its_pieces(standard: Path) -> None:
    rows = evaluate(load_lemmatizer("simplemma"), standard).raw
    assert [(row.word.form, row.token and row.token.text) for row in rows[2:4]] == [("ett", "ett"), ("en", "en")]
    assert len(rows) == 9


def test_an_uncut_range_can_be_right_for_its_first_word_only(tmp_path: Path) -> None:
    text = conllu("# text = niinkuin", "1-2 niinkuin _ _", "1 niin niin ADV", "2 kuin kuin SCONJ")
    rows = evaluate(load_lemmatizer("simplemma"), write(tmp_path / "range.conllu", text)).raw
    assert [(row.word.form, row.token and row.token.text) for row in rows] == [("niin", "niinkuin"), ("kuin", None)]


def test_figures_of_colloquial_text(colloquial: Path) -> None:
    assert figures(evaluate(Plain(), colloquial)) == pytest.approx(
        {
            "lemma_accuracy": 3 / 5,
            "convention_free_lemma_accuracy": 3 / 5,
            "upos_accuracy": 1 / 5,
            "standard_lemma_accuracy": 1 / 1,
            "colloquial_lemma_accuracy": 2 / 4,
            "raw_lemma_accuracy": 2 / 4,
            "raw_convention_free_lemma_accuracy": 2 / 4,
            "normalisation_accuracy": 1 / 2,  # olen, not siellä; ihan is standard
            "unchanged_accuracy": 2 / 3,  # siel without a Norm and the mark, not iham
        }
    )


def test_shares_by_group(standard: Path, colloquial: Path) -> None:
    given = evaluate(Plain(), standard).given
    assert shares(given, "genre") == {"wikinews": Share(8, 7 / 8), "blog": Share(4, 1 / 4)}
    assert shares(given, "style") == {}
    by_upos = shares(given, "upos")
    assert list(by_upos) == ["PUNCT", "VERB", "NOUN", "AUX", "CCONJ", "PRON", "SCONJ"]
    assert by_upos["VERB"] == Share(3, pytest.approx(1 / 3))
    given = evaluate(Plain(), colloquial).given
    assert shares(given, "genre") == {"chat": Share(5, 3 / 5)}
    assert shares(given, "style") == {"Savo": Share(5, 3 / 5)}
    assert shares(given, "register") == {"colloquial": Share(4, 2 / 4), "standard": Share(1, 1.0)}


def test_confusions_most_frequent_first(standard: Path) -> None:
    evaluation = evaluate(Plain(), standard)
    assert confusions(evaluation.given, 2) == [Confusion("osaa", "kumma", "osaa", 2), Confusion("me", "minä", "me", 1)]
    assert Confusion("ja/tai", "ja/tai", "", 1) in confusions(evaluation.raw, 9)


def test_reads_words_and_where_they_stand(standard: Path, colloquial: Path) -> None:
    first, second = read_treebank(standard)
    assert [first.text[slice(*word.span)] for word in first.words] == [
        "Laskuista", "soitettiin", ",", "etten", "etten", "osaa", "ja/tai", ".",
    ]  # fmt: skip
    assert (first.genre, second.genre, second.style) == ("wikinews", "blog", "")
    (third,) = read_treebank(colloquial)
    assert third.text == "oon ihan siel siel!"
    assert [word.colloquial for word in third.words] == [True, True, True, True, False]
    assert [word.normal for word in third.words] == ["olen", None, None, "siellä", None]


def test_letters_of_a_sent_id_tell_no_genre_beside_unknown_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "ftb.conllu", STANDARD.replace("b101.2", "ekvje-124"))
    assert [sentence.genre for sentence in read_treebank(path)] == ["", ""]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# nothing\n", "holds no tokens"),
        ("1\tsana\tsana\tNOUN\n", "line 1 has 4 columns of 10"),
        (STANDARD.replace("text = Me", "text = Te"), "does not hold its words"),
        (STANDARD.replace("\n4-5", "\n4-x"), "correct it"),
        (None, r"set paths\.corpora"),
    ],
)
def test_says_what_is_wrong_with_the_file(tmp_path: Path, text: str | None, sentence: str) -> None:
    path = tmp_path / "gold.conllu"
    if text is not None:
        write(path, text)
    with pytest.raises(ConfigError, match=sentence):
        evaluate(Plain(), path)


def test_given_words_are_one_token_each(lemmatizer: Lemmatizer) -> None:
    words = ["[PERSON]", "1 000", "!?", "😡", "5.", ":n", "H&M:n", "Laskuista"]
    first, empty, last = lemmatizer.lemmatize_words([words, [], ["Lasku"]])
    assert [token.text for token in first] == words
    assert [token.upos for token in first[:4]] == ["PROPN", "NUM", "PUNCT", "SYM"]
    assert [token.lemma for token in first[:3]] == ["[PERSON]", "1 000", "!?"]
    assert all(token.lemma and token.lemma == token.lemma.lower() for token in first[4:])
    assert empty == []
    assert len(last) == 1


def test_words_and_texts_are_read_alike(lemmatizer: Lemmatizer) -> None:
    text = MaskedText("Asiakas [PERSON] soitti laskusta 12.3. klo 14 !")
    (tokens,) = lemmatizer.lemmatize([text])
    assert lemmatizer.lemmatize_words([[token.text for token in tokens]]) == [tokens]


def test_the_command_shows_all_figures(
    config: Config, standard: Path, colloquial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "language", "--lemmatizer", "simplemma", "--confusions", "1"]
    assert main([*arguments, "--format", "json", str(standard), str(colloquial)]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["treebank"], first["lemmatizer"]) == ("standard", "simplemma")
    assert (first["token_count"], first["raw_word_count"]) == (12, 9)
    assert first["figures"]["raw_lemma_accuracy"] == pytest.approx(5 / 9)  # laskuista, soitettiin, ett, en, me
    assert first["by_genre"]["blog"] == {"word_count": 4, "lemma_accuracy": 0.5}
    assert first["confusions"] == [{"form": "osaa", "gold": "kumma", "ours": "osa", "count": 2}]
    assert second["by_register"].keys() == {"colloquial", "standard"}
    assert main([*arguments, str(standard)]) == 0
    table = capsys.readouterr().out
    for shown in ("lemma_accuracy", "by_upos: VERB", "by_genre: wikinews", "kumma", "simplemma on standard, 12"):
        assert shown in table


def test_the_command_says_what_it_leaves_out(
    config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["evaluate", "language", "--corpora", str(tmp_path)]) == 2
    assert "name CoNLL-U files" in capsys.readouterr().err
    gold = tmp_path / "data" / "gold"
    gold.mkdir(parents=True)
    write(gold / "own_verify.conllu", COLLOQUIAL)
    assert main(["evaluate", "language", "--corpora", str(tmp_path)]) == 0
    output = capsys.readouterr()
    assert "simplemma on own_verify" in output.out
    assert output.err.count("Not measured") == 2


def test_evaluate_prints_a_line_per_figure(config: Config, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for folder in ("finnsentiment", "xed_fi", "ud_finnish"):
        (tmp_path / folder).mkdir()
    votes = "annotator_a\tannotator_b\tannotator_c\ttext\n1\t1\t1\tkiitos\n"
    write(tmp_path / "finnsentiment" / "dev.tsv", votes)
    for part in ("dev", "dev_clean3"):
        write(tmp_path / "xed_fi" / f"{part}.tsv", "text\temotions\tsentiment3\nkiitos avusta\tjoy\tpos\n")
    for file in TREEBANKS.values():
        write(tmp_path / file, "\n".join([STANDARD] * 5))  # of which the last fifth is measured
    assert main(["evaluate", "--corpora", str(tmp_path)]) == 0
    lines = dict(line.rsplit("\t", 1) for line in capsys.readouterr().out.splitlines())
    assert f"{config.affect.model}\txed_dev_emotions_macro_f1" in lines
    for treebank in TREEBANKS:
        assert lines[f"simplemma\t{treebank}_lemma_accuracy"] == "0.7500"
        assert lines[f"simplemma\t{treebank}_upos_accuracy"] == "0.2500"
        assert lines[f"simplemma\t{treebank}_raw_lemma_accuracy"] == "0.5556"
