"""Precision (Kynkäänniemi et al. 2019, eq. 2)."""

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric

BLIND = "missing modes; copies of real records; samples near far outliers of the data"


@metric(
    name="train_precision",
    reference="train",
    better="null",
    says="failure",
    scale="angle",
    blind_to="missing modes; above its null it hints at copies, without proof",
)
@metric(scale="angle", blind_to=BLIND)
def precision(comparison: Comparison) -> Array:
    """Share of samples inside a ball around a real record."""
    return comparison.memberships.precision
