"""The scales on which metrics' chance is told: there it is nearly normal, and nearly
the same wherever the metric lies."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from components.distances import Array

Scale = Literal["linear", "square_root", "cube_root", "angle"]

SCALES: dict[Scale, Callable[[Array], Array]] = {
    "linear": lambda values: values,
    # Of counts (Bartlett 1936).
    "square_root": lambda values: np.sqrt(np.maximum(values, 0.0)),
    # Of sums of squares (Wilson and Hilferty 1931).
    "cube_root": np.cbrt,
    # Of shares (Bartlett 1936); of n independent points the error is 1 / 2√n.
    "angle": lambda values: np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0))),
}


def scaled(value: float, scale: Scale) -> float:
    """A reading on a scale."""
    return float(SCALES[scale](np.array(value)))
