"""Multilayer perceptrons."""

import math
from typing import Annotated, Any, Literal

from annotated_types import Ge, MinLen
from pydantic import field_validator

from components.train.networks import (
    Activation,
    Discriminator,
    DiscriminatorNormalization,
    Generator,
    GeneratorNormalization,
)
from components.train.networks.layers import (
    activation,
    initializer,
    normalize,
    sequential,
    settle,
    weighted,
)

Units = Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)]


class MlpGenerator(Generator):
    """Dense layers, then one to the record's size, given the record's shape."""

    kind: Literal["mlp"] = "mlp"
    units: Units = (256, 256)
    """Width of each hidden layer."""
    activation: Activation = "relu"
    normalization: GeneratorNormalization = "none"
    output: Literal["auto", "linear", "tanh"] = "auto"
    """Range of the samples; `auto` is tanh for images (height, width, channels)."""

    def build(self, latents: int, shape: tuple[int, ...], seed: int) -> Any:
        import keras

        layers: list[Any] = [keras.Input((latents,), name="latents")]
        for index, width in enumerate(self.units):
            layers += [
                _dense(width, f"generator_dense_{index}", seed),
                *normalize(self.normalization, f"generator_norm_{index}", False),
                activation(self.activation, f"generator_activation_{index}"),
            ]
        last = _dense(math.prod(shape), "generator_output", seed)
        layers += [last, keras.layers.Reshape(shape, name="generator_shape")]
        if self.output == "tanh" or (self.output == "auto" and len(shape) == 3):
            layers.append(activation("tanh", "generator_range"))
        return sequential("generator", layers)


class MlpDiscriminator(Discriminator):
    """Dense layers on the flattened record, then one to the score."""

    kind: Literal["mlp"] = "mlp"
    units: Units = (256, 256)
    """Width of each hidden layer."""
    activation: Activation = "leaky_relu"
    normalization: DiscriminatorNormalization = "none"
    """Of each hidden layer: `batch` normalizes real and generated in one batch,
    `batch_split` each side with its own statistics."""

    @field_validator("normalization")
    @classmethod
    def _no_instance(cls, value: str) -> str:
        if value == "instance":
            raise ValueError(
                "instance normalization averages over positions, and a dense layer "
                "has none; use `layer`, or a discriminator of kind `convolutional`"
            )
        return value

    def build(self, shape: tuple[int, ...], seed: int) -> Any:
        import keras

        kind = self.normalization
        layers: list[Any] = [keras.Input(shape, name="records")]
        layers.append(keras.layers.Flatten(name="discriminator_flat"))
        for index, width in enumerate(self.units):
            layers += [
                weighted(_dense(width, f"discriminator_dense_{index}", seed), kind),
                *normalize(kind, f"discriminator_norm_{index}", False),
                activation(self.activation, f"discriminator_activation_{index}"),
            ]
        layers.append(weighted(_dense(1, "discriminator_output", seed), kind))
        return settle(sequential("discriminator", layers), seed)


def _dense(width: int, name: str, seed: int) -> Any:
    import keras

    return keras.layers.Dense(
        width, kernel_initializer=initializer(seed, name), name=name
    )
