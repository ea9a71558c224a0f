"""What parameters can do of what is asked, against what is known of small games."""

import numpy as np
import pytest
from keras import ops

from components.train.probes.steering import DRAWS, Steering
from components.train.turn import Batch


def test_one_point_moves_as_asked_where_all_samples_ask_the_same(points):
    """G has one number, and all samples lie there: Jᵀg adds up what each asks for.

    In one dimension a random wish of the same length is a sign.
    """
    view = points(at=(0.5, 1.0))
    count = view.bench.batch
    signs = np.random.default_rng(0).standard_normal((DRAWS, count, 1))
    signs /= np.abs(signs)
    usual = np.sqrt(np.mean(signs.sum(axis=(1, 2)) ** 2))
    read = dict(Steering(view.bench.game).read(view))
    assert read["steering"] == pytest.approx(count / usual, rel=1e-6)


def test_what_is_asked_pulls_as_the_losss_own_gradient(make, look):
    game = make(2, regularizers={})
    view = look(game)
    bench, count = view.bench, view.bench.batch
    generator = game.players[1]

    def loss():
        made = game.generate(bench.latents[:count], training=False)
        scores = game.generated_scores(Batch(bench.real[:count]), made)
        return game.params.objective.generator_loss(*scores)

    _, slopes = game.primitives.value_and_grad(loss, generator.variables)
    expected = np.sqrt(sum(float(ops.sum(slope**2)) for slope in slopes))
    wish = Steering(game).asked(bench.latents[:count], bench.real[:count])
    pulled = bench.generator_slopes(bench.latents[:count], wish)
    assert np.linalg.norm(np.asarray(pulled)) == pytest.approx(expected, rel=1e-6)


def test_a_wish_that_no_parameter_moves_is_not_steered(points):
    """A discriminator without slope asks for nothing: there is no reading."""
    view = points(at=(0.5, 0.0))
    assert np.isnan(dict(Steering(view.bench.game).read(view))["steering"])
