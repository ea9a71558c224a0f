"""Keras's own loop: `model.fit` with a custom `train_step`, on TensorFlow."""

from typing import Any, NamedTuple

import keras
import tensorflow as tf
from cases import Case
from keras import ops

from components.train.game import Game
from contenders import Contender, timed


class Way(NamedTuple):
    """How `fit` is set.

    Attributes:
        steps_per_execution: steps of one call.
        xla: `jit_compile`; "auto" is Keras's default.
    """

    steps_per_execution: int = 1
    xla: bool | str = "auto"


class Gan(keras.Model):
    """The game as Keras's guides write it."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        game = Game(case.params, case.data.shape[1:], 0)
        self.generator, self.discriminator = game.generator, game.discriminator
        self.params = case.params
        self.seeds = keras.random.SeedGenerator(0)

    def compile(self, **settings: Any) -> None:
        super().compile(**settings)
        adam = self.params.optimizer
        self.optimizers = [
            keras.optimizers.Adam(adam.learning_rate, adam.beta_1, epsilon=adam.epsilon)
            for _ in range(2)
        ]
        for optimizer, model in zip(
            self.optimizers, (self.discriminator, self.generator), strict=True
        ):
            optimizer.build(model.trainable_variables)

    def samples(self) -> Any:
        size = (self.params.batch_size, self.params.latents.size)
        return self.generator(keras.random.normal(size, seed=self.seeds), training=True)

    def train_step(self, real: Any) -> dict[str, Any]:
        size = self.params.batch_size
        fake = self.samples()
        with tf.GradientTape() as tape:
            scores = self.discriminator(ops.concatenate([real, fake]), training=True)
            loss_d = ops.mean(ops.softplus(-scores[:size]))
            loss_d += ops.mean(ops.softplus(scores[size:]))
        self._move(0, self.discriminator, tape, loss_d)
        with tf.GradientTape() as tape:
            scores = self.discriminator(self.samples(), training=True)
            loss_g = ops.mean(ops.softplus(-scores))
        self._move(1, self.generator, tape, loss_g)
        return {"d_loss": loss_d, "g_loss": loss_g}

    def _move(self, player: int, model: Any, tape: Any, loss: Any) -> None:
        weights = model.trainable_weights
        gradients = tape.gradient(loss, weights)
        self.optimizers[player].apply_gradients(zip(gradients, weights, strict=True))


class Fit(Contender):
    """`fit` set one way; what one call of it takes beside its steps is taken off."""

    def __init__(self, case: Case, way: Way, name: str) -> None:
        self.name, self.way = name, way
        data, size = tf.constant(case.data), case.params.batch_size
        self.model = Gan(case)
        self.model.compile(
            jit_compile=way.xla, steps_per_execution=way.steps_per_execution
        )
        shuffled = tf.data.Dataset.from_tensor_slices(data).shuffle(len(data))
        batches = shuffled.repeat().batch(size, drop_remainder=True)
        self.batches = batches.prefetch(tf.data.AUTOTUNE)

    def play(self, steps: int) -> float:
        at_once = self.way.steps_per_execution
        steps = max(2, round(steps / at_once)) * at_once
        beside = timed(lambda: self._fit(at_once))
        seconds = timed(lambda: self._fit(steps))
        # Of a short call so much is beside that the difference is noise.
        return (steps - at_once) / max(seconds - beside, seconds / 2)

    def _fit(self, steps: int) -> None:
        self.model.fit(self.batches, steps_per_epoch=steps, verbose=0)


class BestFit(Contender):
    """`fit` as fast as it gets: several ways are tried, and the best one plays.

    Attributes:
        tried: steps a second of each way.
    """

    def __init__(self, case: Case) -> None:
        self.name, self.tried = "", {}
        ways = [Way(10, False), Way(50, False), Way(10, True), Way(50, True)]
        if case.convolutional:
            # In XLA's loops on a CPU they are some 50 times slower.
            ways = [Way(1, False), Way(10, False)]
        self.fits = [Fit(case, way, "") for way in ways]

    def warm(self) -> None:
        for fit in self.fits:
            fit.warm()
            once = 2 * fit.way.steps_per_execution
            pace = fit.play(once)
            self.tried[fit] = fit.play(max(once, round(pace)))
        self.best = max(self.fits, key=self.tried.__getitem__)
        self.compile_seconds = self.best.compile_seconds
        way = self.best.way
        compiled = "XLA" if way.xla else "no XLA"
        self.name = f"Keras fit, {way.steps_per_execution} steps a call, {compiled}"
        self.name += f" (best of {len(self.fits)} ways)" * (len(self.fits) > 1)

    def play(self, steps: int) -> float:
        return self.best.play(steps)
