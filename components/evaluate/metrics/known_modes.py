"""Metrics for data whose modes are known (Srivastava et al. 2017; Lin et al. 2018)."""

import numpy as np

from components.distances import Array
from components.evaluate.captured import captured_bounds
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric


def _share(comparison: Comparison) -> float | None:
    """Of one mode among all."""
    return None if comparison.modes is None else 1 / len(comparison.modes.weights)


def _bounds(comparison: Comparison) -> list[float] | None:
    """See `captured_bounds`."""
    census = comparison.mode_census
    if census is None:
        return None
    return captured_bounds(census.hits, comparison.generated.size, comparison.seed)


@metric(
    bounds=_bounds,
    in_features=False,
    step=_share,
    blind_to="how many samples a mode gets: one high-quality sample captures it",
)
def mode_coverage(comparison: Comparison) -> float | None:
    """Share of modes that are nearest to at least one high-quality sample."""
    census = comparison.mode_census
    return None if census is None else float(census.captured.mean())


@metric(
    in_features=False,
    scale="angle",
    blind_to="missing modes; above its null samples crowd at the modes' centres",
)
def high_quality_share(comparison: Comparison) -> Array | None:
    """Share of samples within 3 standard deviations of the nearest mode."""
    census = comparison.mode_census
    return None if census is None else census.high_quality


@metric(
    better="lower",
    in_features=False,
    scale="cube_root",
    blind_to="how far samples are from their modes",
)
def reverse_kl(comparison: Comparison) -> float | None:
    """KL(samples' modes ‖ the data's weights), nats, by nearest mode.

    Plug-in estimate: an unbiased generator of N samples reads (K - 1) / 2N.
    """
    census, modes = comparison.mode_census, comparison.modes
    if census is None or modes is None:
        return None
    present = census.shares > 0
    shares = census.shares[present]
    weights = (modes.weights / modes.weights.sum())[present]
    return float((shares * np.log(shares / weights)).sum())
