"""Adam."""

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Lt
from pydantic import model_validator

from components.train.optimizers import Optimizer, flat, number
from components.train.schedules import Schedule, bounded

BELOW_ONE = 1.0 - 1e-12


class Adam(Optimizer):
    """Adam for both players (Kingma and Ba 2015, the form before section 2.1)."""

    kind: Literal["adam"] = "adam"
    beta_1: Annotated[float, Ge(0), Lt(1)] = 0.5
    beta_2: Annotated[float, Ge(0), Lt(1)] | Schedule = 0.999
    """A schedule corrects the bias as if its present value had always held."""
    epsilon: Annotated[float, Gt(0)] = 1e-7

    def build(self, variables: list[Any]) -> Any:
        import keras

        optimizer = keras.optimizers.Adam(
            learning_rate=0.0,
            beta_1=self.beta_1,
            beta_2=0.0 if isinstance(self.beta_2, Schedule) else self.beta_2,
            epsilon=self.epsilon,
        )
        optimizer.build(variables)
        if keras.config.floatx() == "float64":
            # Keras on TensorFlow casts Python's numbers by way of float32.
            optimizer.beta_1 = keras.ops.array(self.beta_1, "float64")
            optimizer.beta_2 = keras.ops.array(optimizer.beta_2, "float64")
        if isinstance(self.beta_2, Schedule):
            optimizer.beta_2 = keras.Variable(
                0.0, dtype=keras.config.floatx(), trainable=False, name="beta_2"
            )
        return optimizer

    @property
    def tells_updates(self) -> bool:
        return True

    def last_update(self, optimizer: Any, ops: Any) -> Any:
        mean, square = flat(optimizer._momentums, ops), flat(optimizer._velocities, ops)

        def number(value: Any) -> Any:
            return ops.array(value, dtype=mean.dtype)

        steps = number(optimizer.iterations)
        first, second = (
            1.0 - ops.power(number(beta), steps)
            for beta in (optimizer.beta_1, optimizer.beta_2)
        )
        rate = number(optimizer.learning_rate) * ops.sqrt(second) / first
        return -rate * mean / (ops.sqrt(square) + self.epsilon)

    def numbers(self) -> dict[str, Any]:
        return {"beta_2": self.beta_2} if isinstance(self.beta_2, Schedule) else {}

    def edge(self, optimizer: Any) -> Any:
        """Of averaged gradients, scaled by their present size (Cohen et al. 2022,
        "Adaptive Gradient Methods at the Edge of Stability", equation 3)."""
        borne = 2 * (1 + self.beta_1) / (1 - self.beta_1)
        return self._scale(optimizer) / borne

    def _scale(self, optimizer: Any) -> Any:
        """What a step multiplies each averaged gradient by, (n,)."""
        import numpy as np

        steps, rate = number(optimizer.iterations), number(optimizer.learning_rate)
        grown = 1 - number(optimizer.beta_2) ** max(steps, 1)
        root = np.sqrt(flat(optimizer._velocities, np).astype(np.float64))
        return rate * np.sqrt(grown) / (root + self.epsilon)

    @model_validator(mode="after")
    def _decays(self) -> "Adam":
        if not bounded(self.beta_2, 0.0, BELOW_ONE):
            raise ValueError(
                "`beta_2` must stay in [0, 1) over the whole schedule; give `start` "
                "and `end` below 1"
            )
        return self
