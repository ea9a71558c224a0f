"""The game: two networks, their optimizers, and one step of it in plain Keras."""

from typing import Any

import keras
from keras import ops

from components.train import backend
from components.train.params import TrainParams
from components.train.regularizers import NoRegularizer
from components.train.seeds import derive

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

    Raises:
        ShapeError: if a network does not fit records of this shape.
    """

    def __init__(self, params: TrainParams, shape: tuple[int, ...], seed: int) -> None:
        self.params, self.shape, self.seed = params, shape, seed
        self.primitives = backend.current()
        self.generator = params.generator.build(
            params.latents.size, shape, derive(seed, "generator")
        )
        self.discriminator = params.discriminator.build(
            shape, derive(seed, "discriminator")
        )
        rates = params.optimizer
        self.generator_optimizer = self._optimizer(
            rates.generator_learning_rate, self.generator
        )
        self.discriminator_optimizer = self._optimizer(
            rates.discriminator_learning_rate, self.discriminator
        )
        convolutional = params.generator.convolutional
        convolutional = convolutional or params.discriminator.convolutional
        self.device = self.primitives.device()
        self.policy = backend.compile_policy(self.device, convolutional)

    def _optimizer(self, rate: float | None, model: Any) -> Any:
        settings = self.params.optimizer
        optimizer = keras.optimizers.Adam(
            learning_rate=rate or settings.learning_rate,
            beta_1=settings.beta_1,
            beta_2=settings.beta_2,
            epsilon=settings.epsilon,
        )
        optimizer.build(model.trainable_variables)
        return optimizer

    @property
    def variables(self) -> list[Any]:
        """Everything that training changes, in a fixed order."""
        owners = (
            self.generator,
            self.discriminator,
            self.generator_optimizer,
            self.discriminator_optimizer,
        )
        return [variable for owner in owners for variable in owner.variables]

    def latents(self, count: int, purpose: str, counter: Any) -> Any:
        """Latents (count, size), a function of (seed, purpose, counter)."""
        key = derive(self.seed, purpose)
        shape = (count, self.params.latents.size)
        if self.params.latents.distribution == "normal":
            return self.primitives.normal(shape, key, counter)
        return 2.0 * self.primitives.uniform(shape, key, counter) - 1.0

    def records(self, data: Any, limit: Any, purpose: str, counter: Any) -> Any:
        """A batch of real records, each equally likely among the first `limit`."""
        key = derive(self.seed, purpose)
        shape = (self.params.batch_size,)
        rows = self.primitives.integers(shape, key, counter, limit)
        return ops.take(data, rows, axis=0)

    def judge(self, records: Any, training: bool = True) -> Any:
        """Raw scores (n,) of records as one batch."""
        return ops.reshape(self.discriminator(records, training=training), (-1,))

    def scores(self, real: Any, generated: Any) -> tuple[Any, Any]:
        """Raw scores of both sides, batched as in training.

        With `batch_split` each side is a batch of its own; otherwise both are one,
        which matters to `batch` alone and is one call instead of two to the rest.
        """
        if self.params.discriminator.normalization == "batch_split":
            return self.judge(real), self.judge(generated)
        both = self.judge(ops.concatenate([real, generated], axis=0))
        count = real.shape[0]
        return both[:count], both[count:]

    def generated_scores(self, real: Any, generated: Any) -> Any:
        """The scores that the generator's update sees.

        With `batch` they come from the same crossed batch as the discriminator's, and
        the slope runs through the shared statistics too; otherwise mates are left out.
        """
        if self.params.discriminator.normalization == "batch":
            return self.scores(real, generated)[1]
        return self.judge(generated)

    def penalty(self, real: Any, generated: Any, mix: Any) -> Any:
        """The regularizer's penalty; what it shows D leaves no trace in D's state."""

        def gradient(x: Any) -> Any:
            return self.primitives.input_gradient(self.judge, x)

        with self.primitives.without_updates(self.discriminator.variables):
            return self.params.regularizer.penalty(gradient, real, generated, mix)

    def discriminator_step(self, counter: Any, data: Any, limit: Any) -> Any:
        """One update of D. Returns its loss and the norm of its gradient."""
        size = self.params.batch_size
        real = self.records(data, limit, "records", counter)
        latents = self.latents(size, "latents/discriminator", counter)
        generated = self.generator(latents, training=True)
        mix = self.primitives.uniform(
            (size, *(1 for _ in self.shape)), derive(self.seed, "mix"), counter
        )

        def loss() -> Any:
            scores = self.scores(real, generated)
            value = self.params.objective.discriminator_loss(*scores)
            if isinstance(self.params.regularizer, NoRegularizer):
                return value
            return value + self.penalty(real, generated, mix)

        variables = self.discriminator.trainable_variables
        value, gradients = self.primitives.value_and_grad(loss, variables)
        self.discriminator_optimizer.apply(gradients, variables)
        return value, global_norm(gradients)

    def generator_step(self, counter: Any, data: Any, limit: Any) -> Any:
        """One update of G. Returns its loss and the norm of its gradient."""
        real = self.records(data, limit, "records/generator", counter)
        latents = self.latents(self.params.batch_size, "latents/generator", counter)

        def loss() -> Any:
            generated = self.generator(latents, training=True)
            return self.params.objective.generator_loss(
                self.generated_scores(real, generated)
            )

        variables = self.generator.trainable_variables
        value, gradients = self.primitives.value_and_grad(loss, variables)
        self.generator_optimizer.apply(gradients, variables)
        return value, global_norm(gradients)

    def step(self, index: Any, carry: Carry, data: Any, limit: Any) -> Carry:
        """One step: D's updates, then G's.

        Args:
            index: of the step, from 0; all randomness is a function of (seed, index).
            carry: as `START`; its readings are of the last step.
            data: training records, (n, *shape), sorted from core to outliers.
            limit: the number of records to draw from.
        """
        turns = self.params.discriminator_steps

        def turn(number: Any, told: tuple[Any, ...]) -> tuple[Any, ...]:
            counter = index * turns + number
            loss, norm = self.discriminator_step(counter, data, limit)
            return ops.logical_and(told[0], ops.isfinite(loss + norm)), loss, norm

        # A loop, not a copy a turn: it compiles in a fraction of the time.
        zero = ops.convert_to_tensor(0.0, "float32")
        told = (ops.convert_to_tensor(True), zero, zero)
        finite, d_loss, d_norm = ops.fori_loop(0, turns, turn, told)
        g_loss, g_norm = self.generator_step(index, data, limit)
        finite = ops.logical_and(finite, ops.isfinite(g_loss + g_norm))
        return {
            "discriminator_loss": d_loss,
            "generator_loss": g_loss,
            "discriminator_gradient_norm": d_norm,
            "generator_gradient_norm": g_norm,
            "nonfinite_count": carry["nonfinite_count"]
            + ops.cast(ops.logical_not(finite), "float32"),
        }


def global_norm(gradients: list[Any]) -> Any:
    """The Euclidean norm of all gradients as one vector."""
    return ops.sqrt(sum(ops.sum(ops.square(gradient)) for gradient in gradients))
