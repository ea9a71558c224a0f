"""The kernel distance: the U-statistic, its expectation, its interval, its blocks."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS, kernel_distance
from components.evaluate.metrics.kernel_distance import variance

KERNEL = METRICS["kernel_distance"]


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def slow(x, y):
    """Pair by pair: Σ over i ≠ j on each side, all pairs across."""

    def kernel(a, b):
        return (float(np.dot(a, b)) / len(a) + 1.0) ** 3

    def within(points):
        pairs = [kernel(a, b) for a, b in itertools.permutations(points, 2)]
        return sum(pairs) / len(pairs)

    across = [kernel(a, b) for a, b in itertools.product(x, y)]
    return within(x) + within(y) - 2 * sum(across) / len(across)


def expected(a, b):
    """E k(x, y) of x ~ N(a, I) and y ~ N(b, I), from the first three moments of xᵀy.

    Given x, xᵀy is normal with mean xᵀb and variance |x|²; xᵀb is with aᵀb and |b|².
    """
    d, t = len(a), float(a @ b)
    second = t**2 + b @ b + a @ a + d
    third = t**3 + 3 * t * (b @ b) + 3 * (t * (a @ a + d) + 2 * t)
    return third / d**3 + 3 * second / d**2 + 3 * t / d + 1


@pytest.mark.parametrize(("n", "m", "d"), [(30, 30, 4), (25, 40, 60), (2, 2, 1)])
def test_it_is_the_u_statistic(compare, n, m, d):
    """In float64: rounding of sums of some hundred terms, far below a millionth."""
    x, y = normal(0, n, d), 0.8 * normal(1, m, d) + 0.3
    found = KERNEL.value(compare(x, y))
    assert found == pytest.approx(slow(x, y), rel=1e-9)
    # A small difference of large kernels: their cubes are some 1e9, it is not.
    far = KERNEL.value(compare(x + 30, y + 30))
    assert far == pytest.approx(slow(x + 30, y + 30), rel=1e-6)


def test_its_mean_is_the_distance(compare):
    """Of unequal numbers, and few of them: no bias to be seen."""
    d, shift = 3, np.array([0.6, 0, 0.3])
    zero = np.zeros(d)
    truth = expected(zero, zero) + expected(shift, shift) - 2 * expected(zero, shift)
    values = np.array(
        [
            KERNEL.value(compare(normal(i, 12, d), normal(900 + i, 7, d) + shift))
            for i in range(150)
        ]
    )
    error = 4 * values.std(ddof=1) / np.sqrt(len(values))
    assert values.mean() == pytest.approx(truth, abs=error)
    assert truth > 0.5


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_interval_holds_the_distance(compare, shift):
    d, seeds = 6, 80
    zero, moved = np.zeros(d), np.full(d, shift)
    truth = expected(zero, zero) + expected(moved, moved) - 2 * expected(zero, moved)
    held, halves, values = 0, [], []
    for seed in range(seeds):
        comparison = compare(normal(seed, 160, d), normal(900 + seed, 80, d) + moved)
        low, high = confidence(KERNEL, comparison, 0)
        values.append(KERNEL.value(comparison))
        assert low < values[-1] < high
        held += low <= truth <= high
        halves.append((high - low) / 2)
    assert held >= binom.ppf(1e-4, seeds, 0.95)
    # Where the distributions differ it is 1.96 standard errors, which 80 values tell to
    # 8 %; where they are equal √2 times as much in the limit.
    ratio = np.mean(halves) / (1.96 * np.std(values, ddof=1))
    assert 0.68 < ratio < (1.32 if shift else 1.9)


def test_variance_is_the_jackknifes():
    """By leaving points out, and computing the whole anew."""
    x, y = normal(0, 9, 3), normal(1, 6, 3) + 0.4
    by_hand = 0.0
    for side in (0, 1):
        parts = []
        for row in range(len((x, y)[side])):
            sides = [x, y]
            sides[side] = np.delete(sides[side], row, axis=0)
            parts.append(slow(*sides))
        by_hand += (len(parts) - 1) * np.var(parts)
    assert variance(x, y) == pytest.approx(by_hand, rel=1e-9)


def test_blocks_of_records_that_are_sorted(compare, monkeypatch):
    """From core to outliers, as a curriculum's are, in eight blocks.

    In that order the first block's records are the core alone, and each block is far
    from the samples: the mean is of distances that are not there.
    """
    real, generated = normal(0, 800, 4), normal(1, 800, 4)
    real = real[np.argsort((real**2).sum(1))]
    nulls = [
        KERNEL.value(compare(normal(i, 800, 4), normal(50 + i, 800, 4)))
        for i in range(10)
    ]
    monkeypatch.setattr(kernel_distance, "BLOCK", 100)
    shuffled = np.array([KERNEL.value(compare(real, generated, i)) for i in range(10)])
    # Eight blocks' chance is √8 times that of the whole, about.
    assert np.abs(shuffled).max() < 10 * np.abs(nulls).max()
    monkeypatch.setattr(
        kernel_distance,
        "shuffled",
        lambda each: (each.reference.features, each.generated.features),
    )
    assert KERNEL.value(compare(real, generated)) > 3 * np.abs(shuffled).max()


def test_interval_of_several_blocks(compare, monkeypatch):
    """The blocks' variance, over how many there are: it is as wide as values vary."""
    monkeypatch.setattr(kernel_distance, "BLOCK", 40)
    values, halves = [], []
    for seed in range(40):
        comparison = compare(normal(seed, 120, 4), normal(900 + seed, 120, 4) + 0.6)
        values.append(KERNEL.value(comparison))
        low, high = confidence(KERNEL, comparison, 0)
        halves.append((high - low) / 2)
    ratio = np.mean(halves) / (1.96 * np.std(values, ddof=1))
    # 40 values tell their deviation to 11 %; of small blocks the jackknife is wide.
    assert 0.6 < ratio < 1.8


def test_odd_input(compare):
    point, same = np.zeros((1, 2)), np.ones((50, 2))
    for lone in (compare(point, same), compare(same, point)):
        assert KERNEL.value(lone) is None
        assert confidence(KERNEL, lone, 0) is None
    two = compare(normal(0, 2, 3), normal(1, 2, 3))
    assert KERNEL.value(two) is not None
    assert confidence(KERNEL, two, 0) is None
    assert KERNEL.value(compare(same, same)) == pytest.approx(0, abs=1e-12)
    # (1 + 1)³ + (0 + 1)³ - 2 (0 + 1)³
    assert KERNEL.value(compare(same, 0 * same)) == pytest.approx(7, rel=1e-12)
    assert confidence(KERNEL, compare(same, 0 * same), 0) == pytest.approx([7, 7])
    few, wide = normal(0, 12, 40), normal(1, 12, 40) + 3
    assert KERNEL.value(compare(few, wide)) == pytest.approx(slow(few, wide), rel=1e-9)
    constant = np.concatenate([normal(2, 60, 2), np.full((60, 3), 7.0)], axis=1)
    assert KERNEL.value(compare(constant, constant[::-1])) == pytest.approx(
        slow(constant, constant[::-1]), rel=1e-6
    )
