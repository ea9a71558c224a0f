"""The Dirac-GAN by the engine, against its map of one step, derived by hand.

D(x) = psi·x, data at 0 and G at theta (Mescheder et al. 2018, section 2): the scores
are 0 and s = psi·theta. Formulas here come from the losses by the chain rule, and
share nothing with the engine.

Their D says how generated a record is, ours how real: their psi is our -psi, and their
start at (1, 1) ours at (1, -1).
"""

import math

import numpy as np
import pytest
from keras import ops

from components.train.jacobian import jacobian
from components.train.turn import Turn

RATE, STEPS, START = 0.2, 500, (1.0, -1.0)


def sigmoid(s):
    return 1.0 / (1.0 + math.exp(-s))


def minimax(theta, psi):
    slope = sigmoid(psi * theta)
    return -slope * psi, slope * theta


def non_saturating(theta, psi):
    s = psi * theta
    return -sigmoid(-s) * psi, sigmoid(s) * theta


def wasserstein(theta, psi):
    return -psi, theta


def gradient_penalty(weight):
    """weight·(|psi| - 1)², wherever between data and samples it is taken."""

    def gradients(theta, psi):
        slope = 2.0 * weight * (abs(psi) - 1.0) * math.copysign(1.0, psi)
        return -psi, theta + slope

    return gradients


def r1(gamma):
    def gradients(theta, psi):
        own = minimax(theta, psi)
        return own[0], own[1] + gamma * psi

    return gradients


def consensus(theta, psi):
    """½‖v‖² = ½ p² (theta² + psi²) with p = sigmoid(s), dp/ds = p (1 - p)."""
    p, own = sigmoid(psi * theta), minimax(theta, psi)
    outer = p * p * (1.0 - p) * (theta * theta + psi * psi)
    pull = outer * psi + p * p * theta, outer * theta + p * p * psi
    return own[0] + pull[0], own[1] + pull[1]


def derived(gradients, alternating, bound=math.inf):
    """The radius after the steps; G moves first where they alternate."""
    theta, psi = START
    for _ in range(STEPS):
        moved = theta - RATE * gradients(theta, psi)[0]
        seen = moved if alternating else theta
        psi = min(max(psi - RATE * gradients(seen, psi)[1], -bound), bound)
        theta = moved
    return math.hypot(theta, psi)


CLIP = {"clip": {"bound": 1.0}}
PENALTY = {"gradient_penalty": {"weight": 0.7}}
HALVED = {"gradient_penalty": {"weight": 0.35}}
# Half the penalty where a weight of 0.7 is read as 0.7/2 (|psi| - 1)².
GAMES = {
    "gan": ("minimax", {}, minimax, ("3.097", "1.421")),
    "nsgan": ("non_saturating", {}, non_saturating, (".640", ".284")),
    "clip": ("wasserstein", CLIP, wasserstein, ("1.002", "1.024")),
    "wgan-gp": ("wasserstein", PENALTY, gradient_penalty(0.7), ("1.85", "1.46")),
    "wgan-gp/2": ("wasserstein", HALVED, gradient_penalty(0.35), ("1.80", "1.22")),
    "r1-0.3": ("minimax", {"r1": {"gamma": 0.3}}, r1(0.3), ("2.6e-6", "2.3e-7")),
    "r1-1": ("minimax", {"r1": {"gamma": 1.0}}, r1(1.0), ("9.5e-22", "7.5e-17")),
    "consensus": ("minimax", {}, consensus, ("2.6e-10", "1.7e-11")),
}
ORDERS = ("simultaneous", "alternating")


def update(name, order):
    first = {"first": "generator"} if order == "alternating" else {}
    if name == "consensus":
        return {"kind": "consensus", "gamma": 1.0, "order": order, **first}
    return {"kind": order, **first}


def unit_of_last_digit(printed):
    mantissa, _, exponent = printed.partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", GAMES)
def test_the_radius_after_500_steps(name, order, played):
    objective, regularizers, gradients, printed = GAMES[name]
    game = played(
        objective={"kind": objective},
        regularizers=regularizers,
        update=update(name, order),
    )
    game.put(START)
    radius = math.hypot(*game.play(STEPS))
    bound = 1.0 if name == "clip" else math.inf
    expected = derived(gradients, order == "alternating", bound)
    # float64 rounds each step by 1e-16 of the radius; a game that goes round its
    # equilibrium, and no farther, grows that ten-thousandfold at most; so it does the
    # 1e-12 that the gradient penalty adds below its root.
    tolerance = 1e-7 if "gradient_penalty" in regularizers else 1e-9
    assert radius == pytest.approx(expected, rel=tolerance, abs=0)
    figure = printed[ORDERS.index(order)]
    assert abs(radius - float(figure)) <= unit_of_last_digit(figure)


def test_generator_and_discriminator_first_differ(played):
    """Else a test of the order would hold whoever moves first."""
    ends = [
        played(update={"kind": "alternating", "first": first}).play(STEPS)
        for first in ("generator", "discriminator")
    ]
    assert abs(math.hypot(*ends[0]) - math.hypot(*ends[1])) > 1e-3


def pair(damping, slope):
    """Roots of z² + damping·z + slope²: of [[0, slope], [-slope, -damping]]."""
    root = np.sqrt(complex(damping * damping / 4 - slope * slope))
    return [-damping / 2 + root, -damping / 2 - root]


def of_consensus(gamma):
    return [-gamma / 4 + 0.5j, -gamma / 4 - 0.5j]


EQUILIBRIA = [
    ("minimax", {}, 0.0, pair(0.0, 0.5)),
    ("non_saturating", {}, 0.0, pair(0.0, 0.5)),
    ("wasserstein", {}, 0.0, pair(0.0, 1.0)),
    ("minimax", {"r1": {"gamma": 0.3}}, 0.0, pair(0.3, 0.5)),
    ("minimax", {"r1": {"gamma": 1.0}}, 0.0, pair(1.0, 0.5)),
    ("minimax", {"r1": {"gamma": 2.0}}, 0.0, pair(2.0, 0.5)),
    ("minimax", {}, 1.0, of_consensus(1.0)),
    ("minimax", {}, 0.4, of_consensus(0.4)),
]


def ordered(values):
    return sorted(values, key=lambda z: (round(z.real, 6), z.imag))


@pytest.mark.parametrize(("objective", "regularizers", "gamma", "expected"), EQUILIBRIA)
def test_eigenvalues_at_the_equilibrium(
    objective, regularizers, gamma, expected, played
):
    """Of the field itself: the step's are 1 + rate times these, where simultaneous."""
    chosen = {"kind": "consensus", "gamma": gamma} if gamma else {}
    game = played(
        objective={"kind": objective},
        regularizers=regularizers,
        update=chosen or {"kind": "simultaneous"},
    )
    turn = Turn(game.game, 0, 0, game.feed)
    rest = [ops.zeros((1, 1), "float64"), ops.zeros((1, 1), "float64")]
    found = np.linalg.eigvals(np.asarray(jacobian(game.game, turn, rest)))
    # Eigenvalues that meet (gamma 1) move by the root of what rounds their matrix.
    np.testing.assert_allclose(ordered(found), ordered(expected), atol=1e-7)
