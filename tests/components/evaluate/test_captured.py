"""The interval of a share of captured groups, by closed forms and by simulation."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from components.evaluate.captured import captured_bounds
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.records import Modes

DRAWS = 200
GEOMETRIC = 0.7 ** np.arange(12)
CASES = {
    "few samples of even groups": (np.full(8, 1 / 8), 12),
    "groups of all sizes": (GEOMETRIC / GEOMETRIC.sum(), 30),
    "two groups of ten": (np.r_[0.5, 0.5, np.zeros(8)], 60),
    "rare ones": (np.r_[0.5, 0.42, np.full(8, 0.01)], 60),
    "one that is often missed": (np.array([0.98, 0.02]), 60),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_it_holds_the_mean_of_new_samples(case):
    """In 95 of 100 cases or more; each end misses it in 1 of 40, and not beyond what
    is chance once in ten thousand."""
    shares, n = CASES[case]
    truth = (1 - (1 - shares) ** n).mean()
    random = np.random.default_rng(0)
    draws = random.multinomial(n, shares, DRAWS)
    low, high = np.array([captured_bounds(hits, n, 0) for hits in draws]).T
    most = binom.isf(1e-4, DRAWS, 0.025)
    assert (low > truth).sum() <= most
    assert (high < truth).sum() <= most
    values = (draws > 0).mean(1)
    assert (low <= values).all()
    assert (values <= high).all()


def test_all_captured_by_many_is_sure_and_by_few_is_not():
    """A bootstrap would say the same of both."""
    many, few = (captured_bounds(np.full(8, hits), 8 * hits, 0) for hits in (50, 1))
    assert many == pytest.approx([1.0, 1.0], abs=1e-6)
    assert few[0] < 0.6
    assert few[1] == 1.0


def test_one_group():
    """Clopper and Pearson's end for its share of the samples, of half the tail."""
    hits, n = 2, 50
    share = binomtest(hits, n).proportion_ci(1 - 0.025, "exact").low
    low, high = captured_bounds(np.array([hits]), n, 0)
    # The other lower end, of one hit in one: 1/80.
    assert low == pytest.approx(max(1 - (1 - share) ** n, 0.0125), abs=0.02)
    assert high == 1.0


@pytest.mark.parametrize(("captured", "groups"), [(0, 8), (7, 8), (3, 25)])
def test_what_is_missing_may_have_been_missed(captured, groups):
    hits = np.where(np.arange(groups) < captured, 60, 0)
    low, high = captured_bounds(hits, 500, 0)
    assert low == pytest.approx(captured / groups)
    exact = binomtest(captured, groups).proportion_ci(0.95, "exact")
    assert high == pytest.approx(exact.high)


def test_many_groups_are_as_sure_as_their_number_makes_them():
    """A thousand, each as likely missed as not; by the hits alone 0.4 were possible."""
    random = np.random.default_rng(0)
    hits = random.multinomial(1000, np.full(1000, 1e-3))
    low, high = captured_bounds(hits, 1000, 0)
    assert 0.58 < low < 1 - np.exp(-1) < high < 0.68


def test_metrics_have_it_of_the_samples_that_capture():
    centers = np.array([[0.0, 0], [9, 0], [0, 9]])
    random = np.random.default_rng(0)
    real = np.repeat(centers, 30, 0) + 0.1 * random.standard_normal((90, 2))
    labels = np.repeat(np.arange(3), 30)
    made = np.r_[real[::3][:20], [[5.0, 5.0]] * 20]  # and junk, which captures nothing
    sides = [
        Sample(x, x, each) for x, each in ((made, -np.ones(40, int)), (real, labels))
    ]
    modes = Modes(centers, np.full(3, 1 / 3), np.full(3, 0.2))
    comparison = Comparison(*sides, 5, modes)
    expected = captured_bounds(np.array([10, 10, 0]), 40, 0)
    for name in ("mode_coverage", "class_coverage"):
        metric = METRICS[name]
        assert metric.value(comparison) == pytest.approx(2 / 3)
        assert metric.bounds(comparison) == pytest.approx(expected)
    plain = Comparison(
        *[Sample(x, x, -np.ones(len(x), int)) for x in (made, real)], 5, None
    )
    for name in ("mode_coverage", "class_coverage"):
        assert METRICS[name].bounds(plain) is None
