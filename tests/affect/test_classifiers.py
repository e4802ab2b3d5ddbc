"""What every classifier must do, whatever its backend."""

import shutil
from pathlib import Path

import pytest

from pipeline.affect import BACKENDS, Classifier, load_classifier
from pipeline.conversation import EMOTIONS, SENTIMENTS
from pipeline.errors import ModelError
from tests.affect.conftest import LINEAR, TEXTS, numbers, score


def test_every_backend_is_tested() -> None:
    assert set(BACKENDS) == {"finnish", "lexicon", "linear", "transformers"}, (
        "add the new backend to the fixture `classifier`"
    )


def test_scores_are_probabilities_signed_by_the_model(classifier: Classifier) -> None:
    scores = score(classifier, TEXTS)
    assert len(scores) == len(TEXTS)
    for one in scores:
        assert tuple(one.sentiment_probability) == SENTIMENTS
        assert sum(one.sentiment_probability.values()) == pytest.approx(1)
        assert one.sentiment_probability[one.sentiment] == max(one.sentiment_probability.values())
        assert tuple(one.emotions) == EMOTIONS
        assert all(type(number) is float and 0 <= number <= 1 for number in numbers(one))
        assert (one.model, one.model_version) == (classifier.card.name, classifier.card.version)


def test_a_text_reads_the_same_alone_as_in_any_batch(classifier: Classifier) -> None:
    together = score(classifier, TEXTS)
    alone = [score(classifier, [text])[0] for text in TEXTS]
    backwards = score(classifier, TEXTS[::-1])[::-1]
    for one, other, third in zip(together, alone, backwards, strict=True):
        assert numbers(one) == pytest.approx(numbers(other), abs=1e-5)
        assert numbers(one) == pytest.approx(numbers(third), abs=1e-5)
    assert numbers(together[0]) != pytest.approx(numbers(together[2]), abs=1e-3)


def test_scoring_again_gives_the_very_same_numbers(classifier: Classifier) -> None:
    assert score(classifier, TEXTS) == score(classifier, TEXTS)


def test_nothing_in_nothing_out(classifier: Classifier) -> None:
    assert score(classifier, []) == []


def test_a_classifier_is_loaded_once() -> None:
    assert load_classifier(LINEAR) is load_classifier(LINEAR)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(LINEAR, tmp_path / "model"))
    weights = folder / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match="not the file its card describes"):
        load_classifier(folder)


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text('name = "x"\ntask = "affect"\nbackend = "oracle"\nversion = "1"\n[files]\n')
    with pytest.raises(ModelError, match="unknown backend 'oracle'"):
        load_classifier(tmp_path)
