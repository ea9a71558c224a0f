"""Coverage of classes: the data's labels, or clusters in their place."""

from components.evaluate.captured import captured_bounds
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric


@metric(
    reference="train",
    bounds=lambda comparison: _bounds(comparison),
    step=lambda comparison: _share(comparison),
    blind_to="how many samples a class gets, and variety within a class",
)
def class_coverage(comparison: Comparison) -> float | None:
    """Share of classes with a plausible sample (see `Comparison.class_census`)."""
    census = comparison.class_census
    return None if census is None else float(census.captured.mean())


def _bounds(comparison: Comparison) -> list[float] | None:
    """See `captured_bounds`; the records' balls are held fixed."""
    census = comparison.class_census
    if census is None:
        return None
    n = comparison.generated.size
    return captured_bounds(census.hits, n, comparison.seed)


def _share(comparison: Comparison) -> float | None:
    """Of one class among all."""
    census = comparison.class_census
    return None if census is None else 1 / len(census.indices)
