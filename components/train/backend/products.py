"""Matrix products whose slopes XLA computes quickly on a CPU.

The slope xᵀg of a dense layer by its weights is a product whose left factor is to be
transposed. XLA's on a CPU make 235 GFLOP/s of a core at 128 x 512 x 128 where x is
transposed first 300, and 4 where g has two columns, where gᵀx, transposed after, makes
50 (AVX-512, 250 at best). The compiler would undo either, but for a barrier. What is
summed is the same, and every derivative in reverse is there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from keras import ops
from keras.src import backend

Held = Callable[[Any], Any]

NARROW = 8
"""Columns up to which a factor is cheaper to have on the left."""


HELD: ContextVar[Held | None] = ContextVar("held", default=None)
"""In force where products are to be quick."""

usual = backend.numpy.matmul


@contextmanager
def quick_products(held: Held) -> Iterator[None]:
    """A context in which Keras's layers are traced with these products.

    Args:
        held: x itself, differentiable, which the compiler computes as it is.
    """
    token = HELD.set(held)
    try:
        yield
    finally:
        HELD.reset(token)


def matmul(x: Any, weights: Any) -> Any:
    """Keras's own, but for plain products where they are to be quick."""
    held = HELD.get()
    if held is None:
        return usual(x, weights)
    x, weights = ops.convert_to_tensor(x), ops.convert_to_tensor(weights)
    if len(x.shape) == len(weights.shape) == 2 and x.dtype == weights.dtype:
        return product(held)(x, weights)
    return usual(x, weights)


def product(held: Held) -> Any:
    """(x, weights) -> their product, whose slopes are quick."""

    @ops.custom_gradient  # type: ignore[untyped-decorator]
    def made(x: Any, weights: Any) -> Any:
        def slopes(*given: Any, upstream: Any = None) -> tuple[Any, Any]:
            slope = given[0] if upstream is None else upstream
            by_x = usual(slope, ops.transpose(weights))
            if x.shape[1] <= NARROW:
                return by_x, usual(ops.transpose(x), slope)
            if weights.shape[1] <= NARROW:
                turned = held(usual(ops.transpose(slope), x))
                return by_x, ops.transpose(turned)
            return by_x, usual(held(ops.transpose(x)), slope)

        return usual(x, weights), slopes

    return made


# What every dense layer of Keras calls; it knows no setting for it.
backend.numpy.matmul = matmul
