"""Punish the discriminator's slope on real data."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from annotated_types import Ge

from components.lazy import lazy_import
from components.train.regularizers import Regularizer

ops = lazy_import("keras.ops")


class R1(Regularizer):
    """gamma/2 E ‖∇D(x)‖² on real x (Mescheder et al. 2018, equation 9; with its ½)."""

    kind: Literal["r1"] = "r1"
    gamma: Annotated[float, Ge(0)] = 1.0
    """gamma; published code without the ½ states gamma/2 as its weight."""

    def penalty(
        self,
        gradient: Callable[[Any], Any],
        real: Any,
        generated: Any,
        mix: Any,
    ) -> Any:
        slope = gradient(real)
        axes = tuple(range(1, len(slope.shape)))
        squared = ops.sum(ops.square(slope), axis=axes)
        return 0.5 * self.gamma * ops.mean(squared)
