"""What a generator can be taught without a game, on data whose shape is known."""

import math

import numpy as np
import pytest
from keras import ops

from components.train import lesson
from components.train.game import Game
from components.train.lesson import energy, energy_distance
from components.train.probes.capacity import SHORTEST, Capacity

RANDOM = np.random.default_rng(0)
ANGLES = RANDOM.integers(0, 8, 2000) * math.pi / 4
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
RING = (RING + 0.02 * RANDOM.standard_normal(RING.shape)).astype(np.float32)
CUBE = RANDOM.uniform(-1, 1, (2000, 4)).astype(np.float32)


def generator(*units):
    return {"kind": "mlp", "units": list(units)}


def read(game, view):
    return dict(Capacity(game).read(view))


@pytest.fixture
def taught(parameters, viewed):
    """`taught(records, seed=0, **changes)`: what the probe reads before a training."""

    def told(records, seed=0, **changes):
        game = Game(parameters(**changes), records.shape[1:], seed)
        return read(game, viewed(game, records))

    return told


def test_the_distance_of_shifted_normals_is_the_closed_form():
    """E|N(m, 2)| = 2/√π exp(-m²/4) + m erf(m/2), and E|X - X'| is that at m = 0."""
    one, other = RANDOM.standard_normal((2, 4000, 1))
    # Means and deviations as they should be: what is left of chance is small.
    one, other = ((x - x.mean()) / x.std() for x in (one, other))
    for shift in (0.0, 1.0, 3.0):
        across = 2 / math.sqrt(math.pi) * math.exp(-(shift**2) / 4)
        across += shift * math.erf(shift / 2)
        apart = 2 / math.sqrt(math.pi)
        expected = (2 * across - 2 * apart) / apart
        assert energy_distance(one + shift, other) == pytest.approx(expected, abs=0.02)


def test_what_is_brought_down_is_the_distance():
    """But for what records are from one another, which is no function of samples."""
    one, other = RANDOM.standard_normal((2, lesson.BATCH, 3))
    (nearer,) = RANDOM.standard_normal((1, lesson.BATCH, 3))
    told = [
        float(energy(ops.convert_to_tensor(x), ops.convert_to_tensor(other)))
        for x in (one, nearer)
    ]
    apart = np.linalg.norm(other[:, None] - other[None], axis=2).sum()
    apart /= lesson.BATCH * (lesson.BATCH - 1)
    expected = [apart * energy_distance(x, other) for x in (one, nearer)]
    # The root of a square is kept off 0, where it has no slope.
    assert told[0] - told[1] == pytest.approx(expected[0] - expected[1], abs=1e-4)


def test_few_latents_are_a_curve_and_more_come_nearer(taught):
    few = taught(CUBE, latents={"size": 1}, generator=generator(64, 64))
    enough = taught(CUBE, latents={"size": 8}, generator=generator(64, 64))
    assert few["capacity_dimension"] == pytest.approx(1 / 4, abs=0.1)
    assert enough["capacity_dimension"] == pytest.approx(1, abs=0.15)
    assert few["capacity_gap"] > 0.02 > abs(enough["capacity_gap"])


def test_few_units_do_not_bend_as_the_ring_does(taught):
    few = taught(RING, latents={"size": 4}, generator=generator(2))
    enough = taught(RING, latents={"size": 4}, generator=generator(64, 64))
    assert few["capacity_gap"] > 0.05
    assert enough["capacity_gap"] < 0.01
    assert few["capacity_distance"] > 3 * enough["capacity_distance"]


def test_an_ample_generator_lacks_nothing(taught, monkeypatch):
    known = []
    taught_once = lesson.Lesson._taught
    monkeypatch.setattr(
        lesson.Lesson,
        "_taught",
        lambda self, *given: known.append(given) or taught_once(self, *given),
    )
    told = taught(RING, latents={"size": 16}, generator=generator(128, 128))
    assert told["capacity_gap"] == 0.0
    assert len(known) == 1


def test_a_start_from_one_place_is_no_lack_of_capacity(taught):
    start = {"latents": {"size": 4}}
    near = {**generator(32), "initial_deviation": 1e-4}
    assert taught(RING, **start, generator=near) == taught(
        RING, **start, generator=generator(32)
    )


def test_seeds_are_taught_alike_and_the_game_is_left_as_it_was(parameters, viewed):
    told = []
    for seed in (0, 1):
        game = Game(parameters(generator=generator(16)), (2,), seed)
        before = [np.array(variable) for variable in game.variables]
        told.append(read(game, viewed(game, RING)))
        for old, new in zip(before, game.variables, strict=True):
            np.testing.assert_array_equal(old, np.asarray(new))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, True),
        ({"steps": SHORTEST - 1}, False),
        ({"generator": {"kind": "dcgan", "channels": [8]}}, False),
    ],
)
def test_who_is_taught(parameters, changes, read):
    shape = (8, 8, 1)
    network = {"generator": generator(16), "steps": SHORTEST}
    game = Game(parameters(**(network | changes)), shape, 0)
    assert Capacity.applies(game) == read
