"""What probes look at: the game on fixed records and fixed latents."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from components.manifold import PRDC, prdc
from components.train import backend
from components.train.game import Game
from components.train.seeds import derive
from components.train.shards import Shards
from components.train.turn import Batch

Array = np.ndarray[Any, Any]

NEIGHBOURS = 5
QUALITY_SAMPLES = 512
BATCH_STATISTICS = ("batch", "batch_split")


class Bench:
    """The fixed part of all views of one training: records, latents, compiled code.

    Args:
        game: as it is being played.
        train: records, sorted from core to outliers.
        holdout: records that training does not see.
    """

    def __init__(self, game: Game, train: Shards, holdout: Shards) -> None:
        self.game, self.train = game, train
        self.batch = game.params.batch_size
        self._choose(holdout if len(holdout) else train)
        self._compile()

    def _choose(self, held: Shards) -> None:
        """Fix what is looked at: records, latents, and the classes of both."""
        game = self.game
        random = np.random.default_rng(derive(game.seed, "probe"))
        probes = -(-game.params.telemetry.probe_size // self.batch) * self.batch
        rows = random.choice(len(held), probes, replace=len(held) < probes)
        self.real = held[rows]
        quality = min(QUALITY_SAMPLES, len(held))
        chosen = random.choice(len(held), quality, replace=False)
        self.holdout = held[chosen]
        count = max(probes, QUALITY_SAMPLES)
        self.latents = np.asarray(game.latents(count, "latents/probe", 0))
        self.labels: tuple[Array, Array] | None = None
        if game.classes is not None:
            made = random.choice(self.train.labels, count)
            self.labels = held.labels[rows], made.astype(np.int32)

    def _compile(self) -> None:
        game, primitives = self.game, self.game.primitives
        policy = backend.probe_policy()
        scores_a_batch = self.batch // game.params.discriminator.packing

        def generate(*given: Any) -> Any:
            return game.exported(_one(given), training=False)

        def play(*given: Any) -> Any:
            return game.generator(_one(given), training=False)

        def score(real: Batch, generated: Batch) -> tuple[Any, ...]:
            with primitives.without_updates():
                return game.scores(real, generated)

        def slopes(real: Batch, generated: Batch) -> tuple[Any, ...]:
            def loss(x: Any) -> Any:
                scores = game.generated_scores(real, Batch(x, generated.labels))
                return game.params.objective.generator_loss(*scores)

            def slope(x: Any) -> Any:
                return game.generated_scores(real, Batch(x, generated.labels))[1]

            of_loss = primitives.input_gradient(loss, generated.records)
            of_score = primitives.input_gradient(slope, generated.records)
            return scores_a_batch * norms(of_loss), norms(of_score)

        def judge(batch: Batch) -> Any:
            with primitives.without_updates():
                return game.judge(batch)

        def alone(*given: Any) -> Any:
            return game.judge(Batch(*given), training=False)

        def compiled(function: Any) -> Any:
            return primitives.compile_function(function, game.variables, policy)

        def each(function: Any) -> Any:
            """The function of each of several batches, all in one compiled call."""
            return compiled(
                lambda *given: ops.map(
                    lambda part: function(*_batches(part, len(given))), _one(given)
                )
            )

        self.generate, self.play = compiled(generate), compiled(play)
        self.score = each(score)
        self.slopes, self.alone = each(slopes), compiled(alone)
        self.judge = compiled(
            lambda *given: ops.map(lambda part: judge(_batch(part)), _one(given))
        )

    def quality(self, real: Array, generated: Array) -> PRDC:
        """Precision and its kin of samples against records; NaN if not finite."""
        if not np.all(np.isfinite(generated)):
            return PRDC(*(float("nan") for _ in PRDC._fields))
        flat = [x.reshape(len(x), -1).astype(np.float64) for x in (real, generated)]
        return prdc(flat[0], flat[1], NEIGHBOURS)

    def precision(self, limit: int) -> float:
        """Precision of the generator against the first `limit` training records."""
        rows = np.linspace(0, limit - 1, min(limit, QUALITY_SAMPLES)).astype(int)
        return self.quality(self.train[rows], self.samples()).precision

    def samples(self) -> Array:
        """Samples from the fixed latents, (QUALITY_SAMPLES or more, *shape)."""
        return np.asarray(self.generate(*self._given()))

    def played(self) -> Array:
        """The same of the generator that plays, where an average is exported."""
        return np.asarray(self.play(*self._given()))

    def _given(self) -> list[Array]:
        return [self.latents] if self.labels is None else [self.latents, self.labels[1]]


class View:
    """The game at one step; what is computed is computed once.

    Args:
        bench: the fixed part.
        carry: the last step's readings.
        tier: the highest tier drawn in it.
        step: steps done.
    """

    def __init__(
        self, bench: Bench, carry: dict[str, float], tier: int, step: int = 0
    ) -> None:
        self.bench, self.carry, self.tier, self.step = bench, carry, tier, step
        self.real, self.holdout = bench.real, bench.holdout
        normalization = bench.game.params.discriminator.normalization
        self.batch_statistics = normalization in BATCH_STATISTICS
        self.reads_mates = bench.game.params.discriminator.reads_mates
        self.mates = bench.batch * (2 if normalization == "batch" else 1)

    @cached_property
    def samples(self) -> Array:
        """Of the generator that a user takes home."""
        return self.bench.samples()

    @cached_property
    def generated(self) -> Array:
        """Of the generator that D plays against, as many as records in `real`."""
        averaged = self.bench.game.average is not None
        made = self.bench.played() if averaged else self.samples
        return made[: len(self.real)]

    def _in_batches(self, function: Callable[..., tuple[Any, ...]]) -> list[Array]:
        shape = (-1, self.bench.batch, *self.real.shape[1:])
        given = [self.real.reshape(shape), self.generated.reshape(shape)]
        if self.bench.labels is not None:
            real, generated = self.bench.labels
            given.insert(1, real.reshape(shape[:2]))
            given.append(generated[: len(self.real)].reshape(shape[:2]))
        seen = function(*given)
        return [np.asarray(column, np.float64).reshape(-1) for column in seen]

    @cached_property
    def _scores(self) -> list[Array]:
        return self._in_batches(self.bench.score)

    @cached_property
    def _slopes(self) -> list[Array]:
        return self._in_batches(self.bench.slopes)

    @property
    def scores_real(self) -> Array:
        """D on held-out records, batched as in training, (n,)."""
        return self._scores[0]

    @property
    def scores_generated(self) -> Array:
        """D on samples, batched as in training, (n,)."""
        return self._scores[1]

    @property
    def sample_gradients(self) -> Array:
        """‖dL_G/dx‖ of each sample, the batch mean undone, (n,)."""
        return self._slopes[0]

    @property
    def score_gradients(self) -> Array:
        """‖∇D(x)‖ at each sample, (n,)."""
        return self._slopes[1]

    def judge(self, rows: Array) -> Array:
        """D on training batches, each for itself, (b, n) scores.

        Args:
            rows: (b, n) of the held-out records in `real`, then of as many samples.
        """
        return np.asarray(self.bench.judge(*self._at(rows)))

    def judge_alone(self, rows: Array) -> Array:
        """D by its running statistics on each of the rows (n,), as in `judge`."""
        return np.asarray(self.bench.alone(*self._at(rows)))

    def _at(self, rows: Array) -> list[Array]:
        pools = [np.concatenate([self.real, self.generated])]
        if self.bench.labels is not None:
            real, generated = self.bench.labels
            pools.append(np.concatenate([real, generated[: len(real)]]))
        return [pool[rows] for pool in pools]

    def quality(self, real: Array) -> PRDC:
        """Precision and its kin of the samples against records."""
        return self.bench.quality(real, self.samples)


def norms(x: Any) -> Any:
    """Euclidean norm of each row, (n, …) -> (n,)."""
    return ops.sqrt(ops.sum(ops.square(x), axis=tuple(range(1, keras.ops.ndim(x)))))


def _one(given: tuple[Any, ...]) -> Any:
    """What Keras takes: one tensor by itself, several as a list."""
    return list(given) if len(given) > 1 else given[0]


def _batch(part: Any) -> Batch:
    return Batch(*part) if isinstance(part, list | tuple) else Batch(part)


def _batches(part: Any, count: int) -> tuple[Batch, Batch]:
    """Both sides, of two tensors or, with labels, of four."""
    half = count // 2
    return Batch(*part[:half]), Batch(*part[half:])
