"""Features: principal components."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge

from components.features.family import Features, FittedFeatures, flatten

if TYPE_CHECKING:
    from components.features.family import Array


class Pca(Features):
    """The leading principal components of the records, centred, not whitened."""

    kind: Literal["pca"] = "pca"
    components: Annotated[int, Ge(1)] = 32
    """Components kept; as many as there are, if fewer."""

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Projection":
        from sklearn.decomposition import PCA

        flat = flatten(data)
        count = min(self.components, *flat.shape)
        fitted = PCA(count, random_state=seed % 2**32).fit(flat)
        return Projection(fitted.mean_, fitted.components_.T)

    def restore(self, arrays: "Mapping[str, Array]") -> "Projection":
        return Projection(arrays["mean"], arrays["axes"])


@dataclass
class Projection(FittedFeatures):
    """A linear map: (x - mean) @ axes, mean (d,), axes (d, components)."""

    mean: "Array"
    axes: "Array"

    def __call__(self, data: "Array") -> "Array":
        return (flatten(data) - self.mean) @ self.axes

    def arrays(self) -> "dict[str, Array]":
        return {"mean": self.mean, "axes": self.axes}
