"""What the generator could make if it were shown the records instead of a game."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from components.train.probes import Probe, Series
from components.train.probes.dimension import dimension
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

SHORTEST = 1000
"""Steps of a training up to which a lesson would take too large a share of it."""


class Capacity(Probe):
    """A new generator of the same size is taught by itself, and then an ampler one.

    Both learn to bring their samples' energy distance to the records down (Székely and
    Rizzo 2013, "Energy statistics: a class of statistics based on distances"), which
    needs no discriminator: whatever goes wrong in a game has no part in it. What the
    ampler one does better is what more units and latents are worth. The lesson is the
    same for all seeds.
    """

    once: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "capacity_distance": Series(
            "energy distance to records of a generator of this size, taught without a "
            "game, over the records' mean distance from one another",
            "about 0: as near as records; 1: as far as they are apart",
        ),
        "capacity_gap": Series(
            "the same, less that of an ampler generator; 0 if this one is ample",
            "above 0: more units or latents would come nearer",
        ),
        "capacity_dimension": Series(
            "intrinsic dimension of what it made then, over that of records", "≥ 0"
        ),
    }

    @classmethod
    def applies(cls, game: "Game") -> bool:
        params = game.params
        return params.generator.ample() is not None and params.steps >= SHORTEST

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        lesson = view.bench.lesson
        yield "capacity_distance", lesson.learnt.distance
        yield "capacity_gap", lesson.learnt.gap
        known = dimension(lesson.records)
        yield "capacity_dimension", dimension(lesson.learnt.samples) / known
