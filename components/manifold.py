"""Precision, recall, density and coverage of samples, by k-nearest-neighbour balls.

Sources: Kynkäänniemi et al. 2019, "Improved Precision and Recall Metric", eq. 1-3 (a
point on a ball's surface is inside: ties count); Naeem et al. 2020, "Reliable Fidelity
and Diversity Metrics for Generative Models", eq. 3 and 4 (here with the same ties).

Distances are Euclidean, exact but for the rounding of float64, and never held for more
than a block at once. They come from |x|² + |y|² - 2xy about the data's mean; what
that loses to cancellation, at most `_slack` of |x|² + |y|², is granted to the point, so
that equal points always tie.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

BLOCK_VALUES, BLOCK_ROWS = 1 << 17, 128
"""Distances in a block, what a core's cache holds, and its fewest rows."""


class PRDC(NamedTuple):
    """Precision, recall and coverage in [0, 1]; density in [0, n / k], 1 if equal."""

    precision: float
    recall: float
    density: float
    coverage: float


class Memberships(NamedTuple):
    """What every point contributes; the means are the metrics.

    precision, density: (m,), one per generated sample; recall, coverage: (n,), one per
    real sample.
    """

    precision: Array
    recall: Array
    density: Array
    coverage: Array

    def means(self) -> PRDC:
        return PRDC(*(float(values.mean()) for values in self))


def knn_radii(x: npt.ArrayLike, k: int) -> Array:
    """Distance of every point to its k-th nearest other point.

    Args:
        x: (n, …) finite, one point a row.
        k: 1 ≤ k < n.

    Returns:
        (n,) distances, 0 where k others coincide with the point.

    Raises:
        ValueError: if k is out of range, or a value is not finite.
    """
    points = _points(x, "x", k)
    return np.sqrt(_squared_radii(points - points.mean(0), k))


def prdc(real: npt.ArrayLike, generated: npt.ArrayLike, k: int) -> PRDC:
    """The four metrics of generated samples against real ones.

    Args:
        real: (n, …) finite. generated: (m, …) finite, of the same dimension.
        k: neighbours that set a ball's radius; 1 ≤ k < min(n, m).

    Raises:
        ValueError: if k, the dimensions or a value do not fit.
    """
    return memberships(real, generated, k).means()


def memberships(
    real: npt.ArrayLike,
    generated: npt.ArrayLike,
    k: int,
    radii: Array | None = None,
) -> Memberships:
    """The per-point contributions to `prdc`; arguments as there.

    Args:
        radii: (n,) `knn_radii(real, k)`, where they are known already.
    """
    x, y = _points(real, "real", k), _points(generated, "generated", k)
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            "Invalid value for `generated`. Expected points of the dimension of "
            f"`real`, {x.shape[1]}. Received: dimension {y.shape[1]}"
        )
    center = x.mean(0)
    x, y = x - center, y - center
    x_radii = _squared_radii(x, k) if radii is None else radii**2
    y_radii = _squared_radii(y, k)
    inside_x = np.zeros(len(y))
    inside_y, covered = np.zeros(len(x)), np.zeros(len(x))
    for rows, low in _distances(x, y, lower=True):
        balls = low <= x_radii[rows, None]
        inside_x += balls.sum(0)
        covered[rows] = balls.any(1)
        inside_y[rows] = (low <= y_radii).any(1)
    return Memberships((inside_x > 0).astype(float), inside_y, inside_x / k, covered)


def nearest(
    points: npt.ArrayLike, reference: npt.ArrayLike
) -> tuple[Array, npt.NDArray[np.intp]]:
    """Each point's nearest reference point: distances (n,) and indices (n,)."""
    x, y = _points(points, "points", 0), _points(reference, "reference", 0)
    center = y.mean(0)
    x, y = x - center, y - center
    distances, indices = np.empty(len(x)), np.empty(len(x), np.intp)
    for rows, squared in _distances(x, y):
        indices[rows] = squared.argmin(1)
        distances[rows] = squared.min(1)
    return np.sqrt(np.maximum(distances, 0.0)), indices


def close_counts(x: npt.ArrayLike, radius: float) -> Array:
    """(n,) how many other points lie within a radius of each; ties count.

    With radius 0: how many coincide with it, up to rounding.
    """
    points = _points(x, "x", 0)
    points = points - points.mean(0)
    counts = np.empty(len(points))
    for rows, low in _distances(points, points, lower=True):
        counts[rows] = (low <= radius**2).sum(1)
    return counts - 1.0  # each is as near as can be to itself


def _points(values: npt.ArrayLike, name: str, k: int) -> Array:
    points = np.asarray(values, np.float64)
    points = points.reshape(len(points), -1)
    if k < 0 or len(points) <= k:
        raise ValueError(
            f"Invalid value for `k`. Expected at least 1 and fewer than the "
            f"{len(points)} points of `{name}`. Received: {k}"
        )
    if not np.isfinite(points).all():
        raise ValueError(
            f"Invalid value for `{name}`. Expected finite numbers. Received: "
            f"{int((~np.isfinite(points)).any(1).sum())} rows with NaN or infinity"
        )
    return points


def _squared_radii(x: Array, k: int) -> Array:
    radii = np.empty(len(x))
    for rows, squared in _distances(x, x):
        # The point itself is among its neighbours, at distance 0: hence k, not k - 1.
        squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = 0.0
        squared.partition(k, axis=1)
        radii[rows] = squared[:, k]
    return np.maximum(radii, 0.0, out=radii)


def _distances(
    x: Array, y: Array, lower: bool = False
) -> Iterator[tuple[slice, Array]]:
    """Blocks of squared distances, or of their lower bounds, under rounding.

    Rounding can take a small one below 0.
    """
    share = 1.0 - _slack(x.shape[1]) if lower else 1.0
    x_norms, y_norms = share * (x**2).sum(1), share * (y**2).sum(1)
    twice = -2.0 * x
    height = max(BLOCK_VALUES // len(y), BLOCK_ROWS)
    for start in range(0, len(x), height):
        rows = slice(start, min(start + height, len(x)))
        squared = twice[rows] @ y.T
        squared += x_norms[rows, None]
        squared += y_norms
        yield rows, squared


def _slack(dimension: int) -> float:
    """Bound on a squared distance's error, as a share of |x|² + |y|².

    A sum of d products is off by at most d ulps of Σ|x||y| ≤ (|x|² + |y|²) / 2; the two
    sides of a comparison each carry the error of two norms and a product.
    """
    return 4.0 * (dimension + 4) * float(np.finfo(np.float64).eps)
