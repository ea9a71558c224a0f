"""What tests of metrics share: comparisons of plain arrays."""

import numpy as np
import pytest

from components.artifacts import Gan
from components.evaluate.comparison import Comparison, Sample


def _sample(values):
    values = np.asarray(values, np.float64)
    return Sample(values, values, np.full(len(values), -1))


@pytest.fixture(scope="session")
def compare():
    """`compare(real, generated, seed)`: the comparison of points (n, d)."""

    def make(real, generated, seed=0):
        return Comparison(_sample(generated), _sample(real), 1, None, None, seed)

    return make


@pytest.fixture(scope="session")
def make_gan():
    """`make_gan(folder, weights (2, d), bias (d,))`: a linear map of two latents."""

    def make(folder, weights, bias):
        import keras

        size = len(bias)
        layer = keras.layers.Dense(size)
        model = keras.Sequential([keras.Input((2,)), layer])
        layer.set_weights([np.asarray(weights, "f4"), np.asarray(bias, "f4")])
        folder.mkdir()
        model.save(folder / "generator.keras")
        gan = Gan(str(folder))
        latents = {"size": 2, "distribution": "normal"}
        gan.write_json("gan.json", {"latents": latents, "shape": [size]})
        return gan

    return make
