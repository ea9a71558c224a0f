"""Looks at small games' fields on Keras's backend. Run as `python field_games.py OUT`.

OUT is an .npz with field, product, images and the slopes of samples of each game; on
JAX also of one whose compiled code is another seed's.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[4]))
sys.path.insert(0, str(Path(__file__).parent))

import conftest as small

from components.train.bench import Bench
from components.train.checkpoints import State
from components.train.game import START, Game
from components.train.precision import precision
from components.train.view import View

NETWORK = {"kind": "mlp", "units": [3], "activation": "tanh"}
GAMES = {
    "rich": {
        "discriminator": {**NETWORK, "normalization": "batch"},
        "regularizers": {"r1": {"gamma": 1.0, "every": 2}},
    },
    "spectral": {
        "discriminator": {**NETWORK, "normalization": "spectral"},
        "objective": {"kind": "hinge"},
        "conditional": True,
    },
}


def moved(name, seed):
    classes = 3 if GAMES[name].get("conditional") else None
    game = Game(small.settings(**GAMES[name]), (2,), seed, classes)
    small.displace(game)
    return game


def told(game, like=None):
    held = small.Held(np.random.default_rng(0).standard_normal((40, 2)))
    held.labels = np.arange(40, dtype=np.int32) % 3
    bench = Bench(game, held, held, like)
    view = View(bench, State(step=3, limit=30, carry=dict(START)), 0)
    u = np.random.default_rng(1).standard_normal(bench.field.size)
    made = np.cos(view.generated)
    images = view.images(4, 2, 0.5, joint=False)
    read = [view.field(2), view.product(u, 2), *images.values(), view.pulled(made)]
    return np.concatenate([np.ravel(each) for each in read]), bench


def main(target):
    import keras

    read = {}
    with precision("float64"):
        for name in GAMES:
            read[name], _ = told(moved(name, 5))
        if keras.backend.backend() == "jax":
            _, first = told(moved("rich", 6))
            read["like"], _ = told(moved("rich", 5), first)
    np.savez(target, **read)


if __name__ == "__main__":
    main(sys.argv[1])
