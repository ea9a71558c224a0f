"""The family of features: a member is fitted to records once, and maps records then."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class FittedFeatures(Protocol):
    """A map from records (n, *shape) to features (n, d) float64."""

    accuracy: float | None
    """Share of held-back records classified rightly; None without a classifier."""

    def __call__(self, data: "Array") -> "Array": ...

    def arrays(self) -> "dict[str, Array]":
        """All that has been learnt, for the features' `restore`."""
        ...

    def logits(self, data: "Array") -> "Array | None":
        """A classifier's logits (n, classes) float64; None without a classifier."""
        ...


class Features(Part):
    """What distances between records are measured in."""

    classifies: ClassVar[bool] = False
    """Whether what is fitted has logits."""
    learns: ClassVar[bool] = False
    """Whether what is fitted depends on the records, and so lays these elsewhere than
    others of the same density: what they read is then no null of new samples."""

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> FittedFeatures:
        """Fit to records.

        Args:
            data: (n, *shape), finite.
            labels: (n,) int, -1 where there is none.
            seed: of everything random in the fit.

        Raises:
            ValueError: if the features cannot be had from these records.
        """
        raise NotImplementedError

    def restore(self, arrays: "Mapping[str, Array]") -> FittedFeatures:
        """What `fit` returned, from its `arrays`."""
        raise NotImplementedError


def flatten(data: "Array") -> "Array":
    """Records (n, *shape) as (n, d) float64."""
    import numpy as np

    values = np.asarray(data, np.float64)
    # Not -1: there may be no records.
    return values.reshape(len(values), math.prod(values.shape[1:]))
