"""The numbers that a training computes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Precision = Literal["float32", "float64", "bfloat16"]


@contextmanager
def precision(name: Precision) -> Iterator[None]:
    """Keras in a precision, as it was before afterwards.

    `bfloat16` is mixed: layers compute in it, while parameters, optimizers, penalties'
    norms and losses stay in float32. Its range is float32's, so no loss is scaled.
    """
    import keras

    from components.train import backend

    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    with backend.current().precision(name == "float64"):
        keras.config.set_floatx("float64" if name == "float64" else "float32")
        mixed = "mixed_bfloat16" if name == "bfloat16" else keras.config.floatx()
        keras.config.set_dtype_policy(mixed)
        try:
            yield
        finally:
            keras.config.set_floatx(floatx)
            keras.config.set_dtype_policy(policy)
