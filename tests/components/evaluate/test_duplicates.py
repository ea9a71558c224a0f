"""The birthday estimate of the support, on supports that are known."""

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.evaluate.metrics.duplicates import duplicate_summary, pair_bounds
from components.manifold import close_counts

SEEDS = 300
MOST = binom.isf(1e-4, SEEDS, 0.05)
"""Intervals of 95 % that may miss; more would be chance once in ten thousand."""


def compare(samples, real=None):
    real = np.random.default_rng(0).standard_normal((200, 1)) if real is None else real
    made = [Sample(x, x, np.full(len(x), -1)) for x in (samples, real)]
    return Comparison(*made, 5, None)


def read(name, comparison):
    metric = METRICS[name]
    return metric.value(comparison), metric.bounds(comparison)


def drawn(seed, shares, n):
    """n draws of points that are further apart than any real ones."""
    points = 100.0 * np.arange(len(shares), dtype=float)[:, None]
    return points[np.random.default_rng(seed).choice(len(shares), n, p=shares)]


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param(np.full(1000, 1 / 1000), id="equal, few pairs"),
        pytest.param(np.full(40, 1 / 40), id="equal, many pairs"),
        pytest.param(np.r_[np.full(20, 0.025), np.full(500, 0.001)], id="unequal"),
    ],
)
def test_the_support_is_inside_its_interval(shares):
    """In 95 of 100 seeds; of unequal shares p the support is 1 / Σ p²."""
    support, missed = 1 / (shares**2).sum(), 0
    for seed in range(SEEDS):
        _, (low, high) = read("support", compare(drawn(seed, shares, 150)))
        missed += not low <= support <= high
    assert missed <= MOST


def test_pairs_of_a_known_support_are_as_expected():
    n, size = 300, 60
    pairs = [
        read("duplicate_pairs", compare(drawn(seed, np.full(size, 1 / size), n)))[0]
        for seed in range(30)
    ]
    expected = n * (n - 1) / 2 / size
    # Pairs agree independently of one another: Poisson; four errors of 30 means.
    assert np.mean(pairs) == pytest.approx(expected, abs=4 * np.sqrt(expected / 30))


def test_continuous_samples_have_what_records_have():
    """Pairs as near as the nearest twentieth of records: n² / 2 of the chance that two
    records are, which another sample of as many shows."""
    rates = []
    for seed in range(40):
        random = np.random.default_rng([seed, 1])
        real, samples = random.standard_normal((2, 300, 4))
        comparison = compare(samples, real)
        theirs = close_counts(real, comparison.near).sum() / 2
        rates.append((read("duplicate_pairs", comparison)[0], theirs))
    ours, theirs = np.mean(rates, axis=0)
    # The nearest twentieth of 300 makes 7.5 pairs at least, where no three agree; the
    # threshold is the records' own, hence the chance of two of 40 means to differ.
    assert 7.5 <= theirs < 15
    error = np.std([a - b for a, b in rates]) / np.sqrt(40)
    assert ours == pytest.approx(theirs, abs=4 * error)


def test_copies_count_whatever_the_distance():
    twins = np.repeat(np.random.default_rng(1).standard_normal((50, 3)), 2, axis=0)
    comparison = compare(1000 * twins, 1e-3 * twins[::2] + 7.0)
    found = duplicate_summary(comparison)
    assert found["pairs"] == found["copies"] == 50
    assert found["quantile"] == 0.05
    assert 0 < found["threshold"] == comparison.near


def test_the_threshold_is_a_distance_between_records():
    real = np.cumsum(np.arange(1.0, 41.0))[:, None]  # gaps of 2, 3, …, 40
    # The nearest other of the first two is 2 away; a twentieth of 40 is those two.
    assert compare(real, real).near == 2.0


def test_no_pair_and_all_pairs():
    apart = compare(100.0 * np.arange(20.0)[:, None])
    assert read("duplicate_pairs", apart)[0] == 0.0
    # Three expected pairs show none in 5 of 100 cases, 3.69 in 2.5: Garwood's bound.
    assert read("duplicate_pairs", apart)[1] == pytest.approx([0, -np.log(0.025)])
    value, (low, high) = read("support", apart)
    assert value == high == 190.0
    assert low == pytest.approx(190 / -np.log(0.025))
    same = compare(np.ones((20, 1)))
    assert read("duplicate_pairs", same)[0] == 190.0
    value, (low, high) = read("support", same)
    assert value == low == 1.0
    assert high < 1.2


@pytest.mark.parametrize("sizes", [(1, 5), (5, 1)])
def test_too_few_samples_or_records_to_be_compared(sizes):
    samples, real = (np.arange(float(n))[:, None] for n in sizes)
    for name in ("duplicate_pairs", "support"):
        assert read(name, compare(samples, real)) == (None, None)
    assert duplicate_summary(compare(samples, real)) is None


def test_records_that_are_all_the_same_make_copies_the_threshold():
    same = np.ones((30, 2))
    samples = np.r_[same[:5], 9.0 + np.random.default_rng(0).random((5, 2))]
    assert read("duplicate_pairs", compare(samples, same))[0] == 10.0


def test_bounds_of_two_samples():
    assert pair_bounds(np.zeros(2)) == pytest.approx([0, -np.log(0.025)])
    low, high = pair_bounds(np.ones(2))
    assert low == pytest.approx(-np.log(0.975))
    assert high > 1
