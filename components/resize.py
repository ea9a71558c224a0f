"""Sizes and channels of images, in floating point."""

from typing import Any, Literal

import numpy as np
from PIL import Image

Fit = Literal["crop", "stretch"]
Images = np.ndarray[Any, Any]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green, blue in grey (ITU-R BT.601)."""


def to_channels(image: Images, channels: int) -> Images:
    """(…, 1 or 3) -> (…, channels): grey is repeated, colour weighed by `LUMA`."""
    if image.shape[-1] == channels:
        return image
    if channels == 1:
        return image @ LUMA[:, None]
    return np.repeat(image, channels, axis=-1)


def to_size(image: Images, height: int, width: int, fit: Fit) -> Images:
    """(h, w, c) in [-1, 1] -> (height, width, c), by Lanczos resampling.

    Pillow's Lanczos filter (a = 3) widens with the reduction, so it is antialiased
    (Parmar et al. 2022, on aliased resizing and FID); it runs on floats, a channel
    at a time, and what overshoots is clipped to [-1, 1]. `crop` first cuts the
    largest centred window of the target's aspect ratio, `stretch` does not.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == (height, width):
        return image
    box = (0.0, 0.0, float(columns), float(rows))
    if fit == "crop":
        scale = min(columns / width, rows / height)
        left, top = (columns - scale * width) / 2, (rows - scale * height) / 2
        box = (left, top, columns - left, rows - top)
    planes = [
        Image.fromarray(np.ascontiguousarray(image[..., channel])).resize(
            (width, height), Image.Resampling.LANCZOS, box=box
        )
        for channel in range(image.shape[-1])
    ]
    resized = np.stack([np.asarray(plane) for plane in planes], -1)
    return np.asarray(np.clip(resized, -1, 1))
