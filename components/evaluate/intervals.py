"""Intervals: what a metric reads on real data, and how sure its value is."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.columns import Column, measure_columns
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.figure import Reference, as_number
from components.evaluate.metrics import Metric, measure
from components.evaluate.scales import SCALES, Scale
from components.manifold import knn_radii
from components.records import Modes

REPLICATES = 400
GROUPS = 10
CENTRAL = (2.5, 97.5)

Interval = list[float]
Null = tuple[float, Interval, float, float]
"""Of readings of real against real: mean and central 95 %; mean and standard deviation
on the metric's scale."""


class Setting(NamedTuple):
    """What comparisons of real with real share with those of the samples."""

    k: int
    modes: Modes | None
    resamples: int
    seed: int

    def compare(
        self,
        generated: Sample,
        reference: Sample,
        radii: Array | None = None,
        holdout: Sample | None = None,
    ) -> Comparison:
        return Comparison(
            generated, reference, self.k, self.modes, radii, self.seed, holdout
        )


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
    """Of a metric that has an interval made so, and a value; else None."""
    if not metric.interval or metric.bounds is not None:
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


def nulls(
    metrics: Iterable[Metric],
    splits: Iterable[Comparison],
    columns: Iterable[Column] = (),
) -> dict[str, Null]:
    """What every metric reads of real records, by its name, and every column's row, by
    its address."""
    read: dict[str, list[float]] = {}
    chosen, shown = list(metrics), list(columns)
    for comparison in splits:
        measured = measure(chosen, comparison), measure_columns(shown, comparison)
        for name, value in chain(*measured):
            read.setdefault(name, []).append(value)
    scales = {each.name: each.scale for each in chosen}
    return {
        name: null(np.array(values), scales.get(name, "linear"))
        for name, values in read.items()
    }


def null(values: Array, scale: Scale = "linear") -> Null:
    """Of readings (n,)."""
    interval = [float(bound) for bound in np.percentile(values, CENTRAL)]
    even = SCALES[scale](values)
    # Equal readings have no deviation, nor one of the last digit's rounding.
    equal = len(values) < 2 or values.min() == values.max()
    error = 0.0 if equal else float(even.std(ddof=1))
    return float(values.mean()), interval, float(even.mean()), error


def holdout_splits(
    train: Sample, holdout: Sample, n: int, setting: Setting
) -> Iterable[Comparison]:
    """n random training records in the samples' place, against the whole holdout."""
    random = np.random.default_rng([setting.seed, 2])
    radii = knn_radii(holdout.features, setting.k)
    for _ in range(setting.resamples):
        rows = random.choice(train.size, n, replace=False)
        yield setting.compare(train.take(rows), holdout, radii)


def train_splits(
    train: Sample, holdout: Sample, n: int, setting: Setting
) -> Iterable[Comparison]:
    """Training and holdout records pooled and split anew, with sizes as they were.

    The reference has as many records as training; n others stand for the samples.
    """
    random = np.random.default_rng([setting.seed, 3])
    pool = train.join(holdout)
    for _ in range(setting.resamples):
        order = random.permutation(pool.size)
        reference, stand_ins = order[: train.size], order[train.size : train.size + n]
        yield setting.compare(pool.take(stand_ins), pool.take(reference))


def both_splits(
    train: Sample, holdout: Sample, n: int, setting: Setting
) -> Iterable[Comparison]:
    """Training and holdout records pooled: n in the samples' place, the rest split anew
    as they were, to the nearest record. Half of all, where they are fewer than 2n."""
    random = np.random.default_rng([setting.seed, 12])
    pool = train.join(holdout)
    n = min(n, pool.size // 2)
    cut = n + round((pool.size - n) * train.size / pool.size)
    for _ in range(setting.resamples):
        order = random.permutation(pool.size)
        stand_ins, trained, held_out = np.split(order, [n, cut])
        if len(trained) and len(held_out):
            yield setting.compare(
                pool.take(stand_ins), pool.take(trained), holdout=pool.take(held_out)
            )


def chance(reference: Reference, train: int, holdout: int, n: int) -> float | None:
    """What a null's deviation over the splits is to be multiplied with.

    Of new samples against the records at hand, a mean over points strays from the mean
    of the splits by √(1/n + 1/N), N the stand-ins' pool, which is itself a sample. The
    n stand-ins are drawn from the N training records without repetition, so that the
    splits stray from one another by √(1/n - 1/N) only; from holdout records with
    repetition, √(1/n). New partitions of all records stray as new data would. None
    where the splits are all the same.
    """
    if reference == "holdout":
        return None if n >= train else float(np.sqrt((train + n) / (train - n)))
    return float(np.sqrt(1 + n / holdout)) if reference == "none" else 1.0


def lone_splits(holdout: Sample, n: int, setting: Setting) -> Iterable[Comparison]:
    """n random holdout records in the samples' place, held against nothing.

    Not training records: the features' classifier has learnt those by heart, and is
    surer of them than of any new ones. Drawn with replacement, for there are often no
    more than n.
    """
    random = np.random.default_rng([setting.seed, 9])
    for _ in range(setting.resamples):
        rows = random.choice(holdout.size, n)
        yield setting.compare(holdout.take(rows), holdout)
