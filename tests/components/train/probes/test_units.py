"""Dead and saturated units."""

import numpy as np
import pytest

from components.train.game import Game
from components.train.probes.units import Units

RECORDS = np.random.default_rng(0).standard_normal((64, 2)).astype(np.float32)


def read(game, view):
    return dict(Units(game).read(view))


def set_bias(model, name, values):
    model.get_layer(name).bias.assign(np.array(values, np.float32))


@pytest.mark.parametrize(
    ("kind", "share"), [("relu", 0.25), ("leaky_relu", 0.75), ("elu", 0.75)]
)
@pytest.mark.parametrize("normalization", ["none", "batch_split", "spectral"])
def test_units_that_never_cross_zero_are_dead(
    parameters, viewed, kind, share, normalization
):
    """Of eight two are always below, four always above."""
    network = {"kind": "mlp", "units": [8], "activation": kind}
    game = Game(
        parameters(
            generator=network,
            discriminator=network | {"normalization": normalization},
        ),
        (2,),
        0,
    )
    bias = np.repeat([-1.0, 1.0, 0.0], [2, 4, 2])
    set_bias(game.generator, "generator_dense_0", 30 * bias)
    layer = "norm_0" if normalization == "batch_split" else "dense_0"
    name = f"discriminator_{layer}"
    beta = game.discriminator.get_layer(name)
    (beta.beta if layer == "norm_0" else beta.bias).assign(1e6 * bias)
    told = read(game, viewed(game, RECORDS))
    assert told == {
        "generator_dead_share": pytest.approx(share),
        "discriminator_dead_share": pytest.approx(share),
    }


def test_a_convolutions_unit_is_a_channel(parameters, viewed):
    params = parameters(
        generator={"kind": "dcgan", "channels": [4], "activation": "relu"},
        discriminator={"kind": "dcgan", "channels": [4], "activation": "relu"},
    )
    game = Game(params, (4, 4, 1), 0)
    set_bias(game.discriminator, "discriminator_convolution_0", [-1e9, -1e9, -1e9, 0.0])
    # Four channels at each of 2 by 2 positions: one channel is dead, and another is
    # at three positions of four.
    bias = np.zeros((4, 4))
    bias[:, 0], bias[:3, 1] = -1e9, -1e9
    set_bias(game.generator, "generator_dense", bias.ravel())
    images = np.random.default_rng(1).standard_normal((20, 4, 4, 1))
    told = read(game, viewed(game, images))
    assert told["discriminator_dead_share"] == 0.75
    assert told["generator_dead_share"] == 0.25


@pytest.mark.parametrize(("bias", "share"), [(9.0, 0.5), (-9.0, 0.5), (0.5, 0.0)])
def test_saturated_outputs_are_counted(parameters, viewed, bias, share):
    """tanh(2.65) = .990: with no weights an output is what its bias makes it."""
    network = {"kind": "mlp", "units": [8], "activation": "relu", "output": "tanh"}
    game = Game(parameters(generator=network), (2,), 0)
    layer = game.generator.get_layer("generator_output")
    layer.kernel.assign(np.zeros((8, 2)))
    layer.bias.assign([bias, 2.64])
    told = read(game, viewed(game, RECORDS))
    assert told["generator_saturated_share"] == share


def test_a_saturated_discriminator_is_told(parameters, viewed):
    network = {"kind": "mlp", "units": [8], "activation": "tanh"}
    game = Game(parameters(discriminator=network), (2,), 0)
    layer = game.discriminator.get_layer("discriminator_dense_0")
    layer.kernel.assign(np.zeros((2, 8)))
    layer.bias.assign([9.0, -9.0, *[0.5] * 6])
    told = read(game, viewed(game, RECORDS))
    assert told["discriminator_saturated_share"] == 0.25


def test_networks_without_such_units_have_no_series(parameters):
    point = Game(
        parameters(generator={"kind": "point"}, discriminator={"kind": "point"}),
        (2,),
        0,
    )
    assert not Units.applies(point)
    smooth = {"kind": "mlp", "units": [8], "activation": "tanh"}
    game = Game(parameters(generator=smooth, discriminator=smooth), (2,), 0)
    names = {f"{player}_saturated_share" for player in ("generator", "discriminator")}
    assert set(Units(game).reads()) == names
    maxout = {"kind": "mlp", "units": [8], "activation": "maxout"}
    game = Game(parameters(generator=maxout, discriminator=maxout), (2,), 0)
    assert not Units.applies(game)
