"""Copies of training records, found at a stated level."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.apart import apart, sketch
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.evaluate.metrics.train_nearest_share import nearest_parts
from components.evaluate.params import EvaluateParams
from components.evaluate.real import evaluation

METRIC = METRICS["train_nearest_share"]
TRAIN, HOLDOUT, N = 120, 60, 80
SEEDS = 200
MOST = binom.isf(1e-4, SEEDS, 0.05)
"""P-values of 0.05 and less; more would be chance once in ten thousand."""


def sample(values):
    values = np.asarray(values, float)
    return Sample(values, values, np.full(len(values), -1))


def compare(samples, train, holdout):
    sides = sample(samples), sample(train)
    return Comparison(*sides, 5, None, holdout=sample(holdout))


def population(random, n):
    """Two clusters and a tail, in 3-D."""
    return random.standard_normal((n, 3)) * random.choice([0.3, 1.0, 4.0], (n, 1))


def honest(random, train):
    return population(random, N)


def collapsed(random, train):
    return 0.05 * random.standard_normal((N, 3)) + 0.2


def a_point(random, train):
    return np.full((N, 3), 0.1)


def junk(random, train):
    return 30 * random.random((N, 3))


def copies(random, train):
    return train[random.integers(len(train), size=N)] + 0.02 * population(random, N)


def a_third_copies(random, train):
    made = population(random, N)
    made[: N // 3] = copies(random, train)[: N // 3]
    return made


def p_values(generator):
    for seed in range(SEEDS):
        random = np.random.default_rng([seed, 5])
        train, holdout = population(random, TRAIN), population(random, HOLDOUT)
        comparison = compare(generator(random, train), train, holdout)
        yield METRIC.tested(comparison), METRIC.value(comparison)


@pytest.mark.parametrize("generator", [honest, collapsed, a_point, junk])
def test_what_knows_no_training_record_is_at_its_null(generator):
    """At the stated level, whatever it makes: one population, new records each time."""
    tested, shares = np.array(list(p_values(generator))).T
    assert (tested <= 0.05).sum() <= MOST
    # Labels are dealt at random: two thirds are training records, in the mean.
    error = shares.std() / np.sqrt(SEEDS)
    assert shares.mean() == pytest.approx(TRAIN / (TRAIN + HOLDOUT), abs=4 * error)


def test_copies_with_noise_are_found():
    tested, shares = np.array(list(itertools.islice(p_values(copies), 40))).T
    assert tested.max() <= 0.001
    assert shares.min() > 0.9


def test_a_third_of_copies_is_mostly_found():
    """They add 80 / 9 of 80 samples to the training records' two thirds, whose error is
    √(2/9 · 80) = 4.2 samples, if not two are nearest to one: 2.1 errors, 68 % beyond
    the 1.64 of the level, less what crowding takes."""
    tested = np.array([p for p, _ in p_values(a_third_copies)])
    assert (tested <= 0.05).mean() > 0.4


def test_the_p_value_is_that_of_all_ways_to_deal():
    random = np.random.default_rng(3)
    train, holdout = random.standard_normal((4, 2)), random.standard_normal((4, 2))
    comparison = compare(random.standard_normal((9, 2)), train, holdout)
    found = nearest_parts(comparison)
    seen = found.weights[: found.train].sum()
    ways = [
        found.weights[list(dealt)].sum() >= seen - 1e-9
        for dealt in itertools.combinations(range(8), 4)
    ]
    # 9,999 random ways have an error of at most a half of a hundredth.
    assert METRIC.tested(comparison) == pytest.approx(np.mean(ways), abs=4 * 0.005)


def test_records_of_both_parts_count_in_neither():
    random = np.random.default_rng(0)
    shared, own = random.standard_normal((50, 2)), random.standard_normal((50, 2))
    sides = apart(sample(np.r_[shared, own[:25]]), sample(np.r_[shared, own[25:]]))
    for side, other in zip(sides, (own[:25], own[25:]), strict=True):
        assert np.array_equal(side.features, other)
    # All copies of shared ones: nearest to what others there are, of either part.
    comparison = Comparison(sample(shared), sides[0], 5, None, holdout=sides[1])
    assert METRIC.tested(comparison) > 0.01


def test_equal_records_count_once():
    train = np.repeat([[0.0, 1], [2, 3]], 50, axis=0)
    left, right = apart(sample(train), sample([[-0.0, 9], [5, 5], [5, 5]]))
    assert left.features.tolist() == [[0, 1], [2, 3]]
    assert right.features.tolist() == [[0, 9], [5, 5]]
    assert [side.size for side in apart(sample(train), sample(train))] == [0, 0]


def test_long_records_are_projected_and_keep_their_distances():
    """To 1 / √128 = 9 % each, of 190 pairs to five of that; equal ones stay equal."""
    from scipy.spatial.distance import pdist

    images = np.random.default_rng(0).standard_normal((20, 16, 16, 3)).astype("f4")
    twins = Sample(np.zeros((20, 1)), images, np.full(20, -1))
    ratio = pdist(sketch(twins).features) / pdist(images.reshape(20, -1))
    assert np.abs(ratio - 1).max() < 5 * 0.09
    assert np.array_equal(sketch(twins).features, sketch(twins).features)


def test_a_tie_between_the_parts_counts_half():
    tied = compare([[0.0]], [[1.0]], [[-1.0]])
    assert METRIC.value(tied) == 0.5
    assert METRIC.tested(tied) == 1.0


def test_without_held_out_records_there_is_nothing_to_tell():
    alone = Comparison(sample(np.ones((5, 2))), sample(np.ones((5, 2))), 5, None)
    assert METRIC.value(alone) is None
    assert METRIC.tested(alone) is None


def test_copies_of_one_record_prove_nothing():
    """It is a training record by chance, in half of all ways to deal."""
    alike = compare(np.ones((5, 2)), np.ones((1, 2)), 2 * np.ones((1, 2)))
    assert METRIC.value(alike) == 1.0
    assert METRIC.tested(alike) == pytest.approx(0.5, abs=0.02)


@pytest.fixture
def shares(tmp_path, curriculum_from_arrays):
    """The metric's entry, of (samples, train, holdout) in any features."""
    made = (tmp_path / str(i) for i in itertools.count())

    def read(samples, train, holdout, **features):
        curriculum = curriculum_from_arrays(next(made), train, holdout)
        given = {"features": features, "resamples": 20}
        real = evaluation(curriculum, EvaluateParams.model_validate(given))
        return real.content(samples)["metrics"]["train_nearest_share"]

    return read


def test_features_fitted_to_training_records_are_not_asked(shares):
    """Principal components lay these further out than records of the same density:
    of samples of that density most would have a held-out record nearest."""
    random = np.random.default_rng(1)
    sides = random.standard_normal((3, 100, 64)).astype("f4")
    read = shares(*sides, kind="pca", components=16)
    alone = shares(*sides, kind="identity")
    for name in ("value", "p_value", "ci", "reference_n"):
        assert read[name] == alone[name]
    assert read["null_interval"][0] < 0.5 < read["null_interval"][1]
    assert read["reference_n"] == 200


def test_the_stage_finds_copies(shares):
    random = np.random.default_rng(2)
    train, holdout = random.standard_normal((2, 90, 2)).astype("f4")
    read = shares(train + np.float32(1e-3), train, holdout, kind="identity")
    assert read["value"] > 0.95 > read["null_interval"][1]
    # The least that 9,999 ways to deal can show.
    assert read["p_value"] == 1e-4
    assert read["ci"][0] > 0.9


def test_parts_of_the_same_records_have_no_such_metric(shares):
    records = np.random.default_rng(3).standard_normal((60, 2)).astype("f4")
    read = shares(records, records, records[::-1], kind="identity")
    for name in ("value", "null", "p_value", "ci", "deviation"):
        assert read[name] is None
