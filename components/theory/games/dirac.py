"""The Dirac-GAN: data in one point, a generator that is one, a linear discriminator."""

import cmath
import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from components.theory.figures import Figure
from components.theory.games import (
    Series,
    SolvedGame,
    chosen,
    descent_rate,
    need_points,
)
from components.theory.games.dirac_field import Field

ROUNDING = 1e-9
"""500 steps of float64 (2⁻⁵³ each, some 10⁻¹³ together), grown ten-thousandfold by a
game that leaves its equilibrium, as the one with a gradient penalty does."""
DOUBLE = 1e-7
"""Eigenvalues that meet (gamma 1) move by the root of what rounds their matrix."""
DEVIATIONS = 5


class Dirac(SolvedGame):
    """D(x) = psi·x against theta, data at 0 (Mescheder et al. 2018, section 2).

    Their D says how generated a record is, ours how real: their psi is our -psi.
    """

    kind: Literal["dirac"] = "dirac"

    def figures(self, training: Mapping[str, Any], series: Series) -> Iterator[Figure]:
        need_points(training, series)
        field = Field(training["objective"], chosen(training), training["update"])
        yield self._radius(field, training, series)
        if field.smooth:
            yield from self._eigenvalue(field, training, series)

    def _radius(
        self, field: Field, training: Mapping[str, Any], series: Series
    ) -> Figure:
        theta, psi = series["generator_point"], series["discriminator_point"]
        steps = int(series["step"][-1])
        derived = None
        if field.deterministic:
            rate = descent_rate(training)
            derived = math.hypot(*field.play((theta[0], psi[0]), rate, steps))
        return Figure(
            "radius",
            math.hypot(theta[-1], psi[-1]),
            f"distance from the equilibrium after {steps} steps; its closed form is "
            "the map of one step, derived by hand, as often",
            derived,
            ROUNDING,
        )

    def _eigenvalue(
        self, field: Field, training: Mapping[str, Any], series: Series
    ) -> Iterator[Figure]:
        import numpy as np

        players = ("generator", "discriminator")
        read = [series[f"rest_{row}_{column}"] for row in players for column in players]
        measured = leading(*(float(np.nanmean(entry)) for entry in read))
        derived = leading(*field.jacobian())
        tolerance = DOUBLE
        if not field.deterministic:
            # The noise's variance is a mean of 2n squares of normal numbers.
            draws = float(np.nansum(series["rest_batch"]))
            tolerance = DEVIATIONS / math.sqrt(draws)
        meaning = "part of the leading eigenvalue of the game's Jacobian at rest"
        for part in ("real", "imaginary"):
            yield Figure(
                f"eigenvalue_{part}",
                getattr(measured, part[:4]),
                f"{part} {meaning}",
                getattr(derived, part[:4]),
                tolerance,
                abs(derived),
            )


def leading(a: float, b: float, c: float, d: float) -> complex:
    """The eigenvalue of [[a, b], [c, d]] largest by real, then imaginary part."""
    middle, half = (a + d) / 2, (a - d) / 2
    return middle + cmath.sqrt(half * half + b * c)
