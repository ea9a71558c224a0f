"""Gradient descent, with or without momentum."""

from typing import Annotated, Any, Literal

from annotated_types import Gt, Lt

from components.train.optimizers import Optimizer, flat, number


class Sgd(Optimizer):
    """v <- momentum·v - rate·gradient; w <- w + v (Polyak 1964).

    Negative momentum slows rotation down (Gidel et al. 2019, "Negative momentum for
    improved game dynamics").
    """

    kind: Literal["sgd"] = "sgd"
    momentum: Annotated[float, Gt(-1), Lt(1)] = 0.0

    def build(self, variables: list[Any]) -> Any:
        import keras
        import numpy as np

        # Keras allows momentum in [0, 1); the formula knows no such bound.
        optimizer = keras.optimizers.SGD(learning_rate=0.0, momentum=0.5)
        optimizer.momentum = self.momentum
        if self.momentum and keras.config.floatx() == "float64":
            # Keras on TensorFlow casts Python's numbers by way of float32.
            optimizer.momentum = np.float64(self.momentum)
        optimizer.build(variables)
        return optimizer

    def last_step(self, optimizer: Any, gradient: Any, ops: Any) -> Any:
        if self.momentum:
            return super().last_step(optimizer, gradient, ops)
        return ops.cast(ops.array(optimizer.learning_rate), "float32") * gradient

    def edge(self, optimizer: Any) -> Any:
        """2(1 + momentum) over the rate is the most that descent can bear."""
        return number(optimizer.learning_rate) / (2 * (1 + self.momentum))

    @property
    def tells_updates(self) -> bool:
        # Without momentum nothing is kept of what was done.
        return self.momentum != 0

    def last_update(self, optimizer: Any, ops: Any) -> Any:
        return flat(optimizer.momentums, ops)
