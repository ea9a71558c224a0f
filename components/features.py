"""Features: what distances between records are measured in.

A member of the family `Features` is fitted to records once and then maps arrays of
records to (n, d) float64. The fitted maps hold NumPy arrays only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

from annotated_types import Ge, Gt, Len

from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class FittedFeatures(Protocol):
    """A map from records (n, *shape) to features (n, d) float64."""

    accuracy: float | None
    """Share of held-back records classified rightly; None without a classifier."""

    def __call__(self, data: "Array") -> "Array": ...

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


class Identity(Features):
    """The values themselves, flattened: pixels or coordinates."""

    kind: Literal["identity"] = "identity"

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Flat":
        return Flat()


class Pca(Features):
    """The leading principal components of the records, centred, not whitened."""

    learns: ClassVar[bool] = True
    kind: Literal["pca"] = "pca"
    components: Annotated[int, Ge(1)] = 32
    """Components kept; as many as there are, if fewer."""

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Projection":
        from sklearn.decomposition import PCA

        flat = flatten(data)
        count = min(self.components, *flat.shape)
        fitted = PCA(count, random_state=seed % 2**32).fit(flat)
        return Projection(fitted.mean_, fitted.components_.T)


class Classifier(Features):
    """The last hidden layer of a small classifier trained on the records' labels.

    A fifth of the labelled records is held back; `accuracy` is measured on it.
    """

    classifies: ClassVar[bool] = True
    learns: ClassVar[bool] = True
    kind: Literal["classifier"] = "classifier"
    units: Annotated[tuple[Annotated[int, Ge(1)], ...], Len(1)] = (128, 64)
    """Sizes of the hidden layers; the last one's values are the features."""
    epochs: Annotated[int, Ge(1)] = 20
    batch_size: Annotated[int, Ge(1)] = 64
    learning_rate: Annotated[float, Gt(0)] = 1e-3

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "HiddenLayers":
        import numpy as np

        known = np.flatnonzero(labels >= 0)
        classes, targets = np.unique(labels[known], return_inverse=True)
        if len(classes) < 2 or len(known) < 5:
            raise ValueError(
                "Invalid value for `features`. Expected records of at least two "
                "classes, five records or more, to train a classifier on. Received: "
                f"{len(known)} labelled records of {len(classes)} classes. "
                "Use {kind: identity} or {kind: pca}, or label the data."
            )
        order = np.random.default_rng([seed, 1]).permutation(len(known))
        held, used = np.split(order, [len(known) // 5])
        flat = flatten(data[known])
        mean, scale = flat[used].mean(0), flat[used].std(0)
        scale[scale == 0] = 1.0
        layers = self._train((flat[used] - mean) / scale, targets[used], seed)
        fitted = HiddenLayers(mean, scale, layers[:-1], layers[-1], None)
        guesses = fitted.logits(data[known[held]]).argmax(1)
        fitted.accuracy = float((guesses == targets[held]).mean())
        return fitted

    def _train(self, x: "Array", y: "Array", seed: int) -> "list[Layer]":
        """Train by cross-entropy; kernel and bias of every layer, in float64.

        One `fit` over all epochs' permutations laid end to end: every random choice
        comes from the seed, none from Keras' global state.
        """
        import keras
        import numpy as np

        sizes = (*self.units, int(y.max()) + 1)
        rectified = ["relu"] * len(self.units) + [None]
        model = keras.Sequential(
            [
                keras.layers.Dense(
                    size,
                    activation=activation,
                    kernel_initializer=keras.initializers.HeNormal(seed + index),
                )
                for index, (size, activation) in enumerate(
                    zip(sizes, rectified, strict=True)
                )
            ]
        )
        model.compile(
            keras.optimizers.Adam(self.learning_rate),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=False,
        )
        generator = np.random.default_rng([seed, 2])
        order = np.concatenate(
            [generator.permutation(len(x)) for _ in range(self.epochs)]
        )
        x, y = x.astype(np.float32)[order], y.astype(np.int32)[order]
        model.fit(x, y, batch_size=self.batch_size, shuffle=False, verbose=0)
        values = [np.asarray(value, np.float64) for value in model.get_weights()]
        return list(zip(values[::2], values[1::2], strict=True))


Layer = tuple["Array", "Array"]


class Flat:
    """Records flattened to float64."""

    accuracy: float | None = None

    def __call__(self, data: "Array") -> "Array":
        return flatten(data)

    def logits(self, data: "Array") -> None:
        return None


@dataclass
class Projection:
    """A linear map: (x - mean) @ axes, mean (d,), axes (d, components)."""

    mean: "Array"
    axes: "Array"
    accuracy: float | None = None

    def __call__(self, data: "Array") -> "Array":
        return (flatten(data) - self.mean) @ self.axes

    def logits(self, data: "Array") -> None:
        return None


@dataclass
class HiddenLayers:
    """Standardized records through rectified layers of (kernel, bias).

    `head` is the (kernel, bias) that makes logits of the last layer's values, a column
    a class in ascending order of the labels.
    """

    mean: "Array"
    scale: "Array"
    layers: "Sequence[Layer]"
    head: Layer
    accuracy: float | None

    def __call__(self, data: "Array") -> "Array":
        import numpy as np

        values = (flatten(data) - self.mean) / self.scale
        for kernel, bias in self.layers:
            values = np.maximum(values @ kernel + bias, 0.0)
        return values

    def logits(self, data: "Array") -> "Array":
        kernel, bias = self.head
        return self(data) @ kernel + bias


def flatten(data: "Array") -> "Array":
    """Records (n, *shape) as (n, d) float64."""
    import numpy as np

    values = np.asarray(data, np.float64)
    # Not -1: there may be no records.
    return values.reshape(len(values), math.prod(values.shape[1:]))
