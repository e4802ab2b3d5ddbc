"""The linear classifier."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.affect import load_classifier
from pipeline.affect.linear import WEIGHTS, LinearClassifier
from pipeline.conversation import MaskedText, Score
from pipeline.errors import ModelError
from pipeline.models import sha256_of
from tests.affect.conftest import LINEAR, numbers, score

MEGABYTES = 1_000_000


def read(text: str) -> Score:
    return score(load_classifier(LINEAR), [MaskedText(text)])[0]


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Kiitos paljon, loistavaa palvelua!", "positive"),
        ("Vitun hyvä palvelu!", "positive"),
        ("Aivan surkeaa palvelua, olen todella pettynyt.", "negative"),
        ("Laskun eräpäivä on tiistaina.", "neutral"),
        ("", "neutral"),
    ],
)
def test_plain_cases(text: str, sentiment: str) -> None:
    assert read(text).sentiment == sentiment


def test_half_is_the_threshold_of_every_emotion() -> None:
    assert {
        emotion for emotion, share in read("Kiitos, ihanaa, olen niin onnellinen!").emotions.items() if share >= 0.5
    } >= {"joy"}
    assert {
        emotion
        for emotion, share in read("Kolmas kerta kun soitan, ja vieläkään ei toimi.").emotions.items()
        if share >= 0.5
    } >= {"anger"}
    assert max(read("").emotions.values()) < 0.5


@pytest.mark.parametrize("mask", ["[PERSON]", "[PHONE_1]"])
def test_a_mask_says_nothing_of_feeling(mask: str) -> None:
    assert numbers(read(f"Kiitos {mask} avusta")) == numbers(read("Kiitos avusta"))
    assert numbers(read("Kiitos [itkee] avusta")) != numbers(read("Kiitos avusta"))


def test_each_head_judges_by_its_own_corpus() -> None:
    classifier = load_classifier(LINEAR)
    assert isinstance(classifier, LinearClassifier)
    texts = [MaskedText("Lasku on taas väärin.")]
    forum, film = (score(classifier.for_corpus(name), texts)[0] for name in ("finnsentiment", "xed"))
    customer = score(classifier, texts)[0]
    assert score(classifier.for_corpus("customers"), texts) == [customer]
    assert numbers(forum)[:3] != pytest.approx(numbers(film)[:3], abs=1e-3)
    assert numbers(customer)[:3] != pytest.approx(numbers(film)[:3], abs=1e-3)
    assert forum.emotions == customer.emotions != film.emotions
    assert customer.sentiment == "negative"


@pytest.mark.parametrize("lemmas", [None, [], [["kiitos"], ["kiitos"]]])
def test_lemmas_must_be_given_for_every_text(lemmas: list[list[str]] | None) -> None:
    with pytest.raises(ModelError, match="give it those of simplemma"):
        load_classifier(LINEAR).score([MaskedText("Kiitos")], lemmas)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", "half"])
def test_weights_of_another_kind_are_refused(tmp_path: Path, content: bytes | str) -> None:
    folder = Path(shutil.copytree(LINEAR, tmp_path / "model"))
    weights, card = folder / WEIGHTS, folder / "card.toml"
    old_hash = sha256_of(weights)
    weights.write_bytes(weights.read_bytes()[:100_000] if isinstance(content, str) else content)
    card.write_text(card.read_text(encoding="utf-8").replace(old_hash, sha256_of(weights)), encoding="utf-8")
    with pytest.raises(ModelError, match="not a linear model"):
        load_classifier(folder)


def test_the_model_is_small_enough_for_the_repository() -> None:
    assert sum(path.stat().st_size for path in LINEAR.iterdir()) < 8 * MEGABYTES


def test_its_test_utterances_are_balanced_and_distinct() -> None:
    lines = (Path(__file__).parent / "customer_utterances.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({row["text"] for row in rows}) == len(rows) == 63
    assert (
        [row["sentiment"] for row in rows].count("negative")
        == [row["sentiment"] for row in rows].count("positive")
        == 21
    )
