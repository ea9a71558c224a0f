"""Features: the last hidden layer of a classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len

from components.features.family import Features, FittedFeatures, flatten
from components.foresight import Foresight, Unfit

if TYPE_CHECKING:
    from components.features.family import Array

SIGNIFICANCE = 0.01
"""Of the test that a classifier is better than chance."""


class Classifier(Features):
    """The last hidden layer of a small classifier trained on the records' labels.

    A fifth of the labelled records is held back; `accuracy` is measured on it. If it is
    no better than chance, or below `least_accuracy`, what is measured in the features
    is withdrawn.
    """

    classifies: ClassVar[bool] = True
    learns: ClassVar[bool] = True
    kind: Literal["classifier"] = "classifier"
    units: Annotated[tuple[Annotated[int, Ge(1)], ...], Len(1)] = (128, 64)
    """Sizes of the hidden layers; the last one's values are the features."""
    epochs: Annotated[int, Ge(1)] = 20
    batch_size: Annotated[int, Ge(1)] = 64
    learning_rate: Annotated[float, Gt(0)] = 1e-3
    least_accuracy: Annotated[float, Ge(0), Le(1)] = 0.5
    """Share of held-back records that must be classified rightly; at .5 the class that
    a sample is given is more likely right than not."""

    def foresee(self, records: Foresight, path: str) -> None:
        if records.labelled is False:
            raise Unfit(
                path,
                "Features of kind classifier are learnt from labels, and the source "
                "has none; choose {kind: pca}, say, or a source with labels",
            )

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
        fitted = HiddenLayers(mean, scale, layers[:-1], layers[-1])
        guesses = fitted.logits(data[known[held]]).argmax(1)
        right = int((guesses == targets[held]).sum())
        fitted.accuracy = right / len(held)
        most = float(np.bincount(targets).max()) / len(known)
        fitted.unreliable = unreliable(right, len(held), most, self.least_accuracy)
        return fitted

    def restore(self, arrays: "Mapping[str, Array]") -> "HiddenLayers":
        layers = [
            (arrays[f"kernel_{index}"], arrays[f"bias_{index}"])
            for index in range(len(self.units) + 1)
        ]
        return HiddenLayers(
            arrays["mean"],
            arrays["scale"],
            layers[:-1],
            layers[-1],
            accuracy=float(arrays["accuracy"]),
            unreliable=str(arrays["unreliable"]) or None,
        )

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


def unreliable(right: int, held: int, most: float, least: float) -> str | None:
    """Why a classifier is not to be relied on; None where it is.

    Args:
        right, held: records classified rightly, of how many held back.
        most: share of the most frequent class: naming it always is right as often. An
            exact binomial test, one-sided, must refute that the classifier is no better
            at `SIGNIFICANCE`.
        least: the accuracy that is asked for.
    """
    from scipy.stats import binom

    told = f"the classifier is right on {right / held:.0%} of held-back records"
    if binom.sf(right - 1, held, most) > SIGNIFICANCE:
        return (
            f"{told} ({right} of {held}), which is no better than naming the most "
            f"frequent class, {most:.0%} of all"
        )
    if right < least * held:
        return f"{told}, fewer than the {least:.0%} of `features.least_accuracy`"
    return None


Layer = tuple["Array", "Array"]


@dataclass
class HiddenLayers(FittedFeatures):
    """Standardized records through rectified layers of (kernel, bias).

    `head` is the (kernel, bias) that makes logits of the last layer's values, a column
    a class in ascending order of the labels.
    """

    mean: "Array"
    scale: "Array"
    layers: "Sequence[Layer]"
    head: Layer
    accuracy: float | None = None
    unreliable: str | None = None

    def __call__(self, data: "Array") -> "Array":
        import numpy as np

        values = (flatten(data) - self.mean) / self.scale
        for kernel, bias in self.layers:
            values = np.maximum(values @ kernel + bias, 0.0)
        return values

    def arrays(self) -> "dict[str, Array]":
        import numpy as np

        told = {"mean": self.mean, "scale": self.scale}
        for index, (kernel, bias) in enumerate((*self.layers, self.head)):
            told |= {f"kernel_{index}": kernel, f"bias_{index}": bias}
        judged = {"accuracy": self.accuracy, "unreliable": self.unreliable or ""}
        return told | {name: np.array(value) for name, value in judged.items()}

    def logits(self, data: "Array") -> "Array":
        kernel, bias = self.head
        return self(data) @ kernel + bias
