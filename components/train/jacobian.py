"""The Jacobian of the field that the players follow, for games of few parameters."""

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from components.train.game import Game
from components.train.turn import Turn


def jacobian(game: Game, turn: Turn, point: Sequence[Any]) -> Any:
    """∂v/∂w of the field v at a point, by vector-Jacobian products.

    v is what an infinitely small step of gradient descent moves along, both players at
    once: each one's loss, penalties included, and what the update adds to gradients
    (Mescheder et al. 2017, equation 3). What acts on steps (an order, an optimizer, a
    constraint) has no part in it.

    Args:
        game: of n parameters in all; each costs a product.
        turn: whose draws are used.
        point: values of the generator's parameters, then of the discriminator's.

    Returns:
        (n, n): row i holds how component i changes with each parameter.
    """
    discriminator, generator = game.players
    players = (generator, discriminator)
    variables = [variable for player in players for variable in player.variables]
    size = sum(math.prod(variable.shape) for variable in variables)

    def field(*values: Any) -> Any:
        with game.primitives.substituted(variables, values):
            moves = [
                game.params.update.gradients(player, (discriminator, generator), turn)
                for player in players
            ]
        return ops.concatenate(
            [-ops.reshape(g, (-1,)) for _, gradients in moves for g in gradients]
        )

    rows = []
    for index in range(size):
        unit = ops.one_hot(index, size, dtype=variables[0].dtype)
        _, row = game.primitives.vjp(field, point, unit)
        rows.append(ops.concatenate([ops.reshape(part, (-1,)) for part in row]))
    return ops.stack(rows)
