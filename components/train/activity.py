"""What both networks' units do on the records and samples that probes look at."""

from typing import Any

import keras
import numpy as np
from keras import ops

from components.train import backend
from components.train.game import Game
from components.train.sides import listed
from components.train.turn import Batch, joined

Array = np.ndarray[Any, Any]

KINKED = ("relu", "leaky_relu", "elu")
RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
EDGE = 0.99
"""Of the half of a range: what lies beyond is saturated."""


class Activity:
    """The activations of a game's networks, each of which is run as one batch.

    G is given latents and makes samples; D sees these and held-out records, each side
    by itself where its mates are of one side.

    Args:
        game: as it is being played.
        like: of a game that differs in its seed alone, whose compiled code can read
            this game's variables.
    """

    _look: Any

    def __init__(self, game: Game, like: "Activity | None" = None) -> None:
        self.game = game
        self.generator = activations(game.generator, (*KINKED, *RANGES))
        self.discriminator = activations(game.discriminator, (*KINKED, *RANGES))
        if like is not None:
            self._look = like._look.reading(game.variables)
            return
        self.made = part(game.generator, self.generator)
        self.judged = part(game.discriminator, self.discriminator)
        self._look = game.primitives.compile_function(
            self._seen, game.variables, backend.probe_policy()
        )

    def look(
        self, latents: Array, real: Array, *labels: Array
    ) -> tuple[list[Array], list[Array]]:
        """What G's layers and what D's do, each as `told` says, as the lists have them.

        Args:
            latents: (n, size). real: records (n, *shape).
            labels: of the records and of the samples, (n,), where D is told them.
        """
        found = [np.asarray(each) for each in self._look(latents, real, *labels)]
        count = len(self.generator)
        return found[:count], found[count:]

    def _seen(self, latents: Any, real: Any, *labels: Any) -> list[Any]:
        game = self.game
        with game.primitives.without_updates(), game.normalized():
            samples, *made = self.made([latents, *labels[1:]], training=False)
            sides = Batch(real, *labels[:1]), Batch(samples, *labels[1:])
            shown = sides if game.sides_apart else (joined(*sides),)
            calls = [self.judged(listed(each), training=True)[1:] for each in shown]
        judged = [ops.concatenate(each, axis=0) for each in zip(*calls, strict=True)]
        layers = (*self.generator, *self.discriminator)
        return list(map(told, layers, (*made, *judged)))


def told(layer: Any, outputs: Any) -> Any:
    """What a layer's outputs (n, …, units) are reduced to.

    Of a kinked activation each unit's smallest and largest output, (2, units); of one
    with a range the share of outputs beyond EDGE, a scalar.
    """
    flat = ops.cast(ops.reshape(outputs, (-1, outputs.shape[-1])), "float32")
    if kind_of(layer) in KINKED:
        return ops.stack([ops.min(flat, axis=0), ops.max(flat, axis=0)])
    low, high = RANGES[kind_of(layer)]
    beyond = ops.abs(flat - (low + high) / 2) > EDGE * (high - low) / 2
    return ops.mean(ops.cast(beyond, "float32"))


def kind_of(layer: Any) -> str:
    """The name of an activation, as parameters have it; other layers have none."""
    if isinstance(layer, keras.layers.LeakyReLU):
        return "leaky_relu"
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def activations(model: Any, kinds: tuple[str, ...]) -> list[Any]:
    """The layers that do nothing but activate, of these kinds."""
    names = ("_activation_", "_range")
    named = [each for each in model.layers if any(name in each.name for name in names)]
    return [each for each in named if kind_of(each) in kinds]


def part(model: Any, layers: list[Any]) -> Any:
    """A model of the same layers that gives the model's output, and these layers'."""
    outputs = [*model.outputs, *(each.output for each in layers)]
    return keras.Model(model.inputs, outputs, name=f"{model.name}_activity")
