"""Where the players are, in a few coordinates: the path that the game takes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

COORDINATES = 6
"""Of each player."""
NAMES = ("generator", "discriminator")


class Position(Probe):
    """A sketch of each player's parameters that keeps distances on the average.

    Every parameter goes to one coordinate, with a sign, both at random: E‖s(w)‖² is
    ‖w‖² (Charikar et al. 2002, the count sketch). Whether a path turns around a centre
    can be read on it as on the parameters themselves.
    """

    series: ClassVar[dict[str, Series]] = {
        f"{name}_coordinate_{index}": Series(
            f"a signed sum of some of the {name}'s parameters", "of a parameter"
        )
        for name in NAMES
        for index in range(COORDINATES)
    }

    def __init__(self, game: "Game") -> None:
        self.places: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        for name, side in view.bench.field.sides.items():
            weights = view.weights[side]
            if name not in self.places:
                random = np.random.default_rng(len(self.places))
                places = random.integers(0, COORDINATES, len(weights), np.uint8)
                signs = random.integers(0, 2, len(weights), np.int8) * 2 - 1
                self.places[name] = places, signs.astype(np.int8)
            places, signs = self.places[name]
            sums = np.bincount(places, weights * signs, COORDINATES)
            for index, value in enumerate(sums):
                yield f"{name}_coordinate_{index}", float(value)
