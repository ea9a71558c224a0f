"""Networks of one point each, for games that can be solved on paper."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from components.lazy import lazy_import
from components.train.networks import (
    Discriminator,
    DiscriminatorNormalization,
    Generator,
    ShapeError,
    Step,
)
from components.train.networks.layers import last_dtype, linear, outer_dtype

keras = lazy_import("keras")
ops = lazy_import("keras.ops")

Start = float | tuple[float, ...]


class PointGenerator(Generator):
    """G(z) = theta whatever the latents (Mescheder et al. 2018, definition 2.1).

    Its only variable is theta, (1, d) for records of d numbers; with classes there is
    a theta each, (classes, d).
    """

    kind: Literal["point"] = "point"
    start: Start = 1.0
    """theta before the first step: a number for every coordinate, or one for all."""

    def build(
        self,
        latents: int,
        shape: tuple[int, ...],
        seed: int,
        classes: int | None = None,
    ) -> Any:
        from components.train.networks.assembly import model

        start = _start("generator", self.start, shape)
        theta = linear("generator_point", start[None].repeat(classes or 1, axis=0))
        inputs = [keras.Input((latents,), name="latents", dtype=outer_dtype())]
        if classes is not None:
            inputs.append(keras.Input((), name="labels", dtype="int32"))

        def select(given: Any) -> Any:
            if classes is None:
                return ops.max(ops.ones_like(given), axis=1, keepdims=True)
            rows = ops.max(ops.ones_like(given[0]), axis=1, keepdims=True)
            indicators = ops.one_hot(given[1], classes)
            return ops.multiply(rows, ops.cast(indicators, outer_dtype()))

        form = keras.layers.Reshape(shape, name="generator_shape", dtype=last_dtype())
        return model("generator", inputs, [select, theta, form])


class PointDiscriminator(Discriminator):
    """D(x) = psi · x (Mescheder et al. 2018, definition 2.1); psi is (d, 1)."""

    kind: Literal["point"] = "point"
    start: Start = 1.0
    """psi before the first step: a number for every coordinate, or one for all."""

    @property
    def normalization(self) -> DiscriminatorNormalization:
        return "none"

    def features(self, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        return [keras.layers.Flatten(name="discriminator_flat", dtype=last_dtype())]

    def score(self, shape: tuple[int, ...], seed: int) -> Any:
        start = _start("discriminator", self.start, shape)
        return linear("discriminator_point", start[:, None])


def _start(player: str, start: Start, shape: tuple[int, ...]) -> Any:
    """The coordinates to start from, (d,)."""
    import numpy as np

    size = math.prod(shape)
    values = np.broadcast_to(start, size) if isinstance(start, float) else start
    if len(values) != size:
        raise ShapeError(
            f"Invalid value for `{player}.start`. Expected one number, or {size} for "
            f"records of shape {shape}. Received: {len(values)}."
        )
    return np.asarray(values, np.float64)
