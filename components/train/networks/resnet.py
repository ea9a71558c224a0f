"""Residual networks without normalization (Huang et al. 2024, section 3).

Inverted bottleneck blocks with grouped convolutions, scaled at the start as in fix-up
initialization (Zhang et al. 2019, section 3) so that depth does not blow up what is not
normalized: a block starts as the identity.

Two choices of ours. Grids are resampled bilinearly, up by `UpSampling2D`, down by
2 by 2 means, which is bilinear at a half: the paper's filter (1, 3, 3, 1) / 8 is that
upsampling but for the border, and Keras has its downsampling only as a convolution with
itself. And a grouped convolution is a convolution a group: TensorFlow has none on a
CPU, and through XLA it takes a hundred times longer there (16 by 16 pixels, 256
channels in 16 groups, 32 images, forward and back: 3.3 s against 0.02 s).
"""

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, MinLen
from pydantic import model_validator

from components.lazy import lazy_import
from components.parts import Params
from components.train.networks import (
    Discriminator,
    DiscriminatorNormalization,
    Generator,
    Step,
)
from components.train.networks.grid import coarsest
from components.train.networks.layers import activation, last_dtype, normal
from components.train.seeds import derive

keras = lazy_import("keras")
ops = lazy_import("keras.ops")

Count = Annotated[int, Ge(1)]
Channels = Annotated[tuple[Count, ...], MinLen(1)]

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))
"""What a leaky ReLU of this slope takes from the root mean square (He et al. 2015)."""
EACH = "entries of `channels` after the first"


class Residual(Params):
    """What both networks are made of."""

    channels: Channels
    blocks: Count = 2
    """Residual blocks at each resolution."""
    expansion: Count = 2
    """How many times wider a block is inside."""
    group_width: Count = 16
    """Channels of a group of the 3 by 3 convolutions inside blocks."""

    @model_validator(mode="after")
    def _groups_divide(self) -> "Residual":
        for channels in self.channels:
            if channels * self.expansion % self.group_width:
                raise ValueError(
                    f"`group_width` {self.group_width} does not divide the "
                    f"{channels * self.expansion} channels inside a block "
                    f"(`expansion` {self.expansion} times {channels} of `channels`)"
                )
        return self

    def stage(self, player: str, index: int, seed: int) -> list[Step]:
        """The blocks at one resolution."""
        name = f"{player}_stage_{index}_block"
        return [
            self._block(f"{name}_{number}", self.channels[index], seed)
            for number in range(self.blocks)
        ]

    def _block(self, name: str, channels: int, seed: int) -> Step:
        """x + contract(mix(expand(x))), where contract starts at 0.

        The two others start 1 / L^(1 / (2m - 2)) times as large as activations alone
        ask for, with L blocks of m = 3 layers in the network.
        """
        wide = channels * self.expansion
        gain = GAIN * (self.blocks * len(self.channels)) ** -0.25
        expand = convolution(wide, 1, gain, f"{name}_expand", seed, bias=True)
        first = activation("leaky_relu", f"{name}_activation_0")
        mix = grouped(wide, self.group_width, gain, f"{name}_mix", seed)
        second = activation("leaky_relu", f"{name}_activation_1")
        contract = convolution(channels, 1, 0.0, f"{name}_contract", seed)
        add = keras.layers.Add(name=f"{name}_add")

        def block(x: Any) -> Any:
            return add([x, contract(second(mix(first(expand(x)))))])

        return block


class ResnetGenerator(Generator, Residual):
    """A learned grid weighted by the latents, then residual blocks and doublings."""

    kind: Literal["resnet"] = "resnet"
    convolutional: ClassVar[bool] = True
    channels: Channels = (64, 32)
    """Channels at each resolution, coarsest first; each after the first doubles it."""
    output: Literal["linear", "tanh"] = "linear"
    """Range of the samples."""

    def fits(self, shape: tuple[int, ...]) -> None:
        coarsest("generator", shape, len(self.channels) - 1, EACH)

    def steps(self, latents: int, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        grid = coarsest("generator", shape, len(self.channels) - 1, EACH)
        steps: list[Step] = [
            linear(self.channels[0], "generator_weights", seed),
            basis(grid, self.channels[0], seed),
        ]
        for index, channels in enumerate(self.channels):
            name = f"generator_stage_{index}"
            if index:
                if channels != self.channels[index - 1]:
                    steps.append(convolution(channels, 1, 1.0, f"{name}_enter", seed))
                steps.append(_double(f"{name}_double"))
            steps += self.stage("generator", index, seed)
        last = convolution(shape[-1], 1, 1.0, "generator_output", seed, last_dtype())
        steps.append(last)
        if self.output == "tanh":
            steps.append(activation("tanh", "generator_range", last_dtype()))
        return steps


class ResnetDiscriminator(Discriminator, Residual):
    """Residual blocks and halvings, then a learned grid that weights what is left."""

    kind: Literal["resnet"] = "resnet"
    convolutional: ClassVar[bool] = True
    channels: Channels = (32, 64)
    """Channels at each resolution, finest first; each after the first halves it."""

    @property
    def normalization(self) -> DiscriminatorNormalization:
        return "none"

    def fits(self, shape: tuple[int, ...]) -> None:
        coarsest("discriminator", shape, len(self.channels) - 1, EACH)

    def features(self, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        grid = coarsest("discriminator", shape, len(self.channels) - 1, EACH)
        name = "discriminator_input"
        steps: list[Step] = [convolution(self.channels[0], 1, 1.0, name, seed)]
        for index, channels in enumerate(self.channels):
            name = f"discriminator_stage_{index}"
            if index:
                steps.append(_halve(f"{name}_halve"))
                if channels != self.channels[index - 1]:
                    steps.append(convolution(channels, 1, 1.0, f"{name}_enter", seed))
            steps += self.stage("discriminator", index, seed)
        return [*steps, collapse(grid, self.channels[-1], seed)]

    def score(self, shape: tuple[int, ...], seed: int) -> Any:
        return linear(1, "discriminator_output", seed, last_dtype())


def scaled(gain: float, seed: int, name: str) -> Any:
    """Normal of deviation gain / √fan-in (He et al. 2015), seeded by the name."""
    if gain == 0.0:
        return keras.initializers.Zeros()
    return keras.initializers.VarianceScaling(
        scale=gain**2,
        mode="fan_in",
        distribution="untruncated_normal",
        seed=derive(seed, f"initial/{name}"),
    )


def convolution(
    channels: int,
    size: int,
    gain: float,
    name: str,
    seed: int,
    dtype: str | None = None,
    bias: bool = False,
) -> Any:
    return keras.layers.Conv2D(
        channels,
        size,
        padding="same",
        use_bias=bias,
        kernel_initializer=scaled(gain, seed, name),
        dtype=dtype,
        name=name,
    )


def linear(units: int, name: str, seed: int, dtype: str | None = None) -> Any:
    return keras.layers.Dense(
        units,
        use_bias=False,
        kernel_initializer=scaled(1.0, seed, name),
        dtype=dtype,
        name=name,
    )


def grouped(channels: int, width: int, gain: float, name: str, seed: int) -> Step:
    """A 3 by 3 convolution whose groups of `width` channels see themselves alone."""
    groups = [
        convolution(width, 3, gain, f"{name}_{index}", seed, bias=True)
        for index in range(channels // width)
    ]

    def mix(x: Any) -> Any:
        if len(groups) == 1:
            return groups[0](x)
        parts = ops.split(x, len(groups), axis=-1)
        mixed = [group(part) for group, part in zip(groups, parts, strict=True)]
        return ops.concatenate(mixed, axis=-1)

    return mix


def basis(grid: tuple[int, int], channels: int, seed: int) -> Any:
    """Weights (n, c) -> a learned image (height, width, c), its channels weighted."""
    name = "generator_basis"
    return keras.layers.EinsumDense(
        "nc,hwc->nhwc",
        (*grid, channels),
        kernel_initializer=normal(1.0, seed, name),
        name=name,
    )


def collapse(grid: tuple[int, int], channels: int, seed: int) -> Any:
    """The mirror of `basis`: (n, height, width, c) -> (n, c), a channel each alone."""
    name = "discriminator_basis"
    return keras.layers.EinsumDense(
        "nhwc,hwc->nc",
        (channels,),
        kernel_initializer=normal(1 / math.sqrt(grid[0] * grid[1]), seed, name),
        name=name,
    )


def _double(name: str) -> Any:
    return keras.layers.UpSampling2D(2, interpolation="bilinear", name=name)


def _halve(name: str) -> Any:
    return keras.layers.AveragePooling2D(2, name=name)
