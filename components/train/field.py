"""What both players descend along, as a function of all their parameters as one vector.

The vector holds the generator's parameters, then the discriminator's. The field v is
what an infinitely small step of gradient descent moves along, both players at once:
each one's loss, penalties included, and what the update adds to gradients (Mescheder
et al. 2017, equation 3). What acts on steps (an order, an optimizer, a constraint) has
no part in it. A penalty that is due now and then counts as on average, and spectral
norms are those of the parameters wherever they are looked at.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from components.train import backend
from components.train.game import Game
from components.train.krylov import arnoldi
from components.train.player import Player
from components.train.turn import Turn

Array = np.ndarray[Any, Any]

POOL, POOL_BYTES = 4096, 1 << 24
"""Training records, and bytes, at most, that batches of the field are drawn from."""
FIRST = 1 << 30
"""The first counter of the field's own draws: no training comes to it."""
PRODUCTS, BASIS_BYTES = 12, 1 << 28
"""Products with the Jacobian in a row, and bytes of directions, at most."""


class Field:
    """The field of a game on batches of its own, each a function of its number.

    Args:
        game: as it is being played.
        read: gives what is fed, on the device: `data`, training records (n, *shape)
            from core to outliers, and, where networks are told the class, `labels`
            (n,); called when the field is first looked at.
        rows: the places (n,) of these records among all, ascending.
        like: the field of a game that differs in its seed alone, whose compiled code
            serves for this game's variables too.
    """

    _look: Any

    def __init__(
        self,
        game: Game,
        read: Callable[[], dict[str, Any]],
        rows: Array,
        like: "Field | None" = None,
    ) -> None:
        self.game, self.rows, self.dtype = game, rows, keras.config.floatx()
        self.read = read
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
        width = np.dtype(self.dtype).itemsize
        self.products = min(PRODUCTS, max(2, BASIS_BYTES // (self.size * width)))
        self._plain = np.ones(self.size, self.dtype)
        if like is not None:
            self._look = like._look.reading(game.variables)
            return
        self._look = game.primitives.compile_function(
            self._looked, game.variables, backend.probe_policy()
        )

    @cached_property
    def feed(self) -> dict[str, Any]:
        """The records on the device: nothing is read while only sizes are asked for."""
        return self.read()

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
        field, _, _ = self.look(weights, step, limit, number)
        return np.asarray(field, np.float64)

    def product(
        self, weights: Array, direction: Array, step: int, limit: int, number: int = 0
    ) -> tuple[Array, Array]:
        """`at`, and Jᵀu, both (n,) float64: J its Jacobian at the parameters, u (n,).

        Within a player's own block J is minus its loss's Hessian, which is symmetric.
        """
        field, _, told = self.look(weights, step, limit, number, 1, direction)
        length = float(np.sqrt(np.sum(direction**2)))
        product: Array = length * np.asarray(told, np.float64)
        return np.asarray(field, np.float64), product

    def look(
        self,
        weights: Array,
        step: int,
        limit: int,
        number: int,
        products: int = 0,
        start: Array | None = None,
        roots: Any = 1.0,
        joint: bool = True,
    ) -> list[Array]:
        """The field, and the Krylov space of its Jacobian's transpose, see `arnoldi`.

        Args:
            products: how many, at most `self.products`.
            start: the first direction (n,); None: all ones.
            roots: a diagonal (n,), or one number, that the Jacobian is put between.
            joint: whether it is all of the Jacobian, or each player's own block.

        Returns:
            the field (n,), images (2, k + 1, k), the last product (n,).
        """
        first = self._plain if start is None else np.asarray(start, self.dtype)
        scales = self._plain * np.asarray(roots, self.dtype)
        drawn = max(1, int(np.searchsorted(self.rows, limit)))
        numbers = [products, step, drawn, FIRST + number]
        counts = [np.asarray(each, np.int32) for each in numbers]
        coupling = np.asarray(joint, self.dtype)
        told = self._look(weights, first, scales, coupling, *counts, self.feed)
        return [np.asarray(each) for each in told]

    def _looked(
        self,
        weights: Any,
        start: Any,
        roots: Any,
        joint: Any,
        products: Any,
        step: Any,
        drawn: Any,
        counter: Any,
        feed: Any,
    ) -> tuple[Any, Any, Any]:
        turn = Turn(self.game, step, counter, {**feed, "limit": drawn}, even=True)

        def field(*values: Any) -> Any:
            return self._of(values, joint, turn)

        value, pull = self.game.primitives.pullback(field, self._values(weights))

        def product(parts: Sequence[Any]) -> list[Any]:
            pulled = pull(roots * ops.concatenate(parts))
            return self._parts(roots * self._vector(pulled))

        image, last = arnoldi(
            product, self._parts(start), products, self.products, joint
        )
        return value, image, last

    def _of(self, values: Sequence[Any], joint: Any, turn: Turn) -> Any:
        """The field (n,) at values of the variables.

        `joint` is by how much each player's part follows the other's parameters.
        """
        own = {id(each) for each in self.players[0].variables}

        def seen(player: Player) -> list[Any]:
            return [
                value
                if (id(variable) in own) == (player is self.players[0])
                else joint * value + (1.0 - joint) * ops.stop_gradient(value)
                for variable, value in zip(self.variables, values, strict=True)
            ]

        moves = []
        for player in self.players:
            with self.game.primitives.substituted(self.variables, seen(player)):
                moves += self._move(player, turn)
        return -self._vector(moves)

    def _move(self, player: Player, turn: Turn) -> list[Any]:
        """What a player descends along, by each of its variables."""
        spectral = self.game.spectral
        with nullcontext() if spectral is None else spectral.settled():
            update = self.game.params.update
            return update.gradients(player, self.game.players, turn)[1]

    def _values(self, weights: Any) -> list[Any]:
        """The vector as the variables' values."""
        values, start = [], 0
        for each in self.variables:
            end = start + math.prod(each.shape)
            part = ops.reshape(weights[start:end], each.shape)
            values.append(ops.cast(part, each.dtype))
            start = end
        return values

    def _vector(self, values: Sequence[Any]) -> Any:
        flat = [ops.reshape(ops.cast(each, self.dtype), (-1,)) for each in values]
        return ops.concatenate(flat)

    def _parts(self, vector: Any) -> list[Any]:
        return [vector[side] for side in self.sides.values()]
