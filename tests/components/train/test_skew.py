"""Skew against scipy's test, and at its rate."""

import numpy as np
import pytest

from components.train.skew import unlike


def test_the_rarest_class_is_found_among_those_held_out_often():
    train = np.repeat([0, 1, 2, 3], [400, 100, 500, 0])
    holdout = np.repeat([0, 1, 2, 3], [40, 50, 10, 4])
    skew = unlike(train, holdout)
    assert skew is not None and skew.which == 1
    assert skew.rarest == pytest.approx(0.1 / (50 / 104))
    assert skew.p_value < 1e-6


def test_records_without_labels_count_for_nothing():
    train, holdout = np.repeat([0, 1], 50), np.repeat([0, 1], 20)
    blank = np.full(70, -1)
    joined = unlike(np.concatenate([train, blank]), np.concatenate([holdout, blank]))
    assert joined == unlike(train, holdout)
    assert joined is not None and joined.rarest == 1.0 and joined.p_value == 1.0


@pytest.mark.parametrize(
    ("train", "holdout"),
    [([0] * 9, [0] * 9), ([2] * 9, [0] * 9 + [1] * 9), ([0, 1] * 4, [0, 1] * 4)],
)
def test_without_two_classes_there_is_nothing_to_compare(train, holdout):
    assert unlike(np.array(train), np.array(holdout)) is None


def test_the_test_keeps_its_rate():
    """Of 1,000 splits of one distribution 5 % are as unlike: 32 to 69 in 99 of 100."""
    random = np.random.default_rng(1)
    shares = np.array([0.4, 0.3, 0.2, 0.05, 0.05])
    found = [
        unlike(random.choice(5, 1400, p=shares), random.choice(5, 600, p=shares))
        for _ in range(1000)
    ]
    assert 32 <= sum(skew.p_value < 0.05 for skew in found if skew) <= 69
