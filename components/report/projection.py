"""Positions of both players, and both sides' moments, made small enough to draw."""

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

PLAYERS = ("generator", "discriminator")
FEWEST = 3
"""Positions without which there is no plane."""


def players_path(table: Mapping[str, Array], most: int) -> dict[str, Any] | None:
    """Both players' positions in the plane in which they vary most.

    Each player is taken to its own scale (its deviations from its mean have the length
    1 together), as parameters of the two are of no common unit.

    Args:
        table: columns of the telemetry; `generator_coordinate_0`, … among them.
        most: positions that are kept, at equal distances, first and last included.

    Returns:
        {steps, points: [[x, y], …], shares: of the variance that each axis holds};
        None where fewer than FEWEST positions were read, or nothing moved.
    """
    sides = [_side(table, name) for name in PLAYERS]
    whole = np.concatenate(sides, axis=1)
    read = np.isfinite(whole).all(axis=1)
    if not all(side.shape[1] for side in sides) or read.sum() < FEWEST:
        return None
    scaled = np.concatenate([_scaled(side[read]) for side in sides], axis=1)
    left, spread, axes = np.linalg.svd(scaled, full_matrices=False)
    if len(spread) < 2 or not spread[0] > 0:
        return None
    # The sign of an axis is free; fixed, equal positions make equal drawings.
    signs = np.sign(axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)])
    points = left[:, :2] * spread[:2] * signs
    steps = np.asarray(table["step"])[read]
    kept = np.unique(np.linspace(0, len(steps) - 1, most).round().astype(int))
    shares = spread[:2] ** 2 / np.square(spread).sum()
    return {
        "steps": steps[kept].tolist(),
        "points": [[_rounded(x), _rounded(y)] for x, y in points[kept]],
        "shares": [_rounded(share) for share in shares],
    }


def _side(table: Mapping[str, Array], name: str) -> Array:
    """One player's coordinates, (readings, how many there are)."""
    columns: list[Array] = []
    while (column := table.get(f"{name}_coordinate_{len(columns)}")) is not None:
        columns.append(np.asarray(column, np.float64))
    empty = np.zeros((len(table["step"]), 0))
    return np.stack(columns, axis=1) if columns else empty


def _scaled(side: Array) -> Array:
    """Deviations from the mean, over their length; none where there are none."""
    centred: Array = side - side.mean(axis=0)
    length = float(np.linalg.norm(centred))
    return centred / length if length > 0 else centred


def moments(points: Array | None) -> dict[str, Any] | None:
    """Mean (2,) and covariance (2, 2) of all finite points (m, 2), m at least 2."""
    if points is None or points.ndim != 2 or points.shape[1] != 2:
        return None
    rows = np.asarray(points, np.float64)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < 2:
        return None
    covariance = np.cov(rows.T)
    return {
        "mean": [_rounded(value) for value in rows.mean(axis=0)],
        "covariance": [[_rounded(value) for value in row] for row in covariance],
    }


def _rounded(value: float) -> float:
    return float(f"{float(value):.4g}")
