"""Both players also want the other to be at rest."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge

from components.lazy import lazy_import
from components.train.updates import Name, Told, Update

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn
    from components.train.updates import Players

ops = lazy_import("keras.ops")


class Consensus(Update):
    """Each player's gradient plus gamma times that of ½‖v‖², v both players' gradients.

    Mescheder et al. 2017, "The Numerics of GANs", algorithm 2. Costs a gradient of
    gradients of both players.
    """

    kind: Literal["consensus"] = "consensus"
    gamma: Annotated[float, Ge(0)] = 1.0
    order: Literal["simultaneous", "alternating"] = "simultaneous"
    first: Name = "discriminator"
    """Who moves first where they alternate."""

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        players = (discriminator, generator)
        if self.order == "simultaneous":
            return self.at_once(players, turn)
        return self.one_by_one(players, turn, self.first)

    def gradients(
        self, player: "Player", players: "Players", turn: "Turn"
    ) -> tuple[Any, list[Any]]:
        primitives = player.primitives

        def unrest() -> Any:
            total = 0.0
            for each in players:
                # A scope each: within one, the second would see what the first wrote.
                with primitives.without_updates():
                    gradients = each.gradients(turn)[1]
                total = total + sum(ops.sum(ops.square(g)) for g in gradients)
            return 0.5 * total

        value, own = player.gradients(turn)
        _, pull = primitives.value_and_grad(unrest, player.variables)
        return value, [g + self.gamma * p for g, p in zip(own, pull, strict=True)]
