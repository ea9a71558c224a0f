"""Plays games on one device and on four, and writes where each went.

Run as `python device_games.py IN OUT`, with KERAS_BACKEND set, and for JAX XLA_FLAGS,
which divide the CPU into four devices; TensorFlow's is divided here. IN is JSON, a
list of TrainParams; OUT an .npz with, of game g on n devices, the trajectory `g/n`: a
row for each of the stops, every weight and the last step's readings in it.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
from backend_games import SHAPES, start

from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision

STOPS = (1, 4, 12)
CLASSES = 3


def divide_the_cpu():
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        four = [tf.config.LogicalDeviceConfiguration()] * 4
        tf.config.set_logical_device_configuration(cpu, four)


def play(parameters, devices):
    params = TrainParams.model_validate_json(
        json.dumps(parameters | {"devices": devices})
    )
    shape = SHAPES.get(params.generator.kind, (8, 8, 1))
    random = np.random.default_rng(9)
    game = Game(params, shape, 5, CLASSES if params.conditional else None)
    start(game)
    # On TensorFlow one device's loop would be XLA's, which takes longest to compile.
    policy = "graph" if game.primitives.NAME == "tensorflow" else game.policy
    loop = game.primitives.compile_loop(game.step, game.variables, policy, game.devices)
    feed = {"data": random.standard_normal((40, *shape)), "limit": np.int32(40)}
    if params.conditional:
        feed["labels"] = random.integers(0, CLASSES, 40).astype(np.int32)
    feed = {
        name: game.primitives.on_device(array, game.devices)
        for name, array in feed.items()
    }
    carry, done, rows = dict(START), 0, []
    for stop in STOPS:
        carry = loop(done, stop - done, carry, feed)
        carry, done = {name: float(value) for name, value in carry.items()}, stop
        weights = [np.asarray(v) for p in game.players for v in p.model.variables]
        told = np.array([carry[name] for name in sorted(carry)])
        rows.append(np.concatenate([*(w.ravel() for w in weights), told]))
    return np.stack(rows)


def main(source, target):
    divide_the_cpu()
    with precision("float64"):
        np.savez(
            target,
            **{
                f"{number}/{devices}": play(parameters, devices)
                for number, parameters in enumerate(
                    json.loads(Path(source).read_text())
                )
                for devices in (1, 4)
            },
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
