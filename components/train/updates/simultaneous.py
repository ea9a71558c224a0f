"""Both players at once."""

from typing import TYPE_CHECKING, Literal

from components.train.updates import Told, Update

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Simultaneous(Update):
    """Both gradients are taken at the same point, then both steps."""

    kind: Literal["simultaneous"] = "simultaneous"

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        return self.at_once((discriminator, generator), turn)
