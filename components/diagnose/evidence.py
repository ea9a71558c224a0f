"""Evidence: readings together with the thresholds that they are judged by."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from components.diagnose.calibration import ROUNDING, CalibrationTable
from components.diagnose.findings import Check, Line
from components.diagnose.readings import Readings
from components.diagnose.statistics import STATISTICS, Reading, Statistic

SUSPICIOUS = 0.05
"""Share of healthy runs whose reading of a mechanism is worth weighing, in a run that
has failed."""


LEAST_P_VALUE = 1e-4
"""What an exact test reads at least: of `train_nearest_share`, among 10,000 deals."""


class Limits(NamedTuple):
    """What a statistic is held against, in its calibrated unit.

    `band` is what nine healthy runs of ten read, `extreme` the worst that any read;
    None where none were measured.
    """

    null: float
    threshold: float
    p_value: float | None
    source: str
    band: tuple[float, float] | None = None
    extreme: float | None = None


@dataclass(frozen=True)
class Evidence:
    """One trial's readings, and how rarely a healthy run may read worse.

    Attributes:
        readings: what was measured.
        calibration: what healthy runs read.
        family_rate: share of healthy runs that may alarm in any check at all.
        tests: how many checks share it.
        mechanisms: the statistics of causes.
        failed: whether the run has a symptom.
        heard: whether what leans from the healthy median counts as an alarm: where all
            readings together speak for the cause that asks.
    """

    readings: Readings
    calibration: CalibrationTable
    family_rate: float
    tests: int
    mechanisms: frozenset[str] = frozenset()
    failed: bool = False
    heard: bool = False

    def rate(self, name: str) -> float:
        """False alarms of one check on healthy runs.

        The checks of symptoms share the rate of the verdict (Bonferroni's correction).
        A mechanism is no more than a risk without a symptom: each of its checks has
        the whole rate. Where there is a symptom to explain, what one healthy run in
        twenty shows is worth weighing, and the weighing decides.
        """
        if name not in self.mechanisms:
            return self.family_rate / self.tests
        return max(self.family_rate, SUSPICIOUS) if self.failed else self.family_rate

    @cached_property
    def departures(self) -> dict[str, float]:
        """By mechanism's statistic that could be read, how far from healthy it is."""
        return departures(self.calibration, self.readings, self.mechanisms)

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.readings.parameters

    def check(self, name: str) -> Check:
        """Judge a statistic: passed, failed, or not run and why."""
        statistic = STATISTICS[name]
        reading = statistic.measure(self.readings)
        blank = Check(
            name,
            "not_run",
            side=statistic.side,
            source=self._absent(statistic),
            metric=statistic.metric,
            series=statistic.series,
            part=statistic.part,
        )
        if statistic.part == "early" and reading is not None:
            blank = replace(blank, until=self.readings.early_until)
        if reading is None:
            return blank
        limits = self._limits(statistic, reading)
        if limits is None:
            source = "no healthy run was measured for it"
            value = reading.value * reading.unit
            return replace(blank, value=value, source=source)
        sign = -1 if statistic.side == "low" else 1
        beyond = sign * (reading.value - limits.threshold) > 0
        tested = reading.p_value
        # Nor does a test reject at a rate below the least that it can read.
        rate = max(self.rate(name), LEAST_P_VALUE)
        chance = beyond and tested is not None and tested > rate
        unit = reading.unit
        why = _unreachable(statistic, limits.threshold * unit)
        if chance:
            why = f"past the threshold, as chance is with probability {tested:.2g}"
        # An alarm needs both.
        p_values = [p for p in (limits.p_value, tested) if p is not None]
        return replace(
            blank,
            status="failed" if beyond and not chance else "passed",
            value=reading.value * unit,
            null=limits.null * unit,
            threshold=limits.threshold * unit,
            band=_in_unit(limits.band, unit),
            extreme=None if limits.extreme is None else limits.extreme * unit,
            p_value=max(p_values, default=None),
            badness=_badness(reading.value * unit, limits.null * unit, statistic.worst),
            source=limits.source,
            why=why,
        )

    def _absent(self, statistic: Statistic) -> str:
        """Why a statistic could not be read, where it could not."""
        withdrawn = self.readings.withdrawn(statistic.metric or "")
        return f"withdrawn: {withdrawn}" if withdrawn else statistic.absent

    def _limits(self, statistic: Statistic, reading: Reading) -> Limits | None:
        """None where there is no null."""
        if statistic.exact is not None:
            exact = statistic.exact
            sign = -1 if statistic.side == "low" else 1
            beyond = sign * (reading.value - exact) > ROUNDING
            p_value = 0.0 if beyond else 1.0
            return Limits(exact, exact + sign * ROUNDING, p_value, "exact")
        healthy = self.calibration.checks.get(statistic.id)
        if healthy is not None:
            rate = self.rate(statistic.id)
            kind = "runs without copies" if statistic.common else "healthy runs"
            source = f"{len(healthy.values)} {kind}, rate {rate:.3g}"
            null = healthy.median if statistic.center is None else statistic.center
            shift = null - healthy.median
            threshold = healthy.threshold(rate) + shift
            if self.heard:
                source, threshold = f"the median of {len(healthy.values)} {kind}", null
            p_value = healthy.p_value(reading.value - shift)
            low, high = (end + shift for end in healthy.band)
            extreme = healthy.extreme + shift
            return Limits(null, threshold, p_value, source, (low, high), extreme)
        if reading.null is not None and reading.bound is not None:
            source = "95 % interval of real data against real data"
            return Limits(reading.null, reading.bound, None, source)
        return None


def measured(readings: Readings, names: Collection[str]) -> dict[str, float]:
    """By statistic, in calibrated units, those among `names` that can be read."""
    found = {name: STATISTICS[name].measure(readings) for name in sorted(names)}
    return {
        name: float(f"{reading.value:.6g}")
        for name, reading in found.items()
        if reading is not None and math.isfinite(reading.value)
    }


def departures(
    table: CalibrationTable, readings: Readings, names: Collection[str]
) -> dict[str, float]:
    """By statistic among `names`, how far its reading is from healthy ones.

    One that is neither calibrated nor exact says nothing.
    """
    known = {
        name: value
        for name, value in measured(readings, names).items()
        if name in table.checks or STATISTICS[name].exact is not None
    }
    return table.departures(known)


def _unreachable(statistic: Statistic, threshold: float) -> str:
    """What to say of a limit that lies past the worst that can be read."""
    sign, worst = (-1 if statistic.side == "low" else 1), statistic.worst
    if worst is None or sign * (threshold - worst) < 0:
        return ""
    return "healthy runs read so much of what is possible that it cannot alarm"


def _in_unit(
    band: tuple[float, float] | None, unit: float
) -> tuple[float, float] | None:
    return None if band is None else (band[0] * unit, band[1] * unit)


def _badness(value: float, null: float, worst: float | None) -> float:
    """The way from the null to the worst possible, in [0, 1].

    Where there is no worst, c times the null counts 1 - 1/c (all of it at null 0).
    """
    if worst is None:
        null = max(null, 0.0)
        share = 1 - null / value if value > null else 0.0
    else:
        share = (value - null) / (worst - null) if worst != null else 0.0
    return min(max(share, 0.0), 1.0)


def line(check: Check, subject: str) -> Line:
    """A check as a line of evidence: `subject` says what it measures."""
    text = f"{subject}: {check.value:.3g}"
    if check.null is not None and check.threshold is not None:
        limit = "at least" if check.side == "low" else "at most"
        text += f" (healthy {check.null:.3g}, {limit} {check.threshold:.3g})"
    return Line(
        text,
        check.value,
        check.null,
        check.threshold,
        check.metric,
        check.series,
        check.band,
    )
