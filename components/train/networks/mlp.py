"""Multilayer perceptrons."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, MinLen
from pydantic import field_validator

from components.lazy import lazy_import
from components.train.networks import (
    Activation,
    Generator,
    GeneratorNormalization,
    Step,
)
from components.train.networks.layers import (
    BatchNorm,
    Deviation,
    activation,
    append_stddev,
    dense,
    last_dtype,
    normalize,
)
from components.train.networks.normalized import NormalizedDiscriminator

keras = lazy_import("keras")

Units = Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)]
Pieces = Annotated[int, Ge(2)]

AMPLE_WIDTH, AMPLE_DEPTH = 128, 2


class MlpGenerator(Generator):
    """Dense layers, then one to the record's size, given the record's shape."""

    kind: Literal["mlp"] = "mlp"
    units: Units = (256, 256)
    """Width of each hidden layer."""
    activation: Activation | Literal["maxout"] = "relu"
    pieces: Pieces = 5
    """Linear pieces that each unit of `maxout` is the largest of."""
    normalization: GeneratorNormalization = "none"
    batch_norm: BatchNorm = BatchNorm()
    """Of normalization `batch`."""
    initial_deviation: Deviation = None
    """Of weights drawn from a normal distribution; null: Glorot's uniform one."""
    output: Literal["auto", "linear", "tanh"] = "auto"
    """Range of the samples; `auto` is tanh for images (height, width, channels)."""

    def ample(self) -> Self:
        units = (self.units * AMPLE_DEPTH)[: max(AMPLE_DEPTH, len(self.units))]
        wide = tuple(max(AMPLE_WIDTH, width) for width in units)
        return self.model_copy(update={"units": wide, "initial_deviation": None})

    def steps(self, latents: int, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        layers: list[Any] = []
        for index, width in enumerate(self.units):
            name = f"generator_dense_{index}"
            layers += [
                dense(
                    _wide(width, self.activation, self.pieces),
                    name,
                    seed,
                    deviation=self.initial_deviation,
                ),
                *normalize(
                    self.normalization,
                    f"generator_norm_{index}",
                    False,
                    self.batch_norm,
                ),
                *_activate(self.activation, "generator", index, width, self.pieces),
            ]
        layers.append(
            dense(
                math.prod(shape),
                "generator_output",
                seed,
                last_dtype(),
                self.initial_deviation,
            )
        )
        layers.append(
            keras.layers.Reshape(shape, name="generator_shape", dtype=last_dtype())
        )
        if self.output == "tanh" or (self.output == "auto" and len(shape) == 3):
            layers.append(activation("tanh", "generator_range", last_dtype()))
        return layers


class MlpDiscriminator(NormalizedDiscriminator):
    """Dense layers on the flattened record, then one to the score."""

    kind: Literal["mlp"] = "mlp"
    units: Units = (256, 256)
    """Width of each hidden layer."""
    activation: Activation | Literal["maxout"] = "leaky_relu"
    pieces: Pieces = 5
    """Linear pieces that each unit of `maxout` is the largest of."""

    @field_validator("normalization")
    @classmethod
    def _no_instance(cls, value: str) -> str:
        if value == "instance":
            raise ValueError(
                "instance normalization averages over positions, and a dense layer "
                "has none; use `layer`, or a discriminator of kind `dcgan`"
            )
        return value

    @property
    def widths(self) -> tuple[int, ...]:
        return self.units

    def features(self, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        kind = self.normalization
        steps: list[Step] = [keras.layers.Flatten(name="discriminator_flat")]
        for index, width in enumerate(self.units):
            wide = _wide(width, self.activation, self.pieces)
            name = f"discriminator_dense_{index}"
            norm = f"discriminator_norm_{index}"
            steps += [
                dense(wide, name, seed, deviation=self.initial_deviation),
                *normalize(kind, norm, False, self.batch_norm, self.groups),
                *_activate(self.activation, "discriminator", index, width, self.pieces),
            ]
        if kind == "minibatch_stddev":
            steps.append(lambda x: append_stddev(x, self.group_size))
        return steps

    def score(self, shape: tuple[int, ...], seed: int) -> Any:
        name = "discriminator_output"
        return dense(1, name, seed, last_dtype(), self.initial_deviation)


def _wide(width: int, kind: str, pieces: int) -> int:
    return width * pieces if kind == "maxout" else width


def _activate(kind: str, player: str, index: int, width: int, pieces: int) -> list[Any]:
    """The activation of hidden layer `index`.

    A unit of maxout is the largest of its pieces (Goodfellow et al. 2013, section 3);
    piece p of unit u is unit p * width + u of the dense layer before.
    """
    name = f"{player}_activation_{index}"
    if kind != "maxout":
        return [activation(kind, name)]
    return [
        keras.layers.Reshape((pieces, width), name=f"{player}_pieces_{index}"),
        keras.layers.GlobalMaxPooling1D(name=name),
    ]
