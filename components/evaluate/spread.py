"""How far apart the points of a group are: what tells a mode from a single point."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from components.distances import Array

Index = np.ndarray[Any, np.dtype[np.intp]]

PAIRED = 512
"""Points of a group whose pairs are looked at. A median over that many is sure to a
few hundredths, and the samples of a group are rarely more."""


class GroupSpreads(NamedTuple):
    """The samples' spread within groups, over the data's.

    indices (G,) of the groups; counts (G,) of their samples; samples, data (G,) median
    distances between two points of a group, NaN where it has fewer than two.
    """

    indices: Index
    counts: Index
    samples: Array
    data: Array

    @property
    def ratios(self) -> Array:
        """(G,); NaN where either has no spread, or the data's is 0."""
        ratios = np.full(len(self.data), np.nan)
        known = self.data > 0
        ratios[known] = self.samples[known] / self.data[known]
        return ratios

    @property
    def mean(self) -> float | None:
        """Of the ratios, by numbers of samples; None where none is defined."""
        known = np.isfinite(self.ratios)
        if not known.any():
            return None
        return float(np.average(self.ratios[known], weights=self.counts[known]))


def compare_spreads(
    samples: tuple[Array, Index], data: tuple[Array, Index], indices: Index
) -> GroupSpreads:
    """Spreads within groups.

    Args:
        samples, data: points (n, d) and the group (n,) of each.
        indices: (G,) of the groups.
    """
    return GroupSpreads(
        indices,
        np.array([(samples[1] == index).sum() for index in indices]),
        group_spreads(*samples, indices),
        group_spreads(*data, indices),
    )


def group_spreads(points: Array, own: Index, indices: Index) -> Array:
    """(G,) `pair_spread` of each group's points."""
    return np.array([pair_spread(points[own == index]) for index in indices])


def without_each(
    spreads: GroupSpreads, points: Array, own: Index, parts: Sequence[Index]
) -> list[GroupSpreads]:
    """The spreads without each of some parts of the samples; no one changes groups."""
    rest = []
    for rows in parts:
        kept = np.delete(np.arange(len(own)), rows)
        there = (points[kept], own[kept])
        fewer = compare_spreads(there, (points[:0], own[:0]), spreads.indices)
        rest.append(fewer._replace(data=spreads.data))
    return rest


def pair_spread(points: Array) -> float:
    """The median distance between two points (n, d); NaN of fewer than two.

    A pair's distance has one distribution whatever n, so that two samples of a group
    are no nearer in expectation than two hundred; and the median lets strays be
    strays, as long as two thirds of the points are none.
    """
    if len(points) < 2:
        return float("nan")
    if len(points) > PAIRED:  # evenly: records come in an order
        points = points[np.linspace(0, len(points) - 1, PAIRED).astype(np.intp)]
    # About a point of the group: where all are the same, every distance is exactly 0.
    points = points - points[0]
    norms = (points**2).sum(1)
    squared = norms[:, None] + norms - 2.0 * (points @ points.T)
    first, second = np.triu_indices(len(points), 1)
    return float(np.sqrt(max(np.median(squared[first, second]), 0.0)))
