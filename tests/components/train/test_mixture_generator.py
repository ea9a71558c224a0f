"""The generator that starts as a mixture."""

import json

import keras
import numpy as np
import pytest

from components.train.export import keras_bytes
from components.train.game import Game
from components.train.networks import ShapeError
from components.train.params import TrainParams

PARTS = [
    {"center": [-3.0, 1.0], "stds": [0.5, 0.1]},
    {"center": [2.0, 0.0], "stds": [0.2, 1.0]},
    {"center": [9.0, 9.0], "stds": [0.1, 0.1]},
]


def game(shape=(2,), latents=3, parts=PARTS):
    stated = {
        "latents": {"size": latents},
        "generator": {"kind": "mixture", "components": parts},
        "discriminator": {"kind": "mlp", "units": [4]},
        "optimizer": {"kind": "sgd", "generator_learning_rate": 0.0},
    }
    return Game(TrainParams.model_validate_json(json.dumps(stated)), shape, 0)


def test_samples_have_the_mixtures_shares_means_and_deviations():
    played = game()
    samples = np.asarray(played.generate(played.latents(30_000, "test", 0)).records)
    near = np.linalg.norm(
        samples[:, None] - np.array([part["center"] for part in PARTS]), axis=2
    ).argmin(axis=1)
    for index, part in enumerate(PARTS):
        own = samples[near == index]
        assert len(own) / 30_000 == pytest.approx(1 / 3, abs=0.012)
        np.testing.assert_allclose(own.mean(axis=0), part["center"], atol=0.05)
        np.testing.assert_allclose(own.std(axis=0), part["stds"], rtol=0.05)


def test_plain_keras_loads_what_is_exported(tmp_path):
    played = game()
    path = tmp_path / "generator.keras"
    path.write_bytes(keras_bytes(played.generator))
    latents = np.asarray(played.latents(50, "test", 0))
    made = np.asarray(keras.models.load_model(path)(latents))
    np.testing.assert_allclose(made, np.asarray(played.generator(latents)), rtol=1e-6)
    assert np.ptp(made) > 1


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="centers of 2 numbers"):
        game(shape=(3,), latents=4)
    with pytest.raises(ShapeError, match="at least 3"):
        game(latents=2)
    with pytest.raises(ValueError, match="as many numbers"):
        game(parts=[{"center": [1.0], "stds": [1.0, 2.0]}])
