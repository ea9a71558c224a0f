"""One player after the other."""

from typing import TYPE_CHECKING, Literal

from components.train.updates import Name, Told, Update

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Alternating(Update):
    """The second player answers the first one's move (Goodfellow et al. 2014)."""

    kind: Literal["alternating"] = "alternating"
    first: Name = "discriminator"
    """Who moves first in a step."""

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        return self.one_by_one((discriminator, generator), turn, self.first)
