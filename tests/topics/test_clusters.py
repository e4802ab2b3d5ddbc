"""Groups that are there are found and come again; of points without any nearly none is told."""

import numpy as np
import pytest

from pipeline.topics.clusters import STABLE, group, scaled, stability

SIZE = 48


def planted(*counts: int, spread: float = 0.7, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(len(counts), SIZE))
    truth = np.repeat(np.arange(len(counts)), counts)
    return (middles[truth] + spread * rng.normal(size=(len(truth), SIZE))).astype(np.float32), truth


def test_vectors_are_brought_to_one_scale_and_length() -> None:
    points = scaled(np.array([[1.0, 200.0], [2.0, 100.0], [3.0, 500.0]], np.float32))
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    assert points[0] @ points[2] < 0
    assert not scaled(np.ones((4, 3), np.float32)).any(), "what is alike everywhere tells nothing"


@pytest.mark.parametrize("counts", [(20, 20), (30, 12, 9), (15, 15, 15, 15)])
def test_groups_that_are_there_are_found_and_come_again(counts: tuple[int, ...]) -> None:
    vectors, truth = planted(*counts)
    points = scaled(vectors)
    labels = group(points, seed=1)
    pairs = {(int(label), int(own)) for label, own in zip(labels, truth, strict=True)}
    assert len(pairs) == len(counts), "each group is one of those planted"
    assert min(stability(points, labels, seed=1)) > 0.9


def test_of_points_without_groups_nearly_none_is_told() -> None:
    """The share of tables with any group that would be told, of 30 without groups."""
    alarms = 0
    for seed in range(30):
        points = scaled(np.random.default_rng(seed).normal(size=(60, SIZE)).astype(np.float32))
        labels = group(points, seed)
        alarms += max(stability(points, labels, seed)) >= STABLE
    assert alarms / 30 <= 0.05


def test_too_few_points_are_one_group() -> None:
    points = scaled(planted(4, 4)[0])
    assert not group(points, seed=1).any()
    assert stability(points, group(points, seed=1), seed=1) == [1.0]


def test_the_same_seed_gives_the_same_groups() -> None:
    points = scaled(planted(20, 20, spread=2.0)[0])
    first, again = (group(points, seed=4) for _ in range(2))
    assert (first == again).all()
    assert stability(points, first, seed=4) == stability(points, again, seed=4)
