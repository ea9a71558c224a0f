"""Four clusters like a plus: the data on which second moments say nothing."""

from typing import Literal

from components.curate.layout import Layout, ModeArrays, Positive, circle, equal_modes


class Plus(Layout):
    """Clusters at (±arm, 0) and (0, ±arm): mean 0, covariance (arm²/2 + std²) I."""

    kind: Literal["plus"] = "plus"
    arm: Positive = 1.0
    """Distance of each cluster from the origin."""
    std: Positive = 0.05
    """Of each cluster, along each axis."""

    def modes(self) -> ModeArrays:
        return equal_modes(circle(4, self.arm), self.std)
