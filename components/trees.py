"""Who is near whom, of points of few numbers, by trees: not all distances are needed.

In two or three dimensions a k-d tree (Bentley 1975) leaves out almost all pairs. What
it finds are candidates: its distances are rounded in an order of its own, so that it is
asked for a little more than is wanted, and what is compared is computed exactly.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from components.distances import Array, Cloud, Distances, Index

FEW = 3
"""Numbers of a point up to which a tree takes less time than all distances do."""
SLACK = 1e-9
"""Share by which a tree's radii are larger than those that are asked for."""
MOST = 1 << 22
"""Pairs above which all distances, block by block, take less memory and time."""


class Trees:
    """The distinct points of two clouds, as trees.

    Args:
        distances: between them, of at most FEW numbers.
    """

    def __init__(self, distances: Distances) -> None:
        self.x = _points(distances.x)
        self.of_x = _tree(self.x)
        own = distances.x is distances.y
        self.y = self.x if own else _points(distances.y)
        self.of_y = self.of_x if own else _tree(self.y)

    def reach(self, k: int) -> Array:
        """Of each of x's points about how far its k-th nearest of y is, from 0."""
        found: Array = self.of_y.query(self.x, k=[k + 1])[0][:, 0]
        return found

    def around_x(self, radii: Array) -> tuple[Index, Index] | None:
        """Pairs (p,) of x's and y's points, all that are within a radius of x's.

        None if there are more than MOST.
        """
        return _within(self.of_y, self.x, radii)

    def around_y(self, radii: Array) -> tuple[Index, Index] | None:
        """The same within a radius of y's points."""
        found = _within(self.of_x, self.y, radii)
        return None if found is None else (found[1], found[0])


def trees(distances: Distances) -> Trees | None:
    """The trees of two clouds, None where all distances take less time."""
    return Trees(distances) if distances.x.dimension <= FEW else None


def _points(cloud: Cloud) -> Array:
    return cloud.taken(np.arange(cloud.size)).astype(np.float64)


def _tree(points: Array) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(points)


def _within(tree: Any, points: Array, radii: Array) -> tuple[Index, Index] | None:
    """(points' numbers, the tree's), of each that is within a point's radius."""
    wide = radii * (1.0 + SLACK)
    counts: npt.NDArray[np.intp] = tree.query_ball_point(
        points, wide, return_length=True
    )
    if counts.sum() > MOST:
        return None
    found = tree.query_ball_point(points, wide, return_sorted=False)
    others = np.fromiter(
        (other for each in found for other in each), np.intp, counts.sum()
    )
    return np.repeat(np.arange(len(points)), counts), others
