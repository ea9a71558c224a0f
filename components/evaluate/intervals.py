"""Intervals: how sure a metric's value is."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.figure import as_number
from components.evaluate.metrics import Metric

REPLICATES = 400
GROUPS = 10
CENTRAL = (2.5, 97.5)

Interval = list[float]


class Spread(NamedTuple):
    """What a metric's interval is made of.

    Trials that were measured on the same records and latents have it of the same
    points and the same groups, so that a difference of them can be paired.

    Attributes:
        value: of the metric.
        points: (n,) one value a point, whose mean the metric is; None of a number.
        parts: (groups,) the values without each group of samples; None of a mean.
    """

    value: float
    points: Array | None = None
    parts: Array | None = None

    def interval(self, seed: int) -> Interval | None:
        """The 95 % interval; see the package of metrics for how."""
        if self.points is not None:
            return bootstrap_mean(self.points, np.random.default_rng([seed, 4]))
        return None if self.parts is None else around(self.value, self.parts)


def spread(metric: Metric, comparison: Comparison, seed: int) -> Spread | None:
    """Of a metric that has no interval of its own, and a value; else None."""
    if metric.bounds is not None:
        return None
    result = comparison.once(metric.function)
    value = as_number(result)
    if result is None or value is None:
        return None
    if isinstance(result, np.ndarray):
        return Spread(value, points=result)
    parts = left_out(metric, comparison, np.random.default_rng([seed, 5]))
    return Spread(value, parts=parts)


def spread_arrays(spreads: Mapping[str, Spread]) -> dict[str, Array]:
    """As spreads.npz has them: `points.NAME` or `parts.NAME`."""
    arrays = {}
    for name, found in spreads.items():
        if found.points is not None:
            arrays[f"points.{name}"] = found.points
        if found.parts is not None:
            arrays[f"parts.{name}"] = found.parts
    return arrays


def confidence(metric: Metric, comparison: Comparison, seed: int) -> Interval | None:
    """A 95 % interval of a metric's value; see the package of metrics for how."""
    return interval_of(metric, comparison, spread(metric, comparison, seed), seed)


def interval_of(
    metric: Metric, comparison: Comparison, found: Spread | None, seed: int
) -> Interval | None:
    """The same where it is known already what the interval is made of."""
    if metric.bounds is not None:
        return metric.bounds(comparison)
    return found and found.interval(seed)


def bootstrap_mean(values: Array, random: np.random.Generator) -> Interval:
    """Percentile bootstrap of a mean."""
    n = len(values)
    counts = random.multinomial(n, np.full(n, 1 / n), size=REPLICATES)
    return [float(bound) for bound in np.percentile(counts @ values / n, CENTRAL)]


def jackknife(
    metric: Metric, comparison: Comparison, random: np.random.Generator
) -> Interval | None:
    """Value ± 1.96 standard errors of the delete-a-group jackknife over the samples.

    A bootstrap repeats samples, which biases distances between moments upwards.
    """
    parts, center = left_out(metric, comparison, random), metric.value(comparison)
    return None if parts is None or center is None else around(center, parts)


def left_out(
    metric: Metric, comparison: Comparison, random: np.random.Generator
) -> Array | None:
    """The metric without each of GROUPS groups of samples; None of too few samples."""
    order = random.permutation(comparison.generated.size)
    groups = np.array_split(order, min(GROUPS, len(order)))
    if comparison.generated.size - len(groups[0]) < 2:
        return None
    if metric.leave_out is not None:
        parts = list(metric.leave_out(comparison, groups))
    else:
        parts = [metric.value(comparison.without(rows)) for rows in groups]
    return None if None in parts else np.array(parts, np.float64)


def around(center: float, parts: Array) -> Interval:
    """The interval of a value that reads `parts` without each group."""
    margin = 1.96 * float(np.sqrt(np.var(parts) * (len(parts) - 1)))
    return [center - margin, center + margin]
