"""Coverage (Naeem et al. 2020, eq. 4) of each tier's and each class's records."""

import numpy as np

from components.distances import Array
from components.evaluate.columns import Group, Groups, column
from components.evaluate.comparison import Comparison, Index
from components.evaluate.metrics import metric

BLIND = "junk samples, as long as others are near every record"


@metric(scale="angle", blind_to=f"{BLIND}; the core: only the outermost tier counts")
def tail_coverage(comparison: Comparison) -> Array | None:
    """Coverage of the outermost tier's records; None where there is one tier only."""
    tiers = comparison.reference.tiers
    if tiers is None or tiers.max() == tiers.min():
        return None
    covered: Array = comparison.memberships.coverage[tiers == tiers.max()]
    return covered


@column("tiers", "coverage", scale="angle", blind_to=BLIND)
def coverage_by_tier(comparison: Comparison) -> Groups:
    """Share of a tier's held-out records with a sample inside their ball."""
    return _covered(comparison, comparison.reference.tiers)


@column("classes", "coverage", scale="angle", blind_to=BLIND)
def coverage_by_class(comparison: Comparison) -> Groups:
    """Share of a class's held-out records with a sample inside their ball."""
    return _covered(comparison, comparison.reference.labels)


def _covered(comparison: Comparison, groups: Index | None) -> Groups:
    """Of the groups that a record of the reference belongs to; -1 is none."""
    if groups is None or not (groups >= 0).any():
        return {}
    coverage = comparison.memberships.coverage
    return {
        int(index): Group(coverage[groups == index], int((groups == index).sum()))
        for index in np.unique(groups[groups >= 0])
    }
