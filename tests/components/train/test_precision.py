"""Mixed precision: layers in sixteen bits, parameters and scores in thirty-two."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.train.stage import train

ROOT = Path(__file__).parents[3]
NETWORK = {"kind": "mlp", "units": [32, 32]}
GAME = """
import json, sys
import keras, numpy as np
from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision

params = TrainParams.model_validate_json(sys.argv[1])
with precision(params.precision):
    game = Game(params, (2,), 0)
    angles = np.arange(80) * np.pi / 40
    data = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    loop = game.primitives.compile_loop(game.step, game.variables, game.policy)
    feed = {"data": data, "limit": np.int32(80)}
    first = {k: float(v) for k, v in loop(0, 1, dict(START), feed).items()}
    last = {k: float(v) for k, v in loop(1, 99, first, feed).items()}
    dtypes = {str(v.dtype) for v in game.generator.variables}
    policy = game.discriminator.layers[-2].compute_dtype
    told = {"first": first, "last": last, "dtypes": sorted(dtypes), "layer": policy}
print("@" + json.dumps(told))
"""


def played(backend, precision, **changes):
    parameters = {
        "batch_size": 64,
        "latents": {"size": 2},
        "generator": NETWORK,
        "discriminator": NETWORK,
        "precision": precision,
        **changes,
    }
    done = subprocess.run(
        [sys.executable, "-c", GAME, json.dumps(parameters)],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (line,) = [each for each in done.stdout.splitlines() if each.startswith("@")]
    return json.loads(line[1:])


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_sixteen_bits_play_nearly_the_same_game(backend):
    """The first losses are sums of 64 scores, each off by a few of bfloat16's 2⁻⁸."""
    penalty = {"gradient_penalty": {"weight": 1.0}}
    plain = played(backend, "float32", regularizers=penalty)
    mixed = played(backend, "bfloat16", regularizers=penalty)
    assert mixed["dtypes"] == ["float32"] and mixed["layer"] == "bfloat16"
    assert plain["layer"] == "float32"
    for name in ("discriminator_loss", "generator_loss"):
        first, exact = mixed["first"][name], plain["first"][name]
        assert first != exact
        assert first == pytest.approx(exact, rel=8 * 2**-8)
    assert mixed["last"]["nonfinite_count"] == 0
    norm = "discriminator_gradient_norm"
    assert mixed["first"][norm] == pytest.approx(plain["first"][norm], rel=0.1)


def test_a_training_in_sixteen_bits_ends_and_is_exported(
    curriculum, parameters, make_context
):
    params = parameters(precision="bfloat16")
    outputs = train(curriculum, params, seed=0, context=make_context())
    assert outputs.telemetry.info()["precision"] == "bfloat16"
    assert outputs.telemetry.info()["ended"] == "completed"
    assert outputs.telemetry.snapshots()["samples"].dtype == "float32"
