"""Units that do nothing: dead ones, and saturated ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.train.activity import KINKED, RANGES, activations, kind_of
from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

DEAD = (
    "share of {}'s hidden units that nothing seen moves across 0: of relu never above "
    "it, of leaky_relu and elu always on the same side"
)
SATURATED = "share of {}'s tanh and sigmoid outputs beyond .99 of their range"


class Units(Probe):
    """Dead units of both players, and saturated ones.

    A unit is a number of a dense layer's output, or a channel of a convolution's at all
    its positions. D sees held-out records and samples, each network a batch of all that
    probes look at. Networks without such activations have no series.
    """

    rare: ClassVar[bool] = True

    def __init__(self, game: "Game") -> None:
        self.told = {
            f"{player}_{name}_share": Series(meaning.format(letter), "0 to 1")
            for player, letter in (("generator", "G"), ("discriminator", "D"))
            for name, meaning, kinds in (
                ("dead", DEAD, KINKED),
                ("saturated", SATURATED, tuple(RANGES)),
            )
            if activations(getattr(game, player), kinds)
        }

    def reads(self) -> dict[str, Series]:
        return self.told

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return bool(cls(game).reads())

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        activity = view.bench.activity
        layers = {
            "generator": activity.generator,
            "discriminator": activity.discriminator,
        }
        for (player, known), seen in zip(layers.items(), view.activity, strict=True):
            kinds = [kind_of(each) for each in known]
            pairs = list(zip(kinds, seen, strict=True))
            if units := [dead(x, kind) for kind, x in pairs if kind in KINKED]:
                yield f"{player}_dead_share", float(np.concatenate(units).mean())
            if shares := [float(x) for kind, x in pairs if kind in RANGES]:
                yield f"{player}_saturated_share", float(np.mean(shares))


def dead(extremes: Array, kind: str) -> Array:
    """Which units never cross 0, (units,), by their outputs' extremes (2, units).

    The outputs of an activation that keeps the sign tell the sign of what went in.
    """
    low, high = extremes
    above = high > 0
    return np.asarray(~above if kind == "relu" else ~above | (low > 0))
