"""A null's interval holds a new reading of the data's density in 95 of 100 cases."""

import numpy as np
import pytest
from scipy.stats import binom, norm, t

from components.evaluate.columns import COLUMNS
from components.evaluate.comparison import Sample
from components.evaluate.metrics import METRICS
from components.evaluate.nulls import clipped, null, nulls, predicted, readings
from components.evaluate.scales import SCALES, scaled, unscaled
from components.evaluate.splits import Setting, chance, holdout_splits
from components.records import Modes

DRAWS, COVERED = 200, 0.95
LEAST = binom.ppf(1e-4, DRAWS, COVERED)
"""Readings within 95 % intervals; fewer would be chance once in ten thousand."""
TRAIN, HOLDOUT, N, RESAMPLES = 100, 60, 60, 6

CENTERS = np.array([[4.0, 0], [0, 4], [-4, 0], [0, -4]])
MODES = Modes(CENTERS, np.full(4, 0.25), np.full(4, 1.0))
NAMES = (
    *("precision", "recall", "density", "coverage", "frechet_distance"),
    *("high_quality_share", "mode_coverage", "reverse_kl", "support"),
)
ADDRESSES = ("tiers.coverage", "classes.coverage")


def mixture(random, n):
    labels = random.integers(4, size=n)
    values = CENTERS[labels] + random.standard_normal((n, 2))
    return Sample(values, values, labels, tiers=np.arange(n) % 2)


@pytest.fixture(scope="module")
def read():
    """{figure: [(value, null)]}, for new data and new samples each time."""
    chosen = [METRICS[name] for name in NAMES], [COLUMNS[name] for name in ADDRESSES]
    stray = chance("holdout", TRAIN, HOLDOUT, N)
    found = {}
    for seed in range(DRAWS):
        random = np.random.default_rng([seed, 8])
        sides = mixture(random, TRAIN), mixture(random, HOLDOUT)
        setting = Setting(5, MODES, RESAMPLES, seed)
        splits = holdout_splits(*sides, N, setting)
        known = nulls(chosen[0], splits, chosen[1], stray)
        made = setting.compare(mixture(random, N), sides[1])
        for figure in readings(*chosen, made):
            told = figure.value, known[figure.name]
            found.setdefault(figure.name, []).append(told)
    return found


def inside(pairs):
    value, low, high = np.array([(each, *null[1]) for each, null in pairs]).T
    return (low - 1e-9 <= value) & (value <= high + 1e-9)


def test_a_new_reading_is_in_its_interval(read):
    """Of each figure by itself. Shares of a few points, and such as are 1 in nearly
    every case, are held more often: their readings are steps."""
    assert len(read) == len(NAMES) + 2 + 4
    for name, pairs in read.items():
        assert len(pairs) == DRAWS
        assert inside(pairs).sum() >= LEAST, (name, inside(pairs).mean())
    # And not by being wide.
    for name in ("density", "frechet_distance", "reverse_kl"):
        outside = DRAWS - inside(read[name]).sum()
        assert outside >= binom.ppf(1e-3, DRAWS, 1 - COVERED), name


def test_the_splits_themselves_stray_less(read):
    """Where most of the training records stand in, their 95 % hold far fewer: here of a
    normal with their mean and deviation, on the metric's scale."""
    for name in ("density", "reverse_kl"):
        scale = METRICS[name].scale
        within = [
            abs(scaled(value, scale) - null[2]) <= norm.ppf(0.975) * null[3]
            for value, null in read[name]
        ]
        assert sum(within) < LEAST


@pytest.mark.parametrize("stray", [1.0, 2.5])
def test_the_interval_is_student_s(stray):
    values = np.random.default_rng(0).normal(5, 2, 12)
    error = values.std(ddof=1) * stray * np.sqrt(1 + 1 / 12)
    ends = t.interval(0.95, 11, values.mean(), error)
    assert predicted(values, "linear", stray) == pytest.approx(ends)


def test_equal_readings():
    """Of a metric without a least error the same again; of a share it is that of n."""
    assert predicted(np.full(9, 0.3), "linear", 2.0) == [0.3, 0.3]
    low, high = predicted(np.ones(9), "angle", 2.0, 1 / 20)
    margin = t.ppf(0.975, 8) / 20 * np.sqrt(10 / 9)
    assert low == pytest.approx(np.cos(margin) ** 2)
    assert high == 1.0


def test_what_is_not_known_has_no_interval():
    values = np.arange(5.0)
    assert predicted(values, "linear", None) is None
    assert predicted(values[:1], "linear", 1.0) is None
    assert null(values[:1])[1] is None
    assert clipped("recall", None) is None
    # As many samples as training records: the splits are all the same.
    assert nulls([], [], [], chance("holdout", 60, 90, 60)) == {}


@pytest.mark.parametrize(
    ("name", "interval", "ends"),
    [
        ("f8", [0.9, 1.2], [0.9, 1.0]),
        ("density", [-0.1, 2.0], [0.0, 2.0]),
        ("modes.spread.3", [-0.1, 2.0], [0.0, 2.0]),
        ("kernel_distance", [-0.1, 2.0], [-0.1, 2.0]),
    ],
)
def test_an_interval_ends_where_the_figure_does(name, interval, ends):
    assert clipped(name, interval) == ends


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_there_and_back(scale):
    for value in (0.25, 0.9, 1.0):
        assert unscaled(scaled(value, scale), scale) == pytest.approx(value)
