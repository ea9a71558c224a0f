"""What sources made of one big array have in common."""

from typing import Any

import numpy as np

from components.curate.source import Chunk, CurateError, Facts, Raw, numbered

Array = np.ndarray[Any, Any]
GREY_AND_COLOUR = (1, 3)


def facts_of(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    limits: tuple[float, float] | None,
    classes: tuple[str, ...] | None,
    where: str,
) -> Facts:
    """Facts about records of a shape and type.

    One axis makes points, which stay unscaled unless `limits` are stated. Two axes
    make grey images, three make images whose last axis is 1 or 3 channels; whole
    numbers span the range of their type, other numbers [-1, 1], unless stated.

    Raises:
        CurateError: if records are not numbers, or of no such shape.
    """
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise CurateError(
            f"Invalid type of records in {where}. Expected real numbers of at most 64 "
            f"bits. Received: {dtype}"
        )
    if len(shape) == 2:
        shape = (*shape, 1)
    channels_known = len(shape) < 3 or shape[-1] in GREY_AND_COLOUR
    if len(shape) not in (1, 3) or not channels_known or 0 in shape:
        raise CurateError(
            f"Invalid shape of records in {where}. Expected (features,), (height, "
            f"width) or (height, width, 1 or 3). Received: {shape}"
        )
    content = "points" if len(shape) == 1 else "images"
    if content == "points":
        return Facts(shape, "points", limits, classes)
    if limits is None:
        limits = natural_range(dtype)
    return Facts(shape, "images", limits, classes)


def natural_range(dtype: np.dtype[Any]) -> tuple[float, float]:
    """The bounds of an image's values by its type: (0, 255) of uint8, say."""
    if dtype.kind == "f":
        return (-1.0, 1.0)
    if dtype.kind == "b":
        return (0.0, 1.0)
    bounds = np.iinfo(dtype)
    return (float(bounds.min), float(bounds.max))


def raw_of(
    chunk: Chunk, name: str, values: Array, labels: Array | None, shape: tuple[int, ...]
) -> Raw:
    """A chunk's rows, with a channel axis where `shape` has one."""
    known = np.full(len(values), -1) if labels is None else labels
    return Raw(
        numbered(name, chunk.first, len(values)),
        np.asarray(known).reshape(-1).astype(np.int32),
        values.reshape(len(values), *shape),
    )
