"""Coverage (Naeem et al. 2020, eq. 4)."""

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric


@metric(
    name="train_coverage",
    reference="train",
    better="null",
    says="failure",
    scale="angle",
    blind_to="junk samples; above its null it hints at copies of training records",
)
@metric(scale="angle", blind_to="junk samples, as long as others are near every record")
def coverage(comparison: Comparison) -> Array:
    """Share of real records with a sample inside their ball."""
    return comparison.memberships.coverage


def coverage_null(n: int, m: int, k: int) -> float:
    """Expected coverage of n records by m samples of the same distribution.

    None of the m samples is nearer than the k-th of n - 1 other records: of all
    n - 1 + m points, the k nearest are records.
    """
    missed = 1.0
    for j in range(k):
        missed *= (n - 1 - j) / (m + n - 1 - j)
    return 1.0 - missed
