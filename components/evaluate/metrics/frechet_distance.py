"""Fréchet distance between Gaussians with the samples' moments (Heusel et al. 2017)."""

import numpy as np

from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.manifold import Array


@metric(
    better="lower",
    blind_to="everything beyond means and covariances: half of the modes can be gone",
)
def frechet_distance(comparison: Comparison) -> float:
    return frechet(comparison.reference.features, comparison.generated.features)


def frechet(x: Array, y: Array) -> float:
    """|μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁^½ C₂ C₁^½)^½), moments in float64.

    The square root is taken of a symmetric product, whose eigenvalues are real; those
    that rounding makes negative are zero.

    Args:
        x, y: (n, d) and (m, d); n, m ≥ 2.
    """
    # About a common centre, lest large means swamp the covariances.
    center = np.asarray(x, np.float64).mean(0)
    x, y = x - center, y - center
    shift = x.mean(0) - y.mean(0)
    first, second = (np.atleast_2d(np.cov(z, rowvar=False)) for z in (x, y))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    product = root @ second @ root
    crossed = np.linalg.eigvalsh((product + product.T) / 2)
    overlap = np.sqrt(np.maximum(crossed, 0.0)).sum()
    distance = shift @ shift + np.trace(first) + np.trace(second) - 2.0 * overlap
    return max(float(distance), 0.0)
