"""Extreme eigenvalues of a matrix that is known by its products alone."""

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Product = Callable[[Array], Array]


def ritz_values(product: Product, size: int, products: int) -> Array:
    """Ritz values of a real matrix (size, size), complex (k,), the largest first.

    Arnoldi's method without a restart: the leading ones come near the eigenvalues of
    largest magnitude, and those at the edges of the spectrum, in every direction of the
    complex plane at once. ARPACK (`scipy.sparse.linalg.eigs`) asks for one end at a
    time, and for a round of products each. With as many products as the matrix has rows
    the values are all its eigenvalues.

    Args:
        product: u (size,) -> the matrix times u.
        products: how many to make; k is fewer where an invariant space is found.
    """
    count = min(products, size)
    basis = np.zeros((count + 1, size))
    # No direction is special to a network, and runs must agree to the bit.
    basis[0] = np.random.default_rng(0).standard_normal(size)
    basis[0] /= np.linalg.norm(basis[0])
    projected = np.zeros((count + 1, count))
    for step in range(count):
        moved = product(basis[step])
        scale = np.linalg.norm(moved)
        for _ in range(2):  # Once loses orthogonality to rounding.
            shares = basis[: step + 1] @ moved
            projected[: step + 1, step] += shares
            moved = moved - shares @ basis[: step + 1]
        rest = np.linalg.norm(moved)
        if not np.isfinite(rest):
            return np.zeros(0, np.complex128)
        if rest <= 1e-7 * scale or step + 1 == count:
            count = step + 1
            break
        projected[step + 1, step] = rest
        basis[step + 1] = moved / rest
    values = np.linalg.eigvals(projected[:count, :count]).astype(np.complex128)
    return values[np.lexsort((-values.imag, -np.abs(values).round(12)))]


def symmetric_extremes(product: Product, size: int, products: int) -> Array:
    """The smallest and the largest Ritz value of a symmetric matrix, (2,); NaN if none.

    The largest is never above the largest eigenvalue, nor the smallest below.
    """
    values = ritz_values(product, size, products).real
    if not len(values):
        return np.full(2, np.nan)
    return np.array([values.min(), values.max()])
