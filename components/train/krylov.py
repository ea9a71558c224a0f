"""Eigenvalues of a matrix that is known by its products alone, in compiled code."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

Array = np.ndarray[Any, Any]
Parts = Sequence[Any]
"""A vector (n,) in parts, one after the other."""

EXHAUSTED = 16
"""Roundings of a product below which what is left of it counts as none."""


def arnoldi(
    product: Callable[[Parts], Parts], start: Parts, count: Any, most: int, joint: Any
) -> tuple[Any, Any]:
    """Arnoldi's method without a restart: a matrix's image in its Krylov space.

    The Ritz values of that image come near the matrix's largest eigenvalues, and those
    at the edges of its spectrum, in every direction of the complex plane at once.
    ARPACK (`scipy.sparse.linalg.eigs`) asks for one end at a time, and for a round of
    products each.

    A matrix of which each part of a vector is moved by itself is as many matrices, and
    one product is a product with each: they can be looked at all at once.

    Args:
        product: parts of u -> parts of the matrix times u.
        start: the first direction, of any length.
        count: of products, at most `most`; it may be a tensor.
        joint: 1 where all parts are one vector, 0 where each is one of its own.

    Returns:
        the images (parts, most + 1, most), see `ritz_values`, the same for every part
        if they are one vector; and the last product, parts one after the other.
    """
    kind = start[0].dtype
    joint = ops.cast(joint, kind)
    mix = joint + (1.0 - joint) * ops.eye(len(start), dtype=kind)
    rows = ops.expand_dims(ops.arange(most, dtype="int32"), 1)

    def lengths(parts: Parts) -> Any:
        return ops.sqrt(ops.matmul(mix, ops.stack([ops.dot(p, p) for p in parts])))

    def scaled(parts: Parts, length: Any) -> list[Any]:
        some = length > 0
        factor = ops.where(some, 1.0 / ops.where(some, length, 1.0), 0.0)
        return [part * factor[place] for place, part in enumerate(parts)]

    def body(step: Any, carry: Any) -> Any:
        bases, current, image, _ = carry
        bases = [
            ops.where(rows == step, part, basis)
            for part, basis in zip(current, bases, strict=True)
        ]
        told = moved = product(current)
        column = ops.zeros((len(start), most), kind)
        for _ in range(2):  # Once loses orthogonality to rounding.
            shares = [ops.matmul(b, part) for b, part in zip(bases, moved, strict=True)]
            mixed = ops.matmul(mix, ops.stack(shares))
            moved = [
                part - ops.matmul(mixed[place], bases[place])
                for place, part in enumerate(moved)
            ]
            column = column + mixed
        rest = lengths(moved)
        below = ops.one_hot(step + 1, most + 1, dtype=kind)
        column = ops.pad(column, ((0, 0), (0, 1))) + ops.expand_dims(rest, 1) * below
        here = ops.reshape(rows, (-1,)) == step
        image = ops.where(here, ops.expand_dims(column, 2), image)
        return bases, scaled(moved, rest), image, list(told)

    bases = [ops.zeros((most, part.shape[0]), kind) for part in start]
    image = ops.zeros((len(start), most + 1, most), kind)
    blank = [ops.zeros_like(part) for part in start]
    first = (bases, scaled(start, lengths(start)), image, blank)
    _, _, image, told = ops.fori_loop(0, count, body, first)
    return image, ops.concatenate(told)


def ritz_values(image: Array, size: int, count: int) -> Array:
    """Ritz values of a real matrix (size, size), complex (k,), the largest first.

    With as many products as the matrix has rows they are all its eigenvalues.

    Args:
        image: (most + 1, most), as `arnoldi` gives it.
        count: of products that were made; k is fewer where an invariant space was
            found, and 0 where numbers are not finite.
    """
    count = min(count, size)
    least = EXHAUSTED * float(np.finfo(image.dtype).eps)
    image = image[: count + 1, :count].astype(np.float64)
    if not np.isfinite(image).all():
        return np.zeros(0, np.complex128)
    scales = np.sqrt((image**2).sum(axis=0))
    spent = np.flatnonzero(np.diag(image, -1) <= least * scales)
    found = min(int(spent[0]) + 1, count) if len(spent) else count
    values = np.linalg.eigvals(image[:found, :found]).astype(np.complex128)
    return values[np.lexsort((-values.imag, -np.abs(values)))]


def extremes(image: Array, size: int, count: int) -> Array:
    """The smallest and the largest Ritz value of a symmetric matrix, (2,); NaN if none.

    The largest is never above the largest eigenvalue, nor the smallest below.
    """
    values = ritz_values(image, size, count).real
    if not len(values):
        return np.full(2, np.nan)
    return np.array([values.min(), values.max()])
