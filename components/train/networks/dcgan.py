"""Convolutional networks (Radford et al. 2016)."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, MinLen

from components.lazy import lazy_import
from components.train.networks import (
    Activation,
    Generator,
    GeneratorNormalization,
    Step,
)
from components.train.networks.grid import coarsest
from components.train.networks.layers import (
    BatchNorm,
    Deviation,
    activation,
    append_stddev,
    dense,
    initializer,
    last_dtype,
    normalize,
)
from components.train.networks.normalized import NormalizedDiscriminator

keras = lazy_import("keras")

Channels = Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1)]
EACH = "entries of `channels`"


class DcganGenerator(Generator):
    """A dense layer to a small grid, which each further layer doubles."""

    kind: Literal["dcgan"] = "dcgan"
    convolutional: ClassVar[bool] = True
    channels: Channels = (64, 32)
    """Channels before each doubling of height and width."""
    activation: Activation = "relu"
    normalization: GeneratorNormalization = "none"
    batch_norm: BatchNorm = BatchNorm()
    """Of normalization `batch`."""
    initial_deviation: Deviation = None
    """Of weights drawn from a normal distribution; null: Glorot's uniform one."""

    def fits(self, shape: tuple[int, ...]) -> None:
        coarsest("generator", shape, len(self.channels), EACH)

    def steps(self, latents: int, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        height, width = coarsest("generator", shape, len(self.channels), EACH)
        first, *rest = self.channels
        layers: list[Any] = [
            dense(
                height * width * first,
                "generator_dense",
                seed,
                deviation=self.initial_deviation,
            ),
            keras.layers.Reshape((height, width, first), name="generator_grid"),
        ]
        for index, channels in enumerate([*rest, shape[-1]]):
            layers += [
                *normalize(
                    self.normalization,
                    f"generator_norm_{index}",
                    True,
                    self.batch_norm,
                ),
                activation(self.activation, f"generator_activation_{index}"),
                strided(
                    keras.layers.Conv2DTranspose,
                    channels,
                    f"generator_convolution_{index}",
                    seed,
                    self.initial_deviation,
                ),
            ]
        layers.append(activation("tanh", "generator_range", last_dtype()))
        return layers


class DcganDiscriminator(NormalizedDiscriminator):
    """Convolutions that each halve height and width, then one dense layer."""

    kind: Literal["dcgan"] = "dcgan"
    convolutional: ClassVar[bool] = True
    channels: Channels = (32, 64)
    """Channels after each halving of height and width."""
    activation: Activation = "leaky_relu"

    @property
    def widths(self) -> tuple[int, ...]:
        return self.channels

    def fits(self, shape: tuple[int, ...]) -> None:
        coarsest("discriminator", shape, len(self.channels), EACH)

    def features(self, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        coarsest("discriminator", shape, len(self.channels), EACH)
        kind = self.normalization
        steps: list[Step] = []
        for index, channels in enumerate(self.channels):
            name = f"discriminator_convolution_{index}"
            steps += [
                strided(
                    keras.layers.Conv2D, channels, name, seed, self.initial_deviation
                ),
                *normalize(
                    kind,
                    f"discriminator_norm_{index}",
                    True,
                    self.batch_norm,
                    self.groups,
                ),
                activation(self.activation, f"discriminator_activation_{index}"),
            ]
        if kind == "minibatch_stddev":
            steps.append(lambda x: append_stddev(x, self.group_size))
        steps.append(keras.layers.Flatten(name="discriminator_flat"))
        return steps

    def score(self, shape: tuple[int, ...], seed: int) -> Any:
        name = "discriminator_output"
        return dense(1, name, seed, last_dtype(), self.initial_deviation)


def strided(
    layer: Any, channels: int, name: str, seed: int, deviation: Deviation
) -> Any:
    """A convolution of a 4 by 4 kernel that halves, or transposed doubles, the grid."""
    return layer(
        channels,
        4,
        strides=2,
        padding="same",
        kernel_initializer=initializer(seed, name, deviation),
        name=name,
    )
