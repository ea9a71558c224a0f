"""A generator taught by the records themselves: no game, and no discriminator."""

import hashlib
import math
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

from components.train import backend
from components.train.seeds import derive

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

STEPS, BATCH, RATE = 400, 128, 3e-3
"""Adam's rate falls to 0 along a cosine."""
AMPLE_LATENTS = 16
JUDGED = 1024
"""Samples of what was taught."""
SEED = 0


Taught = tuple[str, int]
"""A generator's settings, and how many latents it has."""


class Learnt(NamedTuple):
    """What came of a lesson.

    Attributes:
        samples: (JUDGED, *shape) of a generator of the same size, from Glorot's start.
        distance: energy distance of these to the records, see `energy_distance`.
        gap: how much nearer an ampler generator comes; 0 if this one is ample.
    """

    samples: Array
    distance: float
    gap: float


class Lesson:
    """What a game's generator, and an ampler one, can be taught.

    The same for all seeds.

    Args:
        game: whose records are to be learnt.
        read: gives records (n, *shape) on the device, evenly from core to outliers;
            called when they are first needed.
        like: the lesson of a game that differs in seed and records alone: what it
            compiled serves here, and what was learnt, where records are the same.
    """

    def __init__(
        self, game: "Game", read: Callable[[], Any], like: "Lesson | None" = None
    ) -> None:
        self.game, self.read = game, read
        self.loops: dict[Taught, Any] = {} if like is None else like.loops
        self.known: dict[bytes, Learnt] = {} if like is None else like.known
        """Of the records with a digest, which are the last that were learnt."""

    @cached_property
    def data(self) -> Any:
        """The records."""
        return self.read()

    @cached_property
    def digest(self) -> bytes:
        """Of all the records."""
        return hashlib.sha256(np.ascontiguousarray(self.data).data).digest()

    @cached_property
    def records(self) -> Array:
        """Some of the records, (n, *shape)."""
        order = np.random.default_rng(SEED).permutation(self.data.shape[0])
        return np.asarray(self.data)[order[:JUDGED]]

    @cached_property
    def learnt(self) -> Learnt:
        """What came of it; taught once for the same records."""
        if self.digest not in self.known:
            self.known.clear()
            self.known[self.digest] = self._learnt()
        return self.known[self.digest]

    def _learnt(self) -> Learnt:
        params = self.game.params
        settings: Any = params.generator
        latents = params.latents.size
        usual = settings.model_copy(update={"initial_deviation": None})
        samples = self._taught(usual, latents)
        distance = energy_distance(samples, self.records)
        ample = settings.ample()
        wide = ample.model_copy(
            update={"initial_deviation": settings.initial_deviation}
        )
        if wide == settings and latents >= AMPLE_LATENTS:
            return Learnt(samples, distance, 0.0)
        best = self._taught(ample, max(latents, AMPLE_LATENTS))
        return Learnt(samples, distance, distance - energy_distance(best, self.records))

    def _taught(self, settings: Any, latents: int) -> Array:
        """Samples (JUDGED, *shape) of a new generator that has learnt the records."""
        primitives = self.game.primitives
        model = settings.build(latents, self.game.shape, derive(SEED, "lesson"))
        optimizer = keras.optimizers.Adam(learning_rate=RATE, beta_1=0.5)
        optimizer.build(model.trainable_variables)
        random = np.random.default_rng(SEED)
        judged = random.standard_normal((JUDGED, latents)).astype(keras.config.floatx())
        given = random.standard_normal((STEPS, BATCH, latents)).astype(judged.dtype)
        places = random.integers(0, self.data.shape[0], (STEPS, BATCH), np.int32)

        def step(index: Any, carry: Any, given: Any, places: Any, data: Any) -> Any:
            records = ops.take(data, places[index], axis=0)
            share = ops.cast(index, keras.config.floatx()) / STEPS
            rate = RATE * 0.5 * (1.0 + ops.cos(math.pi * share))
            optimizer.learning_rate.assign(
                ops.cast(rate, optimizer.learning_rate.dtype)
            )
            value, slopes = primitives.value_and_grad(
                lambda: energy(model(given[index], training=True), records),
                model.trainable_variables,
            )
            optimizer.apply(slopes, model.trainable_variables)
            return {"distance": ops.cast(value, "float32")}

        variables = [*model.variables, *optimizer.variables]
        taught = settings.model_dump_json(), latents
        if taught not in self.loops:
            policy = backend.probe_policy()
            self.loops[taught] = primitives.compile_loop(step, variables, policy)
        loop = self.loops[taught].reading(variables)
        loop(0, STEPS, {"distance": 0.0}, given, places, self.data)
        with primitives.without_updates():
            return np.asarray(model(judged, training=True))


def energy(samples: Any, records: Any) -> Any:
    """Energy distance between two batches, unbiased, in Keras's operations."""
    one, other = (ops.reshape(each, (BATCH, -1)) for each in (samples, records))
    other = ops.cast(other, one.dtype)
    within = BATCH / (BATCH - 1)
    across = 2.0 * ops.mean(_distances(one, other))
    # What records are from one another is no function of the generator.
    return across - within * ops.mean(_distances(one, one))


def _distances(one: Any, other: Any) -> Any:
    squares = ops.sum(one**2, axis=1)[:, None] + ops.sum(other**2, axis=1)[None, :]
    squares = squares - 2.0 * ops.matmul(one, ops.transpose(other))
    return ops.sqrt(ops.maximum(squares, 0.0) + 1e-8)


def energy_distance(samples: Array, records: Array) -> float:
    """Unbiased, over the records' mean distance from one another."""
    one, other = (
        each.reshape(len(each), -1).astype(np.float64) for each in (samples, records)
    )
    # Products lose least about the middle.
    one, other = one - other.mean(axis=0), other - other.mean(axis=0)
    within, apart = (_roots(x, x).sum() / (len(x) * (len(x) - 1)) for x in (one, other))
    return float((2 * _roots(one, other).mean() - within - apart) / apart)


def _roots(one: Array, other: Array) -> Array:
    """Distances (n, m), by products: quick in many dimensions."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)
    roots: Array = np.sqrt(np.maximum(squares - 2 * one @ other.T, 0.0))
    return roots
