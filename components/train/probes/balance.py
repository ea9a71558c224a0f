"""How far each player moves in a step, for its size, and beside the other."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

NAMES = ("discriminator", "generator")


class Balance(Probe):
    """Update-to-weight ratios: the length of the last step over that of all weights.

    The step is its optimizer's: weights that are clipped after it move less. Optimistic
    steps are not read.
    """

    series: ClassVar[dict[str, Series]] = {
        f"{name}_update_ratio": Series(
            f"‖last step of the {name}‖ / ‖its parameters‖", "per step"
        )
        for name in NAMES
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        if not view.step:
            return
        field = view.bench.field
        for name, step in view.last_steps.items():
            weights = view.weights[field.sides[name]]
            length = float(np.sqrt(np.sum(weights**2, dtype=np.float64)))
            if not np.isnan(step) and length > 0:
                yield f"{name}_update_ratio", step / length
