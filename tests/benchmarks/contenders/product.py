"""No contender, but what limits them all: large products of float32 matrices."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from contenders import Contender, timed

SIDES = (2048, 4096)


class Product(Contender):
    """The best of NumPy's, TensorFlow's and XLA's, in operations a second."""

    name = "product"

    def __init__(self) -> None:
        self.products: list[tuple[int, Callable[[], object]]] = []
        for side in SIDES:
            matrix = np.random.default_rng(0).standard_normal((side, side), np.float32)
            self.products.append((2 * side**3, lambda a=matrix: a @ a))
            self.products.append((2 * side**3, _by_tensorflow(matrix, xla=False)))
            self.products.append((2 * side**3, _by_tensorflow(matrix, xla=True)))

    def play(self, steps: int) -> float:
        """The best rate of so many tries."""
        rates = [
            work / timed(product)
            for _ in range(max(1, steps))
            for work, product in self.products
        ]
        return max(rates)


def _by_tensorflow(matrix: np.ndarray, xla: bool) -> Callable[[], object]:
    held = tf.constant(matrix)
    product = tf.function(lambda a: a @ a, jit_compile=xla, autograph=False)
    # The corner is fetched, so that the product is done.
    return lambda: product(held)[0, 0].numpy()
