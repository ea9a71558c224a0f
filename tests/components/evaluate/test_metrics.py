"""Closed forms of the metrics, and of what they read on real data."""

import dataclasses

import numpy as np
import pytest

from components import moments
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.intervals import bootstrap_mean, confidence, jackknife
from components.evaluate.metrics import METRICS, Metric
from components.evaluate.metrics.coverage import coverage_null
from components.records import Modes


def sample(values, labels=None):
    values = np.asarray(values, np.float64)
    labels = np.full(len(values), -1) if labels is None else np.asarray(labels)
    return Sample(values, values, labels)


def compare(real, generated, k=5, modes=None, labels=None):
    return Comparison(sample(generated), sample(real, labels), k, modes)


def read(name, *args, **kwargs):
    return METRICS[name].value(compare(*args, **kwargs))


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def whitened(seed, n, d):
    """n points whose mean is 0 and whose sample covariance is the identity, exactly."""
    values = normal(seed, n, d)
    values -= values.mean(0)
    factor = np.linalg.cholesky(np.cov(values, rowvar=False))
    return values @ np.linalg.inv(factor).T


def frechet(x, y):
    return moments.frechet(moments.Moments.of(x), moments.Moments.of(y))


def test_frechet_between_gaussians():
    """|a|² + Σ (sᵢ - tᵢ)² for diagonal covariances, after any rotation."""
    s, t, a = np.array([1.0, 2, 0.1]), np.array([3.0, 0.5, 0.1]), np.array([1.0, 0, 2])
    rotation, _ = np.linalg.qr(normal(0, 3, 3))
    x = whitened(1, 50, 3) * s @ rotation
    y = (whitened(2, 70, 3) * t + a) @ rotation
    expected = a @ a + ((s - t) ** 2).sum()
    assert frechet(x, y) == pytest.approx(expected, rel=1e-9)
    assert frechet(y, x) == pytest.approx(expected, rel=1e-9)


def test_frechet_between_correlated_gaussians():
    """Against scipy's matrix square root of the plain product."""
    from scipy.linalg import sqrtm

    x, y = normal(1, 200, 4) @ normal(2, 4, 4), normal(3, 200, 4) @ normal(4, 4, 4)
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    shift = x.mean(0) - y.mean(0)
    expected = shift @ shift + np.trace(
        first + second - 2 * np.real(sqrtm(first @ second))
    )
    assert frechet(x, y) == pytest.approx(expected, rel=1e-8)


def test_frechet_null_of_normals():
    """2d/n + d(d+1)/2n to first order: the next is d/n of it, here 64/1000."""
    d, n = 64, 1000
    read_null = np.mean(
        [frechet(normal(i, n, d), normal(90 + i, n, d)) for i in range(4)]
    )
    assert read_null == pytest.approx(2 * d / n + d * (d + 1) / (2 * n), rel=d / n)


def test_frechet_survives_a_large_mean_and_constant_features():
    values = 1000 + 0.01 * whitened(1, 500, 3)
    values = np.concatenate([values, np.full((500, 2), 7.0)], axis=1)
    # Coordinates near 1000 carry 1e-13; of a distance of 0, its square root's 1e-7
    # times the covariance's 1e-4 is left.
    assert frechet(values, values) == pytest.approx(0, abs=1e-9)
    assert frechet(values, values[::-1] + 0.5) == pytest.approx(5 * 0.25, rel=1e-9)


def test_the_plus_fools_frechet_alone():
    """Same mean and covariance, half of the modes gone (mechanisms.md, 4)."""
    a, s, b, n = 2.0, 0.4, 1.46, 800
    arms = a * np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]])
    two = b * np.array([[1, 0], [-1, 0.0]])
    total = a**2 / 2 + s**2
    spread = np.sqrt([total - b**2, total])

    def real(seed):
        return arms[np.arange(n) % 4] + s * normal(seed, n, 2)

    def null(name):
        return np.array([read(name, real(1), real(10 + i)) for i in range(10)])

    fake = two[np.arange(n) % 2] + spread * normal(2, n, 2)
    # Equal in the limit: within a small factor of what chance gives real data.
    assert read("frechet_distance", real(1), fake) < 4 * null("frechet_distance").max()
    for name in ("recall", "coverage"):
        assert read(name, real(1), fake) < null(name).min() - 0.2
    collapsed = arms[np.arange(n) % 2] + s * normal(3, n, 2)
    assert read("recall", real(1), collapsed) < 0.6 < null("recall").min()


@pytest.mark.parametrize(
    ("n", "m", "k", "expected"),
    [(500, 200, 5, 0.816), (5000, 5000, 3, 0.875), (5000, 5000, 5, 0.96875)],
)
def test_coverage_null_formula(n, m, k, expected):
    assert coverage_null(n, m, k) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("dimension", [2, 20])
def test_coverage_and_density_nulls_are_free_of_dimension(dimension):
    n, m, k, repeats = 300, 150, 5, 30
    pairs = [
        compare(normal(i, n, dimension), normal(500 + i, m, dimension), k)
        for i in range(repeats)
    ]
    covered = np.array([METRICS["coverage"].value(pair) for pair in pairs])
    dense = np.array([METRICS["density"].value(pair) for pair in pairs])
    # Four standard errors of the mean of independent repeats.
    margin = 4 / np.sqrt(repeats)
    expected = coverage_null(n, m, k)
    assert covered.mean() == pytest.approx(expected, abs=margin * covered.std())
    # A point's ball holds k of the n - 1 others: k / (n - 1) · n / k of density.
    assert dense.mean() == pytest.approx(n / (n - 1), abs=margin * dense.std())


RING = Modes(
    np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], 1),
    np.full(8, 1 / 8),
    np.full(8, 0.01),
)


def ring(seed, n, modes=8):
    return RING.centers[np.arange(n) % modes] + 0.01 * normal(seed, n, 2)


def test_a_perfect_generator_on_the_ring():
    """98.89 % within 3 std in 2-D; all modes; reverse KL at (K - 1) / 2N at most."""
    n = 8000
    random = np.random.default_rng(0)
    perfect = RING.centers[random.integers(8, size=n)] + 0.01 * normal(1, n, 2)
    real = ring(9, 100)
    share = 1 - np.exp(-4.5)
    error = 4 * np.sqrt(share * (1 - share) / n)
    assert read("high_quality_share", real, perfect, modes=RING) == pytest.approx(
        share, abs=error
    )
    assert read("mode_coverage", real, perfect, modes=RING) == 1.0
    # 2N times the reverse KL is chi-squared with K - 1 degrees: 29.9 at 1e-4.
    assert 0 < read("reverse_kl", real, perfect, modes=RING) < 29.9 / (2 * n)


def test_a_generator_of_two_modes_and_one_of_none():
    real, two = ring(1, 80), ring(2, 400, modes=2)
    assert read("mode_coverage", real, two, modes=RING) == 2 / 8
    assert read("reverse_kl", real, two, modes=RING) == pytest.approx(np.log(4))
    nowhere = 5 + 0.01 * normal(3, 50, 2)
    assert read("mode_coverage", real, nowhere, modes=RING) == 0.0
    assert read("high_quality_share", real, nowhere, modes=RING) == 0.0
    assert read("reverse_kl", real, nowhere, modes=RING) == pytest.approx(np.log(8))


def test_class_coverage_counts_classes_with_plausible_samples():
    real = np.concatenate([10 * c + normal(c, 50, 2) for c in range(4)])
    labels = np.repeat(np.arange(4), 50)
    # Two classes made well; junk, whose nearest class is the fourth, does not count.
    made = np.concatenate([normal(7, 30, 2), 10 + normal(8, 30, 2)])
    junk = np.full((20, 2), 500.0) + normal(9, 20, 2)
    generated = np.concatenate([made, junk])
    comparison = compare(real, generated, labels=labels)
    assert METRICS["class_coverage"].value(comparison) == 0.5
    census = comparison.class_census
    assert census.captured.tolist() == [True, True, False, False]
    assert census.shares[3] == pytest.approx(0.25)
    assert read("class_coverage", real, generated) is None


def test_metrics_without_modes_are_undefined():
    for name in ("mode_coverage", "high_quality_share", "reverse_kl"):
        assert read(name, normal(0, 20, 2), normal(1, 20, 2)) is None


def test_bootstrap_agrees_with_the_normal_interval():
    values = np.repeat([0.0, 1.0], [300, 700])
    low, high = bootstrap_mean(values, np.random.default_rng(0))
    error = 1.96 * np.sqrt(0.3 * 0.7 / 1000)
    # 400 replicates place a percentile to within about a fifth of a standard error.
    assert low == pytest.approx(0.7 - error, abs=error / 4)
    assert high == pytest.approx(0.7 + error, abs=error / 4)


def test_jackknife_of_a_mean():
    """For a mean the jackknife is the standard error, up to ten groups' chi-squared."""
    comparison = compare(normal(0, 50, 1), normal(1, 1000, 1))

    def mean(c):
        return float(c.generated.features.mean())

    metric = Metric("mean", mean, "holdout", "null", "much")
    low, high = jackknife(metric, comparison, np.random.default_rng(0))
    assert (low + high) / 2 == pytest.approx(mean(comparison))
    assert 0.4 < (high - low) / (2 * 1.96 / np.sqrt(1000)) < 1.8


def test_what_is_left_out_of_moments_is_left_out_of_samples():
    """The Fréchet distance's own way to its jackknife, and the general one."""
    comparison = compare(normal(0, 60, 4), normal(1, 45, 4))
    own = METRICS["frechet_distance"]
    general = dataclasses.replace(own, leave_out=None)
    intervals = [
        jackknife(each, comparison, np.random.default_rng(0)) for each in (own, general)
    ]
    assert intervals[0] == pytest.approx(intervals[1], rel=1e-9)


def test_every_metric_says_what_it_is_blind_to():
    for metric in METRICS.values():
        assert metric.blind_to
    assert (
        confidence(METRICS["mode_coverage"], compare(ring(0, 9), ring(1, 9)), 0) is None
    )


def test_what_is_asked_for_twice_is_computed_once():
    calls = []

    def slow_metric(c):
        calls.append(c)
        return float(c.generated.size)

    comparison = compare(normal(0, 50, 1), normal(1, 40, 1))
    metric = Metric("slow_metric", slow_metric, "holdout", "null", "all")
    assert [metric.value(comparison) for _ in range(2)] == [40.0, 40.0]
    assert len(calls) == 1
    # Another comparison is another question.
    assert metric.value(comparison.without(np.arange(4))) == 36.0
    assert confidence(metric, comparison, 0) is not None
    assert [each.generated.size for each in calls[:2]] == [40, 36]
    assert len(calls) == 2 + 10


def test_as_many_records_as_samples():
    """A choice of records at random, of which none is there twice."""
    real = np.arange(300.0)[:, None]
    both = compare(real, normal(1, 40, 1)).balanced
    chosen = both.reference.features[:, 0]
    assert len(set(chosen)) == both.generated.size == 40
    # The mean of 40 of 300 in a row strays by 300/√12/√40 = 14 or less.
    assert abs(chosen.mean() - 149.5) < 4 * 14
    fewer = compare(real[:30], normal(1, 40, 1)).balanced
    assert fewer.reference.size == fewer.generated.size == 30
