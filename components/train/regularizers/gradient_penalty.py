"""Keep the critic's slope near a target between data and samples."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from annotated_types import Ge

from components.lazy import lazy_import
from components.train.regularizers import Regularizer

ops = lazy_import("keras.ops")


class GradientPenalty(Regularizer):
    """λ E (‖∇D(x̂)‖ - target)² (Gulrajani et al. 2017, equation 3).

    x̂ lies uniformly between a real record and a generated sample.
    """

    kind: Literal["gradient_penalty"] = "gradient_penalty"
    weight: Annotated[float, Ge(0)] = 10.0
    """λ."""
    target: Annotated[float, Ge(0)] = 1.0
    """The gradient norm that costs nothing."""

    def penalty(
        self,
        gradient: Callable[[Any], Any],
        real: Any,
        generated: Any,
        mix: Any,
    ) -> Any:
        between = mix * real + (1.0 - mix) * generated
        slope = gradient(between)
        axes = tuple(range(1, len(slope.shape)))
        # The root's derivative at 0 is infinite: a flat critic must not end in NaN.
        norm = ops.sqrt(ops.sum(ops.square(slope), axis=axes) + 1e-12)
        return self.weight * ops.mean(ops.square(norm - self.target))
