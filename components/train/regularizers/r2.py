"""Punish the discriminator's slope on samples."""

from typing import Any, ClassVar

from components.lazy import lazy_import
from components.train.regularizers import Move, Penalty, Weight, squared_norms

ops = lazy_import("keras.ops")


class R2(Penalty):
    """gamma/2 E ‖∇D(G(z))‖² (Mescheder et al. 2018, section 4.1; with its ½)."""

    name: ClassVar[str] = "r2"
    gamma: Weight = 1.0
    """gamma; published code without the ½ states gamma/2 as its weight."""

    def penalty(self, move: Move) -> Any:
        squared = squared_norms(move.slope(move.generated, "generated"))
        return 0.5 * move.number(self.gamma) * ops.mean(squared)
