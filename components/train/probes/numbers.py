"""How large the parameters are, and whether their type still resolves the updates."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game


class Weights(Probe):
    """The largest parameter of both players."""

    series: ClassVar[dict[str, Series]] = {
        "weight_max": Series("largest magnitude of a parameter of both players", "≥ 0"),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "weight_max", view.weight_max


class Underflow(Probe):
    """Updates that are lost in the rounding of what they are added to.

    There is no scale of losses to read: bfloat16, the only narrow type that is trained
    in, has float32's exponents, so that gradients need none, and parameters stay
    float32.
    """

    series: ClassVar[dict[str, Series]] = {
        "update_underflow_share": Series(
            "share of parameters w whose optimizer's last update u is below their "
            "rounding, |u| < eps |w| / 2",
            "0 to 1",
        ),
    }

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return game.params.optimizer.tells_updates

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "update_underflow_share", view.update_underflow_share
