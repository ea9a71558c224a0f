"""No contender, but what limits them all: large products of float32 matrices."""

from collections.abc import Callable, Iterator

import numpy as np

from contenders import Contender, timed

SIDES = (2048, 4096, 8192)
"""The largest only where the smaller ones take milliseconds: on an accelerator."""
LONG = 0.05

Multiply = Callable[[], object]


class Product(Contender):
    """The best of what a framework has and of NumPy, in operations a second."""

    def __init__(self, framework: str) -> None:
        self.name = f"product, {framework}"
        self.products: list[tuple[int, Multiply]] = []
        for side in SIDES:
            matrix = np.random.default_rng(0).standard_normal((side, side), np.float32)
            found = [(2 * side**3, product) for product in BY[framework](matrix)]
            self.products += found
            for _, product in found:
                product()
            if min(timed(product) for _, product in found) > LONG:
                break

    def play(self, steps: int) -> float:
        """The best rate of so many tries."""
        rates = [
            work / timed(product)
            for _ in range(max(1, steps))
            for work, product in self.products
        ]
        return max(rates)


def _by_tensorflow(matrix: np.ndarray) -> Iterator[Multiply]:
    """NumPy's, TensorFlow's own, and XLA's. A corner is fetched, so that it is done."""
    import tensorflow as tf

    held = tf.constant(matrix)
    yield lambda: matrix @ matrix
    for xla in (False, True):
        product = tf.function(lambda a: a @ a, jit_compile=xla, autograph=False)
        yield lambda product=product: product(held)[0, 0].numpy()  # type: ignore


def _by_jax(matrix: np.ndarray) -> Iterator[Multiply]:
    import jax

    held, product = jax.device_put(matrix), jax.jit(lambda a: a @ a)
    yield lambda: product(held).block_until_ready()


BY = {"tensorflow": _by_tensorflow, "jax": _by_jax}
