"""Intervals of a rate from few trials."""

from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A rate and what it may be, all in [0, 1]."""

    rate: float
    low: float
    high: float


def wilson(failures: int, trials: int, confidence: float = 0.95) -> Interval | None:
    """Wilson's score interval of a binomial rate; None without trials.

    Wilson 1927; Brown, Cai and DasGupta 2001, equation 4. Its mean coverage is near
    the nominal one even for a handful of trials.

    Raises:
        ValueError: unless 0 <= failures <= trials.
    """
    if not 0 <= failures <= trials:
        raise ValueError(
            f"Invalid value for `failures`. Expected 0 to {trials}. "
            f"Received: {failures}"
        )
    if not trials:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = failures / trials
    scale = 1 + z * z / trials
    center = (rate + z * z / (2 * trials)) / scale
    spread = rate * (1 - rate) / trials + z * z / (4 * trials * trials)
    half = z / scale * spread**0.5
    low = 0.0 if failures == 0 else max(0.0, center - half)
    high = 1.0 if failures == trials else min(1.0, center + half)
    return Interval(rate, low, high)
