"""Packs, points and residual networks, and networks with labels."""

import keras
import numpy as np
import pytest

from components.train.networks import ShapeError
from components.train.networks.assembly import pack
from components.train.networks.dcgan import DcganDiscriminator, DcganGenerator
from components.train.networks.mlp import MlpDiscriminator, MlpGenerator
from components.train.networks.pac import PacDiscriminator
from components.train.networks.point import PointDiscriminator, PointGenerator
from components.train.networks.resnet import ResnetDiscriminator, ResnetGenerator

SMALL = {"channels": (8, 16), "group_width": 8}
DISCRIMINATORS = {
    "mlp": MlpDiscriminator(units=(8,)),
    "maxout": MlpDiscriminator(units=(8,), activation="maxout"),
    "dcgan": DcganDiscriminator(channels=(4,), normalization="minibatch_stddev"),
    "point": PointDiscriminator(),
    "resnet": ResnetDiscriminator(**SMALL, blocks=1),
}
GENERATORS = {
    "mlp": MlpGenerator(units=(8,)),
    "dcgan": DcganGenerator(channels=(4,)),
    "point": PointGenerator(),
    "resnet": ResnetGenerator(channels=(16, 8), group_width=8, blocks=1),
}
SHAPE = (8, 8, 2)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def array(x):
    return np.asarray(x)


def test_a_pack_is_its_records_side_by_side():
    for shape in ((3,), (4, 5, 2)):
        x = noise(6, *shape)
        by_hand = np.stack([np.concatenate(x[i : i + 3], axis=-1) for i in (0, 3)])
        np.testing.assert_array_equal(array(pack(x, shape, 3)), by_hand)


@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_a_pack_is_judged_as_its_network_judges_the_concatenation(kind):
    inner, x = DISCRIMINATORS[kind], noise(8, *SHAPE)
    packs = PacDiscriminator(samples=2, of=inner)
    by_hand = np.concatenate([x[0::2], x[1::2]], axis=-1)
    scores = packs.build(SHAPE, 3)(x)
    assert scores.shape == (4, 1)
    alone = inner.build((8, 8, 4), 3)(by_hand)
    np.testing.assert_allclose(array(scores), array(alone), rtol=1e-5, atol=1e-6)
    assert (packs.packing, packs.reads_mates) == (2, True)
    assert packs.normalization == inner.normalization
    assert packs.convolutional == inner.convolutional


def test_a_pack_of_one_is_the_network_itself():
    packs, x = PacDiscriminator(samples=1), noise(4, 2)
    assert (packs.packing, packs.reads_mates) == (1, False)
    np.testing.assert_array_equal(
        array(packs.build((2,), 3)(x)), array(packs.of.build((2,), 3)(x))
    )


@pytest.mark.parametrize("samples", [1, 2])
@pytest.mark.parametrize("kind", DISCRIMINATORS)
def test_labels_add_their_projections(kind, samples):
    """The score without labels, and ⟨V_k y_k, φ⟩ for each place k of a pack."""
    network = PacDiscriminator(samples=samples, of=DISCRIMINATORS[kind])
    if samples == 1:
        network = network.of
    x, labels = noise(8, *SHAPE), np.asarray([0, 2, 1, 1, 2, 0, 0, 1], np.int32)
    judge = network.build(SHAPE, 3, 3)
    plain = network.build(SHAPE, 3)
    name = "discriminator_projection"
    shared = [v for v in judge.variables if name not in v.path]
    for ours, theirs in zip(shared, plain.variables, strict=True):
        np.testing.assert_array_equal(array(ours), array(theirs))
    embedding = judge.get_layer(name)
    to_features = keras.Model(judge.inputs[0], last_layer(judge).input)
    features = array(to_features(x))
    vectors = array(embedding.kernel).reshape(samples, 3, -1)
    terms = [
        np.sum(vectors[k][labels[k::samples]] * features, axis=1)
        for k in range(samples)
    ]
    by_hand = array(plain(x))[:, 0] + np.sum(terms, axis=0)
    scores = array(judge([x, labels]))[:, 0]
    np.testing.assert_allclose(scores, by_hand, rtol=1e-4, atol=1e-5)
    assert np.any(np.abs(scores - array(plain(x))[:, 0]) > 1e-3)


def last_layer(model):
    names = ("discriminator_output", "discriminator_point")
    return next(layer for layer in model.layers if layer.name in names)


@pytest.mark.parametrize("kind", GENERATORS)
def test_labels_change_what_is_made(kind):
    network = GENERATORS[kind]
    latents, zeros = noise(6, 3), np.zeros(6, np.int32)
    model = network.build(3, SHAPE, 0, 4)
    made = array(model([latents, zeros]))
    assert made.shape == (6, *SHAPE)
    np.testing.assert_array_equal(made, array(model([latents, zeros])))
    if kind == "point":
        theta = noise(4, 128)
        model.trainable_variables[0].assign(theta)
        made = array(model([latents, zeros + 2]))
        np.testing.assert_array_equal(
            made, np.tile(theta[2], (6, 1)).reshape(6, 8, 8, 2)
        )
    else:
        other = array(model([latents, zeros + 1]))
        assert np.abs(made - other).max() > 1e-3
        embedding = array(model.get_layer("generator_embedding").kernel)
        assert embedding.shape == (4, 3)


def test_an_embedding_weighs_as_much_as_latents():
    model = MlpGenerator(units=(8,)).build(64, (2,), 0, 100)
    embedding = array(model.get_layer("generator_embedding").kernel)
    # 6400 standard normals: the deviation's own is 1/√(2·6400); five of them.
    assert embedding.std() == pytest.approx(1, abs=5 / (2 * 6400) ** 0.5)


def test_point_networks_are_one_variable_each():
    start = (0.5, -2.0, 3.0)
    generator = PointGenerator(start=start).build(7, (3,), 0)
    discriminator = PointDiscriminator(start=start).build((3,), 0)
    (theta,), (psi,) = generator.variables, discriminator.variables
    assert (tuple(theta.shape), tuple(psi.shape)) == ((1, 3), (3, 1))
    latents = noise(4, 7)
    latents[0] = np.inf
    np.testing.assert_array_equal(array(generator(latents)), np.tile(start, (4, 1)))
    x = noise(4, 3)
    np.testing.assert_allclose(
        array(discriminator(x)), x @ np.asarray(start)[:, None], rtol=1e-5
    )
    assert array(PointGenerator().build(2, (1,), 0)(noise(1, 2))) == 1.0


@pytest.mark.parametrize("network", [PointGenerator, PointDiscriminator])
def test_a_start_of_a_wrong_length_is_refused(network):
    arguments = (7, (3,), 0) if network is PointGenerator else ((3,), 0)
    with pytest.raises(ShapeError, match=r"start`. Expected one number, or 3 .* 2\."):
        network(start=(1.0, 2.0)).build(*arguments)


def test_points_are_exact_in_float64():
    keras.config.set_dtype_policy("float64")
    try:
        generator = PointGenerator(start=0.1).build(2, (1,), 0)
        judge = PointDiscriminator(start=0.1).build((1,), 0)
    finally:
        keras.config.set_dtype_policy("float32")
    point = array(generator(np.ones((1, 2))))
    assert (point.dtype, point.item()) == (np.float64, 0.1)
    assert array(judge(point)).item() == 0.1 * 0.1


def test_residual_networks_have_the_parameters_on_paper():
    def block(channels):
        wide = 2 * channels
        mix = wide // 8 * (9 * 8 * 8 + 8)
        return channels * wide + wide + mix + wide * channels

    judge = ResnetDiscriminator(**SMALL, blocks=2).build((8, 8, 3), 0)
    paper = 3 * 8 + 2 * block(8) + 8 * 16 + 2 * block(16) + 4 * 4 * 16 + 16
    assert judge.count_params() == paper
    maker = ResnetGenerator(channels=(16, 8), group_width=8).build(5, (8, 8, 3), 0)
    paper = 5 * 16 + 4 * 4 * 16 + 2 * block(16) + 16 * 8 + 2 * block(8) + 8 * 3
    assert maker.count_params() == paper


def outputs(model, x, kinds):
    layers = [layer for layer in model.layers if isinstance(layer, kinds)]
    values = keras.Model(model.inputs[0], [layer.output for layer in layers])(x)
    return {layer.name: array(v) for layer, v in zip(layers, values, strict=True)}


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_residual_block_starts_as_the_identity(player):
    if player == "generator":
        model, x = GENERATORS["resnet"].build(5, SHAPE, 0), noise(4, 5)
    else:
        model, x = DISCRIMINATORS["resnet"].build(SHAPE, 0), noise(4, *SHAPE)
    blocks = [layer for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert len(blocks) == 2
    for add in blocks:
        entering, branch = add.input
        seen = keras.Model(model.inputs[0], [entering, branch, add.output])(x)
        before, added, after = (array(value) for value in seen)
        np.testing.assert_array_equal(added, 0)
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("stages", [2, 3, 4])
def test_activations_keep_their_scale_from_end_to_end(stages):
    """Deviations within a factor of two or so of the input's.

    The judge sees images that are the same everywhere: means over pixels shrink what
    varies between them, whatever the weights. Samples lose at most a factor of
    √(10/16)² at the first doubling of an uncorrelated grid, and less after. Inside
    blocks L^(-1/4) is left of it, squared after two layers, L the number of blocks.
    """
    side, channels = 4 * 2 ** (stages - 1), (64,) * stages
    kinds = (keras.layers.Conv2D, keras.layers.EinsumDense, keras.layers.UpSampling2D)
    maker = ResnetGenerator(channels=channels, blocks=1).build(64, (side, side, 3), 0)
    flat = np.broadcast_to(noise(64, 1, 1, 3), (64, side, side, 3))
    judge = ResnetDiscriminator(channels=channels, blocks=1).build(flat.shape[1:], 0)
    for model, x in ((maker, noise(64, 64)), (judge, flat)):
        for name, value in outputs(model, x, kinds).items():
            if name.endswith("contract"):
                continue
            inside = stages**0.5 if "block" in name else 1
            deviation = np.sqrt(np.mean(np.square(value)))
            assert 0.4 / inside < deviation < 2.2, (name, deviation)


def test_residual_networks_refuse_what_does_not_halve():
    network = ResnetDiscriminator(channels=(8, 8, 8), group_width=8)
    with pytest.raises(ShapeError, match=r"divisible by 4 .*such as \(8, 8, 1\)"):
        network.build((6, 6, 1), 0)
    assert network.build((12, 20, 1), 0)(noise(2, 12, 20, 1)).shape == (2, 1)
    with pytest.raises(ShapeError, match=r"generator.channels.*\(2,\)"):
        ResnetGenerator().build(3, (2,), 0)
