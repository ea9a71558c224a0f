"""The two-sample test: its level, its power, what else is fooled, odd input."""

import numpy as np
import pytest
from scipy.stats import binom

from components.evaluate.intervals import confidence
from components.evaluate.metrics import METRICS

ACCURACY = METRICS["two_sample_accuracy"]
FRECHET = METRICS["frechet_distance"]


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def read(comparison):
    return ACCURACY.value(comparison), ACCURACY.p_value(comparison)


@pytest.mark.parametrize(("n", "d"), [(60, 2), (201, 20)])
def test_level_and_null_of_equal_distributions(compare, n, d):
    """Guesses are tosses of a coin: their number's moments, and how small p-values are.

    Bounds are of the binomial of 250 seeds, each passed once in ten thousand.
    """
    seeds, guesses = 250, 2 * (n - n // 2)
    pairs = [
        compare(normal(i, 2 * n, d), normal(9000 + i, n, d), i) for i in range(seeds)
    ]
    accuracy, p = np.array([read(pair) for pair in pairs]).T
    assert accuracy.mean() == pytest.approx(
        0.5, abs=4 * np.sqrt(0.25 / guesses / seeds)
    )
    # A variance's own standard error: √(2 / seeds) of it.
    ratio = accuracy.var() * guesses / 0.25
    assert ratio == pytest.approx(1, abs=4 * np.sqrt(2 / seeds))
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).sum() <= binom.ppf(1 - 1e-4, seeds, level)
    # Not by refusing to reject: the level that its lattice of values allows is used.
    steps = binom.sf(np.arange(guesses + 1) - 1, guesses, 0.5)
    allowed = steps[steps <= 0.2].max()
    assert (p <= 0.2).sum() >= binom.ppf(1e-4, seeds, allowed)


def test_power_against_a_shift(compare):
    for seed in range(20):
        real, generated = normal(seed, 200, 5), normal(500 + seed, 200, 5) + 1.0
        accuracy, p = read(compare(real, generated, seed))
        # The best there is tells a shift of √5 by Φ(√5 / 2) = 0.868.
        assert 0.7 < accuracy < 0.868 + 4 * np.sqrt(0.115 / 200)
        assert p < 1e-6
    accuracy, p = read(compare(real, real + 1e3))
    assert accuracy == 1.0
    assert p == pytest.approx(0.5**200)


def test_the_plus_that_fools_the_frechet_distance(compare):
    """Equal mean and covariance, half of the modes gone: it is told from the data."""
    a, s, b, n = 2.0, 0.4, 1.46, 600
    arms = a * np.array([[1, 0], [-1, 0], [0, 1], [0, -1.0]])
    two = b * np.array([[1, 0], [-1, 0.0]])
    total = a**2 / 2 + s**2
    spread = np.sqrt([total - b**2, total])

    def real(seed):
        return arms[np.random.default_rng(seed).integers(4, size=n)] + s * normal(
            100 + seed, n, 2
        )

    nulls = [FRECHET.value(compare(real(i), real(50 + i))) for i in range(40)]
    far = 0
    for seed in range(10):
        places = two[np.random.default_rng(200 + seed).integers(2, size=n)]
        fake = places + spread * normal(300 + seed, n, 2)
        comparison = compare(real(seed), fake, seed)
        far += FRECHET.value(comparison) > np.max(nulls)
        accuracy, p = read(comparison)
        assert accuracy > 0.7
        assert p < 1e-9
    # One in 41 by chance: more than three of ten are one in a hundred thousand.
    assert far <= 3


def test_interval(compare):
    """Wilson's, also where every guess is right."""
    real = normal(0, 100, 2)
    low, high = confidence(ACCURACY, compare(real, real + 100), 0)
    # (1 + z²/n)⁻¹ of 100 right of 100.
    assert low == pytest.approx(1 / (1 + 1.96**2 / 100), abs=1e-5)
    assert high == pytest.approx(1.0)
    value = ACCURACY.value(compare(real, normal(1, 100, 2)))
    low, high = confidence(ACCURACY, compare(real, normal(1, 100, 2)), 0)
    assert low < value < high


def test_same_seed_same_guesses(compare):
    real, generated = normal(0, 300, 3), normal(1, 150, 3)
    first, second = (read(compare(real, generated, 4)) for _ in range(2))
    assert first == second
    others = {read(compare(real, generated, seed))[0] for seed in range(8)}
    assert len(others) > 1


def test_rotated_shifted_and_scaled(compare):
    real, generated = normal(0, 200, 4), 0.7 * normal(1, 200, 4)
    turn, _ = np.linalg.qr(normal(2, 4, 4))
    expected = ACCURACY.value(compare(real, generated))
    moved = compare(3 * real @ turn + 500, 3 * generated @ turn + 500)
    assert ACCURACY.value(moved) == expected


def test_odd_input(compare):
    point, same = np.zeros((1, 2)), np.ones((50, 2))
    for lone in (compare(point, same), compare(same, point)):
        assert read(lone) == (None, None)
        assert confidence(ACCURACY, lone, 0) is None
    # Every guess is the same side, half of them right.
    assert read(compare(same, same))[0] == 0.5
    assert read(compare(normal(0, 50, 2), 9 + same))[0] == 1.0
    few, wide = normal(0, 12, 40), normal(1, 12, 40) + 3
    assert read(compare(few, wide))[0] > 0.8
    constant = np.concatenate([normal(2, 60, 2), np.full((60, 3), 7.0)], axis=1)
    assert ACCURACY.value(compare(constant, constant + 5)) == 1.0
    assert read(compare(normal(0, 2, 1), normal(1, 2, 1)))[0] in (0.0, 0.5, 1.0)


def test_ties_go_to_neither_side(compare):
    """Three values, each many times on both sides."""
    values = np.random.default_rng(0).integers(3, size=(40, 400, 1)).astype(float)
    accuracy = [
        ACCURACY.value(compare(values[i], values[20 + i], i)) for i in range(20)
    ]
    assert np.mean(accuracy) == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 400 / 20))
