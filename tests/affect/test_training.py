"""Training, on tiny invented corpora in the shape of the real ones."""

import json
import random
from datetime import date
from pathlib import Path

import pytest

from pipeline.affect import load_classifier
from pipeline.affect.learning.corpora import read_finnsentiment, read_xed
from pipeline.affect.learning.customers import DEVELOP
from pipeline.affect.learning.train_linear import train_linear
from pipeline.conversation import EMOTIONS, MaskedText, Token
from pipeline.errors import ModelError
from pipeline.language import load_lemmatizer
from tests.affect.conftest import score

MOODS = {"neg": "surkea huono väärin", "neu": "lasku tiistaina osoite", "pos": "kiitos hyvä ihana"}
OPPOSITE = {"neg": "sadness,disgust,anger,fear", "neu": "neutral", "pos": "joy,trust,surprise,anticipation"}
VOTES = {"neg": ("-1", "-1", "0"), "neu": ("0", "0", "0"), "pos": ("1", "1", "0")}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 lines per file whose words tell their labels."""
    folder, draw = tmp_path_factory.mktemp("corpora"), random.Random(7)
    for name, header, row in (
        (
            "finnsentiment",
            ["annotator_a", "annotator_b", "annotator_c", "text"],
            lambda mood, text: [*VOTES[mood], text],
        ),
        ("xed_fi", ["text", "emotions", "sentiment3"], lambda mood, text: [text, OPPOSITE[mood], mood]),
    ):
        (folder / name).mkdir()
        for part in ("train", "dev", "dev_clean3"):
            lines = [
                (mood, " ".join(draw.choices(words.split(), k=4))) for mood, words in MOODS.items() for _ in range(30)
            ]
            table = [header, *(row(mood, text) for mood, text in lines)]
            (folder / name / f"{part}.tsv").write_text("\n".join("\t".join(cells) for cells in table), encoding="utf-8")
    rows = [
        item(n, mood, " ".join(draw.choices(words.split(), k=4))) for mood, words in MOODS.items() for n in range(30)
    ]
    (folder / DEVELOP).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return folder


def item(number: int, mood: str, text: str) -> dict[str, object]:
    """A row of our own corpus."""
    sentiment = {"neg": "negative", "neu": "neutral", "pos": "positive"}[mood]
    emotions = {} if mood == "neu" else dict.fromkeys(OPPOSITE[mood].split(","), 2)
    return {
        "id": f"{mood}{number}", "author": "a", "conversation": f"{mood}{number}", "channel": "chat", "domain": "shop",
        "theme": "order", "speaker": "customer", "group": "", "text": text,
        "readings": [{"sentiment": sentiment, "emotions": emotions, "cues": []}] * 2,
    }  # fmt: skip


def train(corpora: Path, folder: Path) -> dict[str, float]:
    lemmatize = load_lemmatizer("simplemma").lemmatize
    return train_linear(corpora, corpora, folder, "9.9.9", lemmatize, created=date(2026, 1, 2))


@pytest.mark.slow
def test_training_learns_and_is_repeatable(corpora: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert train(corpora, first) == train(corpora, second)
    assert {path.name for path in first.iterdir()} == {"card.toml", "weights.npz"}
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()

    classifier = load_classifier(first)
    assert (classifier.card.version, classifier.lemmatizer) == ("9.9.9", "simplemma")
    assert all(value > 0.95 for value in classifier.card.details["metrics"].values())
    assert [data["rows"] for data in classifier.card.details["data"]] == [90, 90, 90]
    good, bad = score(classifier, [MaskedText("kiitos hyvä"), MaskedText("surkea väärin")])
    assert (good.sentiment, bad.sentiment) == ("positive", "negative")
    assert {emotion for emotion in EMOTIONS if bad.emotions[emotion] >= 0.5} == set(OPPOSITE["neg"].split(","))


def test_tied_votes_are_neutral_and_mixed_lines_have_none(tmp_path: Path) -> None:
    forum, film = tmp_path / "forum.tsv", tmp_path / "film.tsv"
    forum.write_text('annotator_a\tannotator_b\tannotator_c\ttext\n1\t-1\t0\t"Niin\n-1\t1\t-1\tEi.\n', encoding="utf-8")
    film.write_text("text\temotions\tsentiment3\nOho.\tsurprise,joy\tmixed\nJoo.\tneutral\tneu\n", encoding="utf-8")
    tied, clear = read_finnsentiment(forum)
    assert (tied.text, tied.sentiment, clear.sentiment) == ('"Niin', "neutral", "negative")
    assert clear.votes == pytest.approx((2 / 3, 0, 1 / 3))
    mixed, plain = read_xed(film)
    assert (mixed.emotions, any(mixed.votes)) == ({"surprise", "joy"}, False)
    assert (plain.emotions, plain.sentiment) == (frozenset(), "neutral")


def test_missing_corpora_are_named(tmp_path: Path) -> None:
    def lemmatize(texts: object) -> list[list[Token]]:
        raise AssertionError

    with pytest.raises(ModelError, match=r"train\.tsv is missing"):
        train_linear(tmp_path, tmp_path, tmp_path / "model", "1", lemmatize)
