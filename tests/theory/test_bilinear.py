"""The bilinear game theta·psi: the spectral radius of the engine's own step.

A Wasserstein critic psi·x with all data at 0; every update's step is linear. Radii from
Gidel et al. 2019, section 3, and Daskalakis et al. 2018.
"""

import math

import numpy as np
import pytest

RATES = (0.1, 0.3, 0.5)


def extragradient(rate):
    return math.hypot(1.0 - rate * rate, rate)


def optimistic(rate):
    return {0.1: 0.99494, 0.3: 0.94868, 0.5: 0.70711}[rate]


def consensus(rate):
    """v = (psi, -theta), so that ∇½‖v‖² is (theta, psi), and gamma is 0.7."""
    return math.hypot(1.0 - 0.7 * rate, rate)


RADII = {
    "simultaneous": (lambda rate: math.hypot(1.0, rate), {}),
    "alternating": (lambda rate: 1.0, {}),
    "extragradient": (extragradient, {}),
    "optimistic": (optimistic, {}),
    "consensus": (consensus, {"gamma": 0.7}),
}


def step_map(game):
    """The matrix of one step on (theta, psi, last steps), column by column."""
    players = game.game.players[::-1]
    variables = [player.variables[0] for player in players]
    variables += [last for player in players for last in player.last]
    columns = []
    for unit in np.eye(len(variables)):
        for variable, value in zip(variables, unit, strict=True):
            variable.assign([[value]])
        game.play(1)
        columns.append([np.asarray(variable).item() for variable in variables])
    return np.array(columns).T


@pytest.mark.parametrize("kind", RADII)
def test_spectral_radius(kind, played):
    radius, settings = RADII[kind]
    game = played(objective={"kind": "wasserstein"}, update={"kind": kind, **settings})
    for rate in RATES:
        for player in game.game.players:
            player.optimizer.learning_rate.assign(rate)
        found = np.abs(np.linalg.eigvals(step_map(game))).max()
        # Two eigenvalues of `optimistic` meet at a rate of ½, and move by the root of
        # what rounds the matrix; its figures are printed to five digits.
        tolerance = 5e-6 if kind == "optimistic" else 1e-12
        assert found == pytest.approx(radius(rate), abs=tolerance)


def test_the_order_of_turns_does_not_change_the_radius(played):
    """Both orders are one map up to where in a round it is cut."""
    maps = [
        step_map(
            played(
                objective={"kind": "wasserstein"},
                optimizer={"kind": "sgd", "learning_rate": 0.3},
                update={"kind": "alternating", "first": first},
            )
        )
        for first in ("generator", "discriminator")
    ]
    assert not np.allclose(*maps)
    assert np.linalg.det(maps[0]) == pytest.approx(1.0, abs=1e-12)
    assert np.trace(maps[0]) == pytest.approx(np.trace(maps[1]), abs=1e-12)
