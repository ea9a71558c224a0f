"""Diversity of a linear generator, whose volume is known."""

import numpy as np
import pytest

from components.features.random_conv import RandomConv
from components.train.probes.diversity import (
    JITTER,
    NUMBER,
    Diversity,
    Volume,
    log_det,
)

LINEAR = {
    "latents": {"size": 3},
    "generator": {"kind": "mlp", "units": [3], "activation": "relu"},
    "discriminator": {"kind": "mlp", "units": [3], "activation": "tanh"},
    "telemetry": {"probe_size": 64},
}


@pytest.fixture
def linear(make):
    """A game whose generator is x = Cᵀ(Aᵀz + 50) + b: no unit is ever cut off."""
    game = make(2, **LINEAR)
    game.generator.trainable_variables[1].assign(np.full(3, 50.0))
    return game


def test_a_linear_generators_volume_and_its_slope_have_closed_forms(
    linear, look, dense
):
    view = look(linear)
    read = dict(Diversity(linear).read(view))
    first, _, last, _ = (np.asarray(v) for v in linear.generator.trainable_variables)
    kernel = first @ last
    spread = np.cov(view.bench.latents[: len(view.generated)].T)
    real = np.cov(view.real.T)
    jitter = JITTER * np.trace(real) / 2 * np.eye(2)
    covariance = kernel.T @ spread @ kernel + jitter
    volume = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(real + jitter)[1]
    (of_samples,) = dict(Volume(linear).read(view)).values()
    assert of_samples == pytest.approx(volume, rel=1e-8)
    # d log det(KᵀSK) = 2 tr((KᵀSK)⁻¹ KᵀS dK), K = AC; biases move no covariance.
    slope = 2 * spread @ kernel @ np.linalg.inv(covariance)
    slopes = [slope @ last.T, np.zeros(3), first.T @ slope, np.zeros(2)]
    d = np.concatenate([each.ravel() for each in slopes])
    d /= np.linalg.norm(d)
    side = view.bench.field.sides["generator"]
    descent = view.field(NUMBER)[side]
    expected = descent @ d / np.linalg.norm(descent)
    assert read["diversity_slope"] == pytest.approx(expected, rel=1e-8)
    hessian = -dense(view, NUMBER)[side, side]
    assert read["diversity_curvature"] == pytest.approx(d @ hessian @ d, rel=1e-6)


def test_images_are_looked_at_in_features_and_the_slope_is_theirs(make, look):
    """d, by differences of the features' volume in every parameter."""
    game = make((4, 4, 1), telemetry={"probe_size": 64})
    view = look(game)
    network = RandomConv().restore({})
    sight = view.bench.sight
    assert np.array_equal(sight(view.real), network(view.real) @ sight.directions)
    side = view.bench.field.sides["generator"]
    variables = game.generator.trainable_variables

    def volume():
        made = view.bench.look()[1]
        return log_det(sight(made), JITTER * sight.of_records.var(0, ddof=1).mean())[0]

    found = []
    for variable in variables:
        value = np.asarray(variable)
        for place in np.ndindex(value.shape):
            ends = []
            for move in (1e-5, -1e-5):
                moved = value.copy()
                moved[place] += move
                variable.assign(moved)
                ends.append(volume())
            variable.assign(value)
            found.append((ends[0] - ends[1]) / 2e-5)
    d = np.array(found) / np.linalg.norm(found)
    descent = view.field(NUMBER)[side]
    expected = descent @ d / np.linalg.norm(descent)
    read = dict(Diversity(game).read(view))
    assert read["diversity_slope"] == pytest.approx(expected, rel=1e-3)


def test_the_slope_of_a_volume_is_its_difference():
    random = np.random.default_rng(0)
    values, way = random.standard_normal((2, 12, 3))
    _, slope = log_det(values, 1e-3)
    ahead, behind = (log_det(values + h * way, 1e-3)[0] for h in (1e-5, -1e-5))
    assert np.sum(slope * way) == pytest.approx((ahead - behind) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("kind", [Diversity, Volume])
def test_records_in_one_place_have_no_size_to_compare_with(kind, points):
    probe = kind(points().bench.game)
    assert dict(probe.read(points())) == {}


@pytest.mark.parametrize("kind", [Diversity, Volume])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_have_no_volume(value, kind, linear, look):
    linear.generator.trainable_variables[2].assign(np.full((3, 2), value))
    assert dict(kind(linear).read(look(linear))) == {}


def test_collapsed_samples_have_the_jitters_volume(linear, look):
    linear.generator.trainable_variables[2].assign(np.zeros((3, 2)))
    view = look(linear)
    real = np.cov(view.real.T)
    jitter = JITTER * np.trace(real) / 2
    expected = 2 * np.log(jitter) - np.linalg.slogdet(real + jitter * np.eye(2))[1]
    read = dict(Volume(linear).read(view))
    assert read["log_volume"] == pytest.approx(expected, rel=1e-6)
