"""How the game bends: eigenvalues of its Jacobian, and of each player's own part."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from components.train.krylov import extremes, ritz_values
from components.train.probes import Probe, Series
from components.train.view import View

Array = np.ndarray[Any, Any]

LEADING = 6
"""Eigenvalues that are told, the largest first, of a pair one."""
OWN_PRODUCTS = 6
"""With each player's own part of the Jacobian."""
NUMBER = 1_000_000
"""Of the batch that is looked at: the same at every reading."""
NAMES = ("generator", "discriminator")


def described() -> dict[str, Series]:
    series = {
        "spectrum_radius": Series("largest |λ| of the game's Jacobian", "per time"),
        "spectrum_real_max": Series(
            "largest Re λ found; above 0: unstable. One small beside the radius may be "
            "missed",
            "per time",
        ),
        "spectrum_imaginary_max": Series("largest Im λ: rotation", "per time"),
    }
    for rank in range(LEADING):
        series[f"eigenvalue_real_{rank}"] = Series("Re of a leading λ", "per time")
        series[f"eigenvalue_imaginary_{rank}"] = Series("its Im, ≥ 0", "per time")
    for name in NAMES:
        series[f"{name}_curvature_max"] = Series(
            f"largest eigenvalue found of the Hessian of the {name}'s loss", "per time"
        )
        series[f"{name}_curvature_min"] = Series(
            "the smallest found, never below the true one; below 0: at a saddle of its "
            "own loss",
            "per time",
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
    Twelve products find what is largest, six what bends a player's own loss most; what
    lies within is found in part: on a game of 291 parameters the radius to 1e-6, but
    D's smallest curvature as -.029 where it is -.048.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = described()

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        if not np.isfinite(view.weights).all():
            return
        field = view.bench.field
        count = field.products
        image = view.images(count, NUMBER)["generator"]
        yield from told(ritz_values(image, field.size, count))
        own = curvatures(view)
        for name, (low, high) in own.items():
            yield f"{name}_curvature_max", high
            yield f"{name}_curvature_min", low
        if not view.step:
            return  # No step yet, nor what an optimizer scales it by.
        edges = [player.settings.edge(player.optimizer) for player in field.players]
        if all(np.ndim(edge) == 0 for edge in edges):
            scaled = zip(own, edges, strict=True)
            highest = {name: edge * own[name][1] for name, edge in scaled}
        else:
            roots = [
                np.broadcast_to(np.sqrt(edge), side.stop - side.start)
                for edge, side in zip(edges, field.sides.values(), strict=True)
            ]
            seen = curvatures(view, np.concatenate(roots))
            highest = {name: high for name, (_, high) in seen.items()}
        for name, high in highest.items():
            yield f"{name}_stability", high


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


def curvatures(view: View, roots: Any = 1.0) -> dict[str, tuple[float, float]]:
    """The least and the greatest eigenvalue of each player's own Hessian.

    Each between the roots, a diagonal (n,) or a number. The Jacobian holds the field's
    changes, and the field is the losses' descent: hence the sign.
    """
    field = view.bench.field
    count = min(OWN_PRODUCTS, field.products)
    images = view.images(count, NUMBER, roots, joint=False)
    found = {}
    for name, image in images.items():
        side = field.sides[name]
        low, high = extremes(image, side.stop - side.start, count)
        found[name] = -float(high), -float(low)
    return found
