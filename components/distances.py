"""Squared Euclidean distances: bounds of all by products, exact where asked.

A product of d terms is off by at most d roundings of Σ|xᵢyᵢ| ≤ (|x|² + |y|²) / 2, in
whatever order it is summed (Higham 2002, "Accuracy and Stability of Numerical
Algorithms", section 3.1), whence bounds on |x|² + |y|² - 2xy. Pairs that the bounds
leave open are computed by differences in float64, where equal points are at distance 0
and a distance is the same from both ends. What is decided so is what float64 decides.

In many dimensions products are of float32, twice as fast. Where points crowd, as those
of a generator that has collapsed do, a block goes to float64 and, if that is not enough
either, to differences; and of equal points one stands for all.
"""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from components.products import aligned, product

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[Any]
"""(n, d), float32 or float64."""

PART, PART_VALUES = 1536, 1 << 22
"""Points of a set that are looked at together, at least, and most of their values."""
BLOCK_VALUES, BLOCK_ROWS = 1 << 18, 128
"""Distances in a block, what a core's cache holds, and its fewest rows."""
TALL = 768
"""Rows multiplied at once, less than twice as many at most."""
CHUNK_VALUES = 1 << 17
"""Values converted, or subtracted, at once."""
SPARE = 32
"""Roundings beside those of the products: of conversions, norms, sums and limits."""


class Cloud:
    """Points of a set, equal ones as one.

    Attributes:
        points: (n, d), finite.
        center: (d,) the mean, about which products are taken.
        rows: (u,) where each distinct point is first.
        place: (n,) which distinct point each is.
        counts: (u,) how many points each stands for; None if all are distinct.
        norms: (u,) |p - center|².
    """

    def __init__(self, points: Points) -> None:
        self.points = points
        # In the points' own precision, so that differences of float32 stay there.
        self.center = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
        self.rows = self.place = np.arange(len(points))
        self.counts: Index | None = None
        self.norms = self.norms_about(self.center)
        first = self._first()
        if first is not None:
            self.rows, self.place, self.counts = np.unique(
                first, return_inverse=True, return_counts=True
            )
            self.norms = self.norms[self.rows]

    @property
    def size(self) -> int:
        """How many distinct points there are."""
        return len(self.rows)

    @property
    def dimension(self) -> int:
        return int(self.points.shape[1])

    def parts(self, least: int = 1) -> list[slice]:
        """All distinct points, in parts of at least so many if there are as many."""
        most = max(PART_VALUES // max(self.dimension, 1), BLOCK_ROWS)
        count = max(1, self.size // max(min(PART, most), least))
        edges = np.linspace(0, self.size, count + 1).astype(int).tolist()
        return [slice(*pair) for pair in pairwise(edges)]

    def taken(self, which: "slice | Index") -> Points:
        """Some of the distinct points; without a copy where that can be."""
        if self.counts is None:
            return self.points[which]
        return self.points[self.rows[which]]

    def norms_about(self, center: Points) -> Array:
        """|p - center|² of the distinct points, (u,)."""
        norms = np.empty(self.size)
        for rows in _slices(0, self.size, CHUNK_VALUES // max(self.dimension, 1)):
            centered = np.subtract(self.taken(rows), center, dtype=np.float64)
            np.einsum("ij,ij->i", centered, centered, out=norms[rows])
        return norms

    def convert(self, rows: slice, center: Points, found: Points) -> None:
        """Put distinct points about a center, rounded to its type, where told."""
        wide = np.result_type(self.points, center, found)
        for part in _slices(0, len(found), CHUNK_VALUES // max(self.dimension, 1)):
            taken = self.taken(slice(rows.start + part.start, rows.start + part.stop))
            np.subtract(taken, center, found[part], dtype=wide, casting="same_kind")

    def _first(self) -> Index | None:
        """For each point the first that equals it; None if all are distinct."""
        _, group, counts = np.unique(
            self.norms, return_inverse=True, return_counts=True
        )
        if len(counts) == len(self.norms):
            return None
        first, seen = self.rows.copy(), dict[bytes, int]()
        for row in np.flatnonzero(counts[group] > 1).tolist():
            # -0.0 and 0.0 are equal, and other bytes.
            digest = hashlib.blake2b(self.points[row] + 0.0, digest_size=32).digest()
            first[row] = seen.setdefault(digest, row)
        return first if (first != self.rows).any() else None


class Level(NamedTuple):
    """How well distances are known: D with low <= D <= (low + more) / share.

    `more` is of one of both points: where low is small, the other's norm is near its.

    Attributes:
        dtype: of the products; None of differences.
        low_x, low_y: (u,) and (v,), what added to a product makes the lower bound.
        more_x, more_y: (u,) and (v,) float64.
    """

    dtype: Any
    low_x: Points
    low_y: Points
    more_x: Array
    more_y: Array
    share: float


class Block(NamedTuple):
    """Lower bounds (b, w) of distances, in memory that the next block takes again."""

    rows: slice
    columns: slice
    low: Points
    level: Level

    @property
    def rough(self) -> bool:
        """Whether products of float64 tell more."""
        return self.level.dtype is np.float32

    def more(self, of_rows: bool) -> Array:
        """`Level`'s, of the rows (b, 1) or of the columns (1, w)."""
        if of_rows:
            return self.level.more_x[self.rows, None]
        return self.level.more_y[None, self.columns]


class Distances:
    """Between the distinct points of two clouds, numbered as there.

    Args:
        x, y: of the same dimension; the same object for distances within a set.
    """

    def __init__(self, x: Cloud, y: Cloud) -> None:
        self.x, self.y = x, y
        self.norms_x = x.norms if x is y else x.norms_about(y.center)
        self.size = float(max(self.norms_x.max(), y.norms.max()))
        dtypes = [np.float32, np.float64] if self._single() else [np.float64]
        self.levels = [self._level(dtype) for dtype in dtypes]
        self.levels.append(self._last())
        self.depth = 0
        self._rooms: dict[tuple[str, Any], Points] = {}

    def blocks(self, rows: slice, columns: slice) -> Iterator[Block]:
        """All bounds of a part of x against a part of y."""
        width = columns.stop - columns.start
        height = max(BLOCK_VALUES // width, BLOCK_ROWS)
        # Each product reads all of y's part, which takes the longer the fewer rows.
        count = rows.stop - rows.start
        tall = -(-count // max(1, count // max(min(self.x.dimension, TALL), height)))
        self.depth, known = 0, -1
        for many in _slices(rows.start, rows.stop, tall):
            level = self.levels[self.depth]
            if self.depth != known:
                known = self.depth
                right = self._right(columns, level.dtype)
            yield from self._cut(
                product(self._left(many, level.dtype), right),
                *(many, columns, height, level),
            )

    def _cut(
        self, products: Points, rows: slice, columns: slice, height: int, level: Level
    ) -> Iterator[Block]:
        """Blocks of so many rows each, of their products."""
        width = columns.stop - columns.start
        for some in _slices(rows.start, rows.stop, height):
            found = products[some.start - rows.start : some.stop - rows.start]
            low = self._room("low", len(found), width, level.dtype)
            np.add(found, level.low_x[some, None], out=low)
            low += level.low_y[columns]
            yield Block(some, columns, low, level)

    def closer(self, block: Block) -> Block:
        """The same distances by products of float64.

        The other blocks of these parts start there, then.
        """
        self.depth = len(self.levels) - 2
        level = self.levels[self.depth]
        rows, columns = block.rows, block.columns
        left, low = self._left(rows, level.dtype), np.empty(block.low.shape)
        step = CHUNK_VALUES * 8 // max(self.x.dimension, 1)
        for some in _slices(columns.start, columns.stop, step):
            place = slice(some.start - columns.start, some.stop - columns.start)
            low[:, place] = product(left, self._right(some, level.dtype))
        low += level.low_x[rows, None]
        low += level.low_y[columns]
        return Block(rows, columns, low, level)

    def closest(self, block: Block, mask: Mask) -> Block:
        """The distances that a mask chooses, to the last digits; others infinite."""
        places = np.flatnonzero(mask)
        rows, columns = np.divmod(places, mask.shape[1])
        low = np.full(mask.size, np.inf)
        squares = self.exact(rows + block.rows.start, columns + block.columns.start)
        low[places] = squares * self.levels[-1].share
        return block._replace(low=low.reshape(mask.shape), level=self.levels[-1])

    def exact(self, rows: Index, columns: Index) -> Array:
        """The squared distances of pairs (p,), by differences in float64."""
        found = np.empty(len(rows))
        for some in _slices(0, len(rows), CHUNK_VALUES // max(self.x.dimension, 1)):
            ends = self.x.taken(rows[some]), self.y.taken(columns[some])
            difference = np.subtract(*ends, dtype=np.float64)
            np.einsum("ij,ij->i", difference, difference, out=found[some])
        return found

    def _left(self, rows: slice, dtype: Any) -> Points:
        room = self._room("left", rows.stop - rows.start, self.x.dimension, dtype)
        self.x.convert(rows, self.y.center, room)
        room *= -2.0
        return room

    def _right(self, columns: slice, dtype: Any) -> Points:
        width = columns.stop - columns.start
        room = self._room("right", width, self.y.dimension, dtype)
        self.y.convert(columns, self.y.center, room)
        return room

    def _room(self, use: str, rows: int, columns: int, dtype: Any) -> Points:
        """Memory (rows, columns), the same for each use: new one costs time."""
        size = rows * columns
        known = self._rooms.get((use, dtype))
        if known is None or known.size < size:
            known = self._rooms[use, dtype] = aligned(size, dtype)
        return known[:size].reshape(rows, columns)

    def _single(self) -> bool:
        """Whether float32 holds squares of these points."""
        return 1e-25 < self.size < 1e36

    def _level(self, dtype: Any) -> Level:
        information = np.finfo(dtype)
        roundings = (self.x.dimension + SPARE) * float(information.eps)
        # Half an eps each in float32; in float64 norms and differences err as well.
        slack = roundings / 2 if dtype == np.float32 else 4 * roundings
        slack /= 1.0 - min(slack, 0.5)
        # Numbers below the smallest vanish, in factors and products.
        vanishing = 4.0 * self.x.dimension * float(information.tiny)
        vanishing *= 1.0 + 2.0 * float(np.sqrt(self.size))
        low_x, low_y = (
            ((1.0 - slack) * norms - vanishing).astype(dtype)
            for norms in (self.norms_x, self.y.norms)
        )
        # D <= low + 2 slack (|x|² + |y|²) + 4 vanishing, and |y|² <= 2 |x|² + 2 D.
        more_x, more_y = (
            6.0 * slack * norms + 8.0 * vanishing
            for norms in (self.norms_x, self.y.norms)
        )
        return Level(dtype, low_x, low_y, more_x, more_y, 1.0 - 4.0 * slack)

    def _last(self) -> Level:
        of_x, of_y = np.zeros(self.x.size), np.zeros(self.y.size)
        return Level(None, of_x, of_y, of_x, of_y, 1.0 - 2.0**-50)


def _slices(start: int, stop: int, step: int) -> Iterator[slice]:
    for at in range(start, stop, max(step, 1)):
        yield slice(at, min(at + max(step, 1), stop))
