"""In how many directions the samples vary, beside the records."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

if TYPE_CHECKING:
    from components.train.game import Game

Array = np.ndarray[Any, Any]

FEW = 8
"""Numbers of a point up to which a product is not worth a library's threads."""


class Dimension(Probe):
    """Intrinsic dimension from the two nearest neighbours of each point.

    The ratio of their distances says how fast a ball's content grows with its radius:
    n / Σ log(r₂/r₁) is the maximum-likelihood estimate (Facco et al. 2017, "Estimating
    the intrinsic dimension of datasets by a minimal neighborhood information", whose
    equation 3 it solves). Latents of one number can make no more than a curve.
    """

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "sample_dimension": Series("intrinsic dimension of the samples", "directions"),
        "record_dimension": Series("of as many held-out records", "directions"),
    }

    def __init__(self, game: "Game") -> None:
        self.of_records: float | None = None
        """Of held-out records, which stay the same."""

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        count = min(len(view.samples), len(view.holdout))
        if self.of_records is None:
            self.of_records = dimension(view.holdout[:count])
        yield "sample_dimension", dimension(view.samples[:count])
        yield "record_dimension", self.of_records


def dimension(points: Array) -> float:
    """The estimate for points (n, *shape), equal ones counted once; NaN below 3."""
    flat = points.reshape(len(points), -1).astype(np.float64)
    if not np.isfinite(flat).all():
        return float("nan")
    flat = np.unique(flat, axis=0)
    if len(flat) < 3:
        return float("nan")
    distances = squares_between(flat)
    scale = np.square(flat - flat.mean(axis=0)).sum(axis=1).mean()
    rows = np.arange(len(flat))
    distances[rows, rows] = np.inf
    columns = distances.argmin(axis=1)
    first = distances[rows, columns]
    distances[rows, columns] = np.inf
    second = distances.min(axis=1)
    near = first > 1e-12 * scale
    grown = 0.5 * np.log(second[near] / first[near])
    total = float(grown.sum())
    return int(near.sum()) / total if total > 0 else float("nan")


def squares_between(points: Array) -> Array:
    """Squared distances (n, n) of points (n, d)."""
    if points.shape[1] <= FEW:
        pairs = (np.subtract.outer(column, column) for column in points.T)
        return np.asarray(sum(map(np.square, pairs)))
    centred = points - points.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    return np.asarray(squares[:, None] + squares - 2 * centred @ centred.T)
