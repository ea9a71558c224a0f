"""Features: a convolutional network with random weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Len

from components.features.family import FittedFeatures, in_batches
from components.features.images import ImageFeatures

if TYPE_CHECKING:
    from components.features.family import Array

KERNEL, STRIDE = 3, 2
BATCH_BYTES = 1 << 20
"""Of the patches of a batch in the layer that has most."""


class RandomConv(ImageFeatures):
    """A convolutional network with random weights: for images unlike photographs.

    Naeem et al. 2020 ("Reliable Fidelity and Diversity Metrics") embed images by
    networks at random, so that what ImageNet's classes tell apart does not decide what
    is near. Here: convolutions of 3 x 3 pixels and stride 2, each rectified, weights
    as He et al. 2015 draw them, and the last layer's means over positions, all in
    float64. Nothing is learnt from records: figures of one seed and one shape of
    records are in one unit. What lies where in an image larger than about
    2 ** (layers + 1) pixels makes no difference.
    """

    kind: Literal["random_conv"] = "random_conv"
    channels: Annotated[tuple[Annotated[int, Ge(1)], ...], Len(1)] = (32, 64, 64)
    """Of each layer; the last one's are the features."""
    seed: Annotated[int, Ge(0)] = 0
    """Of the weights; apart from the stage's, so that figures compare across specs."""

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> "RandomNetwork":
        self.require_images(data.shape[1:])
        return RandomNetwork(self)

    def restore(self, arrays: "Mapping[str, Array]") -> "RandomNetwork":
        return RandomNetwork(self)


@dataclass
class RandomNetwork(FittedFeatures):
    """Images (n, height, width, channels) through the network that `part` states."""

    part: RandomConv

    def __call__(self, data: "Array") -> "Array":
        from threadpoolctl import threadpool_limits

        kernels = self._kernels(data.shape[-1])

        def pooled(images: "Array") -> "Array":
            for kernel in kernels:
                images = convolve(images, kernel)
            means: Array = images.mean((1, 2))
            return means

        # By one thread: how a product is divided among several may decide its last
        # bits, and for products as small as these waiting for another costs more.
        with threadpool_limits(1, user_api="blas"):
            return in_batches(pooled, data, self._batch(data.shape[1:]))

    def pulled(self, data: "Array", slopes: "Array") -> "Array":
        """Slopes of a number by features as slopes by the images that these are of.

        Args:
            data: (n, height, width, channels).
            slopes: (n, d) by the features of each.

        Returns:
            (n, height, width, channels) float64: the transposed Jacobian's product.
        """
        import numpy as np

        kernels, size = self._kernels(data.shape[-1]), self._batch(data.shape[1:])
        made = [np.zeros((0, *data.shape[1:]))]
        for start in range(0, len(data), size):
            layers = [np.asarray(data[start : start + size], np.float64)]
            for kernel in kernels:
                layers.append(convolve(layers[-1], kernel))
            shape = layers[-1].shape
            means = slopes[start : start + size, None, None] / (shape[1] * shape[2])
            back = np.broadcast_to(means, shape)
            for kernel, before, after in zip(
                kernels[::-1], layers[-2::-1], layers[:0:-1], strict=True
            ):
                back = convolve_back(back * (after > 0), kernel, before.shape)
            made.append(back)
        return np.concatenate(made)

    def _batch(self, shape: tuple[int, ...]) -> int:
        """How many images of a shape are looked at together."""
        height, width, channels = shape
        areas = [-(-height // STRIDE**i) * -(-width // STRIDE**i) for i in (1, 2)]
        rows = [KERNEL**2 * each for each in (channels, self.part.channels[0])]
        patches = max(a * k for a, k in zip(areas, rows, strict=True))
        return max(1, BATCH_BYTES // (8 * patches))

    def _kernels(self, channels: int) -> "list[Array]":
        """Each layer's (9 * channels before, channels) weights."""
        import numpy as np

        random = np.random.default_rng(self.part.seed)
        made = []
        for width in self.part.channels:
            rows = KERNEL**2 * channels
            made.append(random.normal(0.0, np.sqrt(2 / rows), (rows, width)))
            channels = width
        return made


def convolve(images: "Array", kernel: "Array") -> "Array":
    """Rectified convolution of images (n, height, width, channels), padded by a zero.

    A product for each image, not one of all: what it reads must not depend on n.
    """
    import numpy as np

    around = ((0, 0), (1, 1), (1, 1), (0, 0))
    padded = np.pad(np.asarray(images, np.float64), around)
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (KERNEL, KERNEL), axis=(1, 2)
    )[:, ::STRIDE, ::STRIDE]
    count, rows, columns = windows.shape[:3]
    patches = windows.reshape(count, rows * columns, len(kernel))
    values = np.maximum(patches @ kernel, 0.0)
    return values.reshape(count, rows, columns, kernel.shape[1])


def convolve_back(slopes: "Array", kernel: "Array", shape: tuple[int, ...]) -> "Array":
    """The transpose of `convolve` before it rectifies.

    Args:
        slopes: (n, rows, columns, channels after) by what it makes.
        kernel: (9 * channels before, channels after).
        shape: (n, height, width, channels before) of what it is given.
    """
    import numpy as np

    count, height, width, channels = shape
    rows, columns = slopes.shape[1:3]
    patches = slopes.reshape(count, rows * columns, -1) @ kernel.T
    windows = patches.reshape(count, rows, columns, channels, KERNEL, KERNEL)
    padded = np.zeros((count, height + 2, width + 2, channels))
    for i in range(KERNEL):
        for j in range(KERNEL):
            below, right = i + STRIDE * rows, j + STRIDE * columns
            padded[:, i:below:STRIDE, j:right:STRIDE] += windows[..., i, j]
    made: Array = padded[:, 1:-1, 1:-1]
    return made
