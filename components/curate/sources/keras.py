"""The image data sets that come with Keras."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from components.curate.source import (
    Chunk,
    CurateError,
    Facts,
    Raw,
    Source,
    even_chunks,
)
from components.foresight import Foresight

if TYPE_CHECKING:
    import numpy as np

DIGITS = tuple(str(digit) for digit in range(10))
CLASSES = {
    "mnist": DIGITS,
    "fashion_mnist": (
        "t-shirt", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer",
        "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip
SHAPES = {"mnist": (28, 28, 1), "fashion_mnist": (28, 28, 1), "cifar10": (32, 32, 3)}


@lru_cache(maxsize=1)
def _load(name: str, part: str) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]":
    import keras
    import numpy as np

    try:
        train, test = getattr(keras.datasets, name).load_data()
    # Keras raises a plain Exception where it cannot download.
    except Exception as error:
        raise CurateError(
            f"Cannot load {name}. Expected its files in Keras's cache (`datasets` in "
            f"KERAS_HOME, ~/.keras by default) with the checksums that Keras knows, "
            f"or a network to download them from. Received: {error}"
        ) from error
    parts = {"train": [train], "test": [test], "all": [train, test]}[part]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([np.reshape(labels, -1) for _, labels in parts])
    return images, labels


class KerasData(Source):
    """MNIST, Fashion-MNIST or CIFAR-10; Keras downloads it into its cache, once.

    Keras also replaces a file there whose checksum is not the published one.
    """

    kind: Literal["keras"] = "keras"
    dataset: Literal["mnist", "fashion_mnist", "cifar10"]
    """Which data set."""
    part: Literal["train", "test", "all"] = "train"
    """Which of its published parts."""

    def title(self) -> str:
        return self.dataset

    def foresee(self) -> Foresight:
        return Foresight(SHAPES[self.dataset], labelled=True)

    def facts(self) -> Facts:
        shape, names = SHAPES[self.dataset], CLASSES[self.dataset]
        return Facts(shape, "images", range=(0.0, 255.0), classes=names)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        images, _ = _load(self.dataset, self.part)
        return even_chunks(len(images), images.shape[1:], shape)

    def read(self, chunk: Chunk) -> Raw:
        from components.curate.arrays import raw_of

        images, labels = _load(self.dataset, self.part)
        rows = slice(chunk.first, chunk.first + chunk.count)
        name = f"{self.dataset}/{self.part}"
        return raw_of(chunk, name, images[rows], labels[rows], SHAPES[self.dataset])

    def release(self) -> None:
        _load.cache_clear()
