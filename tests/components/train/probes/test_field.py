"""The field against the players' own gradients, and its products against matrices."""

import numpy as np
import pytest

from components.train.field import FIRST
from components.train.turn import Turn

GAMES = {
    "plain": {},
    "penalty": {"regularizers": {"r1": {"gamma": 2.0}}, "objective": {"kind": "hinge"}},
    "consensus": {"update": {"kind": "consensus", "gamma": 0.5}},
    "batch": {
        "discriminator": {
            "kind": "mlp",
            "units": [3],
            "activation": "tanh",
            "normalization": "batch",
        },
        "objective": {"kind": "relativistic"},
    },
    "labels": {"conditional": True},
}
SPECTRAL = {"kind": "mlp", "units": [3, 3], "activation": "tanh"}


def differences(field, weights, step=1e-5):
    """The Jacobian (n, n) of a field, by differences of both sides."""
    columns = []
    for index in range(len(weights)):
        moved = np.zeros(len(weights))
        moved[index] = step
        ahead, behind = field(weights + moved), field(weights - moved)
        columns.append((ahead - behind) / (2 * step))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("name", GAMES)
def test_the_field_is_the_players_descent_and_its_products_the_jacobians(
    name, make, look, dense
):
    told = {"classes": 3} if name == "labels" else {}
    game = make(**told, **GAMES[name])
    labels = np.arange(40) % 3 if told else None
    view = look(game, labels=labels)
    field, weights = view.bench.field, view.weights
    turn = Turn(game, 1, FIRST + 5, {**field.feed, "limit": np.int32(40)}, even=True)
    moves = []
    for player in game.players[::-1]:
        with game.primitives.without_updates():
            _, move = game.params.update.gradients(player, game.players, turn)
        moves += [-np.asarray(each).ravel() for each in move]
    np.testing.assert_allclose(view.field(5), np.concatenate(moves), atol=1e-12)
    whole = dense(view, 5)
    random = np.random.default_rng(0)
    for _ in range(2):
        u = random.standard_normal(field.size)
        np.testing.assert_allclose(view.product(u, 5), whole.T @ u, atol=1e-10)
    found = differences(lambda at: view.field(5, at), weights)
    np.testing.assert_allclose(found, whole, atol=1e-7)
    for side in field.sides.values():
        np.testing.assert_allclose(whole[side, side], whole[side, side].T, atol=1e-10)


def test_spectral_norms_follow_the_parameters(make, look, split):
    """At any parameters the field is the one of W over its own largest singular value,
    whatever vectors training has come to, and its products see them turn."""
    game = make(discriminator={**SPECTRAL, "normalization": "spectral"})
    view = look(game)
    away = view.weights + 0.3 * np.random.default_rng(1).standard_normal(
        view.bench.field.size
    )
    found = view.field(5, away)
    u = np.random.default_rng(0).standard_normal(len(away))
    told = 1, 40, 5
    _, product = view.bench.field.product(away, u, *told)
    by_differences = differences(lambda at: view.field(5, at), away)
    np.testing.assert_allclose(product, by_differences.T @ u, atol=1e-6)
    for variable, value in zip(
        [v for p in game.players[::-1] for v in p.variables],
        split(game, away),
        strict=True,
    ):
        variable.assign(value)
    game.spectral.start()
    turn = Turn(game, 1, FIRST + 5, {**view.bench.field.feed, "limit": np.int32(40)})
    moves = [m for p in game.players[::-1] for m in p.gradients(turn)[1]]
    expected = np.concatenate([-np.asarray(each).ravel() for each in moves])
    np.testing.assert_allclose(found, expected, atol=1e-10)
    before = [np.asarray(each) for each in game.spectral.vectors]
    view.field(5)
    for vector, kept in zip(game.spectral.vectors, before, strict=True):
        np.testing.assert_array_equal(np.asarray(vector), kept)


def test_a_lazy_penalty_counts_as_on_average_in_every_batch(make, look):
    often = look(make(regularizers={"r1": {"gamma": 2.0}}))
    seldom = look(make(regularizers={"r1": {"gamma": 2.0, "every": 3}}))
    for number in (3, 4, 5):
        found, expected = seldom.field(number), often.field(number)
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_batch_is_its_number_and_looking_leaves_no_trace(make, look):
    network = {"kind": "mlp", "units": [3], "normalization": "batch"}
    game = make(discriminator=network, generator=network, ema={"decay": 0.9})
    before = [np.copy(np.asarray(each)) for each in game.variables]
    view, again = look(game), look(game, step=9)
    u = np.random.default_rng(0).standard_normal(view.bench.field.size)
    np.testing.assert_array_equal(view.field(5), again.field(5))
    np.testing.assert_array_equal(view.product(u, 5), again.product(u, 5))
    assert np.abs(view.field(5) - view.field(6)).max() > 1e-3
    for old, new in zip(before, game.variables, strict=True):
        np.testing.assert_array_equal(old, np.asarray(new))
