"""What metrics, and columns of tables, have in common."""

from typing import Literal

import numpy as np

from components.distances import Array

Reference = Literal["holdout", "train", "none", "both"]
"""The real records that a figure holds samples against. `both`: training records,
beside the comparison's `holdout`; `none`: it looks at the samples alone, and its null
at as many holdout records."""
Better = Literal["higher", "lower", "null"]
"""Which way is better; `null`: as near the null as can be."""


def as_number(result: Array | float | None) -> float | None:
    """A figure as a finite number, or None; values of points stand for their mean."""
    if result is None or (isinstance(result, np.ndarray) and not result.size):
        return None
    value = float(np.mean(result))
    return value if np.isfinite(value) else None
