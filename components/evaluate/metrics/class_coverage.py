"""Coverage of classes: the data's labels, or clusters in their place."""

from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric


@metric(
    reference="train",
    interval=False,
    step=lambda comparison: _share(comparison),
    blind_to="how many samples a class gets, and variety within a class",
)
def class_coverage(comparison: Comparison) -> float | None:
    """Share of classes with a plausible sample (see `Comparison.class_census`)."""
    census = comparison.class_census
    return None if census is None else float(census.captured.mean())


def _share(comparison: Comparison) -> float | None:
    """Of one class among all."""
    census = comparison.class_census
    return None if census is None else 1 / len(census.indices)
