"""The stages that measure solved games, and the derivations that they compare with."""

import cmath
import math

import numpy as np
import pytest
from pydantic import ValidationError

from components.foresight import Foresight
from components.theory.figures import Figure
from components.theory.games import SolvedGame, TheoryError
from components.theory.games.dirac_field import Field
from components.theory.points import PointsParams, foresee, points

OTHER = {"kind": "point", "start": -1.0}
DESCENT = {"kind": "simultaneous"}


def softplus(s):
    return cmath.log(1.0 + cmath.exp(s))


LOSSES = {
    "minimax": (lambda s: -softplus(s), lambda s: softplus(s)),
    "non_saturating": (lambda s: softplus(-s), lambda s: softplus(s)),
    "wasserstein": (lambda s: -s, lambda s: s),
}
PENALTIES = {
    "r1": ({"gamma": 0.3}, lambda psi: 0.15 * psi * psi),
    "gradient_penalty": (
        {"weight": 0.7, "target": 1.0},
        lambda psi: 0.7 * (cmath.sqrt(psi * psi + 1e-12) - 1.0) ** 2,
    ),
}
AT = [(1.0, -1.0), (0.3, 0.8), (-2.0, 0.1)]


def slope(function, *place, by):
    """The derivative by one of the places, by a complex step: exact to rounding."""
    moved = [complex(value) for value in place]
    moved[by] += 1e-30j
    return function(*moved).imag / 1e-30


@pytest.mark.parametrize("place", AT)
@pytest.mark.parametrize("penalty", [None, *PENALTIES])
@pytest.mark.parametrize("objective", LOSSES)
def test_what_is_derived_are_the_losses_gradients(objective, penalty, place):
    settings, cost = PENALTIES.get(penalty, ({}, lambda psi: 0.0))
    field = Field({"kind": objective}, {penalty: settings} if penalty else {}, DESCENT)
    generator, discriminator = LOSSES[objective]

    def of_d(theta, psi):
        return discriminator(psi * theta) + cost(psi)

    expected = (
        slope(lambda theta, psi: generator(psi * theta), *place, by=0),
        slope(of_d, *place, by=1),
    )
    derived = field.generator(*place), field.discriminator(*place)
    assert derived == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("place", AT)
def test_what_consensus_adds_is_the_gradient_of_the_fields_square(place):
    update = {"kind": "consensus", "gamma": 0.4, "order": "simultaneous"}
    with_, without = (Field({"kind": "minimax"}, {}, u) for u in (update, DESCENT))

    def unrest(theta, psi):
        p = 1.0 / (1.0 + cmath.exp(-psi * theta))
        return 0.5 * p * p * (theta * theta + psi * psi)

    for by, player in enumerate(("generator", "discriminator")):
        added = getattr(with_, player)(*place) - getattr(without, player)(*place)
        assert added == pytest.approx(0.4 * slope(unrest, *place, by=by), rel=1e-12)


@pytest.mark.parametrize(
    ("objective", "regularizers", "gamma"),
    [
        ("minimax", {}, 0.0),
        ("minimax", {}, 1.0),
        ("non_saturating", {"r1": {"gamma": 0.3}}, 0.0),
        ("wasserstein", {"r1": {"gamma": 1.0}}, 0.0),
    ],
)
def test_the_jacobian_at_rest_is_the_fields_slope(objective, regularizers, gamma):
    update = DESCENT
    if gamma:
        update = {"kind": "consensus", "gamma": gamma, "order": "simultaneous"}
    field = Field({"kind": objective}, regularizers, update)
    step = 1e-5

    def moves(place):
        return np.array([-field.generator(*place), -field.discriminator(*place)])

    columns = [(moves(e) - moves(-e)) / (2 * step) for e in step * np.eye(2)]
    # Central differences err by step² times third derivatives, here below 1.
    entries = np.transpose(columns).ravel()
    np.testing.assert_allclose(field.jacobian(), entries, atol=step**2)


def test_noise_damps_by_its_variance_in_expectation():
    """E of psi's second derivative, by Gauss and Hermite's quadrature."""
    std = 0.7
    places, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()

    def of_d(psi):
        s = psi * std * places
        return float(weights @ (np.logaddexp(0, -s) + np.logaddexp(0, s)))

    step = 1e-3
    second = (of_d(step) - 2 * of_d(0.0) + of_d(-step)) / step**2
    noisy = Field({"kind": "minimax"}, {"instance_noise": {"std": std}}, DESCENT)
    assert -noisy.jacobian()[3] == pytest.approx(second, rel=step**2)


def test_points_are_the_distribution_in_both_parts(make_context):
    params = PointsParams(points=[[0.0, 1.0], [2.0, 3.0]], copies=8)
    curriculum = points(params, context=make_context())
    assert curriculum.shape() == (2,)
    assert foresee(params, {}) == Foresight(shape=(2,), labelled=False)
    for part in (curriculum.train(), curriculum.holdout()):
        places, counts = np.unique(part.data, axis=0, return_counts=True)
        assert places.tolist() == params.points
        assert counts.tolist() == [8, 8]
        assert len(set(part.digests)) == 16


def test_points_of_different_dimensions_are_refused():
    with pytest.raises(ValidationError, match="one dimension"):
        PointsParams(points=[[0.0], [1.0, 2.0]])


CONSENSUS = {"kind": "consensus", "order": "alternating", "first": "generator"}


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_stages_find_a_training_where_theory_does(measured, backend):
    figures = measured("dirac", discriminator=OTHER, update=CONSENSUS, backend=backend)
    radius = figures["radius"]
    assert f"{radius['measured']:.2g}" == "1.7e-11"
    assert radius["relative_error"] < 1e-9
    assert figures["eigenvalue_real"]["measured"] == pytest.approx(-0.25, abs=1e-12)
    assert figures["eigenvalue_imaginary"]["measured"] == pytest.approx(0.5, abs=1e-12)
    assert all(figure["agrees"] for figure in figures.values())


def test_noise_has_eigenvalues_in_expectation_and_no_radius(measured):
    noise = {"instance_noise": {"std": 1.0}}
    figures = measured("dirac", regularizers=noise, steps=4)
    assert figures["radius"]["closed_form"] is None
    assert figures["radius"]["agrees"] is None
    # Of two readings of 65,536: a deviation of 1/362 of the noise's part.
    assert figures["eigenvalue_real"]["measured"] == pytest.approx(-0.25, rel=5 / 362)
    assert figures["eigenvalue_real"]["agrees"]


def test_the_fitted_step_has_the_games_spectral_radius(measured):
    figures = measured(
        "bilinear",
        objective={"kind": "wasserstein"},
        update={"kind": "optimistic"},
        optimizer={"kind": "sgd", "learning_rate": 0.3},
        steps=24,
    )
    found = figures["spectral_radius"]["measured"]
    assert found == pytest.approx(0.94868, abs=5e-6)
    assert figures["spectral_radius"]["agrees"]


@pytest.mark.parametrize(
    ("game", "changes", "message"),
    [
        ("bilinear", {}, "`objective`.*wasserstein without regularizers.*minimax"),
        ("dirac", {"objective": {"kind": "hinge"}}, "`objective`.*one of minimax"),
        ("dirac", {"optimizer": {"kind": "adam"}}, "`optimizer`.*sgd"),
        ("dirac", {"precision": "float32"}, "`precision`.*float64"),
        ("two_points", {}, "`optimizer.generator_learning_rate`.*Expected 0"),
    ],
)
def test_a_training_of_another_game_is_refused(stated, game, changes, message):
    path = np.ones(9)
    series = {"generator_point": path, "discriminator_point": path, "step": path}
    member = SolvedGame.kinds[game]()
    with pytest.raises(TheoryError, match=message):
        list(member.figures(stated(**changes).model_dump(mode="json"), series))


def test_a_figure_agrees_within_its_tolerance_only():
    def figure(measured, closed_form=2.0, tolerance=0.1, scale=None):
        return Figure("x", measured, "", closed_form, tolerance, scale)

    assert figure(2.1).agrees
    assert figure(2.1).relative_error == pytest.approx(0.05)
    assert figure(2.3).agrees is False
    assert figure(math.nan).agrees is False
    assert figure(1e-9, closed_form=0.0).agrees is False
    assert figure(0.05, closed_form=0.0, scale=1.0).agrees
    assert figure(1.0, closed_form=None).agrees is None
