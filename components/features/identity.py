"""Features: the values themselves."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from components.features.family import Features, FittedFeatures, flatten

if TYPE_CHECKING:
    from components.features.family import Array


class Identity(Features):
    """The values themselves, flattened: pixels or coordinates."""

    kind: Literal["identity"] = "identity"

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Flat":
        return Flat()

    def restore(self, arrays: "Mapping[str, Array]") -> "Flat":
        return Flat()


class Flat(FittedFeatures):
    """Records flattened to float64."""

    def __call__(self, data: "Array") -> "Array":
        return flatten(data)
