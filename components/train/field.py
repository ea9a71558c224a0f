"""What both players descend along, as a function of all their parameters as one vector.

The vector holds the generator's parameters, then the discriminator's. The field v is
what an infinitely small step of gradient descent moves along, both players at once:
each one's loss, penalties included, and what the update adds to gradients (Mescheder
et al. 2017, equation 3). What acts on steps (an order, an optimizer, a constraint) has
no part in it.
"""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from components.train import backend
from components.train.game import Game
from components.train.turn import Turn

Array = np.ndarray[Any, Any]

POOL = 4096
"""Training records, at most, that batches of the field are drawn from."""
FIRST = 1 << 30
"""The first counter of the field's own draws: no training comes to it."""


class Field:
    """The field of a game on batches of its own, each a function of its number.

    Args:
        game: as it is being played.
        records: training records (n, *shape), from core to outliers.
        labels: their classes (n,), or None.
        rows: the places (n,) of these records among all, ascending.
        like: the field of a game that differs in its seed alone, whose compiled code
            can read this game's variables.
    """

    _at: Any
    _product: Any

    def __init__(
        self,
        game: Game,
        records: Array,
        labels: Any,
        rows: Array,
        like: "Field | None" = None,
    ) -> None:
        self.game, self.rows, self.dtype = game, rows, keras.config.floatx()
        feed = {"data": game.primitives.on_device(records, game.devices)}
        if labels is not None:
            feed["labels"] = game.primitives.on_device(labels, game.devices)
        self.feed = feed
        discriminator, generator = game.players
        self.players = generator, discriminator
        self.variables = [each for one in self.players for each in one.variables]
        sizes = [
            sum(math.prod(each.shape) for each in one.variables) for one in self.players
        ]
        self.sides = {
            "generator": slice(0, sizes[0]),
            "discriminator": slice(sizes[0], sizes[0] + sizes[1]),
        }
        self.size = sum(sizes)
        if like is not None:
            self._at = like._at.reading(game.variables)
            self._product = like._product.reading(game.variables)
            return
        compiled, policy = game.primitives.compile_function, backend.probe_policy()
        self._at = compiled(self._field, game.variables, policy)
        self._product = compiled(self._products, game.variables, policy)

    def weights(self) -> Array:
        """All parameters as they are, (n,)."""
        parts = [np.asarray(each, self.dtype).ravel() for each in self.variables]
        return np.concatenate(parts)

    def at(self, weights: Array, step: int, limit: int, number: int = 0) -> Array:
        """The field v, (n,) float64, at parameters (n,).

        Args:
            step: whose scheduled numbers hold.
            limit: training records that are drawn from, of all.
            number: of the batch.
        """
        return np.asarray(
            self._at(weights, *self._numbers(step, limit, number)), np.float64
        )

    def product(
        self, weights: Array, direction: Array, step: int, limit: int, number: int = 0
    ) -> Array:
        """Jᵀu, (n,) float64, J the Jacobian of `at` at the parameters, u (n,).

        Within a player's own block J is minus its loss's Hessian, which is symmetric.
        """
        numbers = self._numbers(step, limit, number)
        u = np.asarray(direction, self.dtype)
        return np.asarray(self._product(weights, u, *numbers), np.float64)

    def _numbers(self, step: int, limit: int, number: int) -> list[Array]:
        drawn = max(1, int(np.searchsorted(self.rows, limit)))
        return [np.asarray(each, np.int32) for each in (step, drawn, FIRST + number)]

    def _values(self, weights: Any) -> list[Any]:
        """The vector as the variables' values."""
        values, start = [], 0
        for each in self.variables:
            end = start + math.prod(each.shape)
            part = ops.reshape(weights[start:end], each.shape)
            values.append(ops.cast(part, each.dtype))
            start = end
        return values

    def _of(self, values: Any, step: Any, drawn: Any, counter: Any) -> Any:
        game = self.game
        turn = Turn(game, step, counter, {**self.feed, "limit": drawn})
        with game.primitives.substituted(self.variables, values):
            moves = [
                game.params.update.gradients(player, game.players, turn)[1]
                for player in self.players
            ]
        flat = [ops.reshape(-each, (-1,)) for move in moves for each in move]
        return ops.concatenate([ops.cast(each, self.dtype) for each in flat])

    def _field(self, weights: Any, step: Any, drawn: Any, counter: Any) -> Any:
        return self._of(self._values(weights), step, drawn, counter)

    def _products(
        self, weights: Any, direction: Any, step: Any, drawn: Any, counter: Any
    ) -> Any:
        def field(*values: Any) -> Any:
            return self._of(values, step, drawn, counter)

        _, product = self.game.primitives.vjp(field, self._values(weights), direction)
        flat = [ops.reshape(ops.cast(each, self.dtype), (-1,)) for each in product]
        return ops.concatenate(flat)
