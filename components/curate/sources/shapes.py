"""Drawn shapes, whose every factor of variation is known: images without a download."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import model_validator

from components.curate.source import Chunk, Facts, Raw, Source, chunks_of, numbered
from components.foresight import Foresight

if TYPE_CHECKING:
    import numpy as np

Outline = Literal["disk", "square", "triangle", "cross"]
ROWS = 2048
"""Records a chunk; each chunk has its own stream of random numbers."""
FINE = 4
"""Points along each side of a pixel at which it is asked whether it is inside."""
SQUARE, ARM = 1 / math.sqrt(2), 1 / 3
"""Half the side of a square, and of a cross's bars, in radii of the circle around."""
DARKEST = 0.5
"""Least brightness of a shape on black; the greatest is 1."""


class Shapes(Source):
    """One bright shape on black a record, its outline, place, size and turn at random.

    As in dSprites (Matthey et al. 2017), but drawn on demand and smooth: a pixel is the
    share of it that the shape covers. The label is the outline. The same seed draws the
    same shapes on any cluster.
    """

    kind: Literal["shapes"] = "shapes"
    outlines: Annotated[tuple[Outline, ...], MinLen(1)] = (
        "disk",
        "square",
        "triangle",
        "cross",
    )
    """What may be drawn, each as often."""
    side: Annotated[int, Ge(4), Le(256)] = 8
    """Of an image, in pixels."""
    smallest: Annotated[float, Gt(0), Le(0.5)] = 0.2
    """Least radius of the circle around a shape, in sides of the image."""
    largest: Annotated[float, Gt(0), Le(0.5)] = 0.4
    """Greatest radius; the circle is never cut off."""
    records: Annotated[int, Ge(1), Le(10**9)] = 10_000
    """How many shapes to draw."""
    seed: Annotated[int, Ge(0), Le(2**63 - 1)] = 0
    """Of the drawing; apart from the trial's seed, so trials share their data."""

    @model_validator(mode="after")
    def _ordered(self) -> "Shapes":
        if self.largest < self.smallest:
            raise ValueError(
                f"`largest` must be `smallest`, {self.smallest}, at least. Received: "
                f"{self.largest}"
            )
        return self

    def foresee(self) -> Foresight:
        return Foresight((self.side, self.side, 1), labelled=True)

    def facts(self) -> Facts:
        shape = self.side, self.side, 1
        return Facts(shape, "images", range=(0.0, 1.0), classes=self.outlines)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        return chunks_of(ROWS, self.records)

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np

        seeds = np.random.SeedSequence([self.seed, chunk.index])
        random = np.random.Generator(np.random.Philox(seeds))
        # Whole chunks are drawn, so that asking for more records changes none.
        labels = random.integers(len(self.outlines), size=ROWS)
        radius = random.uniform(self.smallest, self.largest, ROWS)
        center = radius + (1 - 2 * radius) * random.uniform(size=(2, ROWS))
        turn = random.uniform(0, 2 * math.pi, ROWS)
        brightness = random.uniform(DARKEST, 1, ROWS)
        values = np.empty((chunk.count, self.side, self.side, 1), np.float32)
        for row in range(chunk.count):
            outline = self.outlines[labels[row]]
            share = drawn(
                outline, self.side, center[:, row], float(radius[row]), float(turn[row])
            )
            values[row, ..., 0] = brightness[row] * share
        origins = numbered(self.title(), chunk.first, chunk.count)
        return Raw(origins, labels[: chunk.count].astype(np.int32), values)


def drawn(
    outline: str, side: int, center: "np.ndarray[Any, Any]", radius: float, turn: float
) -> "np.ndarray[Any, Any]":
    """The share of each pixel (side, side) that a shape covers, in [0, 1].

    Args:
        center: (x, y) from the upper left corner, in sides of the image, as `radius`.
        turn: in radians, from x to y.
    """
    import numpy as np

    at = (np.arange(side * FINE) + 0.5) / (side * FINE)
    x, y = (at[None, :] - center[0]) / radius, (at[:, None] - center[1]) / radius
    u = x * math.cos(turn) + y * math.sin(turn)
    v = y * math.cos(turn) - x * math.sin(turn)
    inside = _inside(outline, u, v)
    shares: np.ndarray[Any, Any] = inside.reshape(side, FINE, side, FINE).mean((1, 3))
    return shares


def _inside(
    outline: str, u: "np.ndarray[Any, Any]", v: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any]":
    """Whether points are inside a shape that the unit circle goes around."""
    across, along = abs(u), abs(v)
    inside: np.ndarray[Any, Any]
    if outline == "disk":
        inside = u**2 + v**2 <= 1
    elif outline == "square":
        inside = (across <= SQUARE) & (along <= SQUARE)
    elif outline == "triangle":
        inside = (v >= -0.5) & (v <= 1 - math.sqrt(3) * across)
    else:
        length = math.sqrt(1 - ARM**2)
        inside = (across <= ARM) & (along <= length)
        inside |= (along <= ARM) & (across <= length)
    return inside
