"""Drawn shapes, whose every factor of variation is known: images without a download."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, MinLen
from pydantic import model_validator

from components.curate.source import Chunk, Facts, Raw, Source, even_chunks, numbered
from components.foresight import Foresight

if TYPE_CHECKING:
    import numpy as np

Outline = Literal["disk", "square", "triangle", "cross"]
BLOCK = 2048
"""Records drawn from one stream of random numbers, whatever chunks they are in."""
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
    def _consistent(self) -> "Shapes":
        if self.largest < self.smallest:
            raise ValueError(
                f"`largest` must be `smallest`, {self.smallest}, at least. Received: "
                f"{self.largest}"
            )
        if len(set(self.outlines)) < len(self.outlines):
            raise ValueError(
                "`outlines` must differ: each is drawn as often, and is a label. "
                f"Received: {', '.join(self.outlines)}"
            )
        return self

    def foresee(self) -> Foresight:
        return Foresight((self.side, self.side, 1), labelled=True)

    def facts(self) -> Facts:
        shape = self.side, self.side, 1
        return Facts(shape, "images", range=(0.0, 1.0), classes=self.outlines)

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        return even_chunks(self.records, (self.side, self.side, 1), shape)

    def read(self, chunk: Chunk) -> Raw:
        import numpy as np

        last = chunk.first + chunk.count - 1
        blocks = range(chunk.first // BLOCK, last // BLOCK + 1)
        factors = np.concatenate([self._factors(block) for block in blocks])
        factors = factors[chunk.first % BLOCK :][: chunk.count]
        values = np.empty((chunk.count, self.side, self.side, 1), np.float32)
        for row, (outline, *how, brightness) in enumerate(factors.tolist()):
            share = drawn(self.outlines[int(outline)], self.side, *how)
            values[row, ..., 0] = brightness * share
        origins = numbered(self.title(), chunk.first, chunk.count)
        return Raw(origins, factors[:, 0].astype(np.int32), values)

    def _factors(self, block: int) -> "np.ndarray[Any, Any]":
        """What each shape of a block is like, (BLOCK, 6).

        Outline, x, y, radius (in sides of the image), turn (in radians), brightness.
        """
        import numpy as np

        # Whole blocks are drawn, so that asking for more records changes none.
        seeds = np.random.SeedSequence([self.seed, block])
        random = np.random.Generator(np.random.Philox(seeds))
        outline = random.integers(len(self.outlines), size=BLOCK)
        radius = random.uniform(self.smallest, self.largest, BLOCK)
        x, y = radius + (1 - 2 * radius) * random.uniform(size=(2, BLOCK))
        turn = random.uniform(0, 2 * math.pi, BLOCK)
        brightness = random.uniform(DARKEST, 1, BLOCK)
        return np.stack([outline, x, y, radius, turn, brightness], axis=1)


def drawn(
    outline: str, side: int, x: float, y: float, radius: float, turn: float
) -> "np.ndarray[Any, Any]":
    """The share of each pixel (side, side) that a shape covers, in [0, 1].

    Args:
        x, y: of the middle, from the upper left corner, in sides of the image, as
            `radius`.
        turn: in radians, from x to y.
    """
    import numpy as np

    at = (np.arange(side * FINE) + 0.5) / (side * FINE)
    right, down = (at[None, :] - x) / radius, (at[:, None] - y) / radius
    u = right * math.cos(turn) + down * math.sin(turn)
    v = down * math.cos(turn) - right * math.sin(turn)
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
