"""Small modes amid noise that is as wide as one likes: Huber's contamination."""

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from components.curate.layout import Layout, ModeArrays, Positive, circle


class RingInNoise(Layout):
    """Equal modes on a circle, and one broad Gaussian around them all.

    Huber 1964, "Robust Estimation of a Location Parameter": a share of the records is
    of another distribution. The noise is drawn from, and no mode to be found: it has no
    place of its own.
    """

    kind: Literal["ring_in_noise"] = "ring_in_noise"
    count: Annotated[int, Ge(1), Le(10_000)] = 8
    """Modes on the circle."""
    radius: Positive = 1.0
    """Of the circle."""
    std: Positive = 0.05
    """Of each mode on the circle, along each axis."""
    noise_share: Annotated[float, Gt(0), Lt(1)] = 0.2
    """Share of the points that are noise."""
    noise_std: Positive = 5.0
    """Of the noise, along each axis."""

    def modes(self) -> ModeArrays:
        import numpy as np

        share = (1 - self.noise_share) / self.count
        return ModeArrays(
            np.vstack([circle(self.count, self.radius), np.zeros((1, 2))]),
            np.array([*[share] * self.count, self.noise_share]),
            np.array([*[self.std] * self.count, self.noise_std]),
        )

    def places(self) -> ModeArrays:
        return ModeArrays(*(each[:-1] for each in self.modes()))
