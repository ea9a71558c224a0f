"""Keep the critic's slope near a target between data and samples."""

from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge

from components.lazy import lazy_import
from components.train.regularizers import Move, Penalty, Weight, squared_norms

ops = lazy_import("keras.ops")


class GradientPenalty(Penalty):
    """λ E (‖∇D(x̂)‖ - target)² (Gulrajani et al. 2017, equation 3).

    x̂ lies uniformly between a real record, whose label it has, and a sample. One-sided,
    only slopes above the target cost (Petzka et al. 2018, equation 7).
    """

    name: ClassVar[str] = "gradient_penalty"
    weight: Weight = 10.0
    """λ."""
    target: Annotated[float, Ge(0)] = 1.0
    """The gradient norm that costs nothing."""
    sides: Literal["both", "above"] = "both"
    """Whether slopes below the target cost as those above do."""

    def penalty(self, move: Move) -> Any:
        mix = move.uniform((move.real.shape[0], *(1 for _ in move.real.shape[1:])))
        between = mix * move.real + (1.0 - mix) * move.generated
        # The root's derivative at 0 is infinite: a flat critic must not end in NaN.
        norm = ops.sqrt(squared_norms(move.slope(between, "real")) + 1e-12)
        excess = norm - self.target
        if self.sides == "above":
            excess = ops.relu(excess)
        return move.number(self.weight) * ops.mean(ops.square(excess))
