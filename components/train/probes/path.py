"""What the field does along the way that the game has come."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

PLACES = tuple(round(float(place), 2) for place in np.linspace(-0.1, 1.1, 13))
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

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return all(player.variables for player in game.players)

    def begin(self, view: View) -> None:
        view.memory[FROM] = view.weights

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "path_field_norm", float(np.linalg.norm(view.field(NUMBER)))
        before, now = view.memory[FROM], view.weights
        view.memory[FROM] = now
        way = now.astype(np.float64) - before
        length = float(np.linalg.norm(way))
        if not length > 0:
            return
        for place in PLACES:
            at = (before + place * way).astype(now.dtype)
            field = view.field(NUMBER, at)
            norm = float(np.linalg.norm(field))
            if norm > 0:
                yield f"path_cosine.{place:.1f}", float(field @ way) / norm / length
