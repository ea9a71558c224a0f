"""Whether what is trained on is spread over its classes as what it is held against."""

from typing import Any, NamedTuple

import numpy as np

from components.manifold import nearest
from components.records import Modes
from components.train.shards import Shards

Array = np.ndarray[Any, Any]

FEWEST = 5
"""Held-out records of a class that its share is read from: Cochran 1954, who asks as
many of a cell for the test."""
ROWS, POINTS = 1 << 16, 1 << 20
"""Records that are assigned to modes at a time, and in all."""


class Skew(NamedTuple):
    """How much rarer a class is among training records than among held-out ones.

    Attributes:
        rarest: the least share of a class there over its share here, 0 to 1 or so.
        which: the number of that class, or known mode.
        p_value: of as unlike counts where both are of one distribution (chi-square).
    """

    rarest: float
    which: int
    p_value: float


def skew_of(train: Shards, holdout: Shards, modes: Modes | None) -> Skew | None:
    """By their labels, or the nearest known modes; None without either.

    Of many records as many as POINTS, evenly spaced, are assigned to modes.
    """
    if (train.labels >= 0).any() and (holdout.labels >= 0).any():
        return unlike(train.labels, holdout.labels)
    if modes is None or not (len(train) and len(holdout)):
        return None
    return unlike(_assigned(train, modes), _assigned(holdout, modes))


def unlike(train: Array, holdout: Array) -> Skew | None:
    """Of classes (n,) and (m,), -1 for none; None where no two are held out often."""
    from scipy.stats import chi2_contingency

    count = 1 + int(max(train.max(), holdout.max()))
    drawn, held = (
        np.bincount(each[each >= 0], minlength=count) for each in (train, holdout)
    )
    often = np.flatnonzero(held >= FEWEST)
    table = np.stack([drawn, held])[:, often]
    if len(often) < 2 or not table[0].any():
        return None
    ratio = (table[0] / drawn.sum()) / (table[1] / held.sum())
    least = int(ratio.argmin())
    p_value = float(chi2_contingency(table).pvalue)
    return Skew(float(ratio[least]), int(often[least]), p_value)


def _assigned(shards: Shards, modes: Modes) -> Array:
    """The number of the mode that each record is nearest to."""
    wanted = min(len(shards), POINTS)
    rows = np.linspace(0, len(shards) - 1, wanted).astype(np.int64)
    parts = [rows[start : start + ROWS] for start in range(0, wanted, ROWS)]
    return np.concatenate([nearest(shards[part], modes.centers)[1] for part in parts])
