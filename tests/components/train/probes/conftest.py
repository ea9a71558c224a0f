"""Small games in float64, and views of them."""

import json

import numpy as np
import pytest
from keras import ops

from components.train.bench import Bench
from components.train.checkpoints import State
from components.train.field import FIRST
from components.train.game import START, Game
from components.train.jacobian import jacobian
from components.train.params import TrainParams
from components.train.precision import precision
from components.train.turn import Turn
from components.train.view import View

SMOOTH = {
    "batch_size": 8,
    "latents": {"size": 2},
    "generator": {"kind": "mlp", "units": [4], "activation": "tanh"},
    "discriminator": {"kind": "mlp", "units": [3], "activation": "tanh"},
    "telemetry": {"probe_size": 16},
}


def parts(game, vector):
    """A vector as values of the generator's, then the discriminator's variables."""
    values, start = [], 0
    for player in game.players[::-1]:
        for variable in player.variables:
            size = int(np.prod(variable.shape))
            part = vector[start : start + size].reshape(variable.shape)
            values.append(ops.convert_to_tensor(part))
            start += size
    return values


def whole_jacobian(view, number):
    """J (n, n) of the field of a view on a batch of its, row by row."""
    game, feed = view.bench.game, view.bench.field.feed
    limit = {"limit": np.int32(len(view.bench.train))}
    turn = Turn(game, view.step, FIRST + number, {**feed, **limit}, even=True)
    return np.asarray(jacobian(game, turn, parts(game, view.weights)))


POINTS = {
    "generator": {"kind": "point", "start": 0.0},
    "discriminator": {"kind": "point", "start": 0.0},
    "objective": {"kind": "minimax"},
    "optimizer": {"kind": "sgd", "learning_rate": 0.2},
}


def settings(**changes):
    return TrainParams.model_validate_json(json.dumps(SMOOTH | changes))


def displace(game, move=0.3):
    random = np.random.default_rng(7)
    for player in game.players:
        for variable in player.variables:
            if len(variable.shape) > 1 and move:  # Backends start from other numbers.
                variable.assign(np.eye(*variable.shape))
            step = move * random.standard_normal(variable.shape)
            variable.assign(np.asarray(variable) + step)
    if game.spectral is not None:
        game.spectral.start()


class Held:
    """Records as probes ask for them."""

    def __init__(self, data, labels=None):
        self.data, self.labels = data, labels

    def __len__(self):
        return len(self.data)

    def __getitem__(self, rows):
        return self.data[rows]


@pytest.fixture
def double():
    with precision("float64"):
        yield


@pytest.fixture
def make(double):
    """`make(width, **changes)`: a game of records of so many numbers, or of a shape,
    parameters moved.

    Kernels of its start are orthogonal, and its biases 0: no place like others.
    """

    def game(width=2, move=0.3, classes=None, **changes):
        shape = width if isinstance(width, tuple) else (width,)
        made = Game(settings(**changes), shape, 0, classes)
        displace(made, move)
        return made

    return game


@pytest.fixture
def points(make):
    """`points(**changes)`: the Dirac game at its equilibrium, and a view of it."""

    def view_of(at=(0.0, 0.0), **changes):
        game = make(1, 0.0, **(POINTS | changes))
        for player, value in zip(game.players[::-1], at, strict=True):
            player.variables[0].assign([[value]])
        return seen(game, np.zeros((20, 1)))

    return view_of


@pytest.fixture
def dense():
    """`dense(view, number)`: the whole Jacobian, by another way."""
    return whole_jacobian


@pytest.fixture
def split():
    """`split(game, vector)`: it as values of the variables."""
    return parts


@pytest.fixture
def look(double):
    """`look(game, data, step)`: a view of a game."""
    return seen


def seen(game, data=None, step=1, memory=None, labels=None):
    if data is None:
        data = np.random.default_rng(0).standard_normal((40, *game.shape))
    held = Held(data, labels)
    state = State(step=step, limit=len(data), carry=dict(START))
    state.memory = {} if memory is None else memory
    return View(Bench(game, held, held), state, 0)
