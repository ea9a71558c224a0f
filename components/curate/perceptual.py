"""A hash that images which look alike share, or nearly."""

from typing import Any

import numpy as np
from PIL import Image

from components.resize import to_channels

SIDE = 32
LOW = 8


def perceptual_hashes(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """64-bit hashes (n,) uint64 of images (n, height, width, channels) in [-1, 1].

    Zauner 2010 (pHash): grey, 32x32, two-dimensional cosine transform; the bits say
    which of the 8x8 lowest coefficients exceed their median. Coefficients below 1e-3,
    the rounding of float32 images, count as 0.
    """
    from scipy.fft import dctn

    if not len(images):
        return np.zeros(0, np.uint64)
    grey = to_channels(images, 1)[..., 0]
    small = np.stack([_shrink(image) for image in grey]).astype(np.float64)
    low = dctn(small, axes=(1, 2), norm="ortho")[:, :LOW, :LOW].reshape(len(small), -1)
    low[np.abs(low) < 1e-3] = 0.0
    bits = (low > np.median(low, axis=1, keepdims=True)).astype(np.uint64)
    places = bits << np.arange(LOW * LOW, dtype=np.uint64)
    return np.asarray(places.sum(axis=1, dtype=np.uint64))


def _shrink(image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    plane = Image.fromarray(np.ascontiguousarray(image, np.float32))
    return np.asarray(plane.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
