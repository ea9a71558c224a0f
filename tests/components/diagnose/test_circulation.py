"""Circulation of paths whose answer is known."""

import numpy as np
import pytest

from components.diagnose.readings import Readings
from components.diagnose.statistics import STATISTICS

READINGS = 81
"""A quarter is left out: 60 moves."""


def circulation(generator, discriminator):
    """Of positions, (readings, coordinates) each."""
    table = {"step": np.arange(len(generator)) * 10.0}
    sides = {"generator": generator, "discriminator": discriminator}
    for name, positions in sides.items():
        for index, column in enumerate(np.asarray(positions, float).T):
            table[f"{name}_coordinate_{index}"] = column
    reading = STATISTICS["circulation"].measure(Readings({}, table, {}))
    return None if reading is None else reading.value


def orbit(period, growth=1.0, phase=0.0):
    """(readings, 2): round in a plane, the radius times `growth` a reading."""
    t = np.arange(READINGS)
    angle = 2 * np.pi * t / period + phase
    return growth ** t[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def test_an_orbit_of_a_coordinate_each():
    """At a quarter of a turn one's sign is the other's, and the other's against it."""
    angle = 2 * np.pi * (np.arange(READINGS) + 0.25) / 12
    found = circulation(np.cos(angle)[:, None], np.sin(angle)[:, None])
    assert found == pytest.approx(1.0)


@pytest.mark.parametrize("period", [5.0, 12.0, 23.0])
def test_an_orbit_of_a_plane_each(period):
    """|sin(2πk/period)|/√2 at the best of the lags 1 to 60/8."""
    theta = 2 * np.pi / period
    best = max(abs(np.sin(theta * lag)) for lag in range(1, 8))
    expected = best / np.sqrt(2)
    # Means of moves over 53 and more pairs, not over whole turns.
    found = circulation(orbit(period), orbit(period, phase=np.pi / 2))
    assert found == pytest.approx(expected, abs=0.03)


def test_it_is_the_same_either_way_round_and_at_any_scale():
    one = circulation(orbit(12.0), orbit(12.0, phase=np.pi / 2))
    back = circulation(orbit(12.0), orbit(12.0, phase=-np.pi / 2))
    large = circulation(100 * orbit(12.0), orbit(12.0, phase=np.pi / 2))
    assert back == pytest.approx(one, abs=0.03)
    assert large == pytest.approx(one)


def test_a_spiral_outwards_is_an_orbit_and_one_inwards_is_what_is_left_of_it():
    still = circulation(orbit(12.0), orbit(12.0, phase=np.pi / 2))
    out = circulation(orbit(12.0, 1.05), orbit(12.0, 1.05, np.pi / 2))
    inwards = circulation(orbit(12.0, 0.95), orbit(12.0, 0.95, np.pi / 2))
    assert out == pytest.approx(still, rel=0.01)
    # The later 30 moves are those before, 30 steps of shrinking on.
    assert inwards == pytest.approx(still * 0.95**30, rel=0.01)


def test_players_that_go_together_or_straight_do_not_circulate():
    line = np.arange(READINGS)[:, None] * np.array([[1.0, -2.0]])
    assert circulation(line, 3 * line) == pytest.approx(0.0, abs=1e-12)
    to_and_fro = np.cos(np.pi * np.arange(READINGS))[:, None]
    assert circulation(to_and_fro, to_and_fro) == pytest.approx(0.0, abs=1e-12)
    wave = orbit(12.0)[:, :1]
    assert circulation(wave, wave) == pytest.approx(0.0, abs=1e-12)


def test_chance_walks_do_not_circulate():
    """A correlation of n independent directions in 6 by 6 coordinates has the norm
    1/√n; half the difference of two is 1/√(2n), the largest of seven little more."""
    random = np.random.default_rng(0)
    found = [
        circulation(*random.normal(size=(2, READINGS, 6)).cumsum(axis=1))
        for _ in range(50)
    ]
    assert 1 / np.sqrt(2 * 60) < np.mean(found) < 1.6 / np.sqrt(2 * 60)
    assert max(found) < 0.25


def test_the_bilinear_game():
    """Simultaneous steps in it circulate, steps that look ahead come to rest."""
    rate, theta, psi = 0.3, np.array([1.0, 0.5]), np.array([0.3, -1.0])

    def play(ahead):
        g, d, path = theta, psi, []
        for _ in range(READINGS):
            path.append((g, d))
            by_g, by_d = (g + ahead * rate * d, d - ahead * rate * g)
            g, d = g + rate * by_d, d - rate * by_g
        return circulation(*(np.array(side) for side in zip(*path, strict=True)))

    assert play(ahead=0) > 0.65
    assert play(ahead=1) < 0.25


def test_what_does_not_move_or_was_not_read():
    rest = np.ones((READINGS, 3))
    assert circulation(rest, rest) == 0.0
    few = orbit(12.0)[:8]
    assert circulation(few, few) is None
    assert STATISTICS["circulation"].measure(Readings({}, {}, {})) is None
