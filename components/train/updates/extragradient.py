"""Look ahead, come back, and move by what was seen there."""

from typing import TYPE_CHECKING, Literal

from components.train.updates import Told, Update, told

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Extragradient(Update):
    """Both players step from their present point by the gradients after a step.

    Korpelevich 1976; with Adam as in Gidel et al. 2019, "A variational inequality
    perspective on GANs", algorithm 4 (ExtraAdam): both steps feed its moments. Costs
    two gradients of each player.
    """

    kind: Literal["extragradient"] = "extragradient"

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        players = (discriminator, generator)
        origin = [player.weights() for player in players]
        self.at_once(players, turn)
        taken = [player.gradients(turn) for player in players]
        for player, weights, (_, gradients) in zip(players, origin, taken, strict=True):
            player.put(weights)
            player.apply(gradients, turn)
        first, second = (told(*each) for each in taken)
        return first, second
