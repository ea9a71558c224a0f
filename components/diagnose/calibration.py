"""Thresholds from measured nulls, at a stated false-alarm rate.

A calibration holds, for each statistic, what it read on each of n healthy runs. The
threshold is a one-sided *prediction bound* for the next healthy run: with mean m and
standard deviation s of the n readings,

    m -/+ t(1 - rate, n - 1) * s * sqrt(1 + 1/n).

It has exactly the stated rate if readings are normal (Hahn and Meeker, Statistical
Intervals, 1991, section 4.6), so it is taken on the scale on which they are nearest to
that: linear, logarithms, or square roots. It is never stricter than the worst healthy
reading seen, so skewed readings do not raise alarms that the calibration itself
refutes.

Ranks alone vouch for no rate below 1 / (n + 1); a p-value is therefore never stated
to be smaller than that, however far out a reading lies.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import Field

from components.parts import Params

Side = Literal["low", "high"]
Scale = Literal["linear", "sqrt", "log"]
PACKAGED = Path(__file__).with_name("calibration.json")
SMALLEST = 1e-12
"""Floor under logarithms: readings below it are zero in float32."""
ROUNDING = 1e-6
"""Readings nearer than this are equal in float32 arithmetic on numbers near 1."""


class Healthy(Params):
    """What a statistic read on healthy runs."""

    side: Side
    """The side on which a reading is suspicious."""
    scale: Scale = "linear"
    values: Annotated[tuple[float, ...], MinLen(2)]
    """One reading a run, sorted."""

    def _spread(self) -> tuple[float, float]:
        values = [_scaled(value, self.scale) for value in self.values]
        mean = math.fsum(values) / len(values)
        total = math.fsum((value - mean) ** 2 for value in values)
        return mean, math.sqrt(total / (len(values) - 1))

    def departure(self, reading: float) -> float:
        """How far a reading lies from healthy ones, towards the suspicious side.

        In standard errors of the next healthy reading, by asinh: as it is near 0, its
        logarithm far out, so that a thousand of them are not a hundred times ten.
        """
        mean, deviation = self._spread()
        width = max(deviation * math.sqrt(1 + 1 / len(self.values)), ROUNDING)
        sign = -1 if self.side == "low" else 1
        return math.asinh(sign * (_scaled(reading, self.scale) - mean) / width)

    @property
    def median(self) -> float:
        ordered, n = sorted(self.values), len(self.values)
        return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2

    def threshold(self, rate: float) -> float:
        """The reading beyond which a run is called unhealthy.

        Args:
            rate: false alarms per healthy run, in (0, 1).
        """
        from scipy import stats

        mean, deviation = self._spread()
        n, sign = len(self.values), -1 if self.side == "low" else 1
        quantile = float(stats.t.ppf(1 - rate, n - 1))
        bound = mean + sign * quantile * deviation * math.sqrt(1 + 1 / n)
        bound = _unscaled(bound, self.scale)
        if self.side == "low":
            return min(bound, min(self.values) - ROUNDING)
        return max(bound, max(self.values) + ROUNDING)

    def p_value(self, reading: float) -> float:
        """How often a healthy run reads this or worse; at least 1 / (n + 1)."""
        from scipy import stats

        mean, deviation = self._spread()
        n, sign = len(self.values), -1 if self.side == "low" else 1
        worse = sum(sign * value >= sign * reading for value in self.values)
        floor = (worse + 1) / (n + 1)
        distance = sign * (_scaled(reading, self.scale) - mean)
        width = deviation * math.sqrt(1 + 1 / n)
        if width <= ROUNDING:
            return floor
        return max(float(stats.t.sf(distance / width, n - 1)), 1 / (n + 1))


class Failure(Params):
    """What the mechanisms' statistics read on a run that failed."""

    case: str = ""
    """The case that it is a run of: all but its seed."""
    readings: dict[str, float] = Field(default_factory=dict)
    """By statistic, in the calibrated unit."""


class Exposed(Params):
    """Runs with a mechanism at work, and how many of them failed."""

    runs: Annotated[int, Ge(0)] = 0
    failed: Annotated[int, Ge(0)] = 0
    failures: tuple[Failure, ...] = ()
    """The readings of those that failed."""

    def attributable(self, background: float) -> float:
        """The probability that a failed run owes its failure to the mechanism.

        1 - background / rate, the attributable fraction among the exposed (Levin
        1953; Robins and Greenland 1989 on its reading as a probability of causation),
        with Laplace's rule of succession for the rate: (failed + 1) / (runs + 2).

        Args:
            background: how often a run fails without the mechanism, in (0, 1).
        """
        rate = (self.failed + 1) / (self.runs + 2)
        return max(0.0, 1 - background / rate)


class CalibrationTable(Params):
    """Readings of healthy runs, and how they came about."""

    produced: str = ""
    """The spec and the seeds that it was made with."""
    runs: Annotated[int, Ge(0)] = 0
    """Healthy runs that were measured."""
    checks: dict[str, Healthy] = Field(default_factory=dict)
    """Readings by statistic."""
    exposed: dict[str, Exposed] = Field(default_factory=dict)
    """By cause: runs that it was made to work in."""
    weight: Annotated[float, Gt(0), Le(1)] = 1.0
    """What log ratios of the mechanisms' readings are multiplied by, see `weighing`."""

    def departures(self, readings: Mapping[str, float]) -> dict[str, float]:
        """By statistic, how far readings lie from healthy ones.

        Of a statistic whose null is exact, which no healthy run spreads about, in
        hundredths of its unit.
        """
        return {
            name: self.checks[name].departure(value)
            if name in self.checks
            else math.asinh(value / EXACT_UNIT)
            for name, value in readings.items()
        }


def _scaled(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.log(max(value, SMALLEST))
    return math.sqrt(max(value, 0.0)) if scale == "sqrt" else value


def _unscaled(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.exp(value)
    return max(value, 0.0) ** 2 if scale == "sqrt" else value


EXACT_UNIT = 0.01


@cache
def packaged() -> CalibrationTable:
    """The calibration that ships with the package."""
    return CalibrationTable.model_validate_json(PACKAGED.read_bytes())


def tabulate(
    readings: Sequence[dict[str, float]],
    kinds: dict[str, tuple[Side, Scale]],
    produced: str = "",
) -> dict[str, Any]:
    """The payload of `calibration.json` from every healthy run's readings.

    A statistic read on fewer than two runs is left out: it has no spread.
    """
    checks = {}
    for name, (side, scale) in sorted(kinds.items()):
        values = sorted(run[name] for run in readings if name in run)
        if len(values) >= 2:
            checks[name] = {"side": side, "scale": scale, "values": values}
    return {"produced": produced, "runs": len(readings), "checks": checks}


def to_json(table: dict[str, Any]) -> bytes:
    """A line a statistic and a line a failed run: a renewal reads as a diff."""
    rest = {k: v for k, v in table.items() if k not in ("checks", "exposed")}
    exposed = {name: dict(one) for name, one in table.get("exposed", {}).items()}
    blocks = []
    for name, one in exposed.items():
        failures = ",\n".join(f"   {json.dumps(f)}" for f in one.pop("failures", ()))
        head = json.dumps(one).removesuffix("}")
        listed = f'"failures": [\n{failures}\n  ]' if failures else '"failures": []'
        blocks.append(f"  {json.dumps(name)}: {head}, {listed}}}")
    checks = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in table["checks"].items()]
    parts = [json.dumps(rest, indent=1).removesuffix("\n}")]
    for name, lines in (("exposed", blocks), ("checks", checks)):
        parts.append(f'"{name}": {{\n' + ",\n".join(lines) + "\n }")
    return (",\n ".join(parts) + "\n}\n").encode()
