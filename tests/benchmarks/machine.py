"""What the machine can do, and who else is at it."""

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil

SIDES = (1024, 2048)
BUSY = 0.1
"""Share of the cores in others' hands above which figures are marked."""


class Products:
    """Square matrix products, by NumPy's library and by XLA, each at several sizes.

    Attributes:
        rates: operations per second of each, all that were measured.
    """

    def __init__(self, half: bool) -> None:
        self.rates: dict[str, list[float]] = {}
        self.products: dict[str, tuple[int, Callable[[], object]]] = {}
        for side in SIDES if not half else (4096, 8192):
            matrix = np.random.default_rng(0).standard_normal((side, side), np.float32)
            work = 2 * side**3
            self.products[f"XLA {side}"] = work, _by_xla(matrix, half)
            if not half:
                self.products[f"NumPy {side}"] = work, _by_numpy(matrix)
        for name, (_, product) in self.products.items():
            product()
            self.rates[name] = []

    def measure(self) -> None:
        for name, (work, product) in self.products.items():
            start = time.perf_counter()
            product()
            self.rates[name].append(work / (time.perf_counter() - start))

    @property
    def best(self) -> tuple[str, float]:
        """Whose rate was the highest, and that rate."""
        return max(
            ((name, max(rates)) for name, rates in self.rates.items()),
            key=lambda found: found[1],
        )


def _by_numpy(matrix: Any) -> Callable[[], object]:
    return lambda: matrix @ matrix


def _by_xla(matrix: Any, half: bool) -> Callable[[], object]:
    import tensorflow as tf

    dtype = tf.bfloat16 if half else tf.float32
    held = tf.cast(tf.constant(matrix), dtype)
    product = tf.function(lambda x: tf.matmul(x, x)[0, 0], jit_compile=True)
    # The sum is fetched, so that the product is done.
    product = tf.function(
        lambda x: tf.reduce_sum(tf.cast(tf.matmul(x, x), tf.float32)),
        jit_compile=True,
        autograph=False,
    )
    return lambda: product(held).numpy()


class Others:
    """How much of the cores other processes take, from now on."""

    def __init__(self) -> None:
        self.start = self._now()

    @staticmethod
    def _now() -> tuple[float, float, float]:
        """Seconds: of the clock, of all cores at work, of them in our processes."""
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        busy = sum(times[:8]) - idle if len(times) >= 8 else sum(times) - idle
        own = 0.0
        root = psutil.Process()
        for process in (root, *root.children(recursive=True)):
            used = process.cpu_times()
            own += used.user + used.system
        return time.perf_counter(), busy, own

    def share(self) -> float:
        """Their share of all cores since the start, 0 to 1."""
        clock, busy, own = (
            now - then for now, then in zip(self._now(), self.start, strict=True)
        )
        return max(0.0, (busy - own) / (clock * (psutil.cpu_count() or 1)))


def load() -> str:
    """The load average at this moment, and a warning if the machine is busy."""
    average = os.getloadavg()[0]
    cores = psutil.cpu_count() or 1
    told = f"load average {average:.2f} on {cores} cores"
    if average > BUSY * cores:
        told += " — WARNING: the machine is busy, figures are too low and unsteady"
    return told
