"""Products in quick form are the plain ones, in every derivative."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
GAME = """
import contextlib, json, sys
import keras, numpy as np
keras.config.set_floatx("float64")
from components.train import backend
from components.train.game import START, Game
from components.train.params import TrainParams

quick = sys.argv[1] == "quick"
primitives = backend.current()
asked = []
if quick:
    plain = primitives.quick_products
    def counted(held):
        asked.append(held)
        return plain(held)
    primitives.quick_products = counted
else:
    primitives.quick_products = lambda held: contextlib.nullcontext()
params = TrainParams.model_validate_json(sys.argv[2])
with primitives.precision(True):
    game = Game(params, (3,), 0)
    data = np.random.default_rng(0).standard_normal((50, 3))
    loop = primitives.compile_loop(game.step, game.variables, "xla")
    loop(0, 30, dict(START), {"data": data, "limit": np.int32(50)})
    assert bool(asked) == quick
    values = [np.asarray(variable).ravel().tolist() for variable in game.variables]
print("@" + json.dumps(values))
"""
PARAMETERS = {
    "batch_size": 16,
    "latents": {"size": 4},
    # Wide and narrow layers on either side, and slopes of slopes through all.
    "generator": {"kind": "mlp", "units": [16, 5, 12], "activation": "elu"},
    "discriminator": {"kind": "mlp", "units": [12, 6, 20], "activation": "elu"},
    "objective": {"kind": "wasserstein"},
    "regularizers": {"gradient_penalty": {"weight": 1.0}, "r1": {"gamma": 0.5}},
    "precision": "float64",
}


def trained(backend, form):
    changes = {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", GAME, form, json.dumps(PARAMETERS)],
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (line,) = [each for each in done.stdout.splitlines() if each.startswith("@")]
    return [np.asarray(values, np.float64) for values in json.loads(line[1:])]


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_game_ends_where_it_does_with_plain_products(backend):
    """The same sums in another order: thirty steps of rounding apart."""
    for quick, plain in zip(
        trained(backend, "quick"), trained(backend, "plain"), strict=True
    ):
        np.testing.assert_allclose(quick, plain, rtol=1e-9, atol=1e-11)
