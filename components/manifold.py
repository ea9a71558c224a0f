"""Precision, recall, density and coverage of samples, by k-nearest-neighbour balls.

Sources: Kynkäänniemi et al. 2019, "Improved Precision and Recall Metric", eq. 1-3 (a
point on a ball's surface is inside: ties count); Naeem et al. 2020, "Reliable Fidelity
and Diversity Metrics for Generative Models", eq. 3 and 4 (here with the same ties).

Distances are Euclidean, as differences in float64 give them, and what is compared is
compared exactly: `components.distances` says how, without holding more than a block.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.distances import Array, Block, Cloud, Distances, Index, Mask
from components.neighbours import smallest

MANY = 4096
"""Open pairs of a block above which a closer look takes less time than they."""


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
    (points,), exponent = _points(k, x=x)
    return np.ldexp(_radii(Cloud(points), k), exponent)


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
    (x, y), exponent = _points(k, real=real, generated=generated)
    of_x, of_y = Cloud(x), Cloud(y)
    x_radii = _radii(of_x, k) if radii is None else np.ldexp(radii, -exponent)
    distances, y_radii = Distances(of_x, of_y), _radii(of_y, k)
    balls = Balls(distances, x_radii[of_x.rows], y_radii[of_y.rows])
    balls.see_all()
    in_balls = balls.around_y[of_y.place]
    return Memberships(
        (in_balls > 0).astype(float),
        balls.holds_x[of_x.place].astype(float),
        in_balls / k,
        balls.covered[of_x.place].astype(float),
    )


def nearest(
    points: npt.ArrayLike, reference: npt.ArrayLike
) -> tuple[Array, npt.NDArray[np.intp]]:
    """Each point's nearest reference point: distances (n,) and indices (n,)."""
    (x, y), exponent = _points(0, points=points, reference=reference)
    of_x, of_y = Cloud(x), Cloud(y)
    squares, indices = smallest(Distances(of_x, of_y), 0)
    distances = np.ldexp(np.sqrt(squares), exponent)
    return distances[of_x.place], of_y.rows[indices][of_x.place]


def close_counts(x: npt.ArrayLike, radius: float) -> Array:
    """(n,) how many other points lie within a radius of each; ties count."""
    (points,), exponent = _points(0, x=x)
    cloud = Cloud(points)
    radii = np.full(cloud.size, np.ldexp(radius, -exponent))
    balls = Balls(Distances(cloud, cloud), radii, radii)
    balls.see_all()
    # Each is in its own ball.
    return balls.around_y[cloud.place] - 1.0


class Balls:
    """Who is inside whose ball, of distinct points.

    Attributes:
        around_y: (v,) how many of x's balls each of y's points is in.
        covered: (u,) whether any of y's points is in x's ball.
        holds_x: (u,) whether x's point is in any of y's balls.
    """

    def __init__(self, distances: Distances, x_radii: Array, y_radii: Array) -> None:
        self.distances, self.x_radii, self.y_radii = distances, x_radii, y_radii
        self.around_y = np.zeros(distances.y.size)
        self.covered = np.zeros(distances.x.size, bool)
        self.holds_x = np.zeros(distances.x.size, bool)

    def see_all(self) -> None:
        """Take all distances into account."""
        for columns in self.distances.y.parts():
            for rows in self.distances.x.parts():
                for block in self.distances.blocks(rows, columns):
                    self.see(block)

    def see(self, block: Block) -> None:
        """Take a block into account."""
        inside = self._inside(block, self.x_radii[block.rows, None], True)
        self.covered[block.rows] |= inside.any(1)
        counts = self.distances.x.counts
        if counts is None:
            self.around_y[block.columns] += _counted(inside)
        else:
            self.around_y[block.columns] += counts[block.rows] @ inside
        inside = self._inside(block, self.y_radii[None, block.columns], False)
        self.holds_x[block.rows] |= inside.any(1)

    def _inside(self, block: Block, radii: Array, of_rows: bool) -> Mask:
        """Which distances (b, w) are at most a radius, (b, 1) or (1, w)."""
        squares, more = radii**2, block.more(of_rows)
        dtype = block.low.dtype
        with np.errstate(over="ignore"):  # Of a ball that holds all: infinite.
            perhaps = block.low <= squares.astype(dtype)
            sure = block.low <= (squares * block.level.share - more).astype(dtype)
        left = np.count_nonzero(perhaps) - np.count_nonzero(sure)
        if not left:
            return sure
        if left > MANY and block.rough:
            return self._inside(self.distances.closer(block), radii, of_rows)
        rows, columns = np.divmod(np.flatnonzero(perhaps ^ sure), sure.shape[1])
        exact = self.distances.exact(
            rows + block.rows.start, columns + block.columns.start
        )
        limit = radii[rows, 0] if of_rows else radii[0, columns]
        sure[rows, columns] = np.sqrt(exact) <= limit
        return sure


def _counted(mask: Mask) -> Index:
    """How many of each column are true."""
    counts = np.zeros(mask.shape[1], np.intp)
    # Bytes are added quickest, and 255 of them do not overflow one.
    for start in range(0, len(mask), 255):
        some = mask[start : start + 255].view(np.uint8)
        counts += np.add.reduce(some, axis=0, dtype=np.uint8)
    return counts


def _radii(cloud: Cloud, k: int) -> Array:
    """Of every point, not only of the distinct ones."""
    # The point itself is among its neighbours, at distance 0: hence k, not k - 1.
    squares, _ = smallest(Distances(cloud, cloud), k)
    return np.sqrt(squares)[cloud.place]


def _points(k: int, **given: npt.ArrayLike) -> tuple[list[npt.NDArray[Any]], int]:
    """Sets of points as (n, d), float32 or float64, and the exponent of their scale.

    They are divided by 2 to that, which is 0 unless their squares would not be numbers.
    """
    found, largest = [], 0.0
    for name, values in given.items():
        points = np.asarray(values)
        if points.dtype != np.float32:
            points = points.astype(np.float64, copy=False)
        points = points.reshape(len(points), -1)
        if k < 0 or len(points) <= k:
            raise ValueError(
                f"Invalid value for `k`. Expected at least 1 and fewer than the "
                f"{len(points)} points of `{name}`. Received: {k}"
            )
        largest = max(largest, _largest(points, name))
        found.append(points)
    if len({points.shape[1] for points in found}) > 1:
        raise ValueError(
            "Invalid value for `{1}`. Expected points of the dimension of `{0}`, "
            "{2}. Received: dimension {3}".format(
                *given, *(points.shape[1] for points in found)
            )
        )
    exponent = int(np.frexp(largest)[1])
    if largest == 0 or abs(exponent) < 400:
        return found, 0
    return [np.ldexp(points, -exponent) for points in found], exponent


def _largest(points: npt.NDArray[Any], name: str) -> float:
    """The largest magnitude of all values, none of which may be NaN or infinite."""
    if not points.size:
        return 0.0
    largest = max(float(points.max()), -float(points.min()))
    if np.isfinite(largest):
        return largest
    raise ValueError(
        f"Invalid value for `{name}`. Expected finite numbers. Received: "
        f"{int((~np.isfinite(points)).any(1).sum())} rows with NaN or infinity"
    )
