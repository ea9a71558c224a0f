"""Evidence: readings together with the thresholds that they are judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.diagnose.calibration import ROUNDING, CalibrationTable
from components.diagnose.findings import Check, Line
from components.diagnose.readings import Readings
from components.diagnose.statistics import STATISTICS, Reading, Statistic


@dataclass(frozen=True)
class Evidence:
    """One trial's readings, and how rarely a healthy run may read worse.

    Attributes:
        readings: what was measured.
        calibration: what healthy runs read.
        family_rate: share of healthy runs that may alarm in any check at all.
        tests: how many checks share it.
    """

    readings: Readings
    calibration: CalibrationTable
    family_rate: float
    tests: int

    @property
    def rate(self) -> float:
        """False alarms of one check on healthy runs (Bonferroni's correction)."""
        return self.family_rate / self.tests

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
        )
        if reading is None:
            return blank
        limits = self._limits(statistic, reading)
        if limits is None:
            source = "no healthy run was measured for it"
            value = reading.value * reading.unit
            return replace(blank, value=value, source=source)
        null, threshold, p_value, source = limits
        sign = -1 if statistic.side == "low" else 1
        alarm = sign * (reading.value - threshold) > 0
        return replace(
            blank,
            status="failed" if alarm else "passed",
            value=reading.value * reading.unit,
            null=null * reading.unit,
            threshold=threshold * reading.unit,
            p_value=p_value,
            badness=_badness(reading.value, null, statistic.worst),
            source=source,
        )

    def _absent(self, statistic: Statistic) -> str:
        """Why a statistic could not be read, where it could not."""
        withdrawn = self.readings.withdrawn(statistic.metric or "")
        return f"withdrawn: {withdrawn}" if withdrawn else statistic.absent

    def _limits(
        self, statistic: Statistic, reading: Reading
    ) -> tuple[float, float, float | None, str] | None:
        """Null, threshold, p-value and their source; None where there is no null."""
        if statistic.exact is not None:
            exact = statistic.exact
            sign = -1 if statistic.side == "low" else 1
            beyond = sign * (reading.value - exact) > ROUNDING
            return exact, exact + sign * ROUNDING, 0.0 if beyond else 1.0, "exact"
        healthy = self.calibration.checks.get(statistic.id)
        if healthy is not None:
            source = f"{len(healthy.values)} healthy runs, rate {self.rate:.3g}"
            null = healthy.median if statistic.center is None else statistic.center
            shift = null - healthy.median
            threshold = healthy.threshold(self.rate) + shift
            return null, threshold, healthy.p_value(reading.value - shift), source
        if reading.null is not None and reading.bound is not None:
            source = "95 % interval of real data against real data"
            return reading.null, reading.bound, None, source
        return None

    def onset(self, name: str) -> int | None:
        """The first step from which a series stays beyond its threshold to the end.

        Args:
            name: a statistic that reads a series at its last reading (`last_…`).
        """
        statistic = STATISTICS[name]
        series = self.readings.series(statistic.series or "")
        healthy = self.calibration.checks.get(name)
        if series is None or healthy is None:
            return None
        sign = -1 if statistic.side == "low" else 1
        alarms = sign * (series.values - healthy.threshold(self.rate)) > 0
        if not alarms[-1]:
            return None
        quiet = (~alarms).nonzero()[0]
        return int(series.steps[quiet[-1] + 1 if len(quiet) else 0])


def _badness(value: float, null: float, worst: float | None) -> float:
    """The way from the null to the worst possible, in [0, 1].

    Where there is no worst, c times the null counts 1 - 1/c (all of it at null 0).
    """
    if worst is None:
        share = 1 - max(null, 0.0) / value if value > null else 0.0
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
        text, check.value, check.null, check.threshold, check.metric, check.series
    )
