"""The objectives and penalties against their closed forms."""

import numpy as np
import pytest

from components.train import backend
from components.train.objectives.hinge import Hinge
from components.train.objectives.least_squares import LeastSquares
from components.train.objectives.minimax import Minimax
from components.train.objectives.non_saturating import NonSaturating
from components.train.objectives.relativistic import Relativistic
from components.train.objectives.wasserstein import Wasserstein
from components.train.regularizers import Move
from components.train.regularizers.clip import Clip
from components.train.regularizers.consistency import Consistency
from components.train.regularizers.gradient_penalty import GradientPenalty
from components.train.regularizers.instance_noise import InstanceNoise
from components.train.regularizers.r1 import R1
from components.train.regularizers.r2 import R2

SCORES = np.array([-30.0, -2.0, 0.0, 0.5, 3.0, 30.0], np.float32)
MATES = np.array([0.0, 1.0, -2.0, 3.0, 0.0, 1.0], np.float32)
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
    close(Minimax().generator_loss(None, inner), np.log(sigmoid(-inner)).mean())
    close(NonSaturating().generator_loss(None, inner), -np.log(sigmoid(inner)).mean())
    close(Wasserstein().generator_loss(None, inner), -inner.mean())
    close(Wasserstein().discriminator_loss(REAL, inner), inner.mean() - REAL.mean())


def test_hinge_and_least_squares_by_hand():
    real, generated = np.array([2.0, 0.5], np.float32), np.array([-3.0, 0.0], "f4")
    # max(0, 1 - x): 0 and ½; max(0, 1 + x): 0 and 1.
    close(Hinge().discriminator_loss(real, generated), 0.25 + 0.5)
    close(Hinge().generator_loss(None, generated), 1.5)
    close(LeastSquares().discriminator_loss(real, generated), 0.625 / 2 + 4.5 / 2)
    close(LeastSquares().generator_loss(None, generated), (16 + 1) / 4)


def test_relativistic_pairs_a_record_with_a_sample():
    real, generated = REAL, SCORES[1:4]
    gap = np.asarray(real, np.float64) - generated
    close(
        Relativistic().discriminator_loss(real, generated), -np.log(sigmoid(gap)).mean()
    )
    close(Relativistic().generator_loss(real, generated), -np.log(sigmoid(-gap)).mean())
    # Only differences count: a shift of all scores changes nothing.
    close(
        Relativistic().discriminator_loss(real + 5, generated + 5),
        -np.log(sigmoid(gap)).mean(),
    )


def test_an_undecided_discriminator_pays_two_bits():
    zeros = np.zeros(5, np.float32)
    close(Minimax().discriminator_loss(zeros, zeros), 2 * np.log(2))


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (Minimax(), sigmoid(SCORES)),
        (NonSaturating(), sigmoid(-SCORES)),
        (Wasserstein(), np.ones(6)),
        (Hinge(), np.ones(6)),
        (LeastSquares(), np.abs(SCORES - 1)),
        (Relativistic(), sigmoid(MATES - SCORES)),
    ],
)
def test_saturation_is_the_size_of_the_loss_gradient(objective, expected):
    gradient = backend.current().input_gradient(
        lambda scores: objective.generator_loss(MATES, scores), SCORES
    )
    close(len(SCORES) * np.abs(gradient), expected)
    close(objective.saturation(MATES, SCORES), expected)


def batches():
    random = np.random.default_rng(1)
    draw = random.standard_normal
    return draw((7, 2)).astype(np.float32), draw((7, 2)).astype(np.float32)


def move(judge=None, slope=None, real=None, generated=None):
    """What a penalty sees, judged by D(x) = w·x with w = (3, 4) unless stated."""
    random, both = np.random.default_rng(2), batches()
    judge = judge or (lambda x: x[:, 0] * 3.0 + x[:, 1] * 4.0)
    primitives = backend.current()
    return Move(
        both[0] if real is None else real,
        both[1] if generated is None else generated,
        lambda x, side: judge(x),
        lambda x, side: slope(x) if slope else primitives.input_gradient(judge, x),
        lambda shape: random.random(shape).astype(np.float32),
        lambda shape: random.standard_normal(shape).astype(np.float32),
        lambda number: number,
    )


@pytest.mark.parametrize("target", [0.0, 1.0, 7.0])
def test_gradient_penalty_of_a_linear_critic(target):
    both = GradientPenalty(weight=2.5, target=target)
    above = GradientPenalty(weight=2.5, target=target, sides="above")
    close(both.penalty(move()), 2.5 * (5 - target) ** 2)
    close(above.penalty(move()), 2.5 * max(0, 5 - target) ** 2)


@pytest.mark.parametrize("penalty", [R1(gamma=3.0), R2(gamma=3.0)])
def test_r1_and_r2_of_a_linear_discriminator_carry_one_half(penalty):
    close(penalty.penalty(move()), 1.5 * 25)


def test_each_penalty_looks_at_its_own_place():
    seen = []

    def slope(x):
        seen.append(np.asarray(x))
        return x

    real, generated = batches()
    R1().penalty(move(slope=slope))
    R2().penalty(move(slope=slope))
    GradientPenalty().penalty(move(slope=slope))
    close(seen[0], real)
    close(seen[1], generated)
    share = (seen[2] - generated) / (real - generated)
    assert np.all((share > 0) & (share < 1))
    np.testing.assert_allclose(share[:, 0], share[:, 1], rtol=1e-3, atol=1e-4)


def test_penalty_of_a_flat_critic_has_a_finite_gradient():
    def loss(w):
        def slope(x):
            return 0.0 * x + w

        return GradientPenalty(weight=1.0).penalty(move(slope=slope))

    slope = backend.current().input_gradient(loss, np.zeros(2, np.float32))
    assert np.all(np.isfinite(np.asarray(slope)))


def test_consistency_of_a_linear_critic_is_the_noise_that_it_lets_through():
    real = np.zeros((20000, 2), np.float32)
    penalty = Consistency(weight=2.0, noise=0.1)
    # E (w·noise)² = 25 · 0.01; the mean of 20,000 squares is off by 1 % (√(2/n)).
    value = float(penalty.penalty(move(real=real)))
    assert value == pytest.approx(2.0 * 25 * 0.01, rel=0.05)


def test_consistency_moves_images_by_whole_pixels():
    image = np.zeros((1, 5, 5, 1), np.float32)
    image[0, 2, 2] = 1.0
    shown = []

    def judge(x):
        shown.append(np.asarray(x))
        return np.asarray(x).sum((1, 2, 3))

    images = np.repeat(image, 300, 0)
    Consistency(noise=0.0, shift=1).penalty(move(judge=judge, real=images))
    places = {tuple(np.argwhere(x[..., 0])[0]) for x in shown[1]}
    assert places == {(i, j) for i in (1, 2, 3) for j in (1, 2, 3)}
    # An image without edges keeps its sum, so its score by this D.
    close(shown[1].sum((1, 2, 3)), np.ones(300))


def test_instance_noise_and_clip():
    records = np.zeros((10000, 2), np.float32)
    random = np.random.default_rng(0)
    noisy = InstanceNoise(std=0.3).shown(
        records, random.standard_normal, lambda number: number
    )
    # 20,000 numbers: their deviation is off by 0.5 % (1/√2n).
    assert np.std(noisy) == pytest.approx(0.3, rel=0.025)
    clipped = Clip(bound=0.5).constrained(SCORES, lambda number: number)
    close(clipped, np.clip(SCORES, -0.5, 0.5))


@pytest.mark.parametrize("kind", ["batch", "layer", "group", "instance"])
def test_penalties_through_a_normalization_have_the_right_gradient(kind):
    """Against central differences in float64, whose error is about h² = 1e-10.

    A layer before the normalization: without one what a fixed mean loses adds up to 0.
    """
    import keras
    from keras import ops

    from components.train.precision import precision

    layers = {
        "batch": lambda: keras.layers.BatchNormalization(epsilon=0.1),
        "layer": lambda: keras.layers.LayerNormalization(epsilon=0.1),
        "group": lambda: keras.layers.GroupNormalization(groups=2, epsilon=0.1),
        "instance": lambda: keras.layers.GroupNormalization(groups=-1, epsilon=0.1),
    }
    random = np.random.default_rng(0)
    shape = (5, 4) if kind != "instance" else (5, 3, 3, 2)
    with precision("float64"):
        layer, primitives = layers[kind](), backend.current()
        x = random.standard_normal(shape)
        before = random.standard_normal((shape[-1], shape[-1]))
        after = random.standard_normal((shape[-1], 1))
        layer.build(shape)

        def penalty(x):
            def score(x):
                hidden = layer(ops.matmul(x, before), training=True)
                return ops.tanh(ops.matmul(hidden, after))

            return ops.sum(ops.square(primitives.input_gradient(score, x)))

        ours = np.asarray(primitives.input_gradient(penalty, x))
        for index in list(np.ndindex(shape))[::7]:
            h = np.zeros(shape)
            h[index] = 1e-5
            rise = float(penalty(x + h)) - float(penalty(x - h))
            assert ours[index] == pytest.approx(rise / 2e-5, rel=1e-5, abs=1e-7)


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
