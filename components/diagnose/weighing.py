"""How much likelier a cause makes what the mechanisms read: a small calibrated model.

A run's readings are its departures from healthy runs, one a mechanism's statistic. The
calibration has, for every cause, runs of one or more cases in which that cause alone
was at work, and which failed. What a run reads is held against theirs in two ways:

- **Its own statistics**, those that the cause is measured by, one at a time: how often
  runs of the cause read so, against failures of all other causes.
- **The whole picture**, all statistics at once, against each case: how like that case
  it is, against all failures. What is common to a case is many things that go together,
  so the logarithm is multiplied by `weight`, the one number that is fitted, by leaving
  out a run at a time, and a case at a time.

Densities are Student's t about what was read: heavy tails, so that no one reading
decides. Every ratio is mixed with its inverse by MIXED: what eight runs never showed
may still be. All terms are lines of the report.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

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
WEIGHTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)

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

    `statistic` is one of its own, with `departure`, or None for the whole picture, and
    then `case` the likest case. `log_ratio`: natural logarithm of how much likelier the
    reading is with the cause than without.
    """

    log_ratio: float
    statistic: str | None = None
    departure: float = 0.0
    case: str = ""


@dataclass(frozen=True)
class Weighing:
    """The model, from runs of known causes.

    Attributes:
        runs: failed runs.
        checks: by cause, its own statistics.
        weight: of the whole picture.
    """

    runs: tuple[Run, ...]
    checks: Checks
    weight: float = 0.1

    @cached_property
    def causes(self) -> tuple[str, ...]:
        counts = Counter(run.cause for run in self.runs)
        return tuple(sorted(name for name, n in counts.items() if n >= FEWEST))

    @cached_property
    def _read(self) -> dict[str, dict[str, list[float]]]:
        """By statistic and cause, what its runs read."""
        found: dict[str, dict[str, list[float]]] = {}
        for run in self.runs:
            for name, value in run.departures.items():
                found.setdefault(name, {}).setdefault(run.cause, []).append(value)
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
        """What speaks for a cause: its own statistics, then the whole picture."""
        if cause not in self.causes:
            return []
        own = [
            Term(told, name, departures[name])
            for name in self.checks.get(cause, ())
            if name in departures
            and (told := self._own(cause, name, departures[name])) is not None
        ]
        own.sort(key=lambda term: (-abs(term.log_ratio), term.statistic))
        return [*own, self._whole(cause, departures)]

    def log_ratio(self, cause: str, departures: Departures) -> float:
        """How much likelier the readings are with a cause than without."""
        return math.fsum(term.log_ratio for term in self.terms(cause, departures))

    def _own(self, cause: str, name: str, value: float) -> float | None:
        """Log ratio of a reading with the cause and with the others, each alike."""
        read = self._read.get(name, {})
        others = [values for each, values in read.items() if each != cause]
        if len(read.get(cause, ())) < FEWEST or not others:
            return None
        width = self._widths[name]

        def density(values: Sequence[float]) -> float:
            each = (math.exp(log_density(value, at, width)) for at in values)
            return math.fsum(each) / len(values)

        with_it = density(read[cause])
        without = math.fsum(map(density, others)) / len(others)
        return mixed(with_it, without)

    def _whole(self, cause: str, departures: Departures) -> Term:
        """The likest case of a cause, against all causes alike."""
        alike: dict[str, list[tuple[float, str]]] = {}
        for (each, case), means in self._cases.items():
            shared = [name for name in means if name in departures]
            told = math.fsum(
                log_density(departures[name], means[name], self._widths[name])
                for name in shared
            )
            alike.setdefault(each, []).append((self.weight * told, case))
        top = max(value for found in alike.values() for value, _ in found)

        def share(found: Sequence[tuple[float, str]]) -> float:
            return math.fsum(math.exp(value - top) for value, _ in found) / len(found)

        with_it = share(alike[cause])
        whole = math.fsum(map(share, alike.values())) / len(alike)
        return Term(math.log(max(with_it, 1e-300) / whole), case=max(alike[cause])[1])


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
    """The weight of the whole picture under which causes are told best (log score).

    Each run is told by all others, and by those of all other cases; the two scores are
    added. A cause that has but one case is told by its other runs.
    """
    several = Counter(cause for cause, _ in {(run.cause, run.case) for run in runs})

    def others_of(index: int, cases: bool) -> tuple[Run, ...]:
        run = runs[index]
        alone = not cases or several[run.cause] < 2
        keep: Callable[[int, Run], bool] = (
            (lambda place, _: place != index)
            if alone
            else (lambda _, other: other.case != run.case)
        )
        return tuple(each for place, each in enumerate(runs) if keep(place, each))

    losses = dict.fromkeys(WEIGHTS, 0.0)
    for index, run in enumerate(runs):
        for cases in (False, True):
            others = others_of(index, cases)
            for weight in WEIGHTS:
                model = Weighing(others, checks, weight)
                if run.cause not in model.causes:
                    continue
                told = {c: model.log_ratio(c, run.departures) for c in model.causes}
                losses[weight] += log_sum([0.0, *told.values()]) - told[run.cause]
    return min(WEIGHTS, key=lambda weight: (losses[weight], weight))


def log_sum(values: Sequence[float]) -> float:
    """log Σ exp."""
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))
