"""Splits of the real data: real records in the samples' place, for the nulls."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.figure import Reference
from components.manifold import knn_radii
from components.records import Modes


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
