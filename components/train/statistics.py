"""Statistics that probes share."""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SETS = 4
SHARES = (0.0, 0.5, 1.0)


def auc(positive: Array, negative: Array) -> float:
    """The chance that a positive's score exceeds a negative's, ties counted half.

    Both (n,); NaN where a score is not finite (the rank-sum statistic over n₁n₂).
    """
    if not (np.isfinite(positive).all() and np.isfinite(negative).all()):
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left").sum()
    up_to = np.searchsorted(ordered, positive, "right").sum()
    return float((below + up_to) / (2 * len(positive) * len(negative)))


def overlap(first: Array, second: Array, bins: int = 32) -> float:
    """The overlap of two histograms: the sum over bins of the smaller share.

    Both (n,); the bins are equal and end where the values of both do. 1: the same
    shares; 0: no bin in common; NaN where a value is not finite.
    """
    both = np.concatenate([first, second])
    if not np.isfinite(both).all():
        return float("nan")
    with np.errstate(over="ignore"):
        low, width = both.min(), np.ptp(both)
    if not np.isfinite(width):
        # Farther apart than the type can say; their halves are not.
        return overlap(first / 2, second / 2, bins)
    shares = []
    for values in (first, second):
        place = (values - low) / width * bins if width > 0 else np.zeros(len(values))
        index = np.minimum(place.astype(int), bins - 1)
        shares.append(np.bincount(index, minlength=bins) / len(values))
    return float(np.minimum(*shares).sum())


def coupling(
    judge: Callable[[Array], Array], real: Array, generated: Array, size: int
) -> float:
    """κ: variance of a score over its batch-mates against variance over records.

    A quarter of a batch is fixed (half real, half generated), the rest are mates drawn
    from the other records, SETS times for each real share in SHARES. The mean over so
    few sets still moves with them: where mates move each record's score on its own, and
    not all alike, 12 sets read κ / (1 + κ/12).

    Args:
        judge: scores (b, n) of batches (b, n, *shape), each scored for itself.
        real, generated: records to draw from, (m, *shape) each, m ≥ 2.
        size: of a batch.
    """
    random = np.random.default_rng(0)
    half = max(1, min(size // 8, len(real) // 2, len(generated) // 2))
    fixed = np.concatenate([real[:half], generated[:half]])
    mates = max(1, size - len(fixed))
    batches = []
    for share in SHARES:
        of_real = round(share * mates)
        for _ in range(SETS):
            drawn = [
                real[half + random.integers(0, len(real) - half, of_real)],
                generated[
                    half + random.integers(0, len(generated) - half, mates - of_real)
                ],
            ]
            batches.append(np.concatenate([fixed, *drawn]))
    scores = judge(np.stack(batches))[:, : len(fixed)].astype(np.float64)
    if not np.isfinite(scores).all():
        return float("nan")
    over_mates = np.var(scores, axis=0, ddof=1).mean()
    over_records = np.var(np.mean(scores, axis=0), ddof=1)
    if over_mates == 0:
        return 0.0
    return float(over_mates / over_records) if over_records > 0 else float("inf")
