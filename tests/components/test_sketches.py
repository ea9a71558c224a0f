"""What is compared of two parts, and how long records are made short."""

import numpy as np
import pytest

from components.sketches import own_rows, sketch


def test_long_records_are_projected_and_keep_their_distances():
    points = np.random.default_rng(4).standard_normal((40, 16, 16, 3))
    short = sketch(points)
    assert short.shape == (40, 64)
    gaps = [
        np.linalg.norm(each[0] - each[1:], axis=-1)
        for each in (points.reshape(40, -1), short)
    ]
    # Each distance has an error of 1 / √128 of it; their mean over 39 hardly more than
    # that of the first point's own length.
    assert gaps[1].mean() == pytest.approx(gaps[0].mean(), rel=5 / np.sqrt(128))
    assert sketch(points[:3]) == pytest.approx(short[:3])
    assert sketch(points[:, :2, :2]).shape == (40, 12)


def test_equal_records_count_once_and_those_of_both_parts_not_at_all():
    """-0 is 0."""
    one = np.array([[1.0], [0.0], [1.0], [2.0], [3.0]])
    other = np.array([[5.0], [-0.0], [3.0], [5.0], [4.0]])
    first, second = own_rows(one, other)
    assert first.tolist() == [0, 3] and second.tolist() == [0, 4]
    nothing, all_of_it = own_rows(one[:0], other[:1])
    assert nothing.tolist() == [] and all_of_it.tolist() == [0]
