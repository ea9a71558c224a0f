"""Duplicates among the samples, and the support that they let one estimate.

Arora and Zhang 2017, "Do GANs actually learn the distribution? An empirical study":
among n draws from S equally likely points n (n - 1) / 2S pairs are expected to agree.
Agreement is nearness here (see `Comparison.near`), so that data of any kind has a
null; exact copies agree whatever the distance.
"""

from typing import Any

import numpy as np

from components.distances import Array
from components.evaluate.comparison import NEAR, Comparison
from components.evaluate.metrics import metric
from components.manifold import close_counts

TAIL = 0.025


def pairs_of(counts: Array) -> float:
    """Pairs of near-duplicates, from each sample's number of them."""
    return float(counts.sum() / 2)


def pair_bounds(counts: Array) -> list[float]:
    """A 95 % interval of the expected number of pairs.

    Exact Poisson bounds (Garwood 1936) of the count, over its dispersion. That is 1
    where every point of the support is as likely, for then pairs that share a sample
    agree independently; else samples crowd, and their triples tell by how much: the
    variance of a U-statistic (Hoeffding 1948, eq. 5.13).
    """
    from scipy import stats

    n, pairs = len(counts), pairs_of(counts)
    total = n * (n - 1) / 2
    share = pairs / total if total else 0.0
    dispersion = 1.0
    if n > 2 and pairs:
        triples = float((counts * (counts - 1)).sum()) / (n * (n - 1) * (n - 2))
        crowding = 2 * (n - 2) * max(triples - share**2, 0.0)
        dispersion = max((crowding + share * (1 - share)) / share, 1.0)
    seen = pairs / dispersion
    low = stats.chi2.ppf(TAIL, 2 * seen) / 2 if seen else 0.0
    high = stats.chi2.ppf(1 - TAIL, 2 * seen + 2) / 2
    return [float(low * dispersion), float(high * dispersion)]


def support_of(pairs: float, n: int) -> float:
    """Equally likely points of which n draws are expected to have as many pairs.

    At most n (n - 1) / 2, which is also what is read off no pair at all: n draws can
    tell of no larger support. At least 1.
    """
    total = n * (n - 1) / 2
    return min(max(total / max(pairs, 1.0), 1.0), total)


def duplicate_bounds(comparison: Comparison) -> list[float] | None:
    if comparison.generated.size < 2 or comparison.reference.size < 2:
        return None
    return pair_bounds(comparison.near_duplicates)


@metric(
    better="lower",
    scale="square_root",
    says="failure",
    bounds=duplicate_bounds,
    blind_to="how good samples are, and a support far above ten times their number",
)
def duplicate_pairs(comparison: Comparison) -> float | None:
    """Pairs of samples that are as near as the nearest twentieth of real records.

    None of fewer than two samples, or two records to take the nearness from.
    """
    if comparison.generated.size < 2 or comparison.reference.size < 2:
        return None
    return pairs_of(comparison.near_duplicates)


def support_bounds(comparison: Comparison) -> list[float] | None:
    found = duplicate_bounds(comparison)
    n = comparison.generated.size
    return None if found is None else [support_of(each, n) for each in found[::-1]]


@metric(
    scale="log",
    bounds=support_bounds,
    says="nothing",  # what `duplicate_pairs` says, in another unit
    blind_to="how good samples are, and a support far above ten times their number",
)
def support(comparison: Comparison) -> float | None:
    """Points that the generator seems to choose from: 1 / Σ p² of their shares p."""
    pairs = duplicate_pairs(comparison)
    return None if pairs is None else support_of(pairs, comparison.generated.size)


def duplicate_summary(comparison: Comparison) -> dict[str, Any] | None:
    """`duplicates` of metrics.json: what was counted, and by which threshold."""
    if duplicate_bounds(comparison) is None:
        return None
    copies = pairs_of(close_counts(comparison.generated.features, 0.0))
    return {
        "threshold": comparison.near,
        "quantile": NEAR,
        "pairs": int(np.rint(pairs_of(comparison.near_duplicates))),
        "copies": int(np.rint(copies)),
    }
