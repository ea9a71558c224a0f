"""How much likelier a cause makes what the mechanisms read: a small calibrated model.

A run's readings are its departures from healthy runs, one a mechanism's statistic. For
every cause the calibration has runs in which that cause alone was at work, and which
failed. Each statistic is told by Student's t (heavy tails: no one reading decides)
about the cause's mean, with the spread that runs of one cause have in common, against
what failed runs of all causes read together, which stands for a cause that nobody
knows. Statistics are taken to be independent given the cause, which they are not: the
sum of their log ratios is multiplied by `weight` below 1, the one number that is
fitted, by leaving out a case at a time. Every term is a line of the report.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from components.diagnose.calibration import CalibrationTable

FREEDOM = 4.0
"""Of Student's t."""
LEAST = 0.3
"""Spread of departures, at least: fewer runs than it takes to know better."""
FEWEST = 3
"""Runs of a cause without which it is not told from others."""
WEIGHTS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)

Departures = Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """A failed run of a known cause: its case, and its departures by statistic."""

    cause: str
    case: str
    departures: Departures


@dataclass(frozen=True)
class Term:
    """What one statistic says for a cause.

    `log_ratio`: natural logarithm of how much likelier the reading is with the cause
    than with any failure; `usual` the mean departure of the cause's own runs.
    """

    statistic: str
    departure: float
    usual: float
    log_ratio: float


@dataclass(frozen=True)
class Weighing:
    """The model, from runs of known causes.

    Attributes:
        runs: failed runs.
        weight: what sums of log ratios are multiplied by.
    """

    runs: tuple[Run, ...]
    weight: float = 1.0

    @cached_property
    def causes(self) -> tuple[str, ...]:
        counts = Counter(run.cause for run in self.runs)
        return tuple(sorted(name for name, n in counts.items() if n >= FEWEST))

    @cached_property
    def _groups(self) -> dict[tuple[str, str], list[float]]:
        groups: dict[tuple[str, str], list[float]] = {}
        for run in self.runs:
            for name, value in run.departures.items():
                groups.setdefault((run.cause, name), []).append(value)
        return groups

    @cached_property
    def _within(self) -> dict[str, float]:
        """By statistic, the deviation that runs of one cause have about their mean."""
        squares: dict[str, float] = {}
        freedom: dict[str, int] = {}
        for (_, name), values in self._groups.items():
            mean = math.fsum(values) / len(values)
            spread = math.fsum((value - mean) ** 2 for value in values)
            squares[name] = squares.get(name, 0.0) + spread
            freedom[name] = freedom.get(name, 0) + len(values) - 1
        return {
            name: max(math.sqrt(squares[name] / max(freedom[name], 1)), LEAST)
            for name in squares
        }

    @cached_property
    def _failures(self) -> dict[str, tuple[float, float]]:
        """By statistic, mean and deviation over failures of all causes alike."""
        found: dict[str, tuple[float, float]] = {}
        for name, within in self._within.items():
            means = [
                math.fsum(values) / len(values)
                for (cause, each), values in self._groups.items()
                if each == name
            ]
            mean = math.fsum(means) / len(means)
            between = math.fsum((each - mean) ** 2 for each in means) / len(means)
            found[name] = mean, math.sqrt(between + within**2)
        return found

    def terms(self, cause: str, departures: Departures) -> list[Term]:
        """What each statistic says for a cause, the loudest first."""
        if cause not in self.causes:
            return []
        terms = []
        for name, value in departures.items():
            values = self._groups.get((cause, name), [])
            if len(values) < FEWEST:
                continue
            usual = math.fsum(values) / len(values)
            width = self._within[name] * math.sqrt(1 + 1 / len(values))
            mean, deviation = self._failures[name]
            told = log_density(value, usual, width)
            told -= log_density(value, mean, deviation)
            terms.append(Term(name, value, usual, self.weight * told))
        return sorted(terms, key=lambda term: (-abs(term.log_ratio), term.statistic))

    def log_ratio(self, cause: str, departures: Departures) -> float:
        """How much likelier all readings are with a cause than with any failure."""
        return math.fsum(term.log_ratio for term in self.terms(cause, departures))


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


def weighing(table: CalibrationTable) -> Weighing:
    """The model that a calibration's failed runs make."""
    return Weighing(runs_of(table), table.weight)


def fitted_weight(runs: Sequence[Run]) -> float:
    """The weight under which causes of cases left out are told best (log score).

    Each case in turn is told by a model of all others. A cause that has but one case
    is told from its other runs instead.
    """
    cases = Counter((run.cause, run.case) for run in runs)
    several = Counter(cause for cause, _ in cases)
    losses = dict.fromkeys(WEIGHTS, 0.0)
    for index, run in enumerate(runs):
        alone = several[run.cause] < 2
        others = tuple(
            other
            for place, other in enumerate(runs)
            if (place != index if alone else other.case != run.case)
        )
        model = Weighing(others)
        if run.cause not in model.causes:
            continue
        sums = {name: model.log_ratio(name, run.departures) for name in model.causes}
        for weight in WEIGHTS:
            losses[weight] -= weight * sums[run.cause]
            losses[weight] += log_sum(
                [0.0, *(weight * total for total in sums.values())]
            )
    return min(WEIGHTS, key=lambda weight: (losses[weight], weight))


def log_sum(values: Sequence[float]) -> float:
    """log Σ exp."""
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))
