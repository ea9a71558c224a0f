"""The hinge: D stops caring about what it gets right by a margin."""

from typing import Any, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class Hinge(Objective):
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))); G raises E D(G(z)).

    Lim and Ye 2017, "Geometric GAN", equations 8 and 9; Miyato et al. 2018, equations
    16 and 17. G's side is linear: its signal never saturates, but D's slope may be 0
    beyond the margins.
    """

    kind: Literal["hinge"] = "hinge"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + generated))

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return -ops.mean(generated)

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.ones_like(generated)
