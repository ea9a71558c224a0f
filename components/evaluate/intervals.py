"""Intervals: what a metric reads on real data, and how sure its value is."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import Metric, as_number, measure
from components.manifold import Array, knn_radii
from components.records import Modes

REPLICATES = 400
GROUPS = 10
CENTRAL = (2.5, 97.5)

Interval = list[float]


class Setting(NamedTuple):
    """What comparisons of real with real share with those of the samples."""

    k: int
    modes: Modes | None
    resamples: int
    seed: int

    def compare(
        self, generated: Sample, reference: Sample, radii: Array | None = None
    ) -> Comparison:
        return Comparison(generated, reference, self.k, self.modes, radii, self.seed)


def confidence(metric: Metric, comparison: Comparison, seed: int) -> Interval | None:
    """A 95 % interval of a metric's value; see the package of metrics for how."""
    if not metric.interval:
        return None
    result = metric.function(comparison)
    if result is None or as_number(result) is None:
        return None
    if isinstance(result, np.ndarray):
        return bootstrap_mean(result, np.random.default_rng([seed, 4]))
    return jackknife(metric, comparison, np.random.default_rng([seed, 5]))


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
    order = random.permutation(comparison.generated.size)
    groups = np.array_split(order, min(GROUPS, len(order)))
    center = metric.value(comparison)
    if center is None or comparison.generated.size - len(groups[0]) < 2:
        return None
    if metric.leave_out is not None:
        parts = list(metric.leave_out(comparison, groups))
    else:
        parts = [metric.value(comparison.without(rows)) for rows in groups]
    spread = np.var(np.array(parts, np.float64)) * (len(parts) - 1)
    margin = 1.96 * float(np.sqrt(spread))
    return [center - margin, center + margin]


def nulls(
    metrics: Iterable[Metric], splits: Iterable[Comparison]
) -> dict[str, tuple[float, Interval]]:
    """Each metric's mean, and central 95 %, over comparisons of real with real."""
    read: dict[str, list[float]] = {}
    chosen = list(metrics)
    for comparison in splits:
        for name, value in measure(chosen, comparison):
            read.setdefault(name, []).append(value)
    return {
        name: (
            float(np.mean(values)),
            [float(bound) for bound in np.percentile(values, CENTRAL)],
        )
        for name, values in read.items()
    }


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
