"""Optimizers: how a gradient becomes a step, for each player."""

from typing import Annotated, Any

from annotated_types import Ge

from components.parts import Part, import_members
from components.train.schedules import Schedule

Rate = Annotated[float, Ge(0)] | Schedule


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

    def numbers(self) -> dict[str, Any]:
        """Scheduled settings beside the rate: the optimizer's attribute -> schedule."""
        return {}


import_members(__name__, __path__)
