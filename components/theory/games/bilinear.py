"""The bilinear game x·y: the smallest one in which gradients go round."""

import cmath
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from components.theory.figures import Figure
from components.theory.games import (
    Series,
    SolvedGame,
    chosen,
    descent_rate,
    need_points,
    refuse,
)

if TYPE_CHECKING:
    pass

ROUNDING = 1e-8
"""A least-squares fit of float64 steps errs by 10⁻¹⁴ or so, and more where a mode fades
within few steps."""
MEETING = 1e-7
"""The root of 10⁻¹⁴: by so much eigenvalues move that meet, as those of `optimistic` do
at a rate of ½."""


class Bilinear(SolvedGame):
    """theta raises theta·psi, psi lowers it: a Wasserstein critic psi·x, data at 0.

    A step of any update is linear. It is fitted to the path, and its spectral radius
    compared (Gidel et al. 2019, "A variational inequality perspective on GANs",
    section 3; Daskalakis et al. 2018).
    """

    kind: Literal["bilinear"] = "bilinear"

    def figures(self, training: Mapping[str, Any], series: Series) -> Iterator[Figure]:
        need_points(training, series)
        rate = descent_rate(training)
        if training["objective"]["kind"] != "wasserstein" or chosen(training):
            game = [training["objective"]["kind"], *chosen(training)]
            raise refuse("objective", "wasserstein without regularizers", game)
        lags = 2 if training["update"]["kind"] == "optimistic" else 1
        steps = series["step"]
        if len(steps) < 8 or any(int(step) != at for at, step in enumerate(steps)):
            every = training["telemetry"]["every"]
            raise refuse("telemetry.every", "1, and 8 readings or more", every)
        yield Figure(
            "spectral_radius",
            fitted_radius(series, lags),
            "by how much a step stretches the distance from the equilibrium at worst, "
            "in the long run; above 1 it diverges",
            spectral_radius(training["update"], rate),
            MEETING if lags == 2 and math.isclose(rate, 0.5) else ROUNDING,
        )


def spectral_radius(update: Mapping[str, Any], rate: float) -> float:
    """Of one step from (theta, psi), and, for `optimistic`, the one before.

    Raises:
        TheoryError: if nothing is derived for the update.
    """
    kind = update["kind"]
    if kind == "simultaneous":
        return math.hypot(1.0, rate)
    if kind == "alternating":
        # Determinant 1 and trace 2 - rate²: a rotation in other coordinates.
        half = 1.0 - rate * rate / 2.0
        root = cmath.sqrt(half * half - 1.0)
        return max(abs(half + root), abs(half - root))
    if kind == "extragradient":
        return math.hypot(1.0 - rate * rate, rate)
    if kind == "optimistic":
        # z² = z + i·rate·(2z - 1) for z along an eigenvector of the rotation.
        root = cmath.sqrt(1.0 - 4.0 * rate * rate)
        return max(abs(1.0 + 2j * rate + root), abs(1.0 + 2j * rate - root)) / 2.0
    if kind == "consensus" and update["order"] == "simultaneous":
        # v = (psi, -theta): ∇½‖v‖² is (theta, psi).
        return math.hypot(1.0 - rate * update["gamma"], rate)
    raise refuse("update", "one with a derived spectral radius", dict(update))


def fitted_radius(series: Series, lags: int) -> float:
    """The spectral radius of the linear map that takes `lags` places to the next."""
    import numpy as np

    path = np.stack([series["generator_point"], series["discriminator_point"]], axis=1)
    first = 1 if lags == 2 else 0
    rows = range(first, len(path) - 1)
    before = np.stack([path[at - lags + 1 : at + 1][::-1].ravel() for at in rows])
    fit: np.ndarray[Any, Any] = np.linalg.lstsq(before, path[first + 1 :])[0].T
    companion = np.zeros((2 * lags, 2 * lags))
    companion[:2] = fit
    companion[2:, :-2] = np.eye(2 * lags - 2)
    return float(np.abs(np.linalg.eigvals(companion)).max())
