"""Modes on a square grid."""

from typing import Annotated, Literal

from annotated_types import Ge, Le

from components.curate.layout import Layout, ModeArrays, Positive, equal_modes


class Grid(Layout):
    """Equal modes on a centred grid; the defaults are PacGAN's {-4,-2,0,2,4}²."""

    kind: Literal["grid"] = "grid"
    side: Annotated[int, Ge(1), Le(100)] = 5
    """Modes along a side."""
    spacing: Positive = 2.0
    """Between neighbours."""
    std: Positive = 0.05
    """Of each mode, along each axis."""

    def modes(self) -> ModeArrays:
        import numpy as np

        ticks = self.spacing * (np.arange(self.side) - (self.side - 1) / 2)
        rows, columns = np.meshgrid(ticks, ticks, indexing="ij")
        return equal_modes(np.stack([rows.ravel(), columns.ravel()], 1), self.std)
