"""Whether orbits of the game come to rest at the steps that the players take."""

import cmath
import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic

MOST = 2.0
"""Stands for all that is more, and for an orbit that nothing damps."""
AT_ONCE = ("simultaneous", "consensus")


@statistic(
    "damping_undone",
    "high",
    worst=MOST,
    series="spectrum_radius",
    absent="it is told of plain descent alone, with or without momentum, at one "
    "constant rate",
)
def damping_undone(readings: Readings) -> Reading | None:
    """The share of an orbit's damping that its own turning undoes; 1: it keeps up.

    Near rest, players whose field has the eigenvalue λ multiply their distance by |μ|
    a step: μ = 1 + rate·λ for descent, and the larger root of μ² - (1 + momentum +
    rate·λ)μ + momentum where it has momentum (Polyak 1964; of games: Gidel et al. 2019,
    "Negative momentum for improved game dynamics"). This is 1 - log|μ(λ)| over
    log|μ(Re λ)|, of the leading eigenvalue of the last reading for which it is largest:
    0 where none turns, above 1 where the players go outwards. Players that answer each
    other in turn do not see what stepping at once adds to an orbit, |rate·Im λ|²/2.
    """
    steps = _steps(readings.parameters)
    values = list(_eigenvalues(readings))
    if steps is None or not values:
        return None
    return Reading(max(_undone(value, *steps) for value in values))


def _steps(parameters: Mapping[str, Any]) -> tuple[float, float, str] | None:
    """Rate, momentum and kind of the update; None where no formula is known."""
    optimizer = parameters.get("optimizer") or {}
    kind = (parameters.get("update") or {}).get("kind")
    rate, momentum = optimizer.get("learning_rate"), optimizer.get("momentum") or 0.0
    own = [optimizer.get(f"{x}_learning_rate") for x in ("generator", "discriminator")]
    if (
        optimizer.get("kind") != "sgd"
        or not isinstance(rate, int | float)
        or any(each not in (None, rate) for each in own)
        or parameters.get("discriminator_steps", 1) != 1
        or not (
            kind in (*AT_ONCE, "alternating")
            or (kind == "extragradient" and momentum == 0)
        )
    ):
        return None
    return float(rate), float(momentum), str(kind)


def _eigenvalues(readings: Readings) -> Iterator[complex]:
    """The leading eigenvalues (of a pair the upper) when they were last read."""
    last = readings.series("spectrum_radius")
    for rank in count():
        parts = [
            readings.series(f"eigenvalue_{x}_{rank}") for x in ("real", "imaginary")
        ]
        if last is None or any(
            x is None or x.steps[-1] < last.steps[-1] for x in parts
        ):
            return
        real, imaginary = (float(x.values[-1]) for x in parts if x is not None)
        yield complex(real, imaginary)


def _undone(value: complex, rate: float, momentum: float, kind: str) -> float:
    """See `damping_undone`, of one eigenvalue."""
    if value.imag and value.real >= 0:
        return MOST
    damped = _growth(complex(value.real), rate, momentum, kind)
    if not value.imag or damped >= 0:
        return 0.0  # No orbit, or steps so long that they overshoot, turn or not.
    turning = _growth(value, rate, momentum, kind)
    if kind == "alternating":
        turning -= (rate / (1 - momentum) * value.imag) ** 2 / 2
    return min(max(1 - turning / damped, 0.0), MOST)


def _growth(value: complex, rate: float, momentum: float, kind: str) -> float:
    """log|μ|, the logarithm of what a step multiplies the way to rest by."""
    step = rate * value
    if kind == "extragradient":
        factor = abs(1 + step + step**2)
    elif not momentum:
        factor = abs(1 + step)
    else:
        middle = 1 + momentum + step
        root = cmath.sqrt(middle**2 - 4 * momentum)
        factor = max(abs(middle + root), abs(middle - root)) / 2
    return math.log(max(factor, 1e-300))
