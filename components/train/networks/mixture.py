"""A generator that starts as a mixture of Gaussians, for tries of what metrics see."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Annotated, Any, Literal

from annotated_types import Gt, MinLen
from pydantic import model_validator

from components.lazy import lazy_import
from components.parts import Params
from components.train.networks import Generator, ShapeError, Step
from components.train.networks.layers import linear

ops = lazy_import("keras.ops")

Place = Annotated[tuple[float, ...], MinLen(1)]


class Component(Params):
    """One Gaussian of the mixture; all are equally likely."""

    center: Place
    """Its mean."""
    stds: Annotated[tuple[Annotated[float, Gt(0)], ...], MinLen(1)]
    """Standard deviation along each axis."""


class MixtureGenerator(Generator):
    """The first latent chooses a component, the next ones its point: c + s * z.

    Latents must be normal, one more of them than records have numbers. Centers and
    deviations are its parameters; with a learning rate of 0 it stays what it is.
    """

    kind: Literal["mixture"] = "mixture"
    components: Annotated[tuple[Component, ...], MinLen(1)]
    """What it starts as."""

    @model_validator(mode="after")
    def _of_one_dimension(self) -> "MixtureGenerator":
        parts = [part for one in self.components for part in (one.center, one.stds)]
        sizes = {len(part) for part in parts}
        if len(sizes) > 1:
            raise ValueError(
                "`components` must have as many numbers in each `center` as in each "
                f"`stds`, not {sorted(sizes)}"
            )
        return self

    def fits(self, shape: tuple[int, ...]) -> None:
        size = len(self.components[0].center)
        if shape != (size,):
            raise ShapeError(
                f"Invalid value for `generator.components`. Expected centers of the "
                f"records' shape {shape}. Received: centers of {size} numbers."
            )

    def steps(self, latents: int, shape: tuple[int, ...], seed: int) -> Sequence[Step]:
        import numpy as np

        self.fits(shape)
        if latents < 1 + shape[0]:
            raise ShapeError(
                f"Invalid value for `latents.size`. Expected at least {1 + shape[0]} "
                f"for a mixture of points of {shape[0]} numbers. Received: {latents}."
            )
        count = len(self.components)
        edges = [NormalDist().inv_cdf(place / count) for place in range(1, count)]
        centers = linear(
            "generator_centers", np.array([one.center for one in self.components])
        )
        deviations = linear(
            "generator_deviations", np.array([one.stds for one in self.components])
        )

        def points(given: Any) -> Any:
            first = given[:, :1]
            # How many edges the first latent has passed, as a row of indicators.
            passed = [ops.ones_like(first)]
            passed += [ops.cast(first > edge, given.dtype) for edge in edges]
            passed.append(ops.zeros_like(first))
            stairs = ops.concatenate(passed, axis=1)
            chosen = stairs[:, :-1] - stairs[:, 1:]
            noise = given[:, 1 : 1 + shape[0]]
            return ops.add(centers(chosen), ops.multiply(deviations(chosen), noise))

        return [points]
