"""How a game of two numbers moves near its equilibrium."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from keras import ops

from components.train.jacobian import jacobian
from components.train.probes import Probe, Series
from components.train.probes.point import of_two_numbers
from components.train.turn import Turn
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

BATCH = 65_536
"""Records and samples in a batch of the probe's own: what noise leaves is 1/256."""
PLAYERS = ("generator", "discriminator")
MEANING = "change of {}'s descent with {}'s parameter, both parameters 0"


class Rest(Probe):
    """The Jacobian of the players' field where both parameters are 0.

    That is the equilibrium of a game whose data lie at 0. It is the same at every
    reading, but for what regularizers draw, which a large batch averages.
    """

    at_snapshots: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        f"rest_{row}_{column}": Series(MEANING.format(row, column), "per unit of time")
        for row in PLAYERS
        for column in PLAYERS
    } | {"rest_batch": Series("records, and samples, that it averages", "records")}

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return of_two_numbers(game)

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        game = view.bench.game
        counter = view.step * game.params.discriminator_steps
        feed = {"data": view.real, "limit": len(view.real)}
        turn = Turn(game, view.step, counter, feed, size=BATCH, even=True)
        rest = [
            ops.zeros_like(ops.convert_to_tensor(variable))
            for player in game.players[::-1]
            for variable in player.variables
        ]
        read = np.asarray(jacobian(game, turn, rest), np.float64)
        yield from zip(self.series, [*read.ravel().tolist(), float(BATCH)], strict=True)
