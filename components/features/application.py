"""What features by the networks of `keras.applications` have in common."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from annotated_types import Ge
from pydantic import field_validator

from components.features.family import FittedFeatures, in_batches
from components.features.images import ImageFeatures
from components.parts import SpecPath

if TYPE_CHECKING:
    from components.features.family import Array

SIDE = 224
SIDES = {
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2L": 480,
    "EfficientNetV2M": 480,
    "EfficientNetV2S": 384,
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
}
"""Pixels that networks were trained at where it is not `SIDE`."""


class Application(ImageFeatures):
    """Images through a network of `keras.applications`.

    Values are clipped to [-1, 1], grey is repeated to three channels, and images are
    resized once, real and generated alike, by Pillow's Lanczos filter on floats, which
    is antialiased (Parmar et al. 2022). [-1, 1] then becomes [0, 255], which the
    network's own `preprocess_input` expects. The features are the means over
    positions of the last maps before the classifier, taken in float64 and kept in
    float32. Nothing is rounded to 8 bits.
    """

    takes: ClassVar[tuple[int, ...]] = (1, 3)
    weights: Literal["imagenet"] | SpecPath | None = "imagenet"
    """`imagenet`, which Keras downloads; a file of weights of the network without its
    top; null: random ones."""
    seed: Annotated[int, Ge(0)] = 0
    """Of random weights."""
    size: Annotated[int, Ge(32)] | None = None
    """Side in pixels that images are stretched to; null: what it was trained at."""
    batch_size: Annotated[int, Ge(1)] = 32
    """Images at once; each batch is filled up to as many."""

    @field_validator("weights")
    @classmethod
    def _local(cls, weights: str | None) -> str | None:
        if weights and "://" in weights:
            raise ValueError(f"Expected the path of a local file. Received: {weights}")
        return weights

    @property
    def network(self) -> str:
        """The network's name in `keras.applications`."""
        raise NotImplementedError

    @property
    def note(self) -> str:
        """What a reader of the figures must know."""
        return ""

    @property
    def side(self) -> int:
        return self.size or SIDES.get(self.network, SIDE)

    def files(self) -> tuple[str, ...]:
        return () if self.weights in (None, "imagenet") else (str(self.weights),)

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "Applied":
        self.require_images(data.shape[1:])
        fitted = Applied(self)
        fitted(data[:1])
        return fitted

    def restore(self, arrays: "Mapping[str, Array]") -> "Applied":
        return Applied(self)


@dataclass
class Applied(FittedFeatures):
    """Images (n, height, width, 1 or 3) through a network's `part`."""

    part: Application

    def __post_init__(self) -> None:
        self.note = self.part.note

    def __call__(self, data: "Array") -> "Array":
        self.part.require_images(data.shape[1:])
        return in_batches(self._features, data, self.part.batch_size)

    def _features(self, images: "Array") -> "Array":
        import numpy as np

        maps = self._network.predict_on_batch(self._prepared(images))
        means: Array = np.asarray(maps).mean((1, 2), dtype=np.float64)
        return means.astype(np.float32)

    def _prepared(self, images: "Array") -> "Array":
        """What the network takes: (n, side, side, 3) float32."""
        import numpy as np

        from components.resize import to_channels, to_size

        side = self.part.side
        colour = to_channels(np.clip(images.astype(np.float32), -1, 1), 3)
        resized = np.stack([to_size(one, side, side, "stretch") for one in colour])
        prepared: Array = self._module.preprocess_input((resized + 1) * 127.5)
        return prepared

    @property
    def _module(self) -> Any:
        """Where Keras keeps what belongs to the network."""
        import keras

        builder = getattr(keras.applications, self.part.network)
        return getattr(keras.applications, builder.__module__.rpartition(".")[2])

    @cached_property
    def _network(self) -> Any:
        import keras

        part = self.part
        downloaded = "imagenet" if part.weights == "imagenet" else None
        shape = (part.side, part.side, 3)
        builder = getattr(keras.applications, part.network)
        try:
            network = builder(
                include_top=False, weights=downloaded, input_shape=shape, pooling=None
            )
        except Exception as error:
            raise ValueError(
                f"Cannot make {part.network} for images of {part.side} pixels with "
                f"`weights` {downloaded}. Expected a size that it takes, and, for "
                "imagenet, that Keras can download them. Received: "
                f"{_line(error)}. Download the file elsewhere and state its path "
                "as `features.weights`."
            ) from error
        if part.weights is None:
            draw_weights(network, part.seed)
        elif downloaded is None:
            load_weights(network, part)
        # XLA's convolutions on a CPU are some fifty times slower than TensorFlow's.
        network.compile(jit_compile=keras.backend.backend() != "tensorflow")
        return network


def load_weights(network: Any, part: Application) -> None:
    """Load weights from the file that `part` states.

    Raises:
        ValueError: if it is missing, or does not hold all of the network's weights.
    """
    import numpy as np

    path = str(part.weights)
    # Of what a file lacks Keras only warns at times: it would stay NaN.
    for variable in network.weights:
        variable.assign(np.full(variable.shape, np.nan))
    try:
        if not Path(path).is_file():
            raise FileNotFoundError("no file of that name")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path)
        for variable in network.weights:
            if not np.isfinite(variable).all():
                raise ValueError(f"no finite values for {variable.path}")
    except Exception as error:
        raise ValueError(
            f"Cannot load `features.weights` {path}. Expected the weights of Keras's "
            f"{part.network} with include_top=False, as `.weights.h5`, `.h5` or "
            f"`.keras`. Received: {_line(error)}"
        ) from error


def draw_weights(network: Any, seed: int) -> None:
    """Draw every kernel as He et al. 2015 do; what else there is keeps its start.

    From NumPy's generator, so that Keras' global seed neither decides nor is changed.
    """
    import keras
    import numpy as np

    random = np.random.default_rng(seed)
    depthwise = {
        id(layer.kernel)
        for layer in _layers(network)
        if isinstance(layer, keras.layers.DepthwiseConv2D)
    }
    for variable in network.variables:
        shape = tuple(variable.shape)
        if not variable.name.endswith("kernel"):
            continue
        alone = id(variable) in depthwise or variable.name.startswith("depthwise")
        inputs = np.prod(shape[:2] if alone else shape[:-1])
        variable.assign(random.normal(0.0, np.sqrt(2 / inputs), shape))


def _layers(model: Any) -> Iterator[Any]:
    """The layers of a model, and of the models among them."""
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _layers(layer)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
