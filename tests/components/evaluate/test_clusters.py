"""Clusters in place of labels: how many there are, over seeds; which are missing."""

import numpy as np
import pytest

from components.evaluate.clusters import MOST, find_clusters
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation, recalled
from components.evaluate.reference import reference

SEEDS = range(5)


def groups(random, centers, n, std=1.0):
    """n points around each center (k, d)."""
    centers = np.asarray(centers, float)
    return np.repeat(centers, n, 0) + std * random.normal(
        size=(n * len(centers), centers.shape[1])
    )


def ring(k, radius):
    angles = 2 * np.pi * np.arange(k) / k
    return radius * np.c_[np.cos(angles), np.sin(angles)]


def number(points, seed=0, samples=1000):
    return find_clusters(points, samples, seed).number


def over_seeds(make):
    return [number(make(np.random.default_rng(seed)), seed) for seed in SEEDS]


@pytest.mark.parametrize("dimension", [2, 5, 64])
def test_five_that_stand_apart(dimension):
    """Ten standard deviations between neighbours, whatever else there is of noise."""
    centers = np.zeros((5, dimension))
    centers[:, :2] = ring(5, 8.5)
    assert over_seeds(lambda r: groups(r, centers, 150)) == [5] * len(SEEDS)


@pytest.mark.parametrize("std", [0.01, 0.1])
def test_a_ring_of_eight(std):
    found = over_seeds(lambda r: groups(r, ring(8, 1.0), 100, std))
    assert found == [8] * len(SEEDS)


def test_a_square_of_25():
    side = 2.0 * np.arange(5)
    centers = np.stack(np.meshgrid(side, side), -1).reshape(25, 2)
    assert number(groups(np.random.default_rng(0), centers, 80, 0.05)) == 25 == MOST


@pytest.mark.parametrize("scales", [(1, 1), (30, 1), (1,) * 20, tuple(range(1, 21))])
def test_one_gaussian_of_any_slant_is_one(scales):
    found = over_seeds(lambda r: r.normal(size=(400, len(scales))) * scales)
    assert found == [1] * len(SEEDS)


def test_a_uniform_square_is_one():
    """BIC alone divides it."""
    assert over_seeds(lambda r: r.random(size=(800, 2))) == [1] * len(SEEDS)


def test_clusters_are_neither_moved_by_shift_and_scale_nor_by_seed():
    points = groups(np.random.default_rng(1), ring(6, 9.0), 90)
    found = find_clusters(points, 500, 0)
    labels = found.labels(points)
    assert (np.bincount(labels) == 90).all()
    moved = find_clusters(1e4 + 1e-3 * points, 500, 3)
    # The same division, perhaps under other numbers.
    pairs = set(zip(labels, moved.labels(1e4 + 1e-3 * points), strict=True))
    assert len(pairs) == found.number == moved.number == 6
    again = find_clusters(points, 500, 0)
    assert np.array_equal(again.labels(points), labels)


def test_a_cluster_too_rare_for_the_samples_is_none():
    """Of 40 samples a hundredth would be missed by two thirds of perfect generators."""
    random = np.random.default_rng(0)
    points = np.concatenate(
        [groups(random, [[0, 0], [20, 0]], 495), groups(random, [[0, 20]], 10)]
    )
    assert number(points, samples=2000) == 3
    assert number(points, samples=40) == 2


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((50, 3)),
        np.random.default_rng(0).normal(size=(7, 40)),
        np.ones((200, 2)) * np.arange(200)[:, None] // 199,
        np.random.default_rng(0).normal(size=(300, 1)),
    ],
    ids=["one point", "fewer than dimensions", "one beside many", "one dimension"],
)
def test_degenerate_points_are_one(points):
    found = find_clusters(points, 50, 0)
    assert found.number == 1
    assert set(found.labels(points)) == {0}


def test_float32_is_clustered_in_float64():
    points = groups(np.random.default_rng(2), ring(5, 9.0), 80)
    far = (points + 300.0).astype("f4")
    assert number(far) == number(far.astype(float)) == 5


FIVE = ring(5, 6.0)


def curriculum(make, folder, labels=None):
    random = np.random.default_rng(0)
    train, holdout = groups(random, FIVE, 80, 0.3), groups(random, FIVE, 50, 0.3)
    order = np.random.default_rng(1).permutation
    return make(folder, train[order(400)], holdout[order(250)], labels)


def content(found, centers, n):
    samples = groups(np.random.default_rng(5), centers, n, 0.3).astype("f4")
    return found.content(samples)


def test_a_generator_that_misses_two_of_five(tmp_path, curriculum_from_arrays):
    plain = curriculum(curriculum_from_arrays, tmp_path / "plain")
    found = evaluation(plain, EvaluateParams(resamples=3))
    read = content(found, FIVE[[0, 2, 3]], 80)
    assert read["clusters"]["number"] == 5
    rows = read["classes"]
    assert len(rows) == 5
    # Which cluster has which number: by where its training records lie.
    homes = [found.train.features[found.train.labels == r["index"]] for r in rows]
    places = [np.linalg.norm(FIVE - home.mean(0), axis=1).argmin() for home in homes]
    assert sorted(places) == [0, 1, 2, 3, 4]
    for place, row in zip(places, rows, strict=True):
        assert row["captured"] is (place in (0, 2, 3))
        assert row["real_share"] == pytest.approx(0.2)
        assert row["share"] == pytest.approx(1 / 3 if row["captured"] else 0)
        assert row["name"] == f"cluster {row['index'] + 1}"
    entry = read["metrics"]["class_coverage"]
    assert (entry["value"], entry["null"]) == (0.6, 1.0)
    assert content(found, FIVE, 50)["metrics"]["class_coverage"]["value"] == 1.0


def test_a_reference_finds_the_same_clusters(
    tmp_path, curriculum_from_arrays, make_context
):
    plain = curriculum(curriculum_from_arrays, tmp_path / "plain")
    params = EvaluateParams(resamples=3)
    made = reference(curriculum=plain, params=params, context=make_context())
    read = content(recalled(made), FIVE[[0, 2, 3]], 80)
    assert read == content(evaluation(plain, params), FIVE[[0, 2, 3]], 80)
    assert read["clusters"]["number"] == 5


def test_labels_and_known_modes_come_first(tmp_path, curriculum_from_arrays):
    labels = np.zeros(400, int), np.zeros(250, int)
    labelled = curriculum(curriculum_from_arrays, tmp_path / "labels", labels)
    read = content(evaluation(labelled, EvaluateParams(resamples=3)), FIVE, 50)
    assert read["clusters"] is None
    assert len(read["classes"]) == 1


def test_one_cluster_makes_no_classes(tmp_path, curriculum_from_arrays):
    random = np.random.default_rng(0)
    cloud = curriculum_from_arrays(
        tmp_path / "cloud", random.normal(size=(300, 2)), random.normal(size=(150, 2))
    )
    found = evaluation(cloud, EvaluateParams(resamples=3))
    read = found.content(random.normal(size=(150, 2)).astype("f4"))
    assert read["clusters"]["number"] == 1
    assert read["classes"] is None
    entry = read["metrics"]["class_coverage"]
    assert (entry["value"], entry["null"]) == (None, None)
