"""What probes look with: a game's compiled code, and what it is looked at on."""

import math
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from keras import ops

from components.manifold import Memberships, knn_radii, memberships
from components.train import backend
from components.train.activity import Activity
from components.train.field import POOL, POOL_BYTES, Field
from components.train.game import Game
from components.train.lesson import Lesson
from components.train.optimizers import flat
from components.train.rounding import lost_share
from components.train.seeds import derive
from components.train.shards import Shards
from components.train.sides import batch_of, in_batches, listed, single_or_list
from components.train.sight import Sight
from components.train.slopes import columns
from components.train.turn import Batch

Array = np.ndarray[Any, Any]

NEIGHBOURS = 5
QUALITY_SAMPLES = 512


class Bench:
    """The fixed part of all views of one training: records, latents, compiled code.

    Args:
        game: as it is being played.
        train: records, sorted from core to outliers.
        holdout: records that training does not see.
        like: the bench of a game that differs in its seed alone, whose compiled code
            can read this game's variables. Its records may be others.
    """

    _look: Any
    alone: Any
    judge: Any

    def __init__(
        self, game: Game, train: Shards, holdout: Shards, like: "Bench | None" = None
    ) -> None:
        self.game, self.train, self.like = game, train, like
        self.batch = game.params.batch_size
        self._choose(holdout if len(holdout) else train)
        if like is None:
            self._compile()
        else:
            known = like._look, like.alone, like.judge
            self._look, self.alone, self.judge = (
                each.reading(game.variables) for each in known
            )

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
        self.held, self.chosen = held, chosen
        count = max(probes, QUALITY_SAMPLES)
        self.latents = np.asarray(game.latents(count, "latents/probe", 0))
        self.labels: tuple[Array, Array] | None = None
        if game.classes is not None:
            made = random.choice(self.train.labels, count)
            self.labels = held.labels[rows], made.astype(np.int32)
        # A stream of its own: what is looked at does not depend on what else is.
        random = np.random.default_rng(derive(game.seed, "probe/between"))
        mix = random.random((probes, *(1 for _ in game.shape)))
        mix = mix.astype(self.real.dtype)
        self._fixed = [
            game.primitives.on_device(array, game.devices)
            for array in (self.latents, mix, self.real, *(self.labels or ()))
        ]

    def _compile(self) -> None:
        game, primitives = self.game, self.game.primitives
        policy = backend.probe_policy()

        def look(
            gradients: Any, latents: Any, mix: Any, real: Any, *labels: Any
        ) -> tuple[Any, ...]:
            """Samples, those that D plays against, and what D says of these."""

            def made_by(generator: Any) -> Batch:
                given = single_or_list((latents, *labels[1:]))
                return Batch(generator(given, training=False), *labels[1:])

            samples = played = made_by(game.exported)
            if game.average is not None:
                played = made_by(game.generator)
            against = batch_of([part[: real.shape[0]] for part in listed(played)])
            mixed = mix * real + (1.0 - mix) * against.records
            between = Batch(mixed, *labels[:1])
            sides = Batch(real, *labels[:1]), against, between
            read = in_batches(partial(columns, game), self.batch, *sides)
            whole = finite(game.variables), *parameters(), steps(gradients)
            return samples.records, against.records, *read, *whole

        def parameters() -> tuple[Any, Any, Any]:
            order = game.players[::-1]
            weights = flat([each for one in order for each in one.variables], ops)
            return ops.max(ops.abs(weights)), lost_share(game.players), weights

        def steps(gradients: Any) -> Any:
            lengths = [
                # An optimistic step is another than its optimizer's.
                gradients[place] * math.nan
                if player.last
                else player.settings.last_step(player.optimizer, gradients[place], ops)
                for place, player in enumerate(game.players[::-1])
            ]
            return ops.stack([ops.cast(each, "float32") for each in lengths])

        def judge(batch: Batch) -> Any:
            with primitives.without_updates():
                return game.judge(batch)

        def alone(*given: Any) -> Any:
            return game.judge(Batch(*given), training=False)

        def compiled(function: Any) -> Any:
            return primitives.compile_function(function, game.variables, policy)

        self._look, self.alone = compiled(look), compiled(alone)
        self.judge = compiled(
            lambda *given: ops.map(
                lambda part: judge(batch_of(part)), single_or_list(given)
            )
        )

    def look(self, gradients: Sequence[float] = (math.nan, math.nan)) -> list[Array]:
        """The game on the fixed latents and records.

        Args:
            gradients: lengths of the last gradients of G and of D.

        What it tells: samples (n, *shape), n at least QUALITY_SAMPLES, of the generator
        that a user takes home; of the one that D plays against (m, *shape), as many as
        records in `real`; of those records and of these samples, batched as in
        training, D's scores, of the samples ‖dL_G/dx‖ and ‖∇D(x)‖, and ‖∇D(x)‖ at
        points between records and samples, each (m,) float64; whether every variable is
        finite, bool; the parameters' largest magnitude, and `lost_share` of them; and
        all of them as `Field` orders them, (p,); and how long the last steps of G and
        of D were, (2,), NaN where nothing tells it.
        """
        lengths = np.asarray(gradients, np.float32)
        told = [np.asarray(each) for each in self._look(lengths, *self._fixed)]
        told[2:7] = [each.astype(np.float64) for each in told[2:7]]
        return told

    def memberships(
        self, real: Array, generated: Array, radii: Array | None = None
    ) -> Memberships:
        """What each point contributes to precision and its kin; NaN if not finite.

        Args:
            radii: of the records' balls, where they are known.
        """
        k = neighbours(real)
        if not (k and np.all(np.isfinite(generated))):
            points = [len(generated), len(real)] * 2
            return Memberships(*(np.full(count, np.nan) for count in points))
        return memberships(real, generated, k, radii)

    @cached_property
    def field(self) -> Field:
        """What both players descend along."""
        count = len(self.train)
        fitting = POOL_BYTES // (4 * math.prod(self.game.shape))
        kept = min(count, POOL, max(fitting, self.batch))
        rows = np.unique(np.linspace(0, count - 1, kept).astype(int))

        def read() -> dict[str, Any]:
            if self._twin is not None:
                return self._twin.field.feed
            given = {"data": self.train[rows]}
            if self.game.classes is not None:
                given["labels"] = self.train.labels[rows]
            return {
                name: self.game.primitives.on_device(array, self.game.devices)
                for name, array in given.items()
            }

        known = None if self.like is None else self.like.field
        return Field(self.game, read, rows, known)

    @property
    def _twin(self) -> "Bench | None":
        """The bench that this one is like, if it has the same records."""
        same = self.like is not None and self.like.train is self.train
        return self.like if same else None

    @cached_property
    def lesson(self) -> Lesson:
        """What a generator of this size can be taught, the same for all seeds."""
        if self._twin is not None:
            return self._twin.lesson
        known = None if self.like is None else self.like.lesson
        return Lesson(self.game, lambda: self.field.feed["data"], known)

    @cached_property
    def activity(self) -> Activity:
        """What the networks' units do."""
        known = None if self.like is None else self.like.activity
        return Activity(self.game, known)

    @cached_property
    def sight(self) -> Sight:
        """What samples' volume is looked at in."""
        return Sight(self.real)

    @cached_property
    def generator_slopes(self) -> Any:
        """(latents, slopes by their samples, labels) -> slopes by G's parameters."""
        if self.like is not None:
            return self.like.generator_slopes.reading(self.game.variables)
        game, primitives = self.game, self.game.primitives

        def pulled(latents: Any, slopes: Any, *labels: Any) -> Any:
            def product() -> Any:
                made = game.generate(latents, (*labels, None)[0], False).records
                return ops.sum(made * ops.cast(slopes, made.dtype))

            variables = game.generator.trainable_variables
            with primitives.without_updates():
                _, found = primitives.value_and_grad(product, variables)
            return ops.concatenate([ops.reshape(each, (-1,)) for each in found])

        return primitives.compile_function(
            pulled, game.variables, backend.probe_policy()
        )

    @cached_property
    def radii(self) -> Array | None:
        """Of the balls of the holdout's records; None for a single one."""
        k = neighbours(self.holdout)
        return knn_radii(self.holdout, k) if k else None

    @cached_property
    def holdout_labels(self) -> Array:
        """Of the holdout's records, (n,), -1 for none."""
        return np.asarray(self.held.labels[self.chosen])

    @cached_property
    def holdout_tiers(self) -> Array:
        """Of the holdout's records, (n,)."""
        return np.asarray(self.held.tiers[self.chosen])

    def precision(self, limit: int) -> float:
        """Precision of the generator against the first `limit` training records."""
        rows = np.linspace(0, limit - 1, min(limit, QUALITY_SAMPLES)).astype(int)
        found = self.memberships(self.train[rows], self.look()[0])
        return found.means().precision


def neighbours(records: Array) -> int:
    """How many set the radius of a record's ball; 0 for a single record."""
    return min(NEIGHBOURS, len(records) - 1)


def finite(variables: Sequence[Any]) -> Any:
    """Whether all of the variables' numbers are finite."""
    numbers = [
        ops.all(ops.isfinite(ops.convert_to_tensor(variable)))
        for variable in variables
        if "float" in str(variable.dtype)
    ]
    return ops.all(ops.stack(numbers))
