"""F₈ and F₁⸝₈ of the precision-recall curve (Sajjadi et al. 2018, algorithm 1).

Records and samples, as many of each, are clustered together. With p the records' shares
of the clusters and q the samples', precision P(λ) = Σ min(λp, q) and recall
R(λ) = P(λ) / λ for every λ > 0, averaged over several clusterings as the authors do.
F_b = (1 + b²) PR / (b²P + R) is summed up by its maximum over the curve: F₈ weighs
recall, F₁⸝₈ precision.
"""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison, Index
from components.evaluate.metrics import LeaveOut, metric
from components.evaluate.threads import threads_for

CLUSTERS, RUNS = 20, 10
"""As the authors'; no more clusters than there are points."""
ITERATIONS = 10
"""Of k-means, at most: any clusters will do that are the same for both sides."""
BLIND = (
    "what happens within a cluster of the 20, modes smaller than that among it; equal "
    "distributions read a little less than 1, as the null does"
)


class Clusterings(NamedTuple):
    """The cluster of every point, a row a clustering: real, generated (runs, n)."""

    real: Index
    generated: Index


def clusterings(comparison: Comparison) -> Clusterings:
    """Both sides, as many of each, by k-means on their union."""
    from sklearn.cluster import KMeans

    both = comparison.balanced
    union = np.concatenate((both.reference.features, both.generated.features))
    # Its seeds are places in a list: sorted by the points themselves, so that the sides
    # can be exchanged.
    order = np.argsort(union.sum(1), kind="stable")
    labels = np.empty((RUNS, len(union)), np.intp)
    random = np.random.default_rng([comparison.seed, 32])
    with threads_for(union), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of fewer different points than clusters.
        for row in labels:
            row[order] = KMeans(
                min(CLUSTERS, len(union)),
                n_init=1,
                max_iter=ITERATIONS,
                random_state=int(random.integers(2**31)),
            ).fit_predict(union[order])
    return Clusterings(*np.split(labels, 2, axis=1))


def shares(labels: Index) -> Array:
    """(runs, n) clusters as shares (runs, CLUSTERS) of the points."""
    counts = [np.bincount(row, minlength=CLUSTERS) for row in labels]
    found: Array = np.stack(counts) / labels.shape[1]
    return found


def highest_f(real: Array, generated: Array, beta: float) -> float:
    """The highest F on the mean of the curves of pairs of histograms (runs, clusters).

    F is (1 + b²) P(λ) / (b²λ + 1). Between the λ = q/p of the clusters P is linear and
    F monotone: the highest is at one of them.
    """
    p, q = real[real > 0], generated[real > 0]
    slopes = np.unique(q / p)
    reached = np.minimum(slopes[:, None, None] * real, generated)
    precision = reached.sum(2).mean(1)
    weight = beta**2
    return float(((1 + weight) * precision / (weight * slopes + 1)).max())


def leave_out(beta: float) -> LeaveOut:
    """F without each group of samples, the clusters held fixed."""

    def without(comparison: Comparison, groups: Sequence[Index]) -> list[float]:
        found = comparison.once(clusterings)
        real = shares(found.real)
        parts = []
        for rows in groups:
            kept = ~np.isin(np.arange(found.generated.shape[1]), rows)
            parts.append(highest_f(real, shares(found.generated[:, kept]), beta))
        return parts

    return without


@metric(balanced=True, leave_out=leave_out(8), blind_to=f"junk samples; {BLIND}")
def f8(comparison: Comparison) -> float:
    """F₈, in [0, 1]: recall above all. Disjoint sides read 0, identical ones 1.

    Fewer points than clusters are a cluster each, and read the share that coincides.
    """
    found = comparison.once(clusterings)
    return highest_f(shares(found.real), shares(found.generated), 8)


@metric(balanced=True, leave_out=leave_out(1 / 8), blind_to=f"missing modes; {BLIND}")
def f_eighth(comparison: Comparison) -> float:
    """F₁⸝₈, in [0, 1]: precision above all; otherwise as `f8`."""
    found = comparison.once(clusterings)
    return highest_f(shares(found.real), shares(found.generated), 1 / 8)
