"""Intrinsic dimension, against sets whose dimension is known."""

import numpy as np
import pytest

from components.train.probes.dimension import dimension


@pytest.mark.parametrize("inner", [1, 2, 5])
def test_a_flat_set_has_the_dimension_of_what_it_was_made_of(inner):
    random = np.random.default_rng(0)
    turned = np.linalg.qr(random.standard_normal((20, inner)))[0]
    points = random.uniform(size=(2000, inner)) @ turned.T
    # The estimate's standard error is d/√n; an edge costs some more of it.
    assert dimension(points) == pytest.approx(inner, rel=0.1)


def test_a_curve_has_one_whatever_it_winds_through():
    t = np.random.default_rng(1).uniform(0, 6, 4000)
    curve = np.stack([np.cos(t), np.sin(t), t], axis=1).reshape(-1, 3, 1)
    assert dimension(curve) == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("points", [np.zeros((50, 2)), np.full((50, 2), np.nan)])
def test_what_does_not_vary_has_none(points):
    assert np.isnan(dimension(points))


def test_copies_count_once():
    points = np.random.default_rng(2).uniform(size=(500, 2))
    assert dimension(np.repeat(points, 3, axis=0)) == dimension(points)
