"""The original game with the generator's loss turned around."""

from typing import Any, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class NonSaturating(Objective):
    """G maximizes log sigmoid(D(G(z))) instead (Goodfellow et al. 2014, section 3)."""

    kind: Literal["non_saturating"] = "non_saturating"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(generated))

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.softplus(-generated))

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.sigmoid(-generated)
