"""Records of two parts, so that which part one belongs to is all that sets it apart.

By their values, or a fixed random projection of them, which keeps distances to a tenth
(Johnson and Lindenstrauss 1984) and knows no record; no two of them equal.
"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Index = np.ndarray[Any, np.dtype[np.intp]]

DIMENSION = 64
"""Of the projection. A distance's error is 1 / √(2 · 64) of it."""


def sketch(points: Array) -> Array:
    """Points (n, *shape) as (n, d), d at most DIMENSION, in their own precision."""
    width = math.prod(points.shape[1:])
    flat = points.reshape(len(points), width)
    if width <= DIMENSION:
        return flat
    axes = np.random.default_rng([width, 13]).standard_normal((width, DIMENSION))
    return np.asarray(flat @ (axes / np.sqrt(DIMENSION)).astype(flat.dtype))


def own_rows(one: Array, other: Array) -> tuple[Index, Index]:
    """Rows of either part (n, *shape) that the other has no equal of, ascending.

    Equal ones count once. Of those that both parts have neither counts: nobody can tell
    which of them a sample would copy. A part may end empty.
    """
    first, second = _first_rows(one), _first_rows(other)
    return _without(first, second), _without(second, first)


def _first_rows(points: Array) -> dict[bytes, int]:
    """The first row of every distinct point."""
    rows = np.ascontiguousarray(points + 0.0)  # the bytes of -0 are not 0's
    return {row.tobytes(): i for i, row in reversed(list(enumerate(rows)))}


def _without(first: dict[bytes, int], other: dict[bytes, int]) -> Index:
    rows = sorted(i for row, i in first.items() if row not in other)
    return np.array(rows, np.intp)
