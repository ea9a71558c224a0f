"""Updates: in what order the players move, and along what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from components.lazy import lazy_import
from components.parts import Part, import_members

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn

    Players = tuple[Player, Player]
    """The discriminator, and the generator."""

Name = Literal["discriminator", "generator"]

ops = lazy_import("keras.ops")


class Told(NamedTuple):
    """What a move tells: the player's loss, and the norm of its gradient."""

    loss: Any
    norm: Any


class Update(Part):
    """How the last turn of a step is played; one member a file.

    A step is `discriminator_steps` turns of D and one of G. Turns of D before the last
    are plain steps along its gradient; in the last, both players move as the member
    says.
    """

    optimistic: ClassVar[bool] = False
    """Whether players expect each step to change as the last one did."""

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        """Move both players; what D's and G's move told."""
        raise NotImplementedError

    def gradients(
        self, player: "Player", players: "Players", turn: "Turn"
    ) -> tuple[Any, list[Any]]:
        """A player's loss, and what it descends along at the present point."""
        return player.gradients(turn)

    def at_once(self, players: "Players", turn: "Turn") -> tuple[Told, Told]:
        """Take both gradients at the same point, then both steps."""
        taken = [self.gradients(player, players, turn) for player in players]
        for player, (_, gradients) in zip(players, taken, strict=True):
            player.apply(gradients, turn)
        first, second = (told(*each) for each in taken)
        return first, second

    def one_by_one(
        self, players: "Players", turn: "Turn", first: Name
    ) -> tuple[Told, Told]:
        """Let one player step, and the other answer."""
        heard = {}
        for player in sorted(players, key=lambda player: player.name != first):
            value, gradients = self.gradients(player, players, turn)
            player.apply(gradients, turn)
            heard[player.name] = told(value, gradients)
        return heard["discriminator"], heard["generator"]


def told(value: Any, gradients: Sequence[Any]) -> Told:
    """A loss, and the Euclidean norm of all gradients as one vector."""
    # Products, since XLA sums squares on a CPU one after the other.
    flat = [ops.reshape(each, (-1,)) for each in gradients]
    return Told(value, ops.sqrt(sum(ops.dot(values, values) for values in flat)))


import_members(__name__, __path__)
