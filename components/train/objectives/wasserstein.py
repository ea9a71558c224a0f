"""The distance between data and samples, scored by a critic."""

from typing import Any, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class Wasserstein(Objective):
    """E D(x) - E D(G(z)), D kept 1-Lipschitz elsewhere (Arjovsky et al. 2017, eq. 2).

    Without a penalty or spectral normalization the critic's scores have no bound.
    """

    kind: Literal["wasserstein"] = "wasserstein"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(generated) - ops.mean(real)

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return -ops.mean(generated)

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.ones_like(generated)
