"""Products of matrices, by the quickest library at hand.

Which one multiplies decides no digit that matters: who calls must not depend on the
order of summation, only on every term being multiplied and added in its own precision.
"""

import sys
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]

LARGE = 1 << 27
"""Multiplications above which TensorFlow's start is small beside its gain."""

ALIGNMENT = 64
"""Bytes; TensorFlow ends the process over memory that is aligned to fewer."""


def product(x: Matrix, y: Matrix) -> Matrix:
    """x @ y.T of (n, d) and (m, d), both float32 or both float64; maybe read-only.

    TensorFlow multiplies float32 up to twice as fast as the BLAS of numpy's wheels,
    where that does not know the CPU. It is used if it has been imported anyway.
    """
    if x.dtype == np.float32 and len(x) * y.size >= LARGE:
        tensorflow = _tensorflow()
        if tensorflow is not None:
            return _multiplied(tensorflow, x, y)
    result: Matrix = np.matmul(x, y.T)
    return result


def _tensorflow() -> Any:
    """TensorFlow, or None: not imported, not eager, or rounding what it multiplies."""
    tensorflow: Any = sys.modules.get("tensorflow")
    # Another thread may be in the middle of importing it.
    if not hasattr(tensorflow, "matmul") or not hasattr(tensorflow, "device"):
        return None
    if not tensorflow.executing_eagerly() or not _keeps_digits(tensorflow):
        return None
    return tensorflow


@cache
def _keeps_digits(tensorflow: Any) -> bool:
    """Whether factors keep their 24 bits: an environment may allow oneDNN bfloat16."""
    factors = np.diag(np.float32(1.0) + np.arange(1, 257, dtype=np.float32) * 2.0**-23)
    factors = factors.astype(np.float32)
    unit = np.eye(256, dtype=np.float32)
    return all(
        np.array_equal(_multiplied(tensorflow, *pair), factors)
        for pair in ((factors, unit), (unit, factors))
    )


def _multiplied(tensorflow: Any, x: Matrix, y: Matrix) -> Matrix:
    # On the CPU: a GPU would round factors to ten bits unless told not to for all.
    with tensorflow.device("CPU:0"):
        factors = _tensor(tensorflow, x), _tensor(tensorflow, y)
        found = tensorflow.matmul(*factors, transpose_b=True)
    return np.asarray(memoryview(found))


def _tensor(tensorflow: Any, x: Matrix) -> Any:
    """Of the same memory where TensorFlow can use it, else of a copy's."""
    if x.ctypes.data % ALIGNMENT or not (x.flags.c_contiguous and x.flags.writeable):
        return tensorflow.constant(x)
    return tensorflow.experimental.dlpack.from_dlpack(x.__dlpack__())


def aligned(size: int, dtype: Any) -> Matrix:
    """Memory (size,) that need not be copied for a product."""
    spare = ALIGNMENT // np.dtype(dtype).itemsize
    memory = np.empty(size + spare, dtype)
    start = -memory.ctypes.data % ALIGNMENT // memory.itemsize
    return memory[start : start + size]
