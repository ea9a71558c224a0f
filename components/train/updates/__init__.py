"""Updates: in what order the players move, and along what."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from components.parts import Part, import_members

if TYPE_CHECKING:
    from components.train.player import Player
    from components.train.turn import Turn


class Told(NamedTuple):
    """What a move tells: the player's loss, and the norm of its gradient."""

    loss: Any
    norm: Any


class Update(Part):
    """How the last turn of a step is played; one member a file.

    A step is `discriminator_steps` turns of D and one of G. Turns of D before the last
    are plain gradient steps; in the last, both players move as the member says.
    """

    optimistic: ClassVar[bool] = False
    """Whether players keep their last step."""

    def play(
        self, discriminator: "Player", generator: "Player", turn: "Turn"
    ) -> tuple[Told, Told]:
        """Move both players; what D's and G's move told."""
        raise NotImplementedError

    def gradients(
        self, player: "Player", players: Sequence["Player"], turn: "Turn"
    ) -> tuple[Any, list[Any]]:
        """A player's loss, and what it descends along at the present point."""
        return player.gradients(turn)


import_members(__name__, __path__)
