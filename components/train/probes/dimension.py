"""In how many directions the samples vary, beside the records."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

Array = np.ndarray[Any, Any]


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

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        count = min(len(view.samples), len(view.holdout))
        yield "sample_dimension", dimension(view.samples[:count])
        yield "record_dimension", dimension(view.holdout[:count])


def dimension(points: Array) -> float:
    """The estimate for points (n, *shape), equal ones counted once; NaN below 3."""
    flat = points.reshape(len(points), -1).astype(np.float64)
    if not np.isfinite(flat).all():
        return float("nan")
    flat = np.unique(flat, axis=0)
    if len(flat) < 3:
        return float("nan")
    centred = flat - flat.mean(axis=0)
    squares = (centred**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * centred @ centred.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.partition(distances, 1, axis=1)[:, :2]
    near = nearest[:, 0] > 1e-12 * squares.mean()
    grown = 0.5 * np.log(nearest[near, 1] / nearest[near, 0])
    total = float(grown.sum())
    return int(near.sum()) / total if total > 0 else float("nan")
