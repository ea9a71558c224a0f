"""The game: two players, what each is shown, and one step in plain Keras."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
from keras import ops

from components.train import backend
from components.train.draws import Draws
from components.train.facts import Facts
from components.train.params import TrainParams
from components.train.player import Player
from components.train.regularizers import Move, Penalty
from components.train.schedules import scheduled
from components.train.seeds import derive
from components.train.spectral import Spectral
from components.train.turn import Batch, Turn, joined

Carry = dict[str, Any]

START: dict[str, float] = {
    "discriminator_loss": float("nan"),
    "generator_loss": float("nan"),
    "discriminator_gradient_norm": float("nan"),
    "generator_gradient_norm": float("nan"),
    "nonfinite_count": 0.0,
}


class Game:
    """The players and the rules; everything that changes is in `variables`.

    Args:
        params: of the training.
        shape: of one record.
        seed: the trial's seed; every other seed is derived from it.
        classes: of labelled records, if the networks are to be told the class.
        facts: of the data, where they are known.

    Raises:
        ShapeError: if a network does not fit records of this shape.
        DeviceError: if there are not as many devices as it is to use.
    """

    def __init__(
        self,
        params: TrainParams,
        shape: tuple[int, ...],
        seed: int,
        classes: int | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.params, self.shape, self.seed = params, shape, seed
        self.classes, self.facts = classes, facts
        self.primitives = backend.current()
        self.devices = self.primitives.Devices(params.devices)
        self.draws = Draws(seed, keras.config.floatx())
        self.generator = self._build_generator()
        self.discriminator = params.discriminator.build(
            shape, derive(seed, "discriminator"), classes
        )
        self.regularizers = dict(params.regularizers.chosen())
        self.players = (
            self._player("discriminator", self.discriminator, self.discriminator_loss),
            self._player("generator", self.generator, self.generator_loss),
        )
        self.spectral: Spectral | None = None
        if params.discriminator.normalization == "spectral":
            self.spectral = Spectral(self.discriminator, self.primitives)
            self.players[0].kept = self.spectral.vectors
        self.players[0].settle = self.settle
        # The same seed: the average starts from what it is to average.
        self.average = self._build_generator() if params.ema else None
        convolutional = params.generator.convolutional
        convolutional = convolutional or params.discriminator.convolutional
        self.policy = backend.compile_policy(
            self.devices.kind, convolutional, params.devices
        )

    def _build_generator(self) -> Any:
        return self.params.generator.build(
            self.params.latents.size,
            self.shape,
            derive(self.seed, "generator"),
            self.classes,
        )

    def _player(self, name: str, model: Any, loss: Any) -> Player:
        settings, optimistic = self.params.optimizer, self.params.update.optimistic
        return Player(
            name, model, settings, loss, self.primitives, self.devices, optimistic
        )

    @property
    def exported(self) -> Any:
        """The generator that a user takes home: the average, where there is one."""
        return self.generator if self.average is None else self.average

    @property
    def variables(self) -> list[Any]:
        """Everything that training changes, in a fixed order, and the seed."""
        averaged = [] if self.average is None else self.average.variables
        players = [variable for player in self.players for variable in player.state]
        return [*players, *averaged, self.draws.seed]

    def latents(self, count: int, purpose: str, counter: Any) -> Any:
        """Latents (count, size), a function of (seed, purpose, counter)."""
        shape = (count, self.params.latents.size)
        if self.params.latents.distribution == "normal":
            return self.draws.normal(shape, purpose, counter)
        return 2.0 * self.draws.uniform(shape, purpose, counter) - 1.0

    def generate(
        self, latents: Any, labels: Any = None, training: bool = True
    ) -> Batch:
        """Samples of latents (n, size), of the labels' classes unless they are None."""
        given = latents if labels is None else [latents, labels]
        return Batch(self.generator(given, training=training), labels)

    def normalized(self) -> AbstractContextManager[Any]:
        """A context in which D's kernels are what D computes with."""
        return nullcontext() if self.spectral is None else self.spectral.normalized()

    def judge(self, batch: Batch, training: bool = True) -> Any:
        """Raw scores (n / packing,) of records as one batch."""
        given = batch.records if batch.labels is None else list(batch)
        with self.normalized():
            return ops.reshape(self.discriminator(given, training=training), (-1,))

    @property
    def sides_apart(self) -> bool:
        """Whether D reads mates, but of a record's own side alone."""
        network = self.params.discriminator
        return network.reads_mates and network.normalization != "batch"

    def scores(self, real: Batch, generated: Batch) -> tuple[Any, Any]:
        """Raw scores of both sides, batched as in training.

        With normalization `batch` both sides are one batch, so that a score depends on
        mates of both. To other discriminators that read mates each side is a batch of
        its own, and to the rest it makes no difference: one call instead of two.
        """
        if self.sides_apart:
            return self.judge(real), self.judge(generated)
        both = self.judge(joined(real, generated))
        count = both.shape[0] // 2
        return both[:count], both[count:]

    @property
    def compares(self) -> bool:
        """Whether the generator's update sees real records."""
        crossed = self.params.discriminator.normalization == "batch"
        return crossed or self.params.objective.pairs

    @property
    def real_batches(self) -> int:
        """Batches of real records in a step: D's turns', and G's if it compares."""
        return self.params.discriminator_steps + int(self.compares)

    def generated_scores(self, real: Batch | None, generated: Batch) -> tuple[Any, Any]:
        """The scores that the generator's update sees, of both sides.

        With `batch` they come from the same crossed batch as the discriminator's, and
        the slope runs through the shared statistics too; otherwise real mates are left
        out, and have no scores (None), unless the objective compares with them.
        """
        if real is not None and self.compares:
            return self.scores(real, generated)
        return None, self.judge(generated)

    def shown(self, batch: Batch, side: str, turn: Turn) -> Batch:
        """What D is shown in place of a side's batch."""
        records = batch.records
        for name, regularizer in self.regularizers.items():

            def normal(shape: tuple[int, ...], name: str = name) -> Any:
                return turn.normal(shape, f"{name}/{side}")

            records = regularizer.shown(records, normal, turn.number)
        return Batch(records, batch.labels)

    def settle(self, turn: Turn) -> None:
        """What follows an update of D: constraints on its parameters."""
        for variable in self.players[0].variables:
            weights = value = ops.convert_to_tensor(variable)
            for regularizer in self.regularizers.values():
                value = regularizer.constrained(value, turn.number)
            if value is not weights:
                variable.assign(value)
        if self.spectral is not None:
            self.spectral.follow()

    def discriminator_loss(self, turn: Turn) -> Any:
        """What D minimizes: the objective's loss and every penalty that is due."""
        real = self.shown(turn.real("records"), "real", turn)
        # Not cut off from G: consensus follows D's gradient back to what G made.
        generated = self.shown(turn.generated("discriminator"), "generated", turn)
        value = self.params.objective.discriminator_loss(*self.scores(real, generated))
        for name, regularizer in self.regularizers.items():
            if isinstance(regularizer, Penalty):
                value = value + self.penalty(name, regularizer, real, generated, turn)
        return value

    def penalty(
        self, name: str, penalty: Penalty, real: Batch, generated: Batch, turn: Turn
    ) -> Any:
        """A penalty where it is due, else 0; it leaves no trace in D's state."""
        every = 1 if turn.even else penalty.every
        labels = {"real": real.labels, "generated": generated.labels}

        def judge(x: Any, like: str) -> Any:
            return self.judge(Batch(x, labels[like]))

        def slope(x: Any, like: str) -> Any:
            return self.primitives.input_gradient(lambda x: judge(x, like), x)

        def draw(kind: str) -> Any:
            number = getattr(turn, kind)
            return lambda shape: number(shape, f"{name}/{kind}")

        move = Move(
            real.records,
            generated.records,
            judge,
            slope,
            draw("uniform"),
            draw("normal"),
            turn.number,
        )

        def due() -> Any:
            with self.primitives.without_updates():
                return every * penalty.penalty(move)

        if every == 1:
            return due()
        idle = ops.zeros((), dtype=real.records.dtype)
        return ops.cond(turn.counter % every == 0, due, lambda: idle)

    def generator_loss(self, turn: Turn) -> Any:
        """What G minimizes."""
        made = turn.generated("generator")
        generated = self.shown(made, "generated/generator", turn)
        real = None
        if self.compares:
            real = self.shown(turn.real("records/generator"), "real/generator", turn)
        scores = self.generated_scores(real, generated)
        return self.params.objective.generator_loss(*scores)

    def step(self, index: Any, carry: Carry, feed: Any) -> Carry:
        """One step: D's turns, then the update of both.

        Args:
            index: of the step, from 0; all randomness is a function of (seed, index).
            carry: as `START`; its readings are of the last step.
            feed: where real records come from, see `components.train.turn`.
        """
        discriminator, generator = self.players
        turns = self.params.discriminator_steps
        safe = self.params.nonfinite == "skip"
        before = [
            ops.convert_to_tensor(variable) + 0
            for variable in (self.variables if safe else [])
        ]

        def turn(number: Any) -> Turn:
            return Turn(self, index, index * turns + number, feed)

        def plain(number: Any, finite: Any) -> Any:
            told = discriminator.move(turn(number))
            return ops.logical_and(finite, ops.isfinite(told.loss + told.norm))

        finite = ops.convert_to_tensor(True)
        if turns > 1:
            changing = [*discriminator.state, *self.generator.variables]
            finite = self.primitives.repeat(turns - 1, plain, finite, changing)
        told = self.params.update.play(discriminator, generator, turn(turns - 1))
        self._follow(index)
        for each in told:
            finite = ops.logical_and(finite, ops.isfinite(each.loss + each.norm))
        for variable, value in zip(self.variables if safe else [], before, strict=True):
            variable.assign(ops.where(finite, ops.convert_to_tensor(variable), value))
        count = ops.cast(ops.logical_not(finite), "float32")
        return {
            "discriminator_loss": ops.cast(told[0].loss, "float32"),
            "generator_loss": ops.cast(told[1].loss, "float32"),
            "discriminator_gradient_norm": ops.cast(told[0].norm, "float32"),
            "generator_gradient_norm": ops.cast(told[1].norm, "float32"),
            "nonfinite_count": carry["nonfinite_count"] + count,
        }

    def _follow(self, index: Any) -> None:
        """Move the average towards the generator."""
        if self.params.ema is None or self.average is None:
            return
        position = ops.cast(index, keras.config.floatx())
        decay = scheduled(self.params.ema.decay, position, self.params.steps)
        pairs = zip(self.average.variables, self.generator.variables, strict=True)
        for mean, now in pairs:
            value = ops.convert_to_tensor(now)
            if mean.trainable:
                old = ops.convert_to_tensor(mean)
                value = value + ops.cast(decay, old.dtype) * (old - value)
            mean.assign(value)
