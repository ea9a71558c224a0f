"""Optimizers: how a gradient becomes a step, for each player."""

from collections.abc import Sequence
from typing import Annotated, Any

from annotated_types import Ge

from components.parts import Part, import_members
from components.train.schedules import Schedule

Rate = Annotated[float, Ge(0)] | Schedule


def flat(variables: Sequence[Any], ops: Any) -> Any:
    """All numbers of variables as one vector (n,).

    Args:
        ops: `keras.ops`, or `numpy`, which is quicker where nothing is compiled.
    """
    return ops.concatenate([ops.reshape(ops.array(each), (-1,)) for each in variables])


class Optimizer(Part):
    """Steps from gradients; one member a file. Two players, two time scales.

    A rate of 0 holds a player still.
    """

    learning_rate: Rate = 1e-3
    discriminator_learning_rate: Rate | None = None
    """The discriminator's own rate; null: `learning_rate`."""
    generator_learning_rate: Rate | None = None
    """The generator's own rate; null: `learning_rate`."""

    def rate(self, player: str) -> Any:
        """The rate of `generator` or `discriminator`, a number or a schedule."""
        own = getattr(self, f"{player}_learning_rate")
        return self.learning_rate if own is None else own

    def build(self, variables: list[Any]) -> Any:
        """A Keras optimizer built on the variables."""
        raise NotImplementedError

    def last_step(self, optimizer: Any, gradient: Any, ops: Any) -> Any:
        """The Euclidean length of the step that a Keras optimizer has just made.

        A tensor; 0 before the first step, NaN where nothing tells it.

        Args:
            gradient: the length of that step's gradient.
            ops: see `flat`.
        """
        if not self.tells_updates:
            return gradient * float("nan")
        update = self.last_update(optimizer, ops)
        # As it is kept before the first step it is no number.
        update = ops.where(ops.array(optimizer.iterations) > 0, update, 0.0)
        return ops.sqrt(ops.sum(ops.square(update)))

    def edge(self, optimizer: Any) -> Any:
        """By how much each parameter's curvature must be multiplied to be held to 1.

        A step along the gradient of a quadratic overshoots and grows once the largest
        eigenvalue of S^½ H S^½ passes 1, S the diagonal of these factors: a number, or
        (n,) for the parameters in order.
        """
        raise NotImplementedError

    @property
    def tells_updates(self) -> bool:
        """Whether `last_update` says anything."""
        return False

    def last_update(self, optimizer: Any, ops: Any) -> Any:
        """What a Keras optimizer of `build` has last added to its variables.

        As one vector of all their numbers, to the rounding; no numbers before the first
        update. Computed by `ops`, see `flat`.
        """
        raise NotImplementedError

    def numbers(self) -> dict[str, Any]:
        """Scheduled settings beside the rate: the optimizer's attribute -> schedule."""
        return {}


def number(value: Any) -> float:
    """A variable's, a tensor's or a plain number."""
    import numpy as np

    return float(np.asarray(value))


import_members(__name__, __path__)
