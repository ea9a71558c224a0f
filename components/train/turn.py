"""One turn of a step: which records D sees, and what the time is."""

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

from components.train.backend.devices import WHOLE, Part
from components.train.schedules import scheduled

if TYPE_CHECKING:
    from components.train.game import Game


class Batch(NamedTuple):
    """Records or samples (n, *shape), and their labels (n,) int32, or None."""

    records: Any
    labels: Any = None


def joined(first: Batch, second: Batch) -> Batch:
    """Two batches as one."""
    labels = None
    if first.labels is not None:
        labels = ops.concatenate([first.labels, second.labels], axis=0)
    return Batch(ops.concatenate([first.records, second.records], axis=0), labels)


class Turn:
    """A turn.

    Args:
        game: that is played.
        index: of the step, from 0.
        counter: of D's turns, from 0.
        feed: what `components.train.feeds` makes: `data`, all training records
            (n, *shape) from core to outliers, on the device; `limit`, the number of
            them to draw from; and `labels` (n,) where networks are told the class. With
            `first`, `data` instead holds the records that steps from that one on draw.
        part: of each batch, where several devices have one each.
        size: of a batch; None: as in training.
        even: whether a penalty that is due now and then counts at every turn, as
            strongly as it does on average.
    """

    def __init__(
        self,
        game: "Game",
        index: Any,
        counter: Any,
        feed: Any,
        part: Part = WHOLE,
        size: int | None = None,
        even: bool = False,
    ) -> None:
        self.game, self.index, self.counter, self.feed = game, index, counter, feed
        self.size, self.part = size or game.params.batch_size, part
        self.even = even

    def of(self, part: Part) -> "Turn":
        """The same turn, of which only a part of each batch is seen."""
        told = self.game, self.index, self.counter, self.feed
        return Turn(*told, part, self.size, self.even)

    def real(self, purpose: str) -> Batch:
        """A batch of real records for a purpose.

        Each is equally likely among those drawn from, a function of (seed, purpose)
        and the turn.
        """
        rows = self._rows(purpose)
        places = self._places(purpose) if "first" in self.feed else rows
        records = ops.take(self.feed["data"], places, axis=0)
        return Batch(self.game.devices.divided(records), self._labels(purpose))

    def generated(self, purpose: str, training: bool = True) -> Batch:
        """A batch of samples of the generator for a purpose.

        Their classes are as frequent as among the records drawn from.
        """
        if self.game.params.latents.shared:
            purpose = "players"
        latents = self.game.latents(self.size, f"latents/{purpose}", self.counter)
        latents = self.game.devices.divided(self.part.of(latents))
        labels = self._labels(f"labels/{purpose}")
        return self.game.generate(latents, labels, training)

    def uniform(self, shape: tuple[int, ...], purpose: str) -> Any:
        """Uniform numbers in (0, 1) for a purpose, a row for each of the part's."""
        whole = (shape[0] * self.part.count, *shape[1:])
        return self.part.of(self.game.draws.uniform(whole, purpose, self.counter))

    def normal(self, shape: tuple[int, ...], purpose: str) -> Any:
        """Standard normal numbers for a purpose, a row for each of the part's."""
        whole = (shape[0] * self.part.count, *shape[1:])
        return self.part.of(self.game.draws.normal(whole, purpose, self.counter))

    def _rows(self, purpose: str) -> Any:
        limit = self.feed["limit"]
        rows = self.game.draws.integers(self.size, purpose, self.counter, limit)
        return self.part.of(rows)

    def _places(self, purpose: str) -> Any:
        """Where in `data` the part's records lie, if it holds what is drawn.

        A step's batches are those of D's turns, then the one that G is compared with.
        """
        turns, batches = self.game.params.discriminator_steps, self.game.real_batches
        batch = {
            "records": self.counter - self.index * turns,
            "records/generator": turns,
        }[purpose] + (self.index - self.feed["first"]) * batches
        places = batch * self.size + ops.arange(self.size, dtype="int32")
        return self.part.of(places)

    def _labels(self, purpose: str) -> Any:
        """Of the records that are drawn for a purpose; None where nobody is told."""
        if self.game.classes is None:
            return None
        return ops.take(self.feed["labels"], self._rows(purpose), axis=0)

    def number(self, number: Any) -> Any:
        """A number that may be scheduled, now."""
        position = ops.cast(self.index, keras.config.floatx())
        return scheduled(number, position, self.game.params.steps)
