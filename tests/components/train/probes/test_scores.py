"""Scores: how far both sides' histograms overlap."""

import numpy as np
import pytest

from components.train.statistics import overlap


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ([0.0, 32.0], [0.0, 32.0], 1.0),
        ([0.0, 32.0], [0.0, 16.5], 0.5),
        ([0.0, 1.5, 2.5, 3.5], [31.5, 32.0], 0.0),
        ([5.0, 5.0], [5.0], 1.0),
        ([0.0, 0.0, 0.0, 32.0], [0.0], 0.75),
    ],
)
def test_overlap_of_known_scores(first, second, share):
    assert overlap(np.array(first), np.array(second)) == share


def test_overlap_is_that_of_numpys_histograms():
    random = np.random.default_rng(0)
    first, second = random.standard_normal(300), 1 + random.standard_normal(200)
    both = np.concatenate([first, second])
    shares = [
        np.histogram(values, 32, (both.min(), both.max()))[0] / len(values)
        for values in (first, second)
    ]
    assert overlap(first, second) == pytest.approx(np.minimum(*shares).sum())


def test_no_overlap_of_what_is_no_number():
    assert np.isnan(overlap(np.array([np.inf, 1.0]), np.ones(3)))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_overlap_of_scores_as_far_apart_as_their_type_goes(kind):
    most = np.finfo(kind).max
    first = np.array([-most, most, most, most], kind)
    assert overlap(first, np.array([-most, -most, most, most], kind)) == 0.75
    assert overlap(first, np.array([0.0, 0.0], kind)) == 0.0
