"""How much likelier a cause makes what the mechanisms read: a small calibrated model.

A run's readings are its departures from healthy runs, one a mechanism's statistic. The
calibration has, for every cause, runs of one or more cases in which that cause alone
was at work, and which failed. How often runs of a cause read as this run does, against
failures of all other causes, is told a statistic at a time:

- **A cause's own statistics**, those that it is measured by, count in full.
- **All others** together say how like it the rest of the game is. They go together, so
  their sum is multiplied by `weight`, the one number that is fitted, by leaving out a
  case at a time.

Densities are Student's t about what was read: heavy tails, so that no one reading
decides. Every ratio is mixed with its inverse by MIXED: what a few dozen runs never
showed may still be. A cause's cases count alike, however many of their runs failed. All
terms are lines of the report.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.diagnose.calibration import CalibrationTable

FREEDOM = 4.0
"""Of Student's t."""
LEAST = 0.5
"""Spread of departures within a case, at least: five runs do not know better."""
WIDER = 1.5
"""Other data spread more than other seeds of the same: what kernels are widened by."""
MIXED = 0.05
"""Share of runs that are not as those that were seen."""
FEWEST = 3
"""Runs of a cause without which it is not told from others."""
WEIGHTS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)

Departures = Mapping[str, float]
Checks = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Run:
    """A failed run of a known cause: its case, and its departures by statistic."""

    cause: str
    case: str
    departures: Departures


@dataclass(frozen=True)
class Term:
    """What speaks for a cause, or against it.

    `statistic` is one of its own, with `departure`, or None for all others together.
    `log_ratio`: natural logarithm of how much likelier the reading is with the cause
    than without.
    """

    log_ratio: float
    statistic: str | None = None
    departure: float = 0.0


@dataclass(frozen=True)
class Weighing:
    """The model, from runs of known causes.

    Attributes:
        runs: failed runs.
        checks: by cause, its own statistics.
        weight: of the statistics of other causes.
    """

    runs: tuple[Run, ...]
    checks: Checks
    weight: float = 0.1

    @cached_property
    def causes(self) -> tuple[str, ...]:
        counts = Counter(run.cause for run in self.runs)
        return tuple(sorted(name for name, n in counts.items() if n >= FEWEST))

    @cached_property
    def _read(self) -> dict[str, dict[str, list[tuple[float, float]]]]:
        """By statistic and cause, what its runs read, and the share of each."""
        sizes = Counter((run.cause, run.case) for run in self.runs)
        found: dict[str, dict[str, list[tuple[float, float]]]] = {}
        for run in self.runs:
            share = 1 / sizes[run.cause, run.case]
            for name, value in run.departures.items():
                group = found.setdefault(name, {}).setdefault(run.cause, [])
                group.append((value, share))
        return found

    @cached_property
    def _cases(self) -> dict[tuple[str, str], dict[str, float]]:
        """By cause and case, the mean of each statistic."""
        groups: dict[tuple[str, str], dict[str, list[float]]] = {}
        for run in self.runs:
            group = groups.setdefault((run.cause, run.case), {})
            for name, value in run.departures.items():
                group.setdefault(name, []).append(value)
        return {
            key: {name: math.fsum(v) / len(v) for name, v in group.items()}
            for key, group in groups.items()
        }

    @cached_property
    def _widths(self) -> dict[str, float]:
        """By statistic, its deviation within cases, widened: that of its kernels."""
        squares: Counter[str] = Counter()
        freedom: Counter[str] = Counter()
        for run in self.runs:
            for name, value in run.departures.items():
                mean = self._cases[run.cause, run.case][name]
                squares[name] += (value - mean) ** 2  # type: ignore[assignment]
                freedom[name] += 1
        for means in self._cases.values():
            for name in means:
                freedom[name] -= 1
        return {
            name: WIDER * max(math.sqrt(squares[name] / max(freedom[name], 1)), LEAST)
            for name in freedom
        }

    def terms(self, cause: str, departures: Departures) -> list[Term]:
        """What speaks for a cause: its own statistics, then all others together."""
        if cause not in self.causes:
            return []
        told = {
            name: ratio
            for name, value in departures.items()
            if (ratio := self._ratio(cause, name, value)) is not None
        }
        checks = self.checks.get(cause, ())
        own = [Term(told[n], n, departures[n]) for n in checks if n in told]
        own.sort(key=lambda term: (-abs(term.log_ratio), term.statistic))
        rest = math.fsum(ratio for name, ratio in told.items() if name not in checks)
        return [*own, Term(self.weight * rest)]

    def log_ratio(self, cause: str, departures: Departures) -> float:
        """How much likelier the readings are with a cause than without."""
        return math.fsum(term.log_ratio for term in self.terms(cause, departures))

    def _ratio(self, cause: str, name: str, value: float) -> float | None:
        """Log ratio of a reading with the cause and with the others, each alike."""
        densities = self._densities(name, value)
        if cause not in densities or len(densities) < 2:
            return None
        others = [each for key, each in densities.items() if key != cause]
        return mixed(densities[cause], math.fsum(others) / len(others))

    def _densities(self, name: str, value: float) -> dict[str, float]:
        """By cause that was run often enough, how often its runs read so."""
        if (name, value) not in self._told:
            self._told[name, value] = self._told_anew(name, value)
        return self._told[name, value]

    @cached_property
    def _told(self) -> dict[tuple[str, float], dict[str, float]]:
        return {}

    def _told_anew(self, name: str, value: float) -> dict[str, float]:
        width = self._widths.get(name, LEAST)
        found = {}
        for cause, read in self._read.get(name, {}).items():
            if len(read) >= FEWEST and cause in self.causes:
                each = (s * math.exp(log_density(value, at, width)) for at, s in read)
                found[cause] = math.fsum(each) / math.fsum(s for _, s in read)
        return found


def mixed(one: float, other: float) -> float:
    """Log ratio of two densities, of which MIXED is the other's."""
    floor = 1e-300
    over = (1 - MIXED) * one + MIXED * other + floor
    under = (1 - MIXED) * other + MIXED * one + floor
    return math.log(over / under)


def log_density(value: float, mean: float, deviation: float) -> float:
    """Of Student's t with FREEDOM, up to a constant that all share."""
    apart = (value - mean) / deviation
    tail = math.log1p(apart**2 / FREEDOM)
    return -math.log(deviation) - 0.5 * (FREEDOM + 1) * tail


def runs_of(table: CalibrationTable) -> tuple[Run, ...]:
    """A calibration's failed runs of known causes."""
    return tuple(
        Run(cause, one.case, one.departures)
        for cause, exposed in table.exposed.items()
        for one in exposed.failures
    )


def weighing(table: CalibrationTable, checks: Checks) -> Weighing:
    """The model that a calibration's failed runs make."""
    return Weighing(runs_of(table), checks, table.weight)


def fitted_weight(runs: Sequence[Run], checks: Checks) -> float:
    """The weight of the rest under which causes are told best (log score).

    The runs of each case are told by those of all other cases; of a cause that has but
    one case, each by all other runs.
    """
    several = Counter(cause for cause, _ in {(run.cause, run.case) for run in runs})
    rounds: dict[Any, tuple[tuple[Run, ...], list[Run]]] = {}
    for place, run in enumerate(runs):
        alone = several[run.cause] < 2
        key = place if alone else run.case
        if key not in rounds:
            others = tuple(
                other
                for index, other in enumerate(runs)
                if (index != place if alone else other.case != run.case)
            )
            rounds[key] = (others, [])
        rounds[key][1].append(run)
    losses = dict.fromkeys(WEIGHTS, 0.0)
    for others, left in rounds.values():
        model = Weighing(others, checks, 1.0)
        for run in left:
            if run.cause not in model.causes:
                continue
            terms = [model.terms(cause, run.departures) for cause in model.causes]
            rest = [told[-1].log_ratio for told in terms]
            own = [math.fsum(term.log_ratio for term in told[:-1]) for told in terms]
            place = model.causes.index(run.cause)
            for weight in WEIGHTS:
                told = [o + weight * r for o, r in zip(own, rest, strict=True)]
                losses[weight] += log_sum([0.0, *told]) - told[place]
    return min(WEIGHTS, key=lambda weight: (losses[weight], weight))


def log_sum(values: Sequence[float]) -> float:
    """log Σ exp."""
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))
