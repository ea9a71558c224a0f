"""Feeds: where the compiled loop finds the records that its steps draw.

Which rows a step draws follows from the seed and the step's number alone, on the host
as on the device. So a stream's position is the step: there is no state of it to save or
to lose, reading ahead can guess, and a training is the same, bit for bit, wherever its
records lie. `grain`'s loaders shuffle by epochs, an element at a time, and their
checkpoint is an index into that: they can draw neither from a share of the records that
grows nor what the resident training draws; and importing it imports JAX.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from components.train.shards import Array, Shards

if TYPE_CHECKING:
    from components.train.game import Game

Foreseen = Callable[[int, int], int]
"""(step, limit before it) -> the number of records drawn from after it, or a guess."""


class Feed(Protocol):
    """What calls of the compiled loop are given; `str` of it says where records are."""

    def of(self, step: int, limit: int) -> tuple[dict[str, Any], int]:
        """What steps from one on are fed, see `Turn`, and the step that it ends at.

        Args:
            step: the first to be played.
            limit: the number of records to draw from.
        """

    def close(self) -> None:
        """Read no further, and hold no records any longer."""


class Resident:
    """All records on the device, for good."""

    def __init__(self, game: "Game", train: Shards) -> None:
        data = game.primitives.on_device(train[np.arange(len(train))], game.devices)
        self.fixed = {"data": data, **_labels(game, train)}
        self.steps = game.params.steps
        self.size = train.nbytes

    def __str__(self) -> str:
        return f"{self.size} bytes, all on the device"

    def of(self, step: int, limit: int) -> tuple[dict[str, Any], int]:
        return {**self.fixed, "limit": np.int32(limit)}, self.steps

    def close(self) -> None:
        self.fixed = {}


class Span(NamedTuple):
    """The steps in [first, end), which draw from the first `limit` records."""

    first: int
    end: int
    limit: int


class Streamed:
    """What coming steps draw, read from disk while the present ones are played.

    Every chunk is an array of the same shape, filled as far as its span reaches: the
    loop is compiled for that one shape. It holds as many steps as `chunk_bytes` do, yet
    no more than lie between most changes of the limit, so that few are filled in part.
    Labels, four bytes a record, are all on the device.

    Args:
        game: whose draws and batches they are.
        train: the records.
        changes: the steps at which the limit may change; no span crosses one.
        foreseen: what it may change to. A chunk read ahead for another limit is
            read anew.
    """

    def __init__(
        self, game: "Game", train: Shards, changes: set[int], foreseen: Foreseen
    ) -> None:
        self.game, self.train, self.foreseen = game, train, foreseen
        self.fixed = _labels(game, train)
        edges = sorted({0, *changes, game.params.steps})
        self.edges = np.asarray([e for e in edges if e <= game.params.steps])
        step = game.real_batches * game.params.batch_size * train.record_bytes
        most = game.params.data.chunk_bytes // step
        self.capacity = max(1, min(most, int(np.median(np.diff(self.edges)))))
        self.span = Span(0, 0, 0)
        self.chunk: Any = None
        self.ahead: tuple[Span, Future[Array]] | None = None
        self.reader = ThreadPoolExecutor(1, "records")

    def __str__(self) -> str:
        return f"{self.train.nbytes} bytes, on disk; {self.capacity} steps a chunk"

    def of(self, step: int, limit: int) -> tuple[dict[str, Any], int]:
        first, end, drawn = self.span
        if not (first <= step < end and drawn == limit):
            self._turn_to(self._span(step, limit))
        told = {"first": np.int32(self.span.first), "limit": np.int32(limit)}
        return {"data": self.chunk, **self.fixed, **told}, self.span.end

    def close(self) -> None:
        self.reader.shutdown(wait=False, cancel_futures=True)
        self.ahead = self.chunk = None

    def _span(self, first: int, limit: int) -> Span:
        """As many steps from one on as a chunk holds and draw from the same records."""
        change = self.edges[np.searchsorted(self.edges, first, side="right")]
        return Span(first, int(min(first + self.capacity, change)), limit)

    def _turn_to(self, span: Span) -> None:
        """Put a span's chunk on the device, and begin to read the next."""
        known, self.ahead = self.ahead, None
        if known is not None and known[0] == span:
            read = known[1].result()
        else:
            read = self._read(span)
        self.chunk = self.game.primitives.on_device(read, self.game.devices)
        self.span = span
        if span.end < self.game.params.steps:
            coming = self._span(span.end, self.foreseen(span.end, span.limit))
            self.ahead = coming, self.reader.submit(self._read, coming)

    def _read(self, span: Span) -> Array:
        """The records of a span's batches, (capacity · batches · size, *shape)."""
        rows = self._rows(span).reshape(-1)
        batches = self.capacity * self.game.real_batches
        shape = (batches * self.game.params.batch_size, *self.train.shape)
        chunk = np.zeros(shape, self.train.dtype)
        self.train.read(rows, chunk[: len(rows)])
        return chunk

    def _rows(self, span: Span) -> Array:
        """The rows that a span's steps draw, (steps, batches, size); see `Turn`."""
        game, size = self.game, self.game.params.batch_size
        turns = game.params.discriminator_steps
        steps = np.arange(span.first, span.end)

        def drawn(purpose: str, counters: Array) -> Array:
            draw = game.draws.integers_on_host(size, purpose, counters, span.limit)
            return np.asarray(draw).reshape(len(steps), -1, size)

        counters = np.arange(span.first * turns, span.end * turns)
        batches = [drawn("records", counters)]
        if game.compares:
            last = steps * turns + turns - 1
            batches.append(drawn("records/generator", last))
        return np.concatenate(batches, axis=1)


def feed_of(game: "Game", train: Shards, changes: set[int], foreseen: Foreseen) -> Feed:
    """The feed that the parameters' `data` asks for; arguments as of `Streamed`."""
    data = game.params.data
    fits = train.nbytes <= data.device_bytes or game.params.vectorize_seeds
    if data.residence == "resident" or (data.residence == "auto" and fits):
        return Resident(game, train)
    return Streamed(game, train, changes, foreseen)


def _labels(game: "Game", train: Shards) -> dict[str, Any]:
    """All labels on the device, where networks are told the class."""
    if game.classes is None:
        return {}
    return {"labels": game.primitives.on_device(train.labels, game.devices)}
