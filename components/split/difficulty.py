"""How hard a record is: the family that `split` grades with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from components.features import Features, Identity
from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

Score = Callable[
    ["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"], "np.ndarray[Any, Any]"
]
"""(features (n, d), whether each was fitted on (n,)) -> difficulty (n,) float64."""


class SplitError(Exception):
    """A dataset cannot be split as asked; the message says what to change."""


class Difficulty(Part):
    """A number per record, larger for what is harder; fitted on training records."""

    features: Features = Identity()
    """The space in which difficulty is measured."""

    def fit(self, features: "np.ndarray[Any, Any]", seed: int) -> Score:
        """Fit on the training records' features (n, d)."""
        raise NotImplementedError
