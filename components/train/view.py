"""What probes look at: the game on fixed records and fixed latents."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from components.artifacts import Records
from components.manifold import PRDC, prdc
from components.train import backend
from components.train.game import Game
from components.train.seeds import derive

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

    def __init__(self, game: Game, train: Records, holdout: Records) -> None:
        self.game, self.train = game, train
        random = np.random.default_rng(derive(game.seed, "probe"))
        self.batch = game.params.batch_size
        probes = -(-game.params.telemetry.probe_size // self.batch) * self.batch
        held = holdout if len(holdout) else train
        rows = random.choice(len(held), probes, replace=len(held) < probes)
        self.real = held.data[rows]
        quality = min(QUALITY_SAMPLES, len(held))
        self.holdout = held.data[random.choice(len(held), quality, replace=False)]
        count = max(probes, QUALITY_SAMPLES)
        self.latents = np.asarray(game.latents(count, "latents/probe", 0))
        primitives, xla = game.primitives, backend.probe_policy() == "xla"
        variables = game.discriminator.variables

        def generate(latents: Any) -> Any:
            return game.generator(latents, training=False)

        def score(sides: tuple[Any, Any]) -> tuple[Any, ...]:
            real, generated = sides
            with primitives.without_updates(variables):
                return game.scores(real, generated)

        def slopes(sides: tuple[Any, Any]) -> tuple[Any, ...]:
            real, generated = sides

            def loss(x: Any) -> Any:
                scores = game.generated_scores(real, x)
                return game.params.objective.generator_loss(scores)

            def slope(x: Any) -> Any:
                return game.generated_scores(real, x)

            # A scope each: within one, the second would see what the first wrote.
            with primitives.without_updates(variables):
                of_loss = primitives.input_gradient(loss, generated)
            with primitives.without_updates(variables):
                of_score = primitives.input_gradient(slope, generated)
            return self.batch * norms(of_loss), norms(of_score)

        def judge(records: Any) -> Any:
            with primitives.without_updates(variables):
                return game.judge(records)

        def alone(records: Any) -> Any:
            return game.judge(records, training=False)

        def compiled(function: Any) -> Any:
            return primitives.compile_function(function, game.variables, xla)

        def each(function: Any) -> Any:
            """The function of each of several batches, all in one compiled call."""
            return compiled(
                lambda *sides: ops.map(function, sides if len(sides) > 1 else sides[0])
            )

        self.generate, self.score = compiled(generate), each(score)
        self.slopes, self.judge, self.alone = each(slopes), each(judge), compiled(alone)

    def quality(self, real: Array, generated: Array) -> PRDC:
        """Precision and its kin of samples against records; NaN if not finite."""
        if not np.all(np.isfinite(generated)):
            return PRDC(*(float("nan") for _ in PRDC._fields))
        flat = [x.reshape(len(x), -1).astype(np.float64) for x in (real, generated)]
        return prdc(flat[0], flat[1], NEIGHBOURS)

    def precision(self, limit: int) -> float:
        """Precision of the generator against the first `limit` training records."""
        rows = np.linspace(0, limit - 1, min(limit, QUALITY_SAMPLES)).astype(int)
        return self.quality(self.train.data[rows], self.samples()).precision

    def samples(self) -> Array:
        """Samples from the fixed latents, (QUALITY_SAMPLES or more, *shape)."""
        return np.asarray(self.generate(self.latents))


class View:
    """The game at one step; what is computed is computed once.

    Args:
        bench: the fixed part.
        carry: the last step's readings.
        tier: the highest tier drawn in it.
    """

    def __init__(self, bench: Bench, carry: dict[str, float], tier: int) -> None:
        self.bench, self.carry, self.tier = bench, carry, tier
        self.real, self.holdout = bench.real, bench.holdout
        normalization = bench.game.params.discriminator.normalization
        self.batch_statistics = normalization in BATCH_STATISTICS
        self.mates = bench.batch * (1 if normalization == "batch_split" else 2)

    @cached_property
    def samples(self) -> Array:
        return self.bench.samples()

    @cached_property
    def generated(self) -> Array:
        """As many samples as there are records in `real`."""
        return self.samples[: len(self.real)]

    def _in_batches(self, function: Callable[..., tuple[Any, ...]]) -> list[Array]:
        shape = (-1, self.bench.batch, *self.real.shape[1:])
        seen = function(self.real.reshape(shape), self.generated.reshape(shape))
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

    def judge(self, batches: Array) -> Array:
        """D on training batches (b, n, *shape), each for itself, (b, n)."""
        return np.asarray(self.bench.judge(batches))

    def judge_alone(self, records: Array) -> Array:
        """D on records by its running statistics, each alone, (n,)."""
        return np.asarray(self.bench.alone(records))

    def quality(self, real: Array) -> PRDC:
        """Precision and its kin of the samples against records."""
        return self.bench.quality(real, self.samples)


def norms(x: Any) -> Any:
    """Euclidean norm of each row, (n, …) -> (n,)."""
    return ops.sqrt(ops.sum(ops.square(x), axis=tuple(range(1, keras.ops.ndim(x)))))
