"""What a spectrum foresees of orbits, against steps that are really taken."""

import numpy as np
import pytest

from components.diagnose.readings import Readings
from components.diagnose.statistics import STATISTICS

MEASURE = STATISTICS["damping_undone"].measure


def parameters(rate=0.05, momentum=0.0, kind="simultaneous", **optimizer):
    return {
        "optimizer": {
            "kind": "sgd",
            "learning_rate": rate,
            "momentum": momentum,
            "generator_learning_rate": None,
            "discriminator_learning_rate": None,
        }
        | optimizer,
        "update": {"kind": kind},
        "discriminator_steps": 1,
    }


def undone(*values, steps=(1000,), **stated):
    """The reading of eigenvalues that were last read at the last of `steps`."""
    table = {"step": np.array(steps), "spectrum_radius": np.ones(len(steps))}
    for rank, value in enumerate(values):
        for part, number in (("real", value.real), ("imaginary", value.imag)):
            table[f"eigenvalue_{part}_{rank}"] = np.full(len(steps), float(number))
    given = stated.pop("parameters", None) or parameters(**stated)
    return MEASURE(Readings({}, table, {"parameters": given}))


def spectral_radius(damping, turning, rate, momentum, kind):
    """Of a whole step of the game whose players' field has -damping ± turning·i.

    Each player has a number, its velocity beside it; the field is
    (-damping·x - turning·y, turning·x - damping·y).
    """
    field = np.array([[-damping, -turning], [turning, -damping]])

    def step(movers):
        chosen = np.diag(movers).astype(float)
        velocity = np.block([rate * chosen @ field, momentum * chosen])
        kept = np.block([np.zeros((2, 2)), np.eye(2) - chosen])
        place = np.hstack([np.eye(2), np.zeros((2, 2))]) + chosen @ velocity
        return np.vstack([place, velocity + kept])

    if kind == "alternating":
        whole = step([1, 0]) @ step([0, 1])
    elif kind == "extragradient":
        ahead = np.eye(2) + rate * field
        whole = np.eye(2) + rate * field @ ahead
    else:
        whole = step([1, 1])
    return max(abs(np.linalg.eigvals(whole)))


MOMENTA = (0.0, 0.5, 0.9, 0.98, -0.3)


@pytest.mark.parametrize(
    ("kind", "momentum"),
    [
        *((kind, each) for kind in ("simultaneous", "alternating") for each in MOMENTA),
        ("extragradient", 0.0),
    ],
)
@pytest.mark.parametrize("damping", [0.02, 0.2, 1.0])
def test_orbits_grow_where_it_says_so(kind, momentum, damping):
    turning = 2.0
    for rate in np.array([0.001, 0.003, 0.01, 0.03, 0.1]) * (1 - momentum):
        found = undone(
            complex(-damping, turning), rate=rate, momentum=momentum, kind=kind
        )
        grows = spectral_radius(damping, turning, rate, momentum, kind) > 1
        # What alternating steps do is known to the second order of the rate.
        if not 0.9 < found.value < 1.1:
            assert (found.value > 1) == grows


def test_the_share_of_simultaneous_steps_has_a_closed_form():
    """|1 - ηa + iηω|² against (1 - ηa)²."""
    rate, damping, turning = 0.01, 0.5, 3.0
    told = undone(complex(-damping, turning), rate=rate).value
    turned = np.log((1 - rate * damping) ** 2 + (rate * turning) ** 2)
    assert told == pytest.approx(
        1 - turned / (2 * np.log(1 - rate * damping)), rel=1e-12
    )
    # To the first order: what a step adds to an orbit over what damping takes.
    assert told == pytest.approx(rate * turning**2 / (2 * damping), rel=0.02)


def test_momentum_at_the_same_pace_undoes_what_plain_steps_leave():
    value = complex(-1.2, 1.5)
    plain = undone(value, rate=0.015).value
    late = undone(value, rate=0.00015, momentum=0.99).value
    assert plain < 0.02
    assert late > 1


def test_the_worst_of_the_leading_ones_counts_and_none_that_only_pulls():
    assert undone(complex(-1, 0), complex(-30, 0)).value == 0
    both = undone(complex(-1, 0.5), complex(-0.1, 2.0)).value
    assert both == undone(complex(-0.1, 2.0)).value
    assert undone(complex(0.0, 1.0)).value == 2.0
    assert undone(complex(0.3, 1.0), complex(-1, 1)).value == 2.0


@pytest.mark.parametrize("kind", ["simultaneous", "extragradient"])
def test_steps_that_overshoot_without_turning_are_no_orbit(kind):
    """Rate times pull is 3: plain steps multiply the way to rest by -2."""
    assert undone(complex(-30, 0.5), rate=0.1, kind=kind).value == 0
    assert spectral_radius(30, 0.0, 0.1, 0.0, kind) > 1


def test_eigenvalues_of_an_earlier_reading_do_not_count():
    table = {
        "step": np.array([0, 100]),
        "spectrum_radius": np.ones(2),
        "eigenvalue_real_0": np.array([0.1, -1.0]),
        "eigenvalue_imaginary_0": np.array([1.0, 0.1]),
        "eigenvalue_real_1": np.array([0.1, np.nan]),
        "eigenvalue_imaginary_1": np.array([1.0, np.nan]),
    }
    found = MEASURE(Readings({}, table, {"parameters": parameters()}))
    assert found.value == undone(complex(-1.0, 0.1)).value < 0.01


@pytest.mark.parametrize(
    "stated",
    [
        {},
        parameters() | {"optimizer": {"kind": "adam", "learning_rate": 0.1}},
        parameters(rate={"kind": "linear", "start": 0.1, "end": 0.0}),
        parameters(generator_learning_rate=0.2),
        parameters() | {"discriminator_steps": 5},
        parameters(kind="optimistic"),
        parameters(kind="extragradient", momentum=0.5),
    ],
)
def test_where_no_formula_is_known_nothing_is_said(stated):
    table = {
        "step": np.array([1]),
        "spectrum_radius": np.ones(1),
        "eigenvalue_real_0": np.array([0.1]),
        "eigenvalue_imaginary_0": np.array([1.0]),
    }
    assert MEASURE(Readings({}, table, {"parameters": stated})) is None
    assert MEASURE(Readings({}, {}, {"parameters": parameters()})) is None
