"""The extrapolated Fréchet distance: unbiased, where the plain one is not."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS
from components.evaluate.metrics.frechet_distance_infinite import (
    GROUPS,
    INTERVAL_GROUPS,
)
from components.moments import Moments, frechet

PLAIN, INFINITE = METRICS["frechet_distance"], METRICS["frechet_distance_infinite"]


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def bias(d, n, m):
    """Of the plain distance between N(0, I_d) of n and of m points."""
    return (2 * d + d * (d + 1) / 2) / 2 * (1 / n + 1 / m)


def readings(compare, pairs):
    """(plain, extrapolated, whether its interval holds `truth`) of each pair."""
    comparisons = [compare(*pair, seed) for seed, pair in enumerate(pairs)]
    plain = np.array([PLAIN.value(each) for each in comparisons])
    infinite = np.array([INFINITE.value(each) for each in comparisons])
    bounds = np.array([confidence(INFINITE, each, 0) for each in comparisons])
    return plain, infinite, bounds


def error(values):
    """Four standard errors of a mean over independent seeds."""
    return 4 * np.std(values, ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize(("d", "n", "m"), [(8, 120, 120), (16, 100, 300), (48, 80, 80)])
def test_equal_gaussians(compare, d, n, m):
    """The plain one reads its bias; this reads 0, the fewer points of a side included.

    Up to n = 4/3 d + 1, as the last case nearly is: without a quarter of the points,
    60 are left of 48 dimensions.
    """
    pairs = [(normal(i, m, d), normal(1000 + i, n, d)) for i in range(60)]
    plain, infinite, bounds = readings(compare, pairs)
    # What is not linear in 1/n is less than its cube: of 48 over 60, half of a percent.
    curved = 0.005 * bias(d, n, m)
    assert plain.mean() == pytest.approx(bias(d, n, m), abs=error(plain) + curved)
    # The extrapolation multiplies it by its groups.
    assert infinite.mean() == pytest.approx(0, abs=error(infinite) + GROUPS * curved)
    assert np.mean(np.abs(infinite)) < plain.mean() / 4
    held = ((bounds[:, 0] <= 0) & (bounds[:, 1] >= 0)).sum()
    # The jackknife of what is 0 but for chance is too wide, not too narrow (Efron and
    # Stein 1981): at least the number that 95 % of 60 seldom falls short of.
    assert held >= binom.ppf(1e-4, 60, 0.95)


def test_gaussians_at_a_known_distance(compare):
    """|a|² + Σ (s - t)² is read, where the plain distance reads more; and held."""
    d, n = 10, 150
    scale, shift = np.linspace(0.5, 1.5, d), np.linspace(0, 0.6, d)
    truth = shift @ shift + ((scale - 1) ** 2).sum()
    pairs = [
        (normal(i, 2 * n, d), scale * normal(1000 + i, n, d) + shift) for i in range(60)
    ]
    plain, infinite, bounds = readings(compare, pairs)
    assert plain.mean() - error(plain) > truth
    assert infinite.mean() == pytest.approx(truth, abs=error(infinite))
    held = (bounds[:, 0] <= truth) & (bounds[:, 1] >= truth)
    # Ten groups tell the standard error to a quarter; Student's t allows for it. By
    # the binomial, of 60 intervals at 95 %.
    assert binom.ppf(1e-4, 60, 0.95) <= held.sum()
    # And not by being wide: 1.96 standard errors, up to what ten groups and t add.
    half = (bounds[:, 1] - bounds[:, 0]).mean() / 2
    assert half < 1.6 * 1.96 * infinite.std()


def test_it_is_the_jackknife_of_both_sides(compare):
    """Of equal groups, by its definition: K F - (K - 1) mean F without each."""
    real, generated = normal(0, 40, 2), normal(1, 24, 2) + 1
    comparison = compare(real, generated, seed=3)
    random = np.random.default_rng([3, 33])
    orders = [random.permutation(len(side)) for side in (real, generated)]
    split = [order.reshape(GROUPS, -1) for order in orders]
    rest = [
        frechet(
            Moments.of(np.delete(real, split[0][group], axis=0)),
            Moments.of(np.delete(generated, split[1][group], axis=0)),
        )
        for group in range(GROUPS)
    ]
    expected = GROUPS * PLAIN.value(comparison) - (GROUPS - 1) * np.mean(rest)
    assert INFINITE.value(comparison) == pytest.approx(expected, rel=1e-9)


def test_sorted_records_change_nothing_but_chance(compare):
    """The same points sorted, as a curriculum's are: another draw of the groups."""
    real, generated = normal(0, 400, 3), normal(1, 400, 3) + 0.5
    by_norm = real[np.argsort((real**2).sum(1))]
    values = [
        INFINITE.value(compare(points, generated, seed))
        for points in (real, by_norm)
        for seed in range(20)
    ]
    spread = np.std(values[:20], ddof=1)
    assert abs(np.mean(values[:20]) - np.mean(values[20:])) < 4 * spread / np.sqrt(10)


def test_too_few_points_for_a_covariance(compare):
    """None unless three quarters of a side are more points than dimensions."""
    assert INFINITE.value(compare(normal(0, 1, 2), normal(1, 50, 2))) is None
    assert INFINITE.value(compare(normal(0, 50, 2), normal(1, 1, 2))) is None
    assert INFINITE.value(compare(normal(0, 2, 1), normal(1, 2, 1))) is None
    assert INFINITE.value(compare(normal(0, 90, 40), normal(1, 53, 40))) is None
    assert INFINITE.value(compare(normal(0, 90, 40), normal(1, 55, 40))) is not None
    few = compare(normal(0, 90, 40), normal(1, 30, 40))
    assert confidence(INFINITE, few, 0) is None
    assert PLAIN.value(few) > 0
    least = compare(normal(0, 3, 1), normal(1, 3, 1))
    assert np.isfinite([INFINITE.value(least), *confidence(INFINITE, least, 0)]).all()


def test_identical_and_constant_points(compare):
    same = np.ones((60, 3))
    assert INFINITE.value(compare(same, same)) == pytest.approx(0, abs=1e-12)
    assert INFINITE.value(compare(same, same + 2)) == pytest.approx(12, rel=1e-9)
    varied = np.concatenate([normal(0, 60, 2), same], axis=1)
    other = np.concatenate([normal(1, 60, 2), same], axis=1)
    plane = compare(varied[:, :2], other[:, :2])
    # A square root of what rounding leaves of a variance of 0, times the groups.
    assert INFINITE.value(compare(varied, other)) == pytest.approx(
        INFINITE.value(plane), abs=1e-6
    )
    low, high = confidence(INFINITE, compare(varied, other), 0)
    assert low < high


def test_a_distance_for_every_group(compare, monkeypatch):
    """What it costs beside the plain distance, of which all of it is made."""
    from components.evaluate.metrics import frechet_distance_infinite as module

    calls = []
    monkeypatch.setattr(
        module, "frechet", lambda *sides: calls.append(1) or frechet(*sides)
    )
    comparison = compare(normal(0, 60, 2), normal(1, 60, 2))
    METRICS["frechet_distance"].value(comparison)
    INFINITE.value(comparison)
    assert len(calls) == GROUPS
    confidence(INFINITE, comparison, 0)
    assert len(calls) == GROUPS + INTERVAL_GROUPS


def test_a_choice_of_a_larger_population(compare):
    """The plain distance takes the population's moments; this its own records' alone.

    Else what is left out would make another difference on either side.
    """
    population, generated = normal(0, 5000, 4), normal(1, 60, 4)
    known = compare(population[:60], generated)
    moments = Moments.of(population)
    whole = dataclasses.replace(
        known, reference=dataclasses.replace(known.reference, population=moments)
    )
    assert PLAIN.value(whole) == frechet(moments, Moments.of(generated))
    assert INFINITE.value(whole) == INFINITE.value(known)
    assert confidence(INFINITE, whole, 0) == confidence(INFINITE, known, 0)
