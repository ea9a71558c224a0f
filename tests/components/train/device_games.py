"""Plays games on one device and on four, and writes where each went.

Run as `python device_games.py IN OUT`, with KERAS_BACKEND set, and for JAX XLA_FLAGS,
which divide the CPU into four devices; TensorFlow's is divided here. IN is JSON, a
list of TrainParams; OUT an .npz with, of game g on n devices, the trajectory `g/n`: a
row for each of the stops, every weight and the last step's readings in it; and
`g/streamed`, on four devices with records read from where they lie.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
from backend_games import SHAPES, start

from components.train.feeds import Streamed
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


class Lying:
    """Records that lie elsewhere, as a stream reads them."""

    def __init__(self, records, labels):
        self.records, self.labels = records, labels
        self.shape, self.dtype, self.nbytes = *shaped(records), records.nbytes
        self.record_bytes = records.nbytes // len(records)

    def read(self, rows, records):
        records[:] = self.records[rows]


def shaped(records):
    return records.shape[1:], records.dtype


def play(parameters, devices, streamed=False):
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
    records = random.standard_normal((40, *shape))
    labels = random.integers(0, CLASSES, 40).astype(np.int32)
    fed = {"data": records, "limit": np.int32(40)}
    if params.conditional:
        fed["labels"] = labels
    fed = {
        name: game.primitives.on_device(array, game.devices)
        for name, array in fed.items()
    }
    stream = Streamed(game, Lying(records, labels), {5}, lambda _, limit: limit)
    carry, done, rows = dict(START), 0, []
    for stop in STOPS:
        while done < stop:
            end = stop
            if streamed:
                fed, end = stream.of(done, 40)
            end = min(end, stop)
            carry = loop(done, end - done, carry, fed)
            carry, done = {name: float(value) for name, value in carry.items()}, end
        weights = [np.asarray(v) for p in game.players for v in p.model.variables]
        told = np.array([carry[name] for name in sorted(carry)])
        rows.append(np.concatenate([*(w.ravel() for w in weights), told]))
    return np.stack(rows)


def main(source, target):
    divide_the_cpu()
    with precision("float64"):
        played = {}
        for number, parameters in enumerate(json.loads(Path(source).read_text())):
            for devices in (1, 4):
                played[f"{number}/{devices}"] = play(parameters, devices)
            played[f"{number}/streamed"] = play(parameters, 4, streamed=True)
        np.savez(target, **played)


if __name__ == "__main__":
    main(*sys.argv[1:])
