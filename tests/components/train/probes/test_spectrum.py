"""The game's eigenvalues where they are known on paper, and each player's own."""

import numpy as np
import pytest

from components.train.probes.spectrum import NUMBER, Spectrum

CLOSED = {
    # Mescheder et al. 2018, lemma 2.3 and theorem 4.1, f'(0) = 1/2; per unit of time.
    "minimax": ({}, [0.5j]),
    "r1": ({"regularizers": {"r1": {"gamma": 0.6}}}, [-0.3 + 0.4j]),
    "overdamped": ({"regularizers": {"r1": {"gamma": 2.0}}}, None),
    "wasserstein": ({"objective": {"kind": "wasserstein"}}, [1j]),
}


@pytest.mark.parametrize("name", CLOSED)
def test_the_dirac_games_eigenvalues_are_those_of_its_closed_form(name, points):
    changes, expected = CLOSED[name]
    if expected is None:
        root = np.sqrt(1 - 0.25)
        expected = [-1 - root, -1 + root]
    read = dict(Spectrum(None).read(points(**changes)))
    found = [
        read[f"eigenvalue_real_{rank}"] + 1j * read[f"eigenvalue_imaginary_{rank}"]
        for rank in range(len(expected))
    ]
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert f"eigenvalue_real_{len(expected)}" not in read
    assert read["spectrum_radius"] == pytest.approx(np.abs(expected).max())
    assert read["spectrum_real_max"] == pytest.approx(np.real(expected).max())
    assert read["spectrum_imaginary_max"] == pytest.approx(np.imag(expected).max())
    # D's own loss bends by the penalty alone, G's not at all; the rate is .2.
    bend = changes.get("regularizers", {"r1": {"gamma": 0.0}})["r1"]["gamma"]
    assert read["discriminator_curvature_max"] == pytest.approx(bend, abs=1e-9)
    assert read["discriminator_stability"] == pytest.approx(0.1 * bend, abs=1e-9)
    assert read["generator_curvature_min"] == pytest.approx(0.0, abs=1e-9)


def test_curvatures_are_the_extremes_of_each_players_own_hessian(make, look, dense):
    """Networks of 4 parameters: the products find all; Adam scales them."""
    from keras import ops

    game = make(
        1,
        latents={"size": 1},
        generator={"kind": "mlp", "units": [1], "activation": "tanh"},
        discriminator={"kind": "mlp", "units": [1], "activation": "tanh"},
        regularizers={"r1": {"gamma": 1.0}},
        optimizer={"kind": "adam", "beta_1": 0.5, "learning_rate": 0.01},
    )
    view = look(game)
    field = view.bench.field
    for player in game.players:
        gradients = [
            ops.ones_like(v) * (1.0 + i) for i, v in enumerate(player.variables)
        ]
        player.optimizer.learning_rate.assign(0.0)
        player.optimizer.apply(gradients, player.variables)
        player.optimizer.learning_rate.assign(0.01)
    read = dict(Spectrum(game).read(view))
    whole = dense(view, NUMBER)
    expected = np.linalg.eigvals(whole)
    assert read["spectrum_radius"] == pytest.approx(np.abs(expected).max(), rel=1e-6)
    assert read["spectrum_real_max"] == pytest.approx(expected.real.max(), abs=1e-6)
    for player in game.players:
        side = field.sides[player.name]
        hessian = -whole[side, side]
        values = np.linalg.eigvalsh(hessian)
        assert read[f"{player.name}_curvature_min"] == pytest.approx(
            values[0], abs=1e-6
        )
        assert read[f"{player.name}_curvature_max"] == pytest.approx(
            values[-1], rel=1e-4
        )
        # Adam after one step: m/√v is the sign, so √v the gradient's size, 1, 2, ….
        sizes = np.concatenate(
            [np.full(np.prod(v.shape), 1.0 + i) for i, v in enumerate(player.variables)]
        )
        scales = 0.01 / sizes / (2 * 1.5 / 0.5)
        roots = np.sqrt(scales)
        most = np.linalg.eigvalsh(roots[:, None] * hessian * roots)[-1]
        assert read[f"{player.name}_stability"] == pytest.approx(most, rel=1e-4)


def test_where_a_parameter_is_no_number_nothing_is_read(points):
    assert dict(Spectrum(None).read(points(at=(np.nan, 0.0)))) == {}
