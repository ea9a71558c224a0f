"""A dense core with a few sparse, distant modes: the data for a curriculum."""

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from components.curate.layout import Layout, ModeArrays, Positive, circle


class CoreAndOutliers(Layout):
    """One core at the origin and a ring of small modes around it."""

    kind: Literal["core_and_outliers"] = "core_and_outliers"
    core_std: Positive = 0.25
    """Of the core, along each axis."""
    outliers: Annotated[int, Ge(1), Le(10_000)] = 8
    """Modes around the core."""
    outlier_share: Annotated[float, Gt(0), Lt(1)] = 0.1
    """Share of the points that all outliers have together."""
    radius: Positive = 2.0
    """Distance of the outliers from the core."""
    outlier_std: Positive = 0.05
    """Of each outlier, along each axis."""

    def modes(self) -> ModeArrays:
        import numpy as np

        around = circle(self.outliers, self.radius)
        share = self.outlier_share / self.outliers
        return ModeArrays(
            np.vstack([np.zeros((1, 2)), around]),
            np.array([1 - self.outlier_share, *[share] * self.outliers]),
            np.array([self.core_std, *[self.outlier_std] * self.outliers]),
        )
