"""Differences of one pair over samples: coverage, agreement, and when there is none."""

import numpy as np
import pytest
from scipy import stats

from components.report.samplewise import Sampled, difference

RUNS = 1000
NONE = (None, None)


def measured(kind, array, records="r", latents="l"):
    return Sampled(records, latents, {f"{kind}.recall": np.asarray(array)})


def paired(kind, a, b, value, reach=NONE):
    pair = measured(kind, a), measured(kind, b)
    return difference("recall", value, pair, 0.95, reach)


def correlated(random, n):
    """What two generators reach of n records: most are easy or hard for both."""
    hard = random.random(n)
    blurred = hard + 0.05 * random.standard_normal(n)
    return (hard < 0.7).astype(float), (blurred < 0.6).astype(float)


def test_is_scipys_paired_interval():
    a, b = correlated(np.random.default_rng(0), 500)
    test = stats.ttest_rel(b, a)
    expected = test.confidence_interval(0.95)
    found = paired("points", a, b, b.mean() - a.mean())
    assert found.interval == pytest.approx((expected.low, expected.high), rel=1e-9)
    assert found.p_value == pytest.approx(test.pvalue, rel=1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say():
    random, hits = np.random.default_rng(2), 0
    # P(U + z < .6) of U uniform in (0, 1) is E[.6 - z] = .6: z is symmetric and small.
    for _ in range(RUNS):
        a, b = correlated(random, 400)
        low, high = paired("points", a, b, b.mean() - a.mean()).interval
        hits += low <= -0.1 <= high
    least, most = stats.binom.interval(1 - 1e-4, RUNS, 0.95)
    assert least <= hits <= most


def test_the_jackknife_of_a_difference_holds_the_truth_as_often_as_it_says():
    """A number of the samples, here their variance, of two generators of one latent."""
    random, hits = np.random.default_rng(3), 0
    for _ in range(RUNS):
        latents = random.standard_normal(500)
        first = latents + 0.2 * random.standard_normal(500)
        second = 1.2 * latents + 0.2 * random.standard_normal(500)
        groups = np.array_split(np.arange(500), 10)
        parts = [
            np.array([np.delete(x, rows).var() for rows in groups])
            for x in (first, second)
        ]
        found = paired("parts", *parts, second.var() - first.var())
        hits += found.interval[0] <= 0.44 <= found.interval[1]
    least, most = stats.binom.interval(1 - 1e-4, RUNS, 0.95)
    assert least <= hits <= most


def test_pairing_sees_what_two_intervals_side_by_side_hide():
    a, b = correlated(np.random.default_rng(4), 200)
    ends = [stats.ttest_1samp(x, 0).confidence_interval(0.95) for x in (a, b)]
    assert ends[1].high > ends[0].low, "the intervals overlap"
    assert paired("points", a, b, b.mean() - a.mean()).interval[1] < 0


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (None, "was not kept"),
        (measured("points", [0.0, 1.0], records="other"), "different records"),
        (measured("points", [0.0, 1.0], latents="other"), "different latents"),
        (measured("parts", [0.0, 1.0]), "not made of single samples"),
        (measured("points", [0.0, 1.0, 1.0]), "not made of single samples"),
        (measured("points", [1.0, 0.0]), "equal on every sample"),
    ],
)
def test_without_a_pairing_there_is_none_and_it_says_why(second, why):
    first = measured("points", [1.0, 0.0])
    found = difference("recall", 0.0, (first, second), 0.95, NONE)
    assert found.interval is None and found.p_value is None
    assert found.why.startswith("one pair: ") and why in found.why


def test_a_group_that_leaves_a_number_undefined_has_no_interval():
    found = paired("parts", [1.0, 2.0, 3.0], [1.0, np.nan, 3.0], 0.0)
    assert found.interval is None


def test_is_cut_where_a_difference_ends():
    a, b = np.zeros(4), np.array([1.0, 1.0, 1.0, 0.0])
    assert paired("points", a, b, 0.75, (-1.0, 1.0)).interval[1] == 1.0
