"""Nulls: what a metric reads on real data, and would on new samples of its density."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.columns import Column
from components.evaluate.comparison import Comparison
from components.evaluate.intervals import Interval
from components.evaluate.metrics import Metric
from components.evaluate.scales import SCALES, Scale, share_error, unscaled
from components.reach import reach

CERTAINTY = 0.95

Null = tuple[float, Interval | None, float, float]
"""Of readings of real against real: their mean; the interval that a new reading is in;
mean and standard deviation on the metric's scale."""


class Reading(NamedTuple):
    """What a figure read of one split; least: the error that it has at least."""

    name: str
    value: float
    least: float


def nulls(
    metrics: Iterable[Metric],
    splits: Iterable[Comparison],
    columns: Iterable[Column],
    stray: float | None,
) -> dict[str, Null]:
    """What every metric reads of real records, by its name, and every column's row, by
    its address.

    Args:
        stray: what new samples' deviation is of that over the splits: see `chance`.
    """
    chosen, shown = list(metrics), list(columns)
    read: dict[str, list[Reading]] = {}
    for comparison in splits:
        for reading in readings(chosen, shown, comparison):
            read.setdefault(reading.name, []).append(reading)
    scales: dict[str, Scale] = {each.name: each.scale for each in chosen}
    scales |= {each.address: each.scale for each in shown}
    found = {}
    for name, each in read.items():
        scale = scales[name.rpartition(".")[0] or name]
        values = np.array([reading.value for reading in each])
        least = max(reading.least for reading in each)
        within = predicted(values, scale, stray, least)
        found[name] = null(values, scale, clipped(name, within))
    return found


def readings(
    metrics: Iterable[Metric], columns: Iterable[Column], comparison: Comparison
) -> Iterator[Reading]:
    """Of every figure that is defined for the comparison."""
    for metric in metrics:
        value = metric.value(comparison)
        if value is not None:
            least = share_error(comparison.once(metric.function), metric.scale)
            yield Reading(metric.name, value, least)
    for column in columns:
        for index, group in column.function(comparison).items():
            if group.number is not None:
                least = share_error(group.value, column.scale)
                yield Reading(column.of(index), group.number, least)


def null(
    values: Array, scale: Scale = "linear", interval: Interval | None = None
) -> Null:
    """Of readings (n,), and the interval that is known of them."""
    even = SCALES[scale](values)
    return float(values.mean()), interval, float(even.mean()), deviation_of(even)


def deviation_of(even: Array) -> float:
    """The standard deviation of readings (n,): none of one, or of equal ones.

    Equal ones would have one of the last digit's rounding.
    """
    equal = len(even) < 2 or even.min() == even.max()
    return 0.0 if equal else float(even.std(ddof=1))


def predicted(
    values: Array, scale: Scale, stray: float | None, least: float = 0.0
) -> Interval | None:
    """What a new sample set of the data's density reads, in 95 of 100 cases.

    Student's prediction interval on the scale: the splits' mean, from n readings, and a
    new reading's error, which is what the splits' deviation is made to be by `stray`.
    Measured on 400 new mixtures and new samples each, of 9 metrics: 94 to 100 of 100
    are in it, where the splits' own deviation alone would hold 58 to 78.

    Args:
        values: (n,) readings of the splits.
        stray: see `chance`; None: the splits say nothing of new samples.
        least: the error on the scale that a new reading has at least.

    Returns:
        None where there is no telling, as from a single reading.
    """
    from scipy.stats import t

    n = len(values)
    if stray is None or n < 2:
        return None
    even = SCALES[scale](values)
    error = max(deviation_of(even) * stray, least)
    if error == 0.0:
        return [float(values[0])] * 2
    margin = float(t.ppf((1 + CERTAINTY) / 2, n - 1)) * error * (1 + 1 / n) ** 0.5
    center = float(even.mean())
    return [unscaled(center - margin, scale), unscaled(center + margin, scale)]


def clipped(name: str, interval: Interval | None) -> Interval | None:
    """The interval as far as the figure reaches."""
    least, most = reach(name.partition(".")[2].partition(".")[0] or name)
    if interval is None:
        return None
    low, high = interval
    return [
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    ]
