"""Expect the next gradient to differ from this one as this one did from the last."""

from typing import TYPE_CHECKING, ClassVar, Literal

from components.train.updates import Told, Update

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Optimistic(Update):
    """Twice the optimizer's present step less its last one, both players at once.

    Daskalakis et al. 2018, "Training GANs with Optimism", algorithm 1: with gradient
    descent w <- w - 2·rate·gₜ + rate·gₜ₋₁, with Adam its optimistic form; the step
    before the first is 0. Every step of a player is of this form, D's earlier turns'
    too.
    """

    optimistic: ClassVar[bool] = True
    kind: Literal["optimistic"] = "optimistic"

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        return self.at_once((discriminator, generator), turn)
