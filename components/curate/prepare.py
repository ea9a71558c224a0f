"""From values as read to float32 records of one shape, or a reason against each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from components.curate.source import Facts, Flaw, Raw
from components.resize import Fit, to_channels, to_size

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Target:
    """What records must become.

    Attributes:
        shape: of a record.
        content: `images` or `points`.
        range: bounds of the source's values; images are mapped from it to [-1, 1].
        resized: images of other sizes are resized, not rejected.
        recoloured: images of other channels are converted, not rejected.
        fit: how aspect ratios are met.
    """

    shape: tuple[int, ...]
    content: str
    range: tuple[float, float] | None
    resized: bool = False
    recoloured: bool = False
    fit: Fit = "crop"


class Prepared(NamedTuple):
    """data (m, *shape) float32 of the rows `kept` (m,), and the flaws of the rest."""

    data: Array
    kept: Array
    flaws: dict[int, Flaw]


def target_of(facts: Facts, size: int | None, channels: int | None, fit: Fit) -> Target:
    """The target of a source's records under the stated size and channels."""
    shape = facts.shape
    if facts.content == "images":
        height, width = (size, size) if size else shape[:2]
        shape = (height, width, channels or shape[2])
    resized, recoloured = size is not None, channels is not None
    return Target(shape, facts.content, facts.range, resized, recoloured, fit)


def prepare(raw: Raw, target: Target) -> Prepared:
    """Validate and convert a chunk; every row is in `kept` or in `flaws`."""
    if isinstance(raw.values, np.ndarray):
        prepared = _prepare_all(raw.values, dict(raw.flaws), target)
    else:
        prepared = _prepare_each(raw.values, target)
    prepared.data[...] += 0.0  # -0.0 and 0.0 are one value and must have one digest
    return prepared


def _prepare_each(values: Iterable[Array | Flaw], target: Target) -> Prepared:
    data, kept, flaws = [], [], {}
    for row, value in enumerate(values):
        ready = value if isinstance(value, Flaw) else _image(value, target)
        if isinstance(ready, Flaw):
            flaws[row] = ready
        else:
            data.append(ready)
            kept.append(row)
    stacked = np.stack(data) if data else np.empty((0, *target.shape))
    stacked = stacked.astype(np.float32, copy=False)
    return Prepared(stacked, np.array(kept, np.int64), flaws)


def _image(image: Array, target: Target) -> Array | Flaw:
    height, width, channels = target.shape
    if image.shape[-1] != channels and not target.recoloured:
        return Flaw("wrong_channels", f"{image.shape[-1]}, expected {channels}")
    if image.shape[:2] != (height, width) and not target.resized:
        rows, columns = image.shape[:2]
        return Flaw("wrong_size", f"{rows}x{columns}, expected {height}x{width}")
    image = to_channels(np.asarray(image, np.float32), channels)
    return to_size(image, height, width, target.fit)


def _prepare_all(values: Array, known: dict[int, Flaw], target: Target) -> Prepared:
    data = values.astype(np.float32)
    flaws: dict[int, Flaw] = {}
    axes = tuple(range(1, data.ndim))
    if values.dtype.kind == "f":
        bad = ~np.isfinite(data).all(axis=axes)
        detail = "NaN, infinite, or beyond float32"
        flaws |= {int(row): Flaw("non_finite", detail) for row in np.nonzero(bad)[0]}
    if target.range is not None:
        flaws = _out_of_range(values, target.range, axes) | flaws
        low, high = target.range
        data -= np.float32((low + high) / 2)
        data /= np.float32((high - low) / 2)
    flaws |= known
    kept = np.setdiff1d(np.arange(len(data)), list(flaws))
    data = data if len(kept) == len(data) else data[kept]
    if target.content == "images" and data.shape[1:] != target.shape:
        inner = _prepare_each(data, target)
        flaws |= {int(kept[row]): flaw for row, flaw in inner.flaws.items()}
        return Prepared(inner.data, kept[inner.kept], flaws)
    return Prepared(data, kept, flaws)


def _out_of_range(
    values: Array, limits: tuple[float, float], axes: tuple[int, ...]
) -> dict[int, Flaw]:
    low, high = limits
    bad = (values.min(axis=axes) < low) | (values.max(axis=axes) > high)
    detail = f"beyond [{low:g}, {high:g}]"
    return {int(row): Flaw("out_of_range", detail) for row in np.nonzero(bad)[0]}
