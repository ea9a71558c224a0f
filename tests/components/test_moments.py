"""Moments: of parts the whole's, whatever the parts; and distances between them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import moments
from components.moments import Moments, frechet, merged, without_each


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def agree(found, points, rel=1e-12):
    points = np.asarray(points, np.float64)
    assert found.count == len(points)
    np.testing.assert_allclose(found.mean, points.mean(0), rtol=rel, atol=1e-13)
    expected = np.cov(points, rowvar=False, ddof=1)
    size = np.abs(expected).max()
    np.testing.assert_allclose(found.covariance, expected, rtol=rel, atol=rel * size)


@pytest.mark.parametrize("bytes_", [1, 500, 1 << 25])
def test_they_are_numpys(bytes_, monkeypatch):
    monkeypatch.setattr(moments, "ROWS_BYTES", bytes_)
    agree(Moments.of(normal(0, 200, 5) + 3.0), normal(0, 200, 5) + 3.0)
    single = normal(1, 100, 4).astype(np.float32)
    agree(Moments.of(single), single)


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_shards_and_their_order_change_nothing(shards):
    points = 50.0 + normal(2, 210, 6)
    parts = [Moments.of(part) for part in np.array_split(points, shards)]
    whole = Moments.of(points)
    for order in itertools.islice(itertools.permutations(range(shards)), 30):
        found = merged((parts[place] for place in order), 6)
        np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-12)
        np.testing.assert_allclose(found.scatter, whole.scatter, rtol=1e-12, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 99))
def test_merging_is_associative_and_nothing_is_neutral(sizes, seed):
    random = np.random.default_rng(seed)
    parts = [random.normal(5, 2, (size, 3)) for size in sizes]
    left = merged(map(Moments.of, parts), 3)
    right = merged((Moments.of(part) for part in reversed(parts)), 3)
    whole = Moments.of(np.concatenate(parts))
    for found in (left, right):
        assert found.count == whole.count
        np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found.scatter, whole.scatter, rtol=1e-9, atol=1e-9)


def test_a_large_mean_swamps_nothing():
    """A streaming float32 covariance of such points is off by their size."""
    points = 1000.0 + 0.01 * normal(3, 5000, 3)
    agree(Moments.of(points), points, rel=1e-9)


def test_each_part_is_left_out():
    parts = [normal(seed, 10 + seed, 4) for seed in range(5)]
    for place, rest in enumerate(without_each([Moments.of(part) for part in parts])):
        others = [part for other, part in enumerate(parts) if other != place]
        agree(rest, np.concatenate(others))


def test_one_point_has_no_covariance():
    with pytest.raises(ValueError, match=r"at least 2, .*Received: 1"):
        _ = Moments.of(normal(0, 1, 3)).covariance


def gaussian(mean, covariance):
    return Moments(101, np.asarray(mean), 100 * np.asarray(covariance))


def test_distances_that_are_known():
    diagonal = gaussian([0.0, 0.0], np.diag([4.0, 9.0]))
    other = gaussian([3.0, 4.0], np.diag([1.0, 25.0]))
    # |μ|² + Σ (σ₁ - σ₂)²: 25 + 1 + 4.
    assert frechet(diagonal, other) == pytest.approx(30.0, rel=1e-12)
    flat = gaussian([0.0, 0.0], np.diag([4.0, 0.0]))
    assert frechet(flat, diagonal) == pytest.approx(9.0, rel=1e-12)
    assert frechet(diagonal, flat) == pytest.approx(9.0, rel=1e-12)
    nothing = gaussian([0.0, 0.0], np.zeros((2, 2)))
    assert frechet(nothing, diagonal) == pytest.approx(13.0, rel=1e-12)
    assert frechet(nothing, nothing) == 0.0


@pytest.mark.parametrize("counts", [(200, 150), (20, 15)])
def test_both_ways_and_turned_it_is_the_same(counts):
    """Fewer points than dimensions included: their covariances are singular.

    What rounding makes of an eigenvalue of 0, 2⁻⁵² of the largest, has a root of 2⁻²⁶.
    """
    rel = 1e-9 if min(counts) > 30 else 1e-8
    one = normal(4, counts[0], 30) @ normal(5, 30, 30)
    two = normal(6, counts[1], 30) + 0.5
    turn, _ = np.linalg.qr(normal(7, 30, 30))
    first, second = Moments.of(one), Moments.of(two)
    expected = frechet(first, second)
    assert frechet(second, first) == pytest.approx(expected, rel=rel)
    turned = frechet(Moments.of(one @ turn + 7), Moments.of(two @ turn + 7))
    assert turned == pytest.approx(expected, rel=rel)
    scaled = frechet(Moments.of(3 * one), Moments.of(3 * two))
    assert scaled == pytest.approx(9 * expected, rel=rel)
