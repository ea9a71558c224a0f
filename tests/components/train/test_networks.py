"""Networks: shapes, parameters, normalizations, seeds, and what they refuse."""

import json

import keras
import numpy as np
import pytest
from keras import ops
from pydantic import ValidationError

from components.train.networks import ShapeError
from components.train.networks.dcgan import DcganDiscriminator, DcganGenerator
from components.train.networks.layers import (
    EPSILON,
    BatchNorm,
    append_stddev,
    normalize,
)
from components.train.networks.mlp import MlpDiscriminator, MlpGenerator
from components.train.networks.point import PointDiscriminator
from components.train.networks.resnet import ResnetDiscriminator
from components.train.params import TrainParams

KINDS = ["none", "batch", "batch_split", "layer", "group", "spectral"]
KINDS.append("minibatch_stddev")
IMAGE = (8, 8, 1)


def weights(model):
    return np.concatenate([np.ravel(np.asarray(w)) for w in model.variables])


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_dense_networks_map_latents_to_records_to_scores(kind):
    records = MlpGenerator(units=(8,)).build(3, IMAGE, 0)(np.ones((5, 3), np.float32))
    assert records.shape == (5, *IMAGE)
    judge = MlpDiscriminator(units=(8,), normalization=kind).build(IMAGE, 0)
    assert judge(records).shape == (5, 1)


@pytest.mark.parametrize("kind", [*KINDS, "instance"])
def test_convolutional_networks_map_latents_to_records_to_scores(kind):
    generator = DcganGenerator(channels=(4, 3), normalization="batch")
    records = generator.build(3, IMAGE, 0)(np.ones((5, 3), np.float32))
    assert records.shape == (5, *IMAGE)
    judge = DcganDiscriminator(channels=(4, 8), groups=4, normalization=kind)
    assert judge.build(IMAGE, 0)(records).shape == (5, 1)


def test_parameters_are_as_many_as_on_paper():
    def count(network, *arguments):
        return network.build(*arguments, 0).count_params()

    assert count(MlpGenerator(units=(8, 6)), 3, (2,)) == 4 * 8 + 9 * 6 + 7 * 2
    pieces = {"activation": "maxout", "pieces": 5}
    assert count(MlpGenerator(units=(8,), **pieces), 3, (2,)) == 4 * 40 + 9 * 2
    assert count(MlpDiscriminator(units=(8,), **pieces), (2,)) == 3 * 40 + 9
    stddev = MlpDiscriminator(units=(8,), normalization="minibatch_stddev")
    assert count(stddev, (2,)) == 3 * 8 + (8 + 1 + 1)
    group = MlpDiscriminator(units=(8,), normalization="group", groups=2)
    assert count(group, (2,)) == 3 * 8 + 2 * 8 + 9
    dcgan = DcganDiscriminator(channels=(4, 6))
    plain = (16 * 1 + 1) * 4 + (16 * 4 + 1) * 6 + (2 * 2 * 6 + 1)
    assert count(dcgan, IMAGE) == plain
    stddev = DcganDiscriminator(channels=(4, 6), normalization="minibatch_stddev")
    assert count(stddev, IMAGE) == plain + 2 * 2


def test_images_are_bounded_and_points_are_not():
    latents = 1e3 * noise(64, 3)
    images = np.asarray(MlpGenerator(units=(8,)).build(3, IMAGE, 0)(latents))
    points = np.asarray(MlpGenerator(units=(8,)).build(3, (2,), 0)(latents))
    assert np.abs(images).max() <= 1
    assert np.abs(points).max() > 1


@pytest.mark.parametrize("network", [MlpDiscriminator, DcganDiscriminator])
@pytest.mark.parametrize("kind", ["none", "spectral", "minibatch_stddev"])
def test_weights_depend_on_the_seed_alone(network, kind):
    first = weights(network(normalization=kind).build(IMAGE, 7))
    again = weights(network(normalization=kind).build(IMAGE, 7))
    other = weights(network(normalization=kind).build(IMAGE, 8))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize(
    ("kind", "convolutional", "sets"),
    [
        ("layer", False, lambda x: x.reshape(6, 1, -1)),
        ("group", False, lambda x: x.reshape(6, 2, -1)),
        ("layer", True, lambda x: x.reshape(6, 1, -1)),
        ("instance", True, lambda x: x.reshape(6, 25, 4).swapaxes(1, 2)),
        ("group", True, lambda x: x.reshape(6, 25, 2, 2).swapaxes(1, 2)),
        ("batch", False, lambda x: x.T[None]),
    ],
)
def test_what_is_normalized_has_mean_zero_and_variance_one(kind, convolutional, sets):
    x = 3 + 10 * noise(6, 5, 5, 4) if convolutional else 3 + 10 * noise(6, 40)
    (layer,) = normalize(kind, "norm", convolutional, BatchNorm(), groups=2)
    values = sets(np.asarray(layer(x, training=True)))
    values = values.reshape(*values.shape[:2], -1)
    # The variance of 100 loses its thousandth (Keras's epsilon): 1e-5; float32 adds
    # 1e-6 for each of a dozen roundings.
    np.testing.assert_allclose(values.mean(axis=-1), 0, atol=2e-5)
    np.testing.assert_allclose(values.var(axis=-1), 1, atol=2e-4)


def test_identical_records_have_no_deviation():
    x = np.repeat(noise(1, 3, 3, 2), 6, axis=0)
    added = np.asarray(append_stddev(x, 4))[..., -1]
    # √epsilon is what stands for 0; float32's variance of equal numbers near 1 is
    # its resolution squared.
    np.testing.assert_allclose(added, EPSILON**0.5, rtol=1e-3)


@pytest.mark.parametrize(
    ("count", "size", "groups"),
    [
        (8, 4, [range(4), range(4, 8)]),
        (10, 4, [range(5), range(5, 10)]),
        (7, 3, [range(4), range(4, 7)]),
        (3, 4, [range(3)]),
        (8, None, [range(8)]),
        (1, 4, [range(1)]),
    ],
)
def test_a_group_s_deviation_goes_to_each_of_its_records(count, size, groups):
    x = noise(count, 3, 3, 2)
    added = np.asarray(append_stddev(x, size))
    np.testing.assert_array_equal(added[..., :-1], x)
    for rows in groups:
        deviation = np.sqrt(x[list(rows)].var(axis=0) + EPSILON).mean()
        np.testing.assert_allclose(added[list(rows)][..., -1], deviation, rtol=1e-5)


def test_a_unit_of_maxout_is_the_largest_of_its_pieces():
    network = MlpDiscriminator(units=(4,), activation="maxout", pieces=3)
    model, x = network.build((2,), 0), noise(6, 2)
    kernel, bias, last, _ = (np.asarray(v) for v in model.variables)
    bias = noise(12, seed=1)
    model.variables[1].assign(bias)
    pieces = (x @ kernel + bias).reshape(6, 3, 4)
    scores = pieces.max(axis=1) @ last
    np.testing.assert_allclose(np.asarray(model(x)), scores, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_says_whether_scores_depend_on_batch_mates(kind):
    network = MlpDiscriminator(units=(8,), normalization=kind)
    judge = network.build((2,), 0)
    x = noise(8, 2)
    other = np.concatenate([x[:1], 3 + noise(7, 2, seed=1)])
    # In training spectral layers iterate, which is no matter of mates.
    training = kind != "spectral"
    first, again = (np.asarray(judge(b, training=training))[0] for b in (x, other))
    assert (abs(first - again).item() > 1e-4) == network.reads_mates


def test_others_read_no_mates_and_pack_nothing():
    for network in (PointDiscriminator(), ResnetDiscriminator(), DcganDiscriminator()):
        assert not network.reads_mates
        assert network.packing == 1


@pytest.mark.parametrize("network", [MlpGenerator, DcganGenerator])
def test_weights_are_drawn_with_the_deviation_that_is_stated(network):
    model = network(initial_deviation=0.02).build(64, IMAGE, seed=0)
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    assert len(kernels) > 2
    for kernel in map(np.asarray, kernels):
        # Five deviations of a sample deviation, deviation/√2n.
        bound = 5 * 0.02 / np.sqrt(2 * kernel.size)
        assert abs(kernel.std() - 0.02) < bound


@pytest.mark.parametrize(
    "build",
    [
        lambda **given: MlpGenerator(**given).build(4, (2,), seed=0),
        lambda **given: DcganGenerator(**given).build(4, IMAGE, seed=0),
        lambda **given: MlpDiscriminator(**given).build((2,), seed=0),
        lambda **given: DcganDiscriminator(**given).build(IMAGE, seed=0),
    ],
)
def test_batch_normalization_is_as_stated(build):
    settings = BatchNorm(momentum=0.95, epsilon=1e-4)
    model = build(normalization="batch", batch_norm=settings)
    layers = [each for each in model.layers if hasattr(each, "moving_mean")]
    assert layers
    assert {(each.momentum, each.epsilon) for each in layers} == {(0.95, 1e-4)}


def test_records_of_a_wrong_shape_are_refused_with_both_shapes():
    with pytest.raises(ShapeError, match=r"divisible by 4 .* Received: .*\(6, 6, 1\)"):
        DcganDiscriminator(channels=(4, 4)).build((6, 6, 1), 0)
    with pytest.raises(ShapeError, match=r"Received: .*\(2,\).*kind: mlp"):
        DcganGenerator().build(3, (2,), 0)


@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16"])
@pytest.mark.parametrize("classes", [None, 3])
@pytest.mark.parametrize("kind", [*KINDS, "instance"])
def test_networks_follow_the_dtype_policy(policy, classes, kind):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        network = DcganDiscriminator(channels=(8,), normalization=kind)
        judge = network.build(IMAGE, 0, classes)
        maker = DcganGenerator(channels=(4,)).build(3, IMAGE, 0, classes)
    finally:
        keras.config.set_dtype_policy(before)
    outer = "float64" if policy == "float64" else "float32"
    labels = ops.convert_to_tensor(np.arange(4, dtype=np.int32) % 3)
    latents = ops.convert_to_tensor(noise(4, 3), outer)
    records = maker([latents, labels] if classes else latents)
    score = judge([records, labels] if classes else records, training=True)
    assert keras.backend.standardize_dtype(records.dtype) == outer
    assert keras.backend.standardize_dtype(score.dtype) == outer
    assert {v.dtype for v in judge.trainable_variables} == {outer}
    layer = judge.get_layer("discriminator_activation_0")
    assert layer.compute_dtype == ("bfloat16" if outer == "float32" else outer)
    assert np.all(np.isfinite(ops.convert_to_numpy(score)))


def test_sixteen_bits_start_from_the_same_weights():
    plain = weights(MlpDiscriminator().build((2,), 0))
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = weights(MlpDiscriminator().build((2,), 0))
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(plain, mixed)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            {"discriminator": {"kind": "mlp", "normalization": "instance"}},
            "instance normalization averages over positions",
        ),
        (
            {
                "discriminator": {
                    "kind": "mlp",
                    "units": [16, 12],
                    "normalization": "group",
                }
            },
            "`groups` 8, which does not divide a layer of 12 channels",
        ),
        (
            {
                "discriminator": {
                    "kind": "dcgan",
                    "channels": [9],
                    "groups": 2,
                    "normalization": "group",
                }
            },
            "`groups` 2, which does not divide a layer of 9 channels",
        ),
        (
            {"discriminator": {"kind": "resnet", "channels": [12]}},
            "`group_width` 16 does not divide the 24 channels inside a block",
        ),
        ({"discriminator": {"kind": "resnet", "normalization": "batch"}}, "Extra"),
        ({"discriminator": {"kind": "dcgan", "activation": "maxout"}}, "leaky_relu"),
        ({"discriminator": {"kind": "pac", "of": {"kind": "pac"}}}, "tag 'pac'"),
        (
            {
                "batch_size": 1,
                "discriminator": {"kind": "mlp", "normalization": "batch_split"},
            },
            "statistics of a single record",
        ),
        ({"telemetry": {"samples": 65}}, "at most 64"),
        ({"batch_size": 0}, "greater than or equal to 1"),
        ({"steps": "many"}, "valid integer"),
        ({"optimizer": {"kind": "adam", "beta_1": 1}}, "less than 1"),
        ({"objective": {"kind": "hinged"}}, "non_saturating"),
        ({"generator": {"kind": "mlp", "units": []}}, "at least 1"),
        ({"stepz": 3}, "Extra inputs"),
    ],
)
def test_impossible_parameters_are_refused(bad, message):
    with pytest.raises(ValidationError, match=message):
        TrainParams.model_validate_json(json.dumps(bad))
