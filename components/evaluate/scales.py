"""The scales on which metrics' chance is told: there it is nearly normal, and nearly
the same wherever the metric lies."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from components.distances import Array

Scale = Literal["linear", "square_root", "cube_root", "angle", "log"]

SCALES: dict[Scale, Callable[[Array], Array]] = {
    "linear": lambda values: values,
    # Of counts (Bartlett 1936).
    "square_root": lambda values: np.sqrt(np.maximum(values, 0.0)),
    # Of sums of squares (Wilson and Hilferty 1931).
    "cube_root": np.cbrt,
    # Of shares (Bartlett 1936); of n independent points the error is 1 / 2√n.
    "angle": lambda values: np.arcsin(np.sqrt(np.clip(values, 0.0, 1.0))),
    # Of what is over a count. Values are above 0.
    "log": np.log,
}


UNSCALES: dict[Scale, Callable[[float], float]] = {
    "linear": lambda value: value,
    "square_root": lambda value: max(value, 0.0) ** 2,
    "cube_root": lambda value: value**3,
    "angle": lambda value: float(np.sin(np.clip(value, 0.0, np.pi / 2))) ** 2,
    "log": lambda value: float(np.exp(value)),
}


def unscaled(value: float, scale: Scale) -> float:
    """The reading that is there on the scale; at the scale's end, if it is beyond."""
    return float(UNSCALES[scale](value))


def share_error(result: Array | float | None, scale: Scale) -> float:
    """The standard error on the scale of the mean of n independent points, of a share.

    0 where it is no share: what scatters little on a few splits may have no error.
    """
    if scale != "angle" or not isinstance(result, np.ndarray):
        return 0.0
    return 1 / (2 * float(np.sqrt(max(len(result), 1))))


def scaled(value: float, scale: Scale) -> float:
    """A reading on a scale."""
    return float(SCALES[scale](np.array(value)))
