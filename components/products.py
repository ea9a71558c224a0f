"""Products of matrices, by the quickest library at hand.

Which one multiplies decides no digit that matters: who calls must not depend on the
order of summation, only on every term being multiplied and added in its own precision.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    where that does not know the CPU, and on a GPU where there is one. It is used if it
    has been imported anyway.
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
    if not tensorflow.executing_eagerly() or _device(tensorflow) is None:
        return None
    return tensorflow


@cache
def _device(tensorflow: Any) -> str | None:
    """A GPU if there is one, else the CPU: the first that keeps all digits."""
    gpus = tensorflow.config.list_physical_devices("GPU")
    places = [*(["GPU:0"] if gpus else []), "CPU:0"]
    return next((each for each in places if _keeps_digits(tensorflow, each)), None)


def _keeps_digits(tensorflow: Any, device: str) -> bool:
    """Whether factors keep their 24 bits on a device.

    An environment may allow a CPU's library bfloat16, and a GPU TensorFloat-32.
    """
    factors = np.diag(np.float32(1.0) + np.arange(1, 257, dtype=np.float32) * 2.0**-23)
    factors = factors.astype(np.float32)
    unit = np.eye(256, dtype=np.float32)
    return all(
        np.array_equal(_multiplied(tensorflow, one, other, device), factors)
        for one, other in ((factors, unit), (unit, factors))
    )


def _multiplied(
    tensorflow: Any, x: Matrix, y: Matrix, device: str | None = None
) -> Matrix:
    device = device or _device(tensorflow) or "CPU:0"
    with whole_factors(tensorflow), tensorflow.device(device):
        factors = _tensor(tensorflow, x), _tensor(tensorflow, y)
        found = tensorflow.matmul(*factors, transpose_b=True)
    on_cpu = device.startswith("CPU")
    return np.asarray(memoryview(found)) if on_cpu else np.asarray(found)


@contextmanager
def whole_factors(tensorflow: Any) -> Iterator[None]:
    """GPUs round factors to ten bits, unless the process tells them not to: it does, as
    long as a product takes, and training is told again what it was told before."""
    config = tensorflow.config.experimental
    allowed = config.tensor_float_32_execution_enabled()
    config.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        config.enable_tensor_float_32_execution(allowed)


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
