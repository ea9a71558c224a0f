"""Fréchet distance between Gaussians with the samples' moments (Heusel et al. 2017)."""

from collections.abc import Sequence

from components.evaluate.comparison import Comparison, Index
from components.evaluate.metrics import metric
from components.moments import Moments, frechet, without_each


def leave_out(comparison: Comparison, groups: Sequence[Index]) -> list[float]:
    """The distance without each group of samples."""
    features = comparison.generated.features
    parts = [Moments.of(features[rows]) for rows in groups]
    reference = comparison.reference.moments
    return [frechet(reference, rest) for rest in without_each(parts)]


@metric(
    better="lower",
    scale="cube_root",
    leave_out=leave_out,
    blind_to="everything beyond means and covariances: half of the modes can be gone",
)
def frechet_distance(comparison: Comparison) -> float:
    return frechet(comparison.reference.moments, comparison.generated.moments)
