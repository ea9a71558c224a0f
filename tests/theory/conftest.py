"""Games of two numbers, played by the training's own engine."""

import json

import numpy as np
import pytest

from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision

POINTS = {
    "steps": 500,
    "batch_size": 1,
    "latents": {"size": 1},
    "precision": "float64",
    "generator": {"kind": "point"},
    "discriminator": {"kind": "point"},
    "objective": {"kind": "minimax"},
    "optimizer": {"kind": "sgd", "learning_rate": 0.2},
    "update": {"kind": "simultaneous"},
}


class Played:
    """A game with all data at 0, and the compiled loop that plays it.

    Args:
        changes: to the parameters of the training.
    """

    def __init__(self, **changes):
        params = TrainParams.model_validate_json(json.dumps(POINTS | changes))
        self.game = Game(params, (1,), 0)
        self.feed = {"data": np.zeros((4, 1)), "limit": np.int32(4)}
        primitives = self.game.primitives
        self.loop = primitives.compile_loop(
            self.game.step, self.game.variables, "graph"
        )

    @property
    def place(self):
        """(theta, psi)."""
        players = self.game.players[::-1]
        return np.array([np.asarray(p.variables[0]).item() for p in players])

    def put(self, place):
        """Start anew from (theta, psi), with no step behind."""
        for player, value in zip(self.game.players[::-1], place, strict=True):
            player.variables[0].assign([[value]])
            for last in player.last:
                last.assign([[0.0]])

    def play(self, steps):
        """Make steps; (theta, psi) after them."""
        self.loop(0, steps, dict(START), self.feed)
        return self.place


@pytest.fixture
def played():
    """`played(objective=…, …)`: a `Played` in float64."""
    with precision("float64"):
        yield Played
