"""Clip the critic's parameters."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from annotated_types import Gt

from components.lazy import lazy_import
from components.train.regularizers import Regularizer
from components.train.schedules import Schedule

ops = lazy_import("keras.ops")


class Clip(Regularizer):
    """Every trainable parameter of D is kept in [-bound, bound], after each update.

    Arjovsky et al. 2017, algorithm 1.
    """

    name: ClassVar[str] = "clip"
    bound: Annotated[float, Gt(0)] | Schedule = 0.01

    def constrained(self, weights: Any, number: Callable[[Any], Any]) -> Any:
        bound = ops.convert_to_tensor(number(self.bound), dtype=weights.dtype)
        return ops.clip(weights, -bound, bound)
