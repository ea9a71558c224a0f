"""Student's interval and Holm's correction: coverage, closed forms, agreement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from components.report.intervals import holm, student

RUNS = 4000
"""Simulated experiments: a share of them has a standard error below .8 %."""


def covered(draw, truth, seeds, reach=(None, None)):
    """How many of RUNS intervals hold the truth."""
    random, hits = np.random.default_rng(seeds), 0
    for _ in range(RUNS):
        low, high = student(list(draw(random, seeds)), "seeds", reach=reach).interval
        hits += low <= truth <= high
    return hits


def binomial_bounds(rate):
    """What chance leaves of a rate over RUNS: outside once in 10,000 tests."""
    return stats.binom.interval(1 - 1e-4, RUNS, rate)


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_intervals_of_normal_values_hold_the_truth_as_often_as_they_say(seeds):
    low, high = binomial_bounds(0.95)
    hits = covered(lambda r, n: 0.4 + 0.1 * r.standard_normal(n), 0.4, seeds)
    assert low <= hits <= high


@pytest.mark.parametrize("seeds", [2, 5])
def test_cutting_at_the_range_loses_no_truth(seeds):
    """Values of a bounded metric near its end: a cut interval holds what was held."""

    def draw(random, n):
        return random.beta(18, 2, n)

    free = covered(draw, 0.9, seeds)
    assert covered(draw, 0.9, seeds, (0.0, 1.0)) == free
    found = student([0.99, 0.93], "seeds", reach=(0.0, 1.0))
    assert found.interval[1] == 1.0 and found.interval[0] < found.value


@pytest.mark.parametrize("seeds", [2, 3, 4])
def test_a_bootstrap_of_few_seeds_could_not_cover(seeds):
    """Why it is not used: its means lie between the least and the greatest value, which
    miss the median with probability 2^(1-n), however many resamples are drawn."""
    random = np.random.default_rng(0)
    values = random.standard_normal((RUNS, seeds))
    held = int(((values.min(1) <= 0) & (values.max(1) >= 0)).sum())
    low, high = binomial_bounds(1 - 2.0 ** (1 - seeds))
    assert low <= held <= high
    assert high < 0.95 * RUNS


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12, unique=True),
    st.floats(0.6, 0.99),
)
def test_agrees_with_scipys_test_of_one_sample(values, confidence):
    # Below that, the spread is one of the numbers' last bits, and no interval is given.
    if np.std(values) < 1e-6 * np.abs(values).max():
        return
    test = stats.ttest_1samp(values, 0.0)
    expected = test.confidence_interval(confidence)
    found = student(values, "seeds", confidence)
    # Differences of numbers of this size, in float64, around a mean that may be near 0.
    size = 1e-9 * np.abs(values).max()
    assert found.interval == pytest.approx((expected.low, expected.high), abs=size)
    assert found.p_value == pytest.approx(test.pvalue, abs=1e-9)


def test_one_value_has_no_interval_and_says_why():
    found = student([0.5], "seeds")
    assert (found.value, found.interval, found.p_value) == (0.5, None, None)
    assert "one of seeds" in found.why


@pytest.mark.parametrize(
    ("values", "scale"), [([1.0] * 3, None), ([0.2, 0.2 + 1e-16, 0.2], 1.0)]
)
def test_equal_values_claim_no_certainty(values, scale):
    found = student(values, "seeds", scale=scale)
    assert found.interval is None
    assert found.why == "the same on 3 seeds: no spread to judge by"


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="Expected one or more"):
        student([], "seeds")


def test_holms_correction_of_a_worked_example():
    # Step by step: .01 * 4; .02 * 3; .03 * 2 = .06; .9 * 1.
    assert holm([0.03, 0.01, 0.9, 0.02]) == pytest.approx([0.06, 0.04, 0.9, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_bonferroni_and_no_correction(p_values):
    adjusted = holm(p_values)
    for given_, found in zip(p_values, adjusted, strict=True):
        assert given_ <= found <= min(1.0, given_ * len(p_values))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


def test_false_marks_are_as_rare_as_stated():
    """Twelve figures of five pairs, nothing changed in any, all of them correlated."""
    random, marked = np.random.default_rng(1), 0
    experiments = 1000
    for _ in range(experiments):
        shared = random.standard_normal((5, 1))
        table = 0.7 * shared + 0.7 * random.standard_normal((5, 12))
        tests = [student(list(column), "pairs").p_value for column in table.T]
        marked += min(holm(tests)) <= 0.05
    # At most one experiment in twenty may mark anything.
    assert marked <= stats.binom.ppf(1 - 1e-4, experiments, 0.05)
