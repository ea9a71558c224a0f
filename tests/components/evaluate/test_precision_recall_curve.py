"""F₈ and F₁⸝₈: closed forms on histograms, a slow curve, intervals, odd input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS
from components.evaluate.metrics.precision_recall_curve import (
    CLUSTERS,
    RUNS,
    clusterings,
    highest_f,
    shares,
)

BETAS = 8, 1 / 8
FIVE = 10.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1], [3, 3]])


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def pair(comparison):
    return [METRICS[name].value(comparison) for name in ("f8", "f_eighth")]


def histogram(*counts):
    return np.array([counts]) / np.sum(counts)


@pytest.mark.parametrize("beta", BETAS)
def test_closed_forms_on_histograms(beta):
    even, one = histogram(1, 1, 1, 1, 1), histogram(0, 0, 1, 0, 0)
    assert highest_f(even, even, beta) == 1.0
    assert highest_f(one, histogram(1, 1, 0, 0, 0), beta) == 0.0
    # Precision 1 and recall 1/5 at λ = 5, the curve's corner.
    corner = (1 + beta**2) * 0.2 / (beta**2 + 0.2)
    assert highest_f(even, one, beta) == pytest.approx(corner, rel=1e-12)
    # Half of the samples are junk: precision 1/2, recall 1.
    half = (1 + beta**2) * 0.5 / (beta**2 * 0.5 + 1)
    assert highest_f(histogram(1, 0), histogram(1, 1), beta) == pytest.approx(half)


def slow_highest_f(p, q, beta):
    """The authors' algorithm: 5,001 angles, one λ = tan(angle) at a time."""
    highest = 0.0
    for angle in np.linspace(1e-10, np.pi / 2 - 1e-10, 5_001):
        slope = np.tan(angle)
        pairs = list(zip(p, q, strict=True))
        precision = np.mean([np.minimum(slope * a, b).sum() for a, b in pairs])
        recall = np.mean([np.minimum(a, b / slope).sum() for a, b in pairs])
        if precision > 0 and recall > 0:
            f = (1 + beta**2) * precision * recall / (beta**2 * precision + recall)
            highest = max(highest, f)
    return highest


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("beta", BETAS)
def test_the_highest_of_the_curve_is_found(seed, beta):
    random = np.random.default_rng(seed)
    p, q = random.dirichlet(np.full(7, 0.5), (2, 3))
    p[:, 0], q[:, 1] = 0, 0  # One cluster of either side alone.
    p, q = (side / side.sum(1, keepdims=True) for side in (p, q))
    slow, found = slow_highest_f(p, q, beta), highest_f(p, q, beta)
    # An angle is 1.6e-4 from a corner at most, which at slopes of 1/8 to 8 is 8.2 times
    # as much of λ; F changes by no more, for P does not.
    assert -1e-12 <= found - slow < 1.6e-4 * 8.2 * found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
    ).filter(lambda pairs: all(map(sum, zip(*pairs, strict=True)))),
    st.floats(0.1, 10),
)
def test_exchanging_the_sides_exchanges_precision_and_recall(counts, beta):
    p, q = (histogram(*side) for side in zip(*counts, strict=True))
    found = highest_f(p, q, beta)
    assert highest_f(q, p, 1 / beta) == pytest.approx(found, rel=1e-9)
    assert 0 <= found <= 1 + 1e-12


def test_one_of_five_clusters(compare):
    """k-means on points: as on the histograms, up to how it splits the clusters."""
    n = 400
    real = FIVE[np.arange(n) % 5] + 0.01 * normal(0, n, 2)
    one = FIVE[4] + 0.01 * normal(1, n, 2)
    low, high = pair(compare(real, one))
    # Splits of the cluster that is kept, into two or more, cost some of each.
    assert 0.15 < low <= 65 / 321 + 1e-9
    assert 0.8 < high <= 65 / 69 + 1e-9


def test_same_points_and_disjoint_ones(compare):
    real = normal(0, 90, 3)
    assert pair(compare(real, real[::-1])) == pytest.approx([1.0, 1.0])
    assert pair(compare(real, real + 1e3)) == [0.0, 0.0]


def test_exchanged_points(compare):
    """The clusters are the same, whichever side comes first."""
    real, generated = normal(0, 200, 3), 0.5 * normal(1, 200, 3)
    f8, f_eighth = pair(compare(real, generated))
    exchanged = pair(compare(generated, real))
    assert exchanged == pytest.approx([f_eighth, f8], rel=1e-12)
    assert f8 < 0.75 < 0.8 < f_eighth


def test_sides_of_equal_sizes(compare):
    """Of sorted records a random choice, as many as samples."""
    real = np.sort(normal(0, 3000, 1), axis=0)
    found = clusterings(compare(real, normal(1, 500, 1)))
    assert found.real.shape == found.generated.shape == (RUNS, 500)
    # The first 500 records alone would be those below -0.97.
    assert min(pair(compare(real, normal(1, 500, 1)))) > 0.9
    assert found.real.max() == CLUSTERS - 1
    assert shares(found.real).sum(1) == pytest.approx(1)
    more = clusterings(compare(normal(0, 30, 1), normal(1, 50, 1)))
    assert more.real.shape == more.generated.shape == (RUNS, 30)


@pytest.mark.parametrize("name", ["f8", "f_eighth"])
def test_interval_is_as_wide_as_the_values_vary(compare, name):
    """1.96 standard errors, which ten groups tell to a factor of two or so.

    Two thirds of the data and junk: at equal distributions F is at its upper end, and
    its changes are not linear in the samples.
    """
    values, widths = [], []
    for seed in range(12):
        real = FIVE[np.arange(300) % 5] + normal(0, 300, 2)
        kept = FIVE[np.random.default_rng(seed).integers(6, size=300) % 3]
        comparison = compare(real, kept + normal(seed, 300, 2))
        values.append(METRICS[name].value(comparison))
        low, high = confidence(METRICS[name], comparison, seed)
        assert low < values[-1] < high
        widths.append((high - low) / 2)
    assert 0.4 < np.mean(widths) / (1.96 * np.std(values, ddof=1)) < 2.5


def test_odd_input(compare):
    point, same = np.zeros((1, 2)), np.ones((50, 2))
    assert pair(compare(point, point)) == [1.0, 1.0]
    assert pair(compare(point, point + 1)) == [0.0, 0.0]
    assert confidence(METRICS["f8"], compare(point, point), 0) is None
    assert pair(compare(same, same)) == [1.0, 1.0]
    assert pair(compare(same, same + 1)) == [0.0, 0.0]
    # Of all samples the same: precision of the cluster that they are in, little recall.
    low, high = pair(compare(normal(0, 50, 2), np.zeros((50, 2))))
    assert low < 0.5 < high
    few, wide = normal(0, 12, 40), normal(1, 12, 40)
    assert all(0 <= value <= 1 for value in pair(compare(few, wide)))
    constant = np.concatenate([normal(2, 60, 2), np.full((60, 3), 7.0)], axis=1)
    assert pair(compare(constant, constant)) == pytest.approx([1.0, 1.0])
