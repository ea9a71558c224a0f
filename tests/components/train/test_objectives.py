"""The objectives and penalties against their closed forms."""

import numpy as np
import pytest

from components.train import backend
from components.train.objectives.minimax import Minimax
from components.train.objectives.non_saturating import NonSaturating
from components.train.objectives.wasserstein import Wasserstein
from components.train.regularizers.gradient_penalty import GradientPenalty
from components.train.regularizers.r1 import R1

SCORES = np.array([-30.0, -2.0, 0.0, 0.5, 3.0, 30.0], np.float32)
REAL = np.array([1.0, -1.5, 4.0], np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def close(value, expected):
    # float32 formulas: a few units in the last place of numbers up to 30.
    np.testing.assert_allclose(np.asarray(value), expected, rtol=2e-6, atol=1e-12)


def test_original_game_is_the_cross_entropy_of_real_against_generated():
    expected = -np.log(sigmoid(REAL)).mean() - np.log(sigmoid(-SCORES[1:-1])).mean()
    for objective in (Minimax(), NonSaturating()):
        close(objective.discriminator_loss(REAL, SCORES[1:-1]), expected)


def test_generator_losses():
    inner = SCORES[1:-1]
    close(Minimax().generator_loss(inner), np.log(sigmoid(-inner)).mean())
    close(NonSaturating().generator_loss(inner), -np.log(sigmoid(inner)).mean())
    close(Wasserstein().generator_loss(inner), -inner.mean())
    close(Wasserstein().discriminator_loss(REAL, inner), inner.mean() - REAL.mean())


def test_an_undecided_discriminator_pays_two_bits():
    zeros = np.zeros(5, np.float32)
    close(Minimax().discriminator_loss(zeros, zeros), 2 * np.log(2))


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (Minimax(), sigmoid(SCORES)),
        (NonSaturating(), sigmoid(-SCORES)),
        (Wasserstein(), np.ones(6)),
    ],
)
def test_saturation_is_the_size_of_the_loss_gradient(objective, expected):
    import tensorflow as tf

    gradient = backend.current().input_gradient(
        objective.generator_loss, tf.constant(SCORES)
    )
    close(len(SCORES) * np.abs(gradient), expected)
    close(objective.saturation(SCORES), expected)


def linear(weights):
    """The gradient of D(x) = w·x, as a function of x."""
    import tensorflow as tf

    primitives = backend.current()
    w = tf.constant(weights, tf.float32)
    return lambda x: primitives.input_gradient(
        lambda x: tf.linalg.matvec(x, w), tf.convert_to_tensor(x)
    )


def batches():
    random = np.random.default_rng(1)
    draw = random.standard_normal
    return (
        draw((7, 2)).astype(np.float32),
        draw((7, 2)).astype(np.float32),
        random.random((7, 1)).astype(np.float32),
    )


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_gradient_penalty_of_a_linear_critic(target):
    penalty = GradientPenalty(weight=2.5, target=target)
    close(penalty.penalty(linear([3, 4]), *batches()), 2.5 * (5 - target) ** 2)


def test_r1_of_a_linear_discriminator_carries_one_half():
    close(R1(gamma=3.0).penalty(linear([3, 4]), *batches()), 1.5 * 25)


def test_r1_looks_at_real_and_the_gradient_penalty_between():
    real, generated, mix = batches()
    seen = []

    def gradient(x):
        seen.append(np.asarray(x))
        return x

    R1().penalty(gradient, real, generated, mix)
    GradientPenalty().penalty(gradient, real, generated, mix)
    close(seen[0], real)
    np.testing.assert_allclose(
        seen[1], mix * real + (1 - mix) * generated, rtol=1e-5, atol=1e-6
    )


def test_penalty_of_a_flat_critic_has_a_finite_gradient():
    import tensorflow as tf

    real, generated, mix = (tf.constant(x) for x in batches())

    def loss(w):
        def gradient(x):
            return tf.ones_like(x) * w

        return GradientPenalty(weight=1.0).penalty(gradient, real, generated, mix)

    slope = backend.current().input_gradient(loss, tf.zeros(2))
    assert np.all(np.isfinite(np.asarray(slope)))


def test_jvp_and_vjp_of_a_quadratic():
    import tensorflow as tf

    primitives = backend.current()
    matrix = tf.constant([[2.0, 1.0], [0.0, 3.0]])

    def function(x):
        return tf.linalg.matvec(matrix, x * x)

    x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, -1.0])
    # J = M·diag(2x)
    jacobian = matrix.numpy() * (2 * x.numpy())
    close(primitives.jvp(function, [x], [v])[1], jacobian @ v.numpy())
    close(primitives.vjp(function, [x], v)[1][0], jacobian.T @ v.numpy())
