"""Spread within modes and classes: what a mode shrunk to a point reads."""

import numpy as np
import pytest

from components.evaluate.columns import COLUMNS
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import METRICS
from components.evaluate.spread import pair_spread
from components.records import Modes

CENTERS = np.array([[5.0, 0], [0, 5], [-5, 0], [0, -5]])
MODES = Modes(CENTERS, np.full(4, 0.25), np.full(4, 0.5))
LABELS = np.arange(400) % 4


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def records(seed, labels=LABELS):
    return CENTERS[labels] + 0.5 * normal(seed, len(labels), 2)


def compare(real, generated, labels=LABELS):
    unknown = np.full(len(generated), -1)
    samples = Sample(generated, generated, unknown)
    return Comparison(samples, Sample(real, real, labels), 5, MODES)


def ratios(table, comparison):
    groups = COLUMNS[f"{table}.spread"].function(comparison)
    return {index: group.number for index, group in groups.items()}


@pytest.mark.parametrize("name", ["mode_spread", "class_spread"])
@pytest.mark.parametrize("share", [1.0, 0.3, 1e-3, 0.0])
def test_modes_shrunk_by_a_factor_read_it(name, share):
    """The same points about their centres, each nearer by a factor."""
    real = records(0)
    shrunk = CENTERS[LABELS] + share * (real - CENTERS[LABELS])
    # Of the differences of numbers near 5, float64 has some 1e-15.
    read = METRICS[name].value(compare(real, shrunk))
    assert read == pytest.approx(share, rel=1e-9, abs=1e-12)


def test_a_shrunken_mode_is_captured_yet_shows():
    shrunk = records(1)
    shrunk[LABELS == 2] = CENTERS[2] + 1e-3 * normal(2, 100, 2)
    comparison = compare(records(0), shrunk)
    assert METRICS["mode_coverage"].value(comparison) == 1.0
    assert METRICS["class_coverage"].value(comparison) == 1.0
    for table in ("modes", "classes"):
        read = ratios(table, comparison)
        assert read[2] < 0.01
        # The error of a spread over 100 points in two dimensions is some 6 %, of a
        # ratio 8 %: four of them.
        assert all(0.68 < read[index] < 1.32 for index in (0, 1, 3))


def test_spread_is_free_of_where_the_mode_lies_and_of_its_weight():
    moved = records(1)[:200] + np.array([0.3, 0.2])
    few = np.concatenate([moved[LABELS[:200] != 1], moved[LABELS[:200] == 1][:12]])
    read = ratios("modes", compare(records(0), few))
    # Of a dozen points the error is five times that of 100 above, at most.
    assert 0.3 < read[1] < 1.9
    assert read == pytest.approx(ratios("modes", compare(records(0), few[::-1])))


def test_few_points_are_no_nearer_than_many():
    """The mean over many pairs of points is at least the median distance."""
    many = pair_spread(normal(0, 500, 2))
    few = np.mean([pair_spread(normal(seed, 3, 2)) for seed in range(300)])
    # In two dimensions a mean distance is 1.25 / 1.18 times the median one; the mean of
    # 300 has an error of 3 %.
    assert 0.9 < few / many < 1.2


def test_strays_are_strays():
    points = normal(0, 200, 2)
    strays = points.copy()
    strays[:20] = 1000.0 * normal(1, 20, 2)
    # A fifth of the pairs has a stray: the median moves to the 62nd percentile, which
    # is 1.18 times the median of distances in two dimensions.
    assert pair_spread(strays) < 1.3 * pair_spread(points)


def test_modes_of_one_sample_or_none_have_no_spread():
    one = np.concatenate([records(1)[LABELS == 0], records(1)[LABELS == 1][:1]])
    comparison = compare(records(0), one)
    for table, name in (("modes", "mode_spread"), ("classes", "class_spread")):
        read = ratios(table, comparison)
        assert read[0] == pytest.approx(METRICS[name].value(comparison))
        assert [read[index] for index in (1, 2, 3)] == [None] * 3
    assert METRICS["mode_spread"].value(compare(records(0), one[-1:])) is None


def test_data_without_spread_modes_or_labels_has_no_ratio():
    points = CENTERS[LABELS]
    assert METRICS["mode_spread"].value(compare(points, records(0))) is None
    plain = Sample(points, points, np.full(400, -1))
    comparison = Comparison(plain, plain, 5, None)
    for name in ("mode_spread", "class_spread"):
        assert METRICS[name].value(comparison) is None


def test_what_is_left_out_is_left_out_of_its_mode():
    """The jackknife's own way, and samples that were never there."""
    comparison = compare(records(0), records(1))
    rows = [np.arange(0, 400, 7), np.arange(3, 400, 11)]
    for name in ("mode_spread", "class_spread"):
        own = METRICS[name].leave_out(comparison, rows)
        plain = [METRICS[name].value(comparison.without(each)) for each in rows]
        assert own == pytest.approx(plain, rel=1e-9)
