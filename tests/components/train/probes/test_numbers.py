"""How large parameters are, and which updates their rounding swallows."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.train.game import Game
from components.train.probes import probes
from components.train.probes.balance import Balance
from components.train.probes.numbers import Underflow, Weights
from components.train.rounding import lost_share
from components.train.turn import Turn

DATA = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
FALLING = {"kind": "linear", "start": 0.9, "end": 0.99}
OPTIMIZERS = [
    {"kind": "adam", "learning_rate": 0.01},
    {"kind": "adam", "learning_rate": 0.01, "beta_2": FALLING},
    {"kind": "adam", "learning_rate": 0.01, "generator_learning_rate": 0.002},
    {"kind": "sgd", "learning_rate": 0.1, "momentum": -0.3},
]


def play(game, steps, first=0):
    for step in range(first, first + steps):
        turn = Turn(game, step, step, {"data": DATA, "limit": 50})
        for player in game.players:
            player.move(turn)


def weights(player):
    return np.concatenate([np.asarray(v).ravel() for v in player.variables])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_last_update_is_what_parameters_have_moved_by(parameters, optimizer):
    game = Game(parameters(optimizer=optimizer), (2,), 0)
    play(game, 4)
    before = [weights(player) for player in game.players]
    play(game, 1, 4)
    for player, old in zip(game.players, before, strict=True):
        moved = weights(player) - old
        update = np.asarray(player.settings.last_update(player.optimizer, np))
        assert np.abs(moved).max() > 1e-5
        np.testing.assert_allclose(update, moved, rtol=1e-3, atol=1e-6)


def player(values, update, iterations=1):
    settings = SimpleNamespace(
        tells_updates=True, last_update=lambda _, __: np.array(update, np.float32)
    )
    return SimpleNamespace(
        settings=settings,
        optimizer=SimpleNamespace(iterations=np.int64(iterations)),
        variables=[np.array(values, np.float32)],
        last=[],
    )


def test_an_update_that_rounding_takes_is_lost():
    """2^-24 of 1 is half the distance to the next number, and a tie goes to 1. Just
    below 2 the distance is the same for twice the number."""
    first = player([1.0, 1.9, -8.0, -8.0], [2.0**-24, 1e-7, -1e-6, 1e-7])
    second = player([0.0, 1e-6], [0.0, 1e-9])
    assert float(lost_share([first])) == 0.5
    assert float(lost_share([first, second])) == pytest.approx(2 / 6)
    assert np.isnan(float(lost_share([first, player([1.0], [1.0], iterations=0)])))


def test_optimistic_steps_are_not_read(parameters, viewed):
    """They are twice their optimizer's, less the one before."""
    for kind, told in (("alternating", True), ("optimistic", False)):
        game = Game(parameters(update={"kind": kind}), (2,), 0)
        play(game, 4)
        view = viewed(game, DATA)
        view.step = 4
        assert np.isfinite(view.update_underflow_share) == told
        assert len(dict(Balance(game).read(view))) == 2 * told


def test_readings_of_a_game(parameters, viewed):
    adam = {"kind": "adam", "learning_rate": 1e-12}
    game = Game(parameters(optimizer=adam), (2,), 0)
    game.generator.variables[0].assign(np.full((3, 8), -7.5))
    view = viewed(game, DATA)
    assert dict(Weights(game).read(view)) == {"weight_max": 7.5}
    assert np.isnan(dict(Underflow(game).read(view))["update_underflow_share"])
    play(game, 1)
    told = dict(Underflow(game).read(viewed(game, DATA)))["update_underflow_share"]
    # Adam's first step is its rate, whatever the gradient; a unit of no gradient stays.
    flat = np.concatenate([weights(each) for each in game.players])
    expected = np.abs(flat) > 1e-12 * 2**24
    assert told == pytest.approx(expected.mean(), abs=0.02)
    assert 0.5 < told < 1


def test_descent_without_momentum_does_not_tell(parameters):
    for momentum, told in ((0.0, False), (0.5, True)):
        sgd = {"kind": "sgd", "momentum": momentum}
        game = Game(parameters(optimizer=sgd), (2,), 0)
        assert any(isinstance(each, Underflow) for each in probes(game)) == told
