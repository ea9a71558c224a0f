"""Relativistic pairing: a sample must look more real than a real record."""

from typing import Any, ClassVar, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class Relativistic(Objective):
    """E log sigmoid(D(x) - D(G(z))), maximized by D, and mirrored by G.

    Jolicoeur-Martineau 2019, equations 3 and 4 with the logistic function; Huang et
    al. 2024, "The GAN is dead; long live the GAN!", equation 2. Pairs are random: the
    k-th record of a batch with its k-th sample.
    """

    pairs: ClassVar[bool] = True
    kind: Literal["relativistic"] = "relativistic"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.softplus(generated - real))

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return ops.mean(ops.softplus(real - generated))

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.sigmoid(real - generated)
