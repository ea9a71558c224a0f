"""Memorization: are samples nearer to the training records than to held-out ones?

The share of synthetic records whose nearest real one was trained on (Platzer and
Reutterer 2021, "Holdout-Based Empirical Assessment of Mixed-Type Synthetic Data"), here
with an exact test. If the samples know nothing of which records were held out, then,
samples given, every way of dealing the labels is as likely: a permutation test of which
of the pooled records were trained on has its level for any generator, one that has
collapsed or makes junk too.

The three-sample test of Meehan, Chaudhuri and Dasgupta 2020 asks whether samples are
nearer to training records than held-out records are. A collapse to where the data is
dense reads as copying there, and junk hides it; that needs cells, and enough of each
sample in every cell. Here both distances are of the same sample.
"""

from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.manifold import nearest

DEALS = 9999
"""Random ways of dealing the labels; the least p-value is 1 / (DEALS + 1)."""


class Nearest(NamedTuple):
    """trained (n,) 1 where a sample's nearest record is a training one, 1/2 where one
    of either part is as near, else 0; weights (N,) how many samples each record is
    nearest to, training records first, of which there are `train`."""

    trained: Array
    weights: Array
    train: int


@metric(
    reference="both",
    better="lower",
    says="failure",
    in_features=False,
    scale="angle",
    p_value=lambda comparison: p_value(comparison),
    blind_to="quality; copies of few records, and of records that both parts have",
)
def train_nearest_share(comparison: Comparison) -> Array | None:
    """Share of samples whose nearest real record is a training record.

    Its null is the share of training records among all. See `apart` for what nearest
    means, and for which records count. None without held-out records.
    """
    found = nearest_parts(comparison)
    return None if found is None else found.trained


def p_value(comparison: Comparison) -> float | None:
    """How often labels dealt at random would make the share as large."""
    found = nearest_parts(comparison)
    if found is None:
        return None
    values, counts = np.unique(found.weights, return_counts=True)
    random = np.random.default_rng([comparison.seed, 11])
    # Records of one weight are alike: only how many of them are trained on matters.
    dealt = random.multivariate_hypergeometric(
        counts, found.train, size=DEALS, method="marginals"
    )
    seen = found.weights[: found.train].sum()
    # What is equal but for rounding is as large.
    as_large = (dealt @ values >= seen - 1e-9 * len(found.trained)).sum()
    return float((1 + as_large) / (1 + DEALS))


def nearest_parts(comparison: Comparison) -> Nearest | None:
    """The samples' nearest records of both parts."""
    if comparison.holdout is None:
        return None
    samples, train, holdout = (
        each.features
        for each in (comparison.generated, comparison.reference, comparison.holdout)
    )
    to_train, first = nearest(samples, train)
    to_holdout, second = nearest(samples, holdout)
    trained = 0.5 * ((to_train < to_holdout) + (to_train <= to_holdout).astype(float))
    weights = np.zeros(len(train) + len(holdout))
    np.add.at(weights, first, trained)
    np.add.at(weights, len(train) + second, 1.0 - trained)
    return Nearest(trained, weights, len(train))
