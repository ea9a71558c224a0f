"""Where the modes of a mixture lie: a family."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from annotated_types import Ge, Le

from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

Positive = Annotated[float, Ge(1e-6), Le(1e6)]
"""Lengths, in the data's units."""


class ModeArrays(NamedTuple):
    """centers (k, d), weights (k,) with sum 1, stds (k,), float64."""

    centers: "np.ndarray[Any, Any]"
    weights: "np.ndarray[Any, Any]"
    stds: "np.ndarray[Any, Any]"


class Layout(Part):
    """The modes of a mixture."""

    def modes(self) -> ModeArrays:
        """What points are drawn from."""
        raise NotImplementedError

    def places(self) -> ModeArrays:
        """Those of them that a generator can be asked to find; all, if not stated."""
        return self.modes()


def equal_modes(centers: "np.ndarray[Any, Any]", std: float) -> ModeArrays:
    """Modes of equal weight and spread at `centers` (k, d)."""
    import numpy as np

    count = len(centers)
    return ModeArrays(
        np.asarray(centers, np.float64),
        np.full(count, 1 / count),
        np.full(count, float(std)),
    )


def circle(count: int, radius: float) -> "np.ndarray[Any, Any]":
    """`count` points on a circle, (count, 2); the end point is not the start."""
    import numpy as np

    angles = 2 * np.pi * np.arange(count) / count
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
