"""What a source of records is: the family that `curate` reads from."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from components.foresight import Foresight
from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 32 << 20
"""Aimed-at size of one chunk's records as float32: what a worker holds at once."""


class CurateError(Exception):
    """Data cannot be curated; the message says what to change."""


class Flaw(NamedTuple):
    """Why a record cannot be used: a reason (an id) and a detail for a person."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Chunk:
    """Some of a source's records, read by one worker in one go.

    `count` records: those from `first` on, or the files `names` with their `labels`.
    """

    index: int
    count: int
    first: int = 0
    names: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()


class Raw(NamedTuple):
    """A chunk as read: n origins, n labels (int32, -1 for none) and n values.

    `values` is one array (n, *shape), or n images and `Flaw`s, which may be decoded
    as they are asked for: float32 (height, width, 1 or 3) in [-1, 1]. Rows of one
    array that cannot be used are in `flaws`, with zeros in their place.
    """

    origins: list[str]
    labels: "np.ndarray[Any, Any]"
    values: "np.ndarray[Any, Any] | Iterable[np.ndarray[Any, Any] | Flaw]"
    flaws: Mapping[int, Flaw] = {}


@dataclass(frozen=True)
class Facts:
    """What is known of a source before its records are read.

    Attributes:
        shape: of one record; images are (height, width, channels).
        content: `images` are scaled to [-1, 1], `points` are left alone.
        range: the values' bounds in the source; None where there are none.
        classes: names of the labels 0, 1, …
        modes: centers, weights and stds of a mixture.
        conversions: what reading does to values, in words.
    """

    shape: tuple[int, ...]
    content: Literal["images", "points"]
    range: tuple[float, float] | None = None
    classes: tuple[str, ...] | None = None
    modes: Mapping[str, Any] | None = None
    conversions: tuple[str, ...] = ()


class Source(Part):
    """Where records come from.

    A member says what its records are (`facts`), cuts them into chunks that do not
    depend on the number of workers (`chunks`), and reads one (`read`). Origins are
    unique and sort in reading order; no absolute path is part of them.
    """

    def title(self) -> str:
        """The dataset's name."""
        return str(getattr(self, "kind", "data"))

    def foresee(self) -> Foresight:
        """What is known without reading a record, or importing anything heavy."""
        return Foresight()

    def facts(self) -> Facts:
        """Raises CurateError if the source holds nothing usable."""
        raise NotImplementedError

    def chunks(self, shape: tuple[int, ...]) -> list[Chunk]:
        """The chunks; `shape` is what a record becomes, which may be larger."""
        raise NotImplementedError

    def read(self, chunk: Chunk) -> Raw:
        raise NotImplementedError

    def files(self) -> list[tuple[str, str]]:
        """(name, path) of every file that the records come from, if any."""
        return []

    def release(self) -> None:
        """Let go of what reading keeps in memory."""


def rows_of(*shapes: tuple[int, ...]) -> int:
    """How many records make a chunk of about `CHUNK_BYTES` in the larger shape."""
    sizes = [4 * math.prod(max(extent, 1) for extent in shape) for shape in shapes]
    return max(1, CHUNK_BYTES // max(sizes))


def even_chunks(total: int, *shapes: tuple[int, ...]) -> list[Chunk]:
    """Cut `total` records into chunks of about `CHUNK_BYTES` in the larger shape."""
    return chunks_of(rows_of(*shapes), total)


def chunks_of(rows: int, total: int) -> list[Chunk]:
    """Cut `total` records into chunks of so many; the last holds what is left."""
    return [
        Chunk(index, min(rows, total - first), first)
        for index, first in enumerate(range(0, total, rows))
    ]


def numbered(name: str, first: int, count: int) -> list[str]:
    """Origins `name#0000000012`, whose text order is the order of the rows."""
    return [f"{name}#{row:010d}" for row in range(first, first + count)]
