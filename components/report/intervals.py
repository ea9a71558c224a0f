"""Intervals of a rate, and of a mean, from few trials."""

from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

from components.reach import Reach

ROUNDING = 1e-12
"""A spread below this share of the values is that of their last bits."""


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


class Estimate(NamedTuple):
    """A mean, and what it may be.

    Attributes:
        value: the mean.
        n: of how many values.
        interval: None where there is none, and then `why` says why.
        p_value: two-sided, of a mean that is 0; None without an interval.
    """

    value: float
    n: int
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    why: str | None = None


def student(
    values: Sequence[float],
    of: str,
    confidence: float = 0.95,
    reach: Reach = (None, None),
    scale: float | None = None,
) -> Estimate:
    """The mean of independent values, with Student's t interval cut at `reach`.

    Not a bootstrap: its means lie between the least and the greatest of n values, and
    even those two miss the median of what the values come from with probability
    2^(1-n): a half of two seeds, a quarter of three.

    Values that are all equal have no interval: of n equal ones nothing says how far
    the next is, and one of no width would claim certainty.

    Args:
        of: what the values are of, in the plural: `seeds`.
        scale: the size of the numbers that rounded values were made from.

    Raises:
        ValueError: if there are no values.
    """
    if not values:
        raise ValueError("Invalid value for `values`. Expected one or more. Received 0")
    mean, n = fmean(values), len(values)
    if n == 1:
        return Estimate(mean, 1, why=f"one of {of}: nothing to see their spread by")
    size = max(map(abs, values)) if scale is None else scale
    if stdev(values) <= ROUNDING * size:
        why = f"the same on {n} {of}: no spread to judge by"
        return Estimate(mean, n, why=why)
    return around(mean, stdev(values) / n**0.5, n - 1, confidence, reach)._replace(n=n)


def around(
    value: float, error: float, freedom: int, confidence: float, reach: Reach
) -> Estimate:
    """A value ± Student's quantile of its standard error, cut at `reach`."""
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    least, most = reach
    low, high = value - half, value + half
    interval = (
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    )
    p_value = 2 * float(stdtr(freedom, -abs(value) / error))
    return Estimate(value, freedom + 1, interval, p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given (Holm 1979).

    Those below alpha are wrong with a probability of at most alpha for any of them,
    whatever the tests share: the seeds, the samples, or what they measure.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    raised = [p_values[i] * (len(order) - rank) for rank, i in enumerate(order)]
    adjusted = dict(zip(order, accumulate(raised, max), strict=True))
    return [min(1.0, adjusted[i]) for i in range(len(order))]
