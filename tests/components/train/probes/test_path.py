"""Path angles of fields that are known, and sketches of places."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.train.probes.path import FROM, PLACES, Path
from components.train.probes.position import COORDINATES, Position

START, END = np.array([2.0, -1.0]), np.array([0.5, 0.25])
TURN = np.array([[0.0, -1.0], [1.0, 0.0]])


def read(matrix, now=END, before=START):
    """Along the way from a place to one where the field matrix · (w - END) rests."""
    view = SimpleNamespace(weights=before, memory={})
    path = Path(None)
    path.begin(view)
    view.weights = now
    view.field = lambda number, at=None: matrix @ ((now if at is None else at) - END)
    told = dict(path.read(view))
    np.testing.assert_array_equal(view.memory[FROM], now)
    return told


def cosines(told):
    return {p: told[f"path_cosine.{p:.1f}"] for p in PLACES if p < 0.99 or p > 1.01}


def test_where_a_place_attracts_the_sign_changes_there():
    for place, cosine in cosines(read(-np.eye(2))).items():
        assert cosine == pytest.approx(1.0 if place < 1 else -1.0)
    for place, cosine in cosines(read(np.eye(2))).items():
        assert cosine == pytest.approx(-1.0 if place < 1 else 1.0)


def test_where_it_turns_the_field_is_at_right_angles():
    for cosine in cosines(read(TURN)).values():
        assert cosine == pytest.approx(0.0, abs=1e-12)


def test_where_it_turns_around_a_place_aside_there_is_a_bump():
    """On the way's line, t from the end and d aside, a turn about the centre has the
    cosine ∓d/√(t² + d²): a bump of ±1 where the way passes the centre."""
    aside = 0.3 * TURN @ (END - START) / np.linalg.norm(END - START)
    away = START + aside, END + aside
    told = read(TURN, away[1], away[0])
    length = np.linalg.norm(END - START)
    for place, cosine in cosines(told).items():
        distance = (1 - place) * length
        expected = -0.3 / np.hypot(distance, 0.3)
        assert cosine == pytest.approx(expected, abs=1e-9)
    assert told["path_cosine.1.0"] == pytest.approx(-1.0)


def test_who_stayed_has_no_way_but_a_field():
    assert read(TURN, END + 1, END + 1) == {"path_field_norm": pytest.approx(2**0.5)}


def sketch(probe, weights):
    """Both players', (2, COORDINATES), of as many parameters each."""
    half = len(weights) // 2
    sides = {"generator": slice(0, half), "discriminator": slice(half, len(weights))}
    bench = SimpleNamespace(field=SimpleNamespace(sides=sides))
    told = dict(probe.read(SimpleNamespace(bench=bench, weights=weights)))
    assert set(told) == set(Position.series)
    return np.array(list(told.values())).reshape(2, COORDINATES)


def test_a_sketch_is_linear_and_the_same_for_every_training():
    random = np.random.default_rng(0)
    one, other = random.standard_normal((2, 60))
    probe = Position(None)
    both = sketch(probe, 2 * one - other)
    expected = 2 * sketch(probe, one) - sketch(probe, other)
    np.testing.assert_allclose(both, expected, atol=1e-12)
    np.testing.assert_array_equal(sketch(Position(None), one), sketch(probe, one))


def test_a_sketch_keeps_lengths_on_the_average():
    """Over directions: E|s(w)|² is |w|² = 1; of |s(w)|² over 6 coordinates the standard
    deviation is about √(2/6), over 1,000 directions .018 in their mean."""
    random = np.random.default_rng(1)
    probe = Position(None)
    squares = []
    for _ in range(1000):
        weights = random.standard_normal(400)
        for side in (slice(0, 200), slice(200, 400)):
            weights[side] /= np.linalg.norm(weights[side])
        squares.append((sketch(probe, weights) ** 2).sum(axis=1))
    np.testing.assert_allclose(np.mean(squares, axis=0), 1.0, atol=4 * 0.0183)


def test_every_parameter_has_one_coordinate():
    probe = Position(None)
    for index in (0, 3, 9):
        row = sketch(probe, np.eye(10)[index])
        assert np.count_nonzero(row) == 1 and np.abs(row).sum() == 1
