"""Density (Naeem et al. 2020, eq. 3)."""

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric

BLIND = "missing modes: samples crowded where the data is dense read above 1"


@metric(
    name="train_density",
    reference="train",
    better="null",
    says="failure",
    blind_to=BLIND,
)
@metric(better="null", blind_to=BLIND)
def density(comparison: Comparison) -> Array:
    """Real balls around each sample, divided by k; 1 where distributions are equal."""
    return comparison.memberships.density
