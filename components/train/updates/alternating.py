"""One player after the other."""

from typing import TYPE_CHECKING, Literal

from components.train.updates import Told, Update

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Alternating(Update):
    """The second player answers the first one's move (Goodfellow et al. 2014)."""

    kind: Literal["alternating"] = "alternating"
    first: Literal["discriminator", "generator"] = "discriminator"
    """Who moves first in a step."""

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        if self.first == "discriminator":
            answered = discriminator.move(turn)
            return answered, generator.move(turn)
        moved = generator.move(turn)
        return discriminator.move(turn), moved
