"""Modes on a circle."""

from typing import Annotated, Literal

from annotated_types import Ge, Le

from components.curate.layout import Layout, ModeArrays, Positive, circle, equal_modes


class Ring(Layout):
    """Equal modes on a circle; the defaults are PacGAN's (Lin et al. 2018)."""

    kind: Literal["ring"] = "ring"
    count: Annotated[int, Ge(1), Le(10_000)] = 8
    """Modes."""
    radius: Positive = 1.0
    """Of the circle."""
    std: Positive = 0.01
    """Of each mode, along each axis."""

    def modes(self) -> ModeArrays:
        return equal_modes(circle(self.count, self.radius), self.std)
