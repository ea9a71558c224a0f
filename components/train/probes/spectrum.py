"""How the game bends: eigenvalues of its Jacobian, and of each player's own part."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.train.krylov import ritz_values, symmetric_extremes
from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

LEADING = 6
"""Eigenvalues that are told, the largest first, of a pair one."""
PRODUCTS, OWN_PRODUCTS = 16, 6
"""With the game's Jacobian, and with a player's own part of it."""
NUMBER = 1_000_000
"""Of the batch that is looked at: the same at every reading."""
NAMES = ("generator", "discriminator")


def described() -> dict[str, Series]:
    series = {
        "spectrum_radius": Series("largest |λ| of the game's Jacobian", "per time"),
        "spectrum_real_max": Series("largest Re λ; above 0: unstable", "per time"),
        "spectrum_imaginary_max": Series("largest Im λ: rotation", "per time"),
    }
    for rank in range(LEADING):
        series[f"eigenvalue_real_{rank}"] = Series("Re of a leading λ", "per time")
        series[f"eigenvalue_imaginary_{rank}"] = Series("its Im, ≥ 0", "per time")
    for name in NAMES:
        series[f"{name}_curvature_max"] = Series(
            f"largest eigenvalue of the Hessian of the {name}'s loss", "per time"
        )
        series[f"{name}_curvature_min"] = Series(
            "the smallest; below 0: at a saddle of its own loss", "per time"
        )
        series[f"{name}_stability"] = Series(
            "largest curvature, as the optimizer's scaling sees it, over the most that "
            "its steps can bear (2/rate for plain descent)",
            "above 1 steps overshoot",
        )
    return series


class Spectrum(Probe):
    """Leading eigenvalues of the Jacobian J of the field that both players follow.

    Real parts above 0 push away from a point, imaginary parts turn around it (Berard et
    al. 2020, "A Closer Look at the Optimization Landscapes of Generative Adversarial
    Networks"). Taken by Arnoldi's method from products with the transpose, whose
    eigenvalues are the same; all of them where parameters are no more than products.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = described()

    @classmethod
    def applies(cls, game: "Game") -> bool:
        return all(player.variables for player in game.players)

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        if not np.isfinite(view.weights).all():
            return

        def product(u: Array) -> Array:
            return view.product(u, NUMBER)

        field = view.bench.field
        yield from told(ritz_values(product, field.size, PRODUCTS))
        for player in field.players:
            side = field.sides[player.name]
            own = within(product, side, field.size)
            count = side.stop - side.start
            low, high = symmetric_extremes(own, count, OWN_PRODUCTS)
            yield f"{player.name}_curvature_max", float(high)
            yield f"{player.name}_curvature_min", float(low)
            edge = player.settings.edge(player.optimizer)
            stretched = stretch(own, np.sqrt(edge))
            _, most = symmetric_extremes(stretched, count, OWN_PRODUCTS)
            yield f"{player.name}_stability", float(most)


def told(values: Array) -> Iterator[tuple[str, float]]:
    """The series of the game's eigenvalues (k,), the largest first."""
    if not len(values):
        return
    yield "spectrum_radius", float(np.abs(values).max())
    yield "spectrum_real_max", float(values.real.max())
    yield "spectrum_imaginary_max", float(values.imag.max())
    upper = values[values.imag >= 0][:LEADING]
    for rank, value in enumerate(upper):
        yield f"eigenvalue_real_{rank}", float(value.real)
        yield f"eigenvalue_imaginary_{rank}", float(value.imag)


def within(
    product: Callable[[Array], Array], side: slice, size: int
) -> Callable[[Array], Array]:
    """Products with the Hessian of the loss of the player who has a side's parameters.

    J holds the field's changes, and the field is the loss's descent: hence the sign.
    """

    def own(u: Array) -> Array:
        whole = np.zeros(size)
        whole[side] = u
        return -product(whole)[side]

    return own


def stretch(product: Callable[[Array], Array], root: Any) -> Callable[[Array], Array]:
    """Products with a matrix between a diagonal's root, a number or (n,)."""
    return lambda u: root * product(root * u)
