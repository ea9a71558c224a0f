"""What the field does along the way that the game has come."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

Array = np.ndarray[Any, Any]

PLACES = (-0.1, 0.0, 0.3, 0.6, 0.8, 0.9, 1.0, 1.1)
"""Along the way from the earlier point, 0, to the present one, 1."""
NUMBER = 1_000_000
FROM = "path_from"


class Path(Probe):
    """The path angle: cosine between the field and the way, from point to point.

    Berard et al. 2020: at ω(t) = (1 - t)ω₁ + tω₂ the cosine between v(ω(t)) and
    ω₂ - ω₁, v the players' descent. Where the game is drawn to ω₂ it changes its sign
    there; where it turns around ω₂ it has a bump, because v there is at right angles.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        f"path_cosine.{place:.1f}": Series(
            f"cosine between field and way at {place:.0%} of the way since the last "
            "such reading",
            "-1 to 1",
        )
        for place in PLACES
    } | {"path_field_norm": Series("‖v‖ where the players are", "gradient")}

    def begin(self, view: View) -> None:
        view.memory[FROM] = view.weights

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "path_field_norm", length(view.field(NUMBER))
        before, now = view.memory[FROM], view.weights
        view.memory[FROM] = now
        way = now.astype(np.float64) - before
        if not length(way) > 0:
            return
        for place in PLACES:
            at = None if place == 1 else (before + place * way).astype(now.dtype)
            field = view.field(NUMBER, at)
            both = length(field) * length(way)
            if both > 0:
                yield f"path_cosine.{place:.1f}", float(np.sum(field * way)) / both


def length(vector: Array) -> float:
    """Of a vector; summed as it is, since a library's threads divide sums anyhow."""
    return float(np.sqrt(np.sum(vector**2)))
