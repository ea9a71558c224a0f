"""Convolutional networks."""

from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, MinLen

from components.train.networks import (
    Activation,
    Discriminator,
    DiscriminatorNormalization,
    Generator,
    GeneratorNormalization,
    ShapeError,
)
from components.train.networks.layers import (
    activation,
    initializer,
    normalize,
    sequential,
    settle,
    weighted,
)

Channels = Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)]


class ConvolutionalGenerator(Generator):
    """A dense layer to a small grid, which each further layer doubles."""

    kind: Literal["convolutional"] = "convolutional"
    convolutional: ClassVar[bool] = True
    channels: Channels = (64, 32)
    """Channels before each doubling of height and width."""
    activation: Activation = "relu"
    normalization: GeneratorNormalization = "none"

    def build(self, latents: int, shape: tuple[int, ...], seed: int) -> Any:
        import keras

        height, width = _grid("generator", shape, len(self.channels))
        first, *rest = self.channels
        layers: list[Any] = [keras.Input((latents,), name="latents")]
        name = "generator_dense"
        size = height * width * first
        layers += [
            keras.layers.Dense(
                size, kernel_initializer=initializer(seed, name), name=name
            ),
            keras.layers.Reshape((height, width, first), name="generator_grid"),
        ]
        for index, channels in enumerate([*rest, shape[-1]]):
            layers += [
                *normalize(self.normalization, f"generator_norm_{index}", True),
                activation(self.activation, f"generator_activation_{index}"),
                _double(channels, f"generator_convolution_{index}", seed),
            ]
        layers.append(activation("tanh", "generator_range"))
        return sequential("generator", layers)


class ConvolutionalDiscriminator(Discriminator):
    """Convolutions that each halve height and width, then one dense layer."""

    kind: Literal["convolutional"] = "convolutional"
    convolutional: ClassVar[bool] = True
    channels: Channels = (32, 64)
    """Channels after each halving of height and width."""
    activation: Activation = "leaky_relu"
    normalization: DiscriminatorNormalization = "none"

    def build(self, shape: tuple[int, ...], seed: int) -> Any:
        import keras

        _grid("discriminator", shape, len(self.channels))
        kind = self.normalization
        layers: list[Any] = [keras.Input(shape, name="records")]
        for index, channels in enumerate(self.channels):
            name = f"discriminator_convolution_{index}"
            layers += [
                weighted(_halve(channels, name, seed), kind),
                *normalize(kind, f"discriminator_norm_{index}", True),
                activation(self.activation, f"discriminator_activation_{index}"),
            ]
        name = "discriminator_output"
        score = keras.layers.Dense(
            1, kernel_initializer=initializer(seed, name), name=name
        )
        layers += [keras.layers.Flatten(name="discriminator_flat")]
        layers += [weighted(score, kind)]
        return settle(sequential("discriminator", layers), seed)


def _grid(player: str, shape: tuple[int, ...], doublings: int) -> tuple[int, int]:
    factor = 2**doublings
    if len(shape) == 3 and shape[0] % factor == 0 and shape[1] % factor == 0:
        return shape[0] // factor, shape[1] // factor
    sides = shape[:2] if len(shape) == 3 else (1, 1)
    near = (*(-(-side // factor) * factor for side in sides), *(shape[2:] or (1,)))
    raise ShapeError(
        f"Invalid value for `{player}.channels`. Expected records of shape (height, "
        f"width, channels), height and width divisible by {factor} (2 for each of "
        f"{doublings} entries of `channels`), such as {near}. "
        f"Received: records of shape {shape}. "
        f"State fewer channels, resize in curate, or use {player} {{kind: mlp}}."
    )


def _double(channels: int, name: str, seed: int) -> Any:
    import keras

    return keras.layers.Conv2DTranspose(
        channels,
        4,
        strides=2,
        padding="same",
        kernel_initializer=initializer(seed, name),
        name=name,
    )


def _halve(channels: int, name: str, seed: int) -> Any:
    import keras

    return keras.layers.Conv2D(
        channels,
        4,
        strides=2,
        padding="same",
        kernel_initializer=initializer(seed, name),
        name=name,
    )
