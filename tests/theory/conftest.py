"""Games of two numbers, played by the training's own engine."""

import itertools
import json

import numpy as np
import pytest

from components.component import Context
from components.directory import Directory
from components.theory.measure import MeasureParams, measure
from components.theory.points import PointsParams, points
from components.train.game import START, Game
from components.train.params import TrainParams
from components.train.precision import precision
from components.train.stage import train

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


@pytest.fixture
def make_context(tmp_path):
    """`make_context()`: a Context whose artifacts and scratch are new folders."""
    numbers = itertools.count()

    def make():
        base = f"{tmp_path}/context-{next(numbers)}"
        return Context(
            create=lambda kind: kind(f"{base}/{kind.type}-{next(numbers)}"),
            scratch=Directory(f"{base}/scratch"),
        )

    return make


@pytest.fixture
def stated():
    """`stated(objective=…, …)`: the parameters of a training, read at every step."""
    telemetry = {"every": 1, "snapshots": 1, "probe_size": 16}

    def make(**changes):
        given = POINTS | {"telemetry": telemetry} | changes
        return TrainParams.model_validate_json(json.dumps(given))

    return make


@pytest.fixture
def measured(make_context, stated):
    """`measured(game, objective=…, …)`: figures of a training at 0, by the stages."""

    def run(game, **changes):
        context = make_context()
        data = points(PointsParams(points=[[0.0]]), context=context)
        trained = train(data, stated(**changes), seed=0, context=context)
        chosen = MeasureParams.model_validate({"game": {"kind": game}})
        return measure(trained.telemetry, chosen, context=context).figures()

    return run
