"""Networks: shapes, normalizations, seeds, and what they refuse."""

import numpy as np
import pytest
from pydantic import ValidationError

from components.train.networks import ShapeError
from components.train.networks.convolutional import (
    ConvolutionalDiscriminator,
    ConvolutionalGenerator,
)
from components.train.networks.mlp import MlpDiscriminator, MlpGenerator
from components.train.params import TrainParams

KINDS = ["none", "batch", "batch_split", "layer", "spectral"]
IMAGE = (8, 8, 1)


def weights(model):
    return np.concatenate([np.ravel(np.asarray(w)) for w in model.variables])


@pytest.mark.parametrize("kind", KINDS)
def test_dense_networks_map_latents_to_records_to_scores(kind):
    records = MlpGenerator(units=(8,)).build(3, IMAGE, 0)(np.ones((5, 3), np.float32))
    assert records.shape == (5, *IMAGE)
    judge = MlpDiscriminator(units=(8,), normalization=kind).build(IMAGE, 0)
    assert judge(records).shape == (5, 1)


@pytest.mark.parametrize("kind", [*KINDS, "instance"])
def test_convolutional_networks_map_latents_to_records_to_scores(kind):
    generator = ConvolutionalGenerator(channels=(4, 3), normalization="batch")
    records = generator.build(3, IMAGE, 0)(np.ones((5, 3), np.float32))
    assert records.shape == (5, *IMAGE)
    judge = ConvolutionalDiscriminator(channels=(3, 4), normalization=kind)
    assert judge.build(IMAGE, 0)(records).shape == (5, 1)


def test_images_are_bounded_and_points_are_not():
    latents = 1e3 * np.random.default_rng(0).standard_normal((64, 3)).astype("float32")
    images = np.asarray(MlpGenerator(units=(8,)).build(3, IMAGE, 0)(latents))
    points = np.asarray(MlpGenerator(units=(8,)).build(3, (2,), 0)(latents))
    assert np.abs(images).max() <= 1
    assert np.abs(points).max() > 1


@pytest.mark.parametrize("network", [MlpDiscriminator, ConvolutionalDiscriminator])
@pytest.mark.parametrize("kind", ["none", "spectral"])
def test_weights_depend_on_the_seed_alone(network, kind):
    first = weights(network(normalization=kind).build(IMAGE, 7))
    again = weights(network(normalization=kind).build(IMAGE, 7))
    other = weights(network(normalization=kind).build(IMAGE, 8))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_spectral_kernels_start_at_norm_one():
    model = ConvolutionalDiscriminator(normalization="spectral").build(IMAGE, 0)
    for layer in model.layers:
        if hasattr(layer, "vector_u"):
            kernel = np.asarray(layer.kernel)
            norm = np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), ord=2)
            assert norm == pytest.approx(1, abs=1e-5)


def test_records_of_a_wrong_shape_are_refused_with_both_shapes():
    with pytest.raises(ShapeError, match=r"divisible by 4 .* Received: .*\(6, 6, 1\)"):
        ConvolutionalDiscriminator(channels=(4, 4)).build((6, 6, 1), 0)
    with pytest.raises(ShapeError, match=r"Received: .*\(2,\).*kind: mlp"):
        ConvolutionalGenerator().build(3, (2,), 0)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            {"discriminator": {"kind": "mlp", "normalization": "instance"}},
            "instance normalization averages over positions",
        ),
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
        ({"optimizer": {"learning_rate": 0}}, "greater than 0"),
        ({"objective": {"kind": "hinged"}}, "non_saturating"),
        ({"generator": {"kind": "mlp", "units": []}}, "at least 1"),
        ({"stepz": 3}, "Extra inputs"),
    ],
)
def test_impossible_parameters_are_refused(bad, message):
    import json

    with pytest.raises(ValidationError, match=message):
        TrainParams.model_validate_json(json.dumps(bad))
