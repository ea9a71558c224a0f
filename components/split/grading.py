"""Which part and which tier a record belongs to: pure functions of digests, numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.split.difficulty import SplitError

Array = np.ndarray[Any, Any]
HEX = 13
"""Digits of a digest that decide: 52 bits, which a float64 holds exactly."""


def in_holdout(digests: Sequence[str], share: float) -> Array:
    """(n,) bool: whether each record belongs to the holdout.

    A record's digest alone decides, so what other records there are changes nothing;
    and a larger share keeps the holdout of a smaller one.
    """
    places = np.array([int(digest[:HEX], 16) for digest in digests], np.float64)
    return places < share * 16.0**HEX


def thresholds(difficulty: Array, tiers: int | Sequence[float]) -> Array:
    """Upper bounds of all tiers but the last, from the training part's difficulty.

    Args:
        difficulty: (n,) of the training records.
        tiers: how many of equal size, or the quantiles that divide them.
    """
    if isinstance(tiers, int):
        quantiles = np.arange(1, tiers) / tiers
    else:
        quantiles = np.asarray(tiers, np.float64)
    # Values of records, not between them: no rounding can move a record across.
    return np.asarray(np.quantile(difficulty, quantiles, method="inverted_cdf"))


def tier_of(difficulty: Array, bounds: Array) -> Array:
    """(n,) int32: 0 is the core; what equals a bound lies below it."""
    return np.searchsorted(bounds, difficulty, side="left").astype(np.int32)


def summary(
    bounds: Array, difficulty: Array, train: Array, holdout: Array
) -> list[dict[str, Any]]:
    """index, threshold and counts of each tier; the last bound is the largest value.

    Raises:
        SplitError: if a tier holds no training record.
    """
    upper = [*bounds.tolist(), float(difficulty.max())]
    counts = [np.bincount(part, minlength=len(upper)) for part in (train, holdout)]
    tiers = [
        {
            "index": index,
            "threshold": bound,
            "train": int(counts[0][index]),
            "holdout": int(counts[1][index]),
        }
        for index, bound in enumerate(upper)
    ]
    for tier in tiers:
        if not tier["train"]:
            raise SplitError(
                "Invalid value for `tiers`. Expected tiers that each hold training "
                f"records. Received: tier {tier['index']} with none, because "
                f"{len(difficulty)} records have only {len(np.unique(difficulty))} "
                "different difficulties. Ask for fewer tiers, or another `difficulty`."
            )
    return tiers
