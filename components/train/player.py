"""A player: a network, what it minimizes, and how it steps."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from components.train.backend.devices import Part
from components.train.optimizers import Optimizer
from components.train.schedules import Schedule
from components.train.updates import Told, told

if TYPE_CHECKING:
    from components.train.turn import Turn


class Player:
    """One side of the game.

    Args:
        name: `generator` or `discriminator`.
        model: its network.
        settings: of its optimizer.
        loss: turn -> the scalar that it minimizes.
        primitives: of the backend.
        devices: that a batch is divided over.
        optimistic: whether each step is taken twice, and the last one taken back.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        settings: Optimizer,
        loss: Callable[["Turn"], Any],
        primitives: Any,
        devices: Any,
        optimistic: bool = False,
    ) -> None:
        self.name, self.model, self.loss = name, model, loss
        self.settings = settings
        self.primitives, self.devices = primitives, devices
        self.variables: list[Any] = model.trainable_variables
        self.settings, self.optimizer = settings, settings.build(self.variables)
        self.numbers = {"learning_rate": settings.rate(name), **settings.numbers()}
        for attribute, number in self.numbers.items():
            if not isinstance(number, Schedule):
                getattr(self.optimizer, attribute).assign(number)
        self.last = [
            keras.Variable(
                ops.zeros(v.shape, v.dtype), trainable=False, name=f"last_{v.name}"
            )
            for v in (self.variables if optimistic else [])
        ]
        self.kept: list[Any] = []
        """Variables beside the network's and the optimizer's that `settle` changes."""
        self.settle: Callable[[Turn], None] | None = None
        """What follows every step of the optimizer."""

    @property
    def state(self) -> list[Any]:
        """Everything of it that training changes."""
        own = [*self.model.variables, *self.optimizer.variables, *self.last, *self.kept]
        scheduled = [getattr(self.optimizer, name) for name in self.numbers]
        known = {id(variable) for variable in own}
        return [*own, *(each for each in scheduled if id(each) not in known)]

    def gradients(self, turn: "Turn") -> tuple[Any, list[Any]]:
        """The loss and its gradient by each of the network's parameters."""

        def of(part: Part) -> Any:
            seen = turn.of(part)
            return self.primitives.value_and_grad(
                lambda: self.loss(seen), self.variables
            )

        value, gradients = self.devices.averaged(of)
        return value, gradients

    def apply(self, gradients: list[Any], turn: "Turn") -> None:
        """One step of the optimizer along gradients, then what follows it."""
        for attribute, number in self.numbers.items():
            if isinstance(number, Schedule):
                getattr(self.optimizer, attribute).assign(turn.number(number))
        origin = self.weights() if self.last else []
        self.optimizer.apply(gradients, self.variables)
        self._overshoot(origin)
        if self.settle is not None:
            self.settle(turn)

    def move(self, turn: "Turn") -> Told:
        """A step along its gradient."""
        value, gradients = self.gradients(turn)
        self.apply(gradients, turn)
        return told(value, gradients)

    def weights(self) -> list[Any]:
        """The parameters' present values."""
        return [ops.convert_to_tensor(variable) + 0 for variable in self.variables]

    def put(self, weights: list[Any]) -> None:
        """Go back to values that `weights` gave."""
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def _overshoot(self, origin: list[Any]) -> None:
        """Make the step just taken from `origin` twice, and take the last one back."""
        for variable, start, last in zip(
            self.variables if self.last else [], origin, self.last, strict=True
        ):
            step = ops.convert_to_tensor(variable) - start
            variable.assign(start + 2.0 * step - ops.convert_to_tensor(last))
            last.assign(step)
