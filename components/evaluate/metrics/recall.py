"""Recall (Kynkäänniemi et al. 2019, eq. 2 with the roles exchanged)."""

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric

BLIND = "junk samples; a few far outliers among the samples inflate it"


@metric(
    name="train_recall",
    reference="train",
    better="null",
    says="failure",
    scale="angle",
    blind_to=BLIND,
)
@metric(scale="angle", blind_to=BLIND)
def recall(comparison: Comparison) -> Array:
    """Share of real records inside a ball around a sample."""
    return comparison.memberships.recall
