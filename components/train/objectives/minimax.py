"""The original game."""

from typing import Any, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class Minimax(Objective):
    """Both players fight over one value (Goodfellow et al. 2014, equation 1).

    V = E log sigmoid(D(x)) + E log(1 - sigmoid(D(G(z)))); D maximizes it, G
    minimizes its second term. log sigmoid(s) = -softplus(-s) and
    log(1 - sigmoid(s)) = -softplus(s).
    """

    kind: Literal["minimax"] = "minimax"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(generated))

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return -ops.mean(ops.softplus(generated))

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.sigmoid(generated)
