"""What optimizers tell of their steps: how long, and how sharp a loss they bear."""

import keras
import numpy as np
import pytest
from keras import ops

from components.train.game import START, Game
from components.train.optimizers.adam import Adam
from components.train.optimizers.sgd import Sgd
from components.train.precision import precision

# An epsilon as large as gradients: where it stands in the formula shows.
SETTINGS = {
    "adam": {"kind": "adam", "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-2},
    "scheduled": {
        "kind": "adam",
        "beta_2": {"kind": "linear", "start": 0.5, "end": 0.99},
        "learning_rate": {"kind": "linear", "start": 0.02, "end": 0.001},
        "epsilon": 1e-2,
    },
    "sgd": {"kind": "sgd", "learning_rate": 0.05},
    "momentum": {"kind": "sgd", "momentum": -0.4},
}


@pytest.fixture(autouse=True)
def double():
    with precision("float64"):
        yield


def weights(player):
    return np.concatenate([np.asarray(v).ravel() for v in player.variables])


@pytest.mark.parametrize("name", SETTINGS)
def test_the_last_step_is_how_far_the_weights_moved(name, parameters):
    """At steps 1, 2 and 10, of both players, in a game that is played."""
    game = Game(parameters(optimizer=SETTINGS[name]), (2,), 0)
    loop = game.primitives.compile_loop(game.step, game.variables, "graph")
    data = np.random.default_rng(0).standard_normal((30, 2))
    feed = {"data": data, "limit": np.int32(30)}
    for step in range(10):
        before = [weights(player) for player in game.players]
        carry = loop(step, 1, dict(START), feed)
        if step not in (0, 1, 9):
            continue
        for player, old in zip(game.players, before, strict=True):
            moved = np.linalg.norm(weights(player) - old)
            gradient = float(carry[f"{player.name}_gradient_norm"])
            found = player.settings.last_step(player.optimizer, gradient, ops)
            # The gradient's norm is told in float32.
            assert float(found) == pytest.approx(moved, rel=1e-6)
            assert moved > 1e-6


def test_before_the_first_step_there_is_none(parameters):
    game = Game(parameters(optimizer=SETTINGS["adam"]), (2,), 0)
    for player in game.players:
        assert player.settings.last_step(player.optimizer, float("nan"), ops) == 0


def descended(settings, curvature, steps):
    """|w| after steps on ½·curvature·w², from 1, and the optimizer."""
    variable = keras.Variable(np.ones(1), dtype="float64")
    optimizer = settings.build([variable])
    optimizer.learning_rate.assign(0.1)
    for _ in range(steps):
        optimizer.apply([curvature * ops.convert_to_tensor(variable)], [variable])
    return abs(np.asarray(variable).item()), optimizer


@pytest.mark.parametrize("momentum", [0.0, 0.6, -0.3])
def test_descent_grows_just_above_its_edge_and_shrinks_below(momentum):
    settings = Sgd(momentum=momentum)
    _, optimizer = descended(settings, 1.0, 1)
    most = 1.0 / settings.edge(optimizer)
    assert most == pytest.approx(2 * (1 + momentum) / 0.1)
    assert descended(settings, 0.97 * most, 300)[0] < 0.01
    assert descended(settings, 1.03 * most, 300)[0] > 100


@pytest.mark.parametrize("beta_1", [0.0, 0.5, 0.9])
def test_adam_grows_just_above_its_edge_and_shrinks_below(beta_1):
    """Adam's equations with second moments frozen, on ½·curvature·w²."""
    settings = Adam(beta_1=beta_1, beta_2=0.9)
    variable = keras.Variable(np.ones(1), dtype="float64")
    optimizer = settings.build([variable])
    optimizer.learning_rate.assign(0.1)
    for _ in range(200):  # Of gradients of 2 the moment comes to 4.
        optimizer.apply([ops.convert_to_tensor(np.full(1, 2.0))], [variable])
    (edge,) = settings.edge(optimizer)
    for share, grows in ((0.97, False), (1.03, True)):
        place, mean = 1.0, 0.0
        for _ in range(600):
            mean = beta_1 * mean + (1 - beta_1) * share / edge * place
            place -= 0.1 / 2.0 * mean
        assert abs(place) > 5 if grows else abs(place) < 0.2
