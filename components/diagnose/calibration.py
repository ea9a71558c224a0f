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

Runs of one case, which differ in their seeds alone, are alike. Where the readings are
of several cases the bound is one for a run of the *next case*: with B cases of k runs,
s_b the deviation of their means and s_w that within them, s² (1 + 1/n) gives way to

    s_b² (1 + 1/B) + s_w² (1 - 1/k)

and n - 1 to Satterthwaite's degrees of freedom of that sum.

Ranks alone vouch for no rate below 1 / (n + 1); a p-value is therefore never stated
to be smaller than that, however far out a reading lies.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from annotated_types import Ge, Le, MinLen
from pydantic import Field

from components.diagnose.forest import Forest
from components.parts import Params

Side = Literal["low", "high"]
Scale = Literal["linear", "sqrt", "log"]
PACKAGED = Path(__file__).with_name("calibration.json")
SMALLEST = 1e-12
"""Floor under logarithms: readings below it are zero in float32."""
ROUNDING = 1e-6
"""Readings nearer than this are equal in float32 arithmetic on numbers near 1."""


class Next(NamedTuple):
    """A prediction of one reading: Student's t about `mean`."""

    mean: float
    variance: float
    freedom: float


class Healthy(Params):
    """What a statistic read on healthy runs."""

    side: Side
    """The side on which a reading is suspicious."""
    scale: Scale = "linear"
    values: Annotated[tuple[float, ...], MinLen(2)]
    """One reading a run, sorted."""
    cases: tuple[int, ...] = ()
    """Which case each is a run of; empty: all of one."""
    learnt: Annotated[float, Ge(0), Le(1)] = 0.0
    """Of what a series reads last: the share of a training by which 95 % of healthy
    runs had come past the threshold, and stayed there."""

    @cached_property
    def _next(self) -> "Next":
        """What the next healthy run is predicted to read, on the scale."""
        values = [_scaled(value, self.scale) for value in self.values]
        groups: dict[int, list[float]] = {}
        for case, value in zip(self.cases or [0] * len(values), values, strict=True):
            groups.setdefault(case, []).append(value)
        n, count = len(values), len(groups)
        if count < 2:
            mean = math.fsum(values) / n
            return Next(mean, _squares(values) / (n - 1) * (1 + 1 / n), n - 1)
        means = [math.fsum(group) / len(group) for group in groups.values()]
        between = _squares(means) / (count - 1) * (1 + 1 / count)
        size = count / math.fsum(1 / len(group) for group in groups.values())
        rest = max(n - count, 1)
        within = math.fsum(map(_squares, groups.values())) / rest * (1 - 1 / size)
        total = between + within
        weighed = between**2 / (count - 1) + within**2 / rest
        freedom = total**2 / weighed if weighed > 0 else count - 1
        return Next(math.fsum(means) / count, total, freedom)

    def departure(self, reading: float) -> float:
        """How far a reading lies from healthy ones, towards the suspicious side.

        In standard errors of the next healthy reading, by asinh: as it is near 0, its
        logarithm far out, so that a thousand of them are not a hundred times ten.
        """
        mean, width, _ = self._next
        sign = -1 if self.side == "low" else 1
        apart = _scaled(reading, self.scale) - mean
        return math.asinh(sign * apart / max(math.sqrt(width), ROUNDING))

    @property
    def median(self) -> float:
        ordered, n = sorted(self.values), len(self.values)
        return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2

    @property
    def band(self) -> tuple[float, float]:
        """What nine healthy runs of ten read: the 5 % and the 95 % quantile."""
        cuts = statistics.quantiles(self.values, n=20, method="inclusive")
        return cuts[0], cuts[-1]

    @property
    def extreme(self) -> float:
        """The worst that a healthy run read."""
        return min(self.values) if self.side == "low" else max(self.values)

    def threshold(self, rate: float) -> float:
        """The reading beyond which a run is called unhealthy.

        Args:
            rate: false alarms per healthy run, in (0, 1).
        """
        from scipy import stats

        mean, variance, freedom = self._next
        sign = -1 if self.side == "low" else 1
        quantile = float(stats.t.ppf(1 - rate, freedom))
        bound = mean + sign * quantile * math.sqrt(variance)
        bound = _unscaled(bound, self.scale)
        if self.side == "low":
            return min(bound, self.extreme - ROUNDING)
        return max(bound, self.extreme + ROUNDING)

    def p_value(self, reading: float) -> float:
        """How often a healthy run reads this or worse; at least 1 / (n + 1)."""
        from scipy import stats

        mean, variance, freedom = self._next
        n, sign = len(self.values), -1 if self.side == "low" else 1
        worse = sum(sign * value >= sign * reading for value in self.values)
        floor = (worse + 1) / (n + 1)
        distance = sign * (_scaled(reading, self.scale) - mean)
        width = math.sqrt(variance)
        if width <= ROUNDING:
            return floor
        return max(float(stats.t.sf(distance / width, freedom)), 1 / (n + 1))


class Failure(Params):
    """A run that failed, as the mechanisms' statistics tell it."""

    case: str = ""
    """The case that it is a run of: all but its seed."""
    departures: dict[str, float] = Field(default_factory=dict)
    """By statistic, how far it was from healthy runs, see `Healthy.departure`."""


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
    cases: tuple[str, ...] = ()
    """What readings are of, by the number that `Healthy.cases` has."""
    checks: dict[str, Healthy] = Field(default_factory=dict)
    """Readings by statistic, of all of them."""
    kinds: dict[str, dict[str, Healthy]] = Field(default_factory=dict)
    """The same of runs on records of one kind alone, `images` or `points`, where they
    read differently from others."""
    exposed: dict[str, Exposed] = Field(default_factory=dict)
    """By cause: runs that it was made to work in."""
    forest: Forest | None = None
    """What tells causes apart by the mechanisms' readings."""
    bands: dict[str, dict[str, tuple[float, float, float]]] = Field(
        default_factory=dict
    )
    """By kind of records, EVERY for all: of each series the 5 % quantile, the median
    and the 95 % quantile of what healthy runs read in the later half of trainings."""

    def of(self, kind: str | None) -> "CalibrationTable":
        """What a run on records of a kind is held against.

        Healthy runs on its kind, for a statistic that reads differently on them and
        that runs of at least FEWEST cases of them have; else all healthy runs.
        """
        own = self.kinds.get(kind or "", {})
        enough = {k: v for k, v in own.items() if len(set(v.cases)) >= FEWEST}
        bands = {**self.bands.get(EVERY, {}), **self.bands.get(kind or EVERY, {})}
        changed = {"checks": {**self.checks, **enough}, "bands": {EVERY: bands}}
        return self.model_copy(update=changed)

    def departures(self, readings: Mapping[str, float]) -> dict[str, float]:
        """By statistic, how far readings lie from healthy ones.

        Of a statistic whose null is exact, which no healthy run spreads about, in
        hundredths of its unit.
        """
        return {
            name: float(f"{apart:.6g}")
            for name, value in readings.items()
            for apart in [
                self.checks[name].departure(value)
                if name in self.checks
                else math.asinh(value / EXACT_UNIT)
            ]
        }


def _squares(values: Sequence[float]) -> float:
    """Σ (x - x̄)²."""
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def _scaled(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.log(max(value, SMALLEST))
    return math.sqrt(max(value, 0.0)) if scale == "sqrt" else value


def _unscaled(value: float, scale: Scale) -> float:
    if scale == "log":
        return math.exp(value)
    return max(value, 0.0) ** 2 if scale == "sqrt" else value


EXACT_UNIT = 0.01
FEWEST = 6
"""Healthy cases of a kind that are held to vouch for it."""
EVERY = "every"
"""Records of all kinds."""


@cache
def packaged() -> CalibrationTable:
    """The calibration that ships with the package."""
    return CalibrationTable.model_validate_json(PACKAGED.read_bytes())
