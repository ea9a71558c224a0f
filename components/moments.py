"""Counts, means and scatters of points, in float64, that merge: of parts the whole's.

Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance". Sums are
taken about the mean of what they are of, so that a large mean swamps nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from components.distances import Array

ROWS_BYTES = 32 << 20
"""Of the points that are looked at together."""


@dataclass(frozen=True)
class Moments:
    """The first two moments of n points.

    Attributes:
        count: n.
        mean: (d,).
        scatter: (d, d), the sum of (x - mean)(x - mean)ᵀ.
    """

    count: int
    mean: Array
    scatter: Array

    @classmethod
    def of(cls, points: npt.NDArray[Any]) -> "Moments":
        """The moments of points (n, d)."""
        step = max(1, ROWS_BYTES // (8 * max(1, points.shape[1])))
        parts = (points[at : at + step] for at in range(0, len(points), step))
        return merged(map(cls._of, parts), points.shape[1])

    @classmethod
    def _of(cls, points: npt.NDArray[Any]) -> "Moments":
        mean = points.mean(axis=0, dtype=np.float64)
        centered = points - mean
        return cls(len(points), mean, centered.T @ centered)

    def merge(self, other: "Moments") -> "Moments":
        """The moments of both sets of points as one."""
        count = self.count + other.count
        if not self.count or not other.count:
            return self if self.count else other
        apart = other.mean - self.mean
        share = other.count / count
        scatter = np.multiply.outer(apart * (self.count * share), apart)
        scatter += self.scatter
        scatter += other.scatter
        return Moments(count, self.mean + share * apart, scatter)

    @property
    def covariance(self) -> Array:
        """(d, d), over n - 1.

        Raises:
            ValueError: of fewer than two points.
        """
        if self.count < 2:
            raise ValueError(
                "Invalid value for the number of points. Expected at least 2, to have "
                f"a covariance. Received: {self.count}"
            )
        return self.scatter / (self.count - 1)


def merged(parts: Iterable[Moments], dimension: int) -> Moments:
    """The moments of all parts' points."""
    nothing = Moments(0, np.zeros(dimension), np.zeros((dimension, dimension)))
    return reduce(Moments.merge, parts, nothing)


class MomentsTree:
    """Moments of numbered parts, merged in one shape, in whatever order they come.

    Two neighbours are merged as soon as both are there, as the children of one node of
    a binary tree over the numbers 0 to L - 1. So equal parts give equal bits, however
    many workers made them and whichever was first; of parts in order no more than
    log2(L) nodes are held.

    Attributes:
        nodes: (level, index) -> moments of the parts index · 2^level to
            (index + 1) · 2^level - 1.
    """

    def __init__(self) -> None:
        self.nodes: dict[tuple[int, int], Moments] = {}

    def add(self, number: int, moments: Moments, level: int = 0) -> None:
        """Take the moments of a part, or of a whole node of another tree."""
        at = level, number
        while (sibling := (at[0], at[1] ^ 1)) in self.nodes:
            pair = self.nodes.pop(sibling), moments
            moments = pair[0].merge(pair[1]) if at[1] % 2 else pair[1].merge(pair[0])
            at = at[0] + 1, at[1] // 2
        self.nodes[at] = moments

    def merge(self, other: "MomentsTree") -> None:
        """Take all parts of another tree."""
        for (level, index), moments in other.nodes.items():
            self.add(index, moments, level)

    def whole(self) -> Moments:
        """Of all parts.

        Raises:
            ValueError: if there are none.
        """
        if not self.nodes:
            raise ValueError(
                "Invalid value for the parts. Expected at least one. Received: none"
            )
        ordered = sorted(self.nodes, key=lambda at: at[1] << at[0])
        return reduce(Moments.merge, (self.nodes[at] for at in ordered))


def without_each(parts: Sequence[Moments]) -> Iterator[Moments]:
    """For each part the moments of all others together.

    One after the other: at 2,048 dimensions each takes 32 MiB. All their merges, n² of
    n parts, take a small share of the time of n distances.
    """
    dimension = len(parts[0].mean)
    for place in range(len(parts)):
        others = (part for other, part in enumerate(parts) if other != place)
        yield merged(others, dimension)


def frechet(first: Moments, second: Moments) -> float:
    """|μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁C₂)^½), of Gaussians with these moments.

    C₁C₂ has the eigenvalues of RᵀC₂R where C₁ = RRᵀ, a symmetric matrix: they are real,
    and those that rounding makes negative are zero.

    Dowson and Landau 1982, "The Fréchet distance between multivariate normal
    distributions".
    """
    shift = first.mean - second.mean
    one, two = first.covariance, second.covariance
    crossed = _crossed(one, two)
    overlap = np.sqrt(np.maximum(crossed, 0.0)).sum()
    distance = shift @ shift + np.trace(one) + np.trace(two) - 2.0 * overlap
    return max(float(distance), 0.0)


def _crossed(one: Array, two: Array) -> Array:
    """The eigenvalues of the product of two covariances, but for some that are 0."""
    from scipy.linalg import LinAlgError, eigh

    try:
        # That of the generalized problem C₂C₁v = λv, which LAPACK brings to a symmetric
        # form by C₁'s Cholesky factor.
        return np.asarray(
            eigh(two, one, type=2, eigvals_only=True, check_finite=False), np.float64
        )
    except LinAlgError:
        # C₁ is singular, as of fewer points than dimensions, or of constant features.
        root = _root(one)
        return np.asarray(np.linalg.eigvalsh(root.T @ two @ root), np.float64)


def _root(covariance: Array) -> Array:
    """R (d, rank) with RRᵀ the singular covariance (d, d)."""
    # What rounding makes of zeros would come out of the square root a billion times
    # larger: those directions are left out.
    values, vectors = np.linalg.eigh(covariance)
    spread = values > values[-1] * len(values) * np.finfo(np.float64).eps
    root: Array = vectors[:, spread] * np.sqrt(values[spread])
    return root
