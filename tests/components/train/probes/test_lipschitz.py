"""Slopes between records and samples, and how far D's layers stretch."""

import numpy as np
import pytest
from keras.ops import convert_to_tensor as tensor

from components.train.game import Game
from components.train.probes import probes
from components.train.probes.lipschitz import SingularValues, Slope, norm
from components.train.regularizers.gradient_penalty import GradientPenalty
from components.train.turn import Batch

RANDOM = np.random.default_rng(0)
RECORDS = RANDOM.standard_normal((64, 2)).astype(np.float32)


def test_a_linear_discriminator_is_as_steep_everywhere(parameters, viewed):
    params = parameters(
        generator={"kind": "point"},
        discriminator={"kind": "point", "start": [3.0, -4.0]},
    )
    game = Game(params, (2,), 0)
    read = dict(Slope(game).read(viewed(game, RECORDS)))
    assert read["slope_interpolates_mean"] == pytest.approx(5, rel=1e-6)
    assert read["slope_interpolates_max"] == pytest.approx(5, rel=1e-6)


def test_the_points_lie_between_records_and_samples(parameters, viewed):
    """D(x) = relu(x - 3/4), records at 0, samples at 1: a quarter of the points."""
    params = parameters(
        generator={"kind": "point", "start": 1.0},
        discriminator={"kind": "mlp", "units": [1], "activation": "relu"},
        telemetry={"every": 6, "snapshots": 2, "probe_size": 1024, "rare": 1},
    )
    game = Game(params, (1,), 0)
    for variable, value in zip(
        game.discriminator.variables, ([[1]], [-0.75], [[1]], [0]), strict=True
    ):
        variable.assign(np.array(value))
    read = dict(Slope(game).read(viewed(game, np.zeros((64, 1)))))
    # Of 1,024 uniform points: a deviation of .0135, five of them.
    assert read["slope_interpolates_mean"] == pytest.approx(0.25, abs=0.07)
    assert read["slope_interpolates_max"] == 1


class FixedTurn:
    """A turn whose uniform numbers are given."""

    counter, even = 0, False

    def __init__(self, mix):
        self.mix = mix

    def uniform(self, shape, purpose):
        assert self.mix.shape == shape
        return self.mix

    def normal(self, shape, purpose):
        raise AssertionError("a gradient penalty draws no normal numbers")

    def number(self, number):
        return number


MLP = {"kind": "mlp", "units": [8]}


@pytest.mark.parametrize(
    "network",
    [
        MLP,
        MLP | {"normalization": "spectral"},
        MLP | {"normalization": "batch"},
        MLP | {"normalization": "batch_split"},
        {"kind": "pac", "samples": 2, "of": MLP},
    ],
    ids=["plain", "spectral", "batch", "batch_split", "pac"],
)
@pytest.mark.parametrize("classes", [None, 3])
def test_slopes_are_those_that_a_gradient_penalty_takes(
    parameters, viewed, network, classes
):
    game = Game(parameters(discriminator=network), (2,), 0, classes)
    labels = None if classes is None else RANDOM.integers(0, 3, 64).astype(np.int32)
    view = viewed(game, RECORDS, labels)
    mix = np.asarray(view.bench._fixed[1])
    told = view.bench.labels or (None, None)
    penalty = GradientPenalty(weight=1.0, target=0.0)
    for batch in (slice(0, 8), slice(8, 16)):
        real, generated = (
            Batch(tensor(records[batch]), None if each is None else tensor(each[batch]))
            for records, each in zip((view.real, view.generated), told, strict=True)
        )
        turn = FixedTurn(tensor(mix[batch]))
        expected = game.penalty("gradient_penalty", penalty, real, generated, turn)
        squares = np.square(view.slopes_between[batch])
        assert squares.mean() == pytest.approx(float(expected), rel=1e-4)
        assert squares.mean() > 1e-6


def read_values(game, view):
    return dict(SingularValues(game).read(view))


def test_singular_values_are_those_of_numpy(parameters, viewed):
    game = Game(parameters(discriminator={"kind": "mlp", "units": [64, 48]}), (2,), 0)
    kernels = [v for v in game.discriminator.variables if len(v.shape) == 2]
    for kernel in kernels:
        kernel.assign(RANDOM.standard_normal(kernel.shape))
    read = list(read_values(game, viewed(game, RECORDS)).values())
    expected = [np.linalg.svd(np.asarray(v))[1][0] for v in kernels]
    assert read == pytest.approx(expected, rel=1e-6)
    names = [
        f"singular_value.discriminator_{each}"
        for each in ("dense_0", "dense_1", "output")
    ]
    declared = {name for probe in probes(game) for name in probe.reads()}
    assert set(names) <= declared


def test_normalized_kernels_are_those_that_are_computed_with(parameters, viewed):
    network = {"kind": "mlp", "units": [64, 48], "normalization": "spectral"}
    game = Game(parameters(discriminator=network), (2,), 0)
    kernels = [v for v in game.discriminator.variables if len(v.shape) == 2]
    # Power iteration is left behind by the second: what it divides by is no norm.
    kernels[1].assign(RANDOM.standard_normal(kernels[1].shape))
    read = read_values(game, viewed(game, RECORDS))
    expected = [np.linalg.norm(np.asarray(v), 2) for v in game.spectral.values()]
    assert list(read.values()) == pytest.approx(expected, rel=1e-5)
    assert read["singular_value.discriminator_dense_0"] == pytest.approx(1, rel=1e-5)
    assert read["singular_value.discriminator_dense_1"] > 1.1


def test_a_convolutions_kernel_is_a_matrix(parameters, viewed):
    params = parameters(discriminator={"kind": "dcgan", "channels": [40]})
    game = Game(params, (4, 4, 3), 0)
    images = RANDOM.standard_normal((20, 4, 4, 3))
    (kernel, *_) = game.discriminator.variables
    assert kernel.shape == (4, 4, 3, 40)
    read = read_values(game, viewed(game, images))
    expected = np.linalg.norm(np.asarray(kernel).reshape(48, 40), 2)
    assert read["singular_value.discriminator_convolution_0"] == pytest.approx(expected)


def test_norms_of_matrices():
    orthogonal = np.linalg.qr(RANDOM.standard_normal((40, 40)))[0]
    assert norm(3 * orthogonal) == pytest.approx(3, rel=1e-9)
    assert norm(np.zeros((40, 50))) == 0
    assert norm(np.diag([1.0, 7.0])) == pytest.approx(7)
    assert np.isnan(norm(np.full((40, 40), np.nan)))
    for shape in ((200, 33), (33, 200), (1, 500)):
        matrix = RANDOM.standard_normal(shape)
        assert norm(matrix) == pytest.approx(np.linalg.svd(matrix)[1][0], rel=1e-9)
