"""What is true of every metric: invariances, exchanged sides, degenerate input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.records import Modes

N, M, D = 60, 45, 3
CENTERS = np.array([[4.0, 0, 0], [0, 4, 0], [0, 0, 4]])
MODES = Modes(CENTERS, np.full(3, 1 / 3), np.full(3, 0.8))

SCALING = {"frechet_distance": 2, "frechet_distance_infinite": 2}
"""The power of the scale that a metric goes by; of all others none."""
NOT_BY_SCALE = {"kernel_distance"}
"""Its kernel has a unit of its own."""
NOT_BY_SHIFT = {"kernel_distance"}
"""Its kernel has an origin."""
DRAWN = {
    *("f8", "f_eighth", "two_sample_accuracy", "frechet_distance_infinite"),
    *("kernel_distance", "train_nearest_share"),
}
"""They choose or divide points at random, by their place."""
OF_IMAGES = {"sliced_wasserstein_distance", "classifier_score"}
NAMES = sorted(set(METRICS) - OF_IMAGES)
EXCHANGED = {
    "precision": "recall",
    "train_precision": "train_recall",
    "f8": "f_eighth",
    "frechet_distance": "frechet_distance",
}


def sides(seed, n=N, m=M):
    """Records of three modes and samples that favour one, with their modes' numbers."""
    random = np.random.default_rng(seed)
    labels = [random.integers(3, size=n), np.minimum(random.integers(4, size=m), 2)]
    points = [
        CENTERS[each] + 0.8 * random.standard_normal((len(each), D)) for each in labels
    ]
    return points, labels[0]


def comparison(real, generated, labels, modes=MODES, k=3):
    """Against records of which two thirds were trained on, in two tiers."""
    count = len(real)
    kept = np.arange(count) % 3 > 0

    def sample(points, known):
        tiers = np.arange(len(points)) * 2 // len(points)
        return Sample(points, points, known, tiers=tiers)

    reference, holdout = (sample(real[rows], labels[rows]) for rows in (kept, ~kept))
    made = Sample(generated, generated, np.full(len(generated), -1))
    whole = sample(real, labels)
    return {
        "holdout": Comparison(made, whole, k, modes),
        "train": Comparison(made, whole, k, modes),
        "none": Comparison(made, whole, k, modes),
        "both": Comparison(made, reference, k, modes, holdout=holdout),
    }


def values(*args, **kwargs):
    found = comparison(*args, **kwargs)
    return {name: METRICS[name].value(found[METRICS[name].reference]) for name in NAMES}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_moved_and_turned_it_is_the_same(seed):
    (real, generated), labels = sides(seed)
    random = np.random.default_rng(seed + 1)
    turn = np.linalg.qr(random.standard_normal((D, D)))[0]
    shift = 5 * random.standard_normal(D)
    modes = MODES._replace(centers=CENTERS @ turn + shift)
    before = values(real, generated, labels)
    after = values(real @ turn + shift, generated @ turn + shift, labels, modes)
    for name in set(NAMES) - NOT_BY_SHIFT:
        # What clusters or sorts by values in part may fall otherwise.
        wide = 0.15 if name in DRAWN else 1e-7
        scale = 1 + before["frechet_distance"] * (name in SCALING)
        assert after[name] == pytest.approx(before[name], rel=1e-6, abs=wide * scale), (
            name
        )


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from([1 / 64, 0.25, 8.0]))
def test_scaled_it_is_as_the_definition_says(seed, scale):
    """By powers of two, so that no rounding changes who is whose neighbour."""
    (real, generated), labels = sides(seed)
    modes = MODES._replace(centers=CENTERS * scale, stds=MODES.stds * scale)
    before = values(real, generated, labels)
    after = values(real * scale, generated * scale, labels, modes)
    for name in set(NAMES) - NOT_BY_SCALE:
        expected = before[name] * scale ** SCALING.get(name, 0)
        assert after[name] == pytest.approx(expected, rel=1e-6, abs=1e-9), name


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_the_order_of_samples_is_nothing(seed):
    (real, generated), labels = sides(seed)
    order = np.random.default_rng(seed + 2).permutation(M)
    before = values(real, generated, labels)
    after = values(real, generated[order], labels)
    for name in set(NAMES) - DRAWN:
        assert after[name] == pytest.approx(before[name], rel=1e-9, abs=1e-12), name


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_exchanged_sides_exchange_precision_and_recall(seed):
    (real, generated), labels = sides(seed, n=M)
    one = values(real, generated, labels)
    other = values(generated, real, np.full(M, -1))
    for name, mirrored in EXCHANGED.items():
        wide = 0.1 if name in DRAWN else 1e-9
        assert other[mirrored] == pytest.approx(one[name], rel=1e-6, abs=wide), name


DEGENERATE = {
    "one sample": lambda real, generated: generated[:1],
    "two samples": lambda real, generated: generated[:2],
    "all identical": lambda real, generated: np.repeat(generated[:1], M, axis=0),
    "copies of a record": lambda real, generated: np.repeat(real[:1], M, axis=0),
    "far away": lambda real, generated: generated + 1e6,
    "huge": lambda real, generated: generated * 1e150,
    "tiny": lambda real, generated: generated * 1e-150,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", sorted(DEGENERATE))
def test_degenerate_samples_read_a_number_or_nothing(name, case):
    """Never NaN, never an error but one that says what is wrong."""
    (real, generated), labels = sides(3)
    given_samples = DEGENERATE[case](real, generated)
    k = min(3, len(given_samples) - 1)
    found = comparison(real, given_samples, labels, k=max(k, 1))
    try:
        value = METRICS[name].value(found[METRICS[name].reference])
    except ValueError as error:
        assert "Expected" in str(error), error
        return
    assert value is None or np.isfinite(value)


@pytest.mark.parametrize("name", NAMES)
def test_fewer_samples_than_dimensions_and_constant_features(name):
    (real, generated), labels = sides(4)
    wide = np.pad(real, ((0, 0), (0, 80))), np.pad(generated, ((0, 0), (0, 80)))
    modes = MODES._replace(centers=np.pad(CENTERS, ((0, 0), (0, 80))))
    narrow = comparison(real, generated, labels)
    found = comparison(*wide, labels, modes)
    reference = METRICS[name].reference
    value = METRICS[name].value(found[reference])
    if name == "frechet_distance_infinite":
        assert value is None  # a covariance of fewer is singular
    elif name in DRAWN:
        assert value is None or np.isfinite(value)
    else:
        # Features that never change change nothing.
        expected = METRICS[name].value(narrow[reference])
        assert value == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_samples_without_any_mode():
    """Zero modes are captured: coverage 0, and no spread where no mode has samples."""
    (real, _), labels = sides(5)
    read = values(real, np.full((M, D), 50.0), labels)
    assert read["mode_coverage"] == 0 == read["high_quality_share"]
    assert read["precision"] == 0 == read["recall"]
    assert read["coverage"] == 0 == read["density"]
    assert read["class_coverage"] == 0
    assert read["two_sample_accuracy"] == 1
    assert read["duplicate_pairs"] == M * (M - 1) / 2
