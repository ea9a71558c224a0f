"""Where the players of a game of two numbers are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from components.train.networks.point import PointDiscriminator, PointGenerator
from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game


def of_two_numbers(game: "Game") -> bool:
    """Whether both networks are points on a line."""
    params = game.params
    points = isinstance(params.generator, PointGenerator)
    points &= isinstance(params.discriminator, PointDiscriminator)
    return points and game.shape == (1,) and game.classes is None


class Point(Probe):
    """The players' parameters, where each has but one: the path that the game takes."""

    series: ClassVar[dict[str, Series]] = {
        "generator_point": Series("theta, the one place that G makes", "records' unit"),
        "discriminator_point": Series("psi, the slope of D", "score per unit of x"),
    }

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return of_two_numbers(game)

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        for player in view.bench.game.players:
            (value,) = player.variables
            yield f"{player.name}_point", float(np.asarray(value).item())
