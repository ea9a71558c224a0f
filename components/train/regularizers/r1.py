"""Punish the discriminator's slope on real data."""

from typing import Any, ClassVar

from components.lazy import lazy_import
from components.train.regularizers import Move, Penalty, Weight, squared_norms

ops = lazy_import("keras.ops")


class R1(Penalty):
    """gamma/2 E ‖∇D(x)‖² on real x (Mescheder et al. 2018, equation 9; with its ½)."""

    name: ClassVar[str] = "r1"
    gamma: Weight = 1.0
    """gamma; published code without the ½ states gamma/2 as its weight."""

    def penalty(self, move: Move) -> Any:
        squared = squared_norms(move.slope(move.real, "real"))
        return 0.5 * move.number(self.gamma) * ops.mean(squared)
