"""Plays small games on Keras's backend and writes where they went.

Run as `python backend_games.py IN OUT`, with KERAS_BACKEND set. IN is JSON: `steps`,
`precision`, and `games`, a list of TrainParams. OUT is an .npz with every weight of
each game after the steps, and the last step's readings. Initial weights come from
NumPy, so that backends start from the same numbers.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3]))

from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision

SHAPES = {"mlp": (3,), "point": (1,)}


def start(game):
    """Kernels from NumPy, of variance 1 / fan-in; the rest as Keras has it."""
    for number, player in enumerate(game.players):
        random = np.random.default_rng(number)
        for variable in player.model.trainable_variables:
            shape = tuple(variable.shape)
            if len(shape) > 1:
                fan = np.prod(shape[:-1])
                variable.assign(random.standard_normal(shape) / np.sqrt(fan))
    if game.spectral is not None:
        game.spectral.start()


def play(parameters, steps, name):
    params = TrainParams.model_validate_json(json.dumps(parameters))
    kind = params.generator.kind
    shape = SHAPES.get(kind, (8, 8, 1))
    dtype = "float64" if name == "float64" else "float32"
    data = np.random.default_rng(9).standard_normal((40, *shape)).astype(dtype)
    game = Game(params, shape, 5, 3 if params.conditional else None)
    start(game)
    loop = game.primitives.compile_loop(game.step, game.variables, "graph")
    feed = {"data": data, "limit": np.int32(len(data))}
    if params.conditional:
        feed["labels"] = np.arange(len(data), dtype=np.int32) % 3
    carry = loop(0, steps, dict(START), feed)
    weights = [np.asarray(v) for p in game.players for v in p.model.variables]
    flat = np.concatenate([w.astype(np.float64).ravel() for w in weights])
    return flat, np.array([float(carry[key]) for key in sorted(carry)])


def main(source, target):
    task = json.loads(Path(source).read_text())
    played = {}
    with precision(task["precision"]):
        for number, parameters in enumerate(task["games"]):
            flat, told = play(parameters, task["steps"], task["precision"])
            played[f"weights_{number}"], played[f"told_{number}"] = flat, told
            print(number, flush=True)
    np.savez(target, **played)


if __name__ == "__main__":
    main(*sys.argv[1:])
