"""The Fréchet distance, extrapolated to infinitely many records and samples.

Of n points a side it is too high by an amount linear in 1/n (Chong and Forsyth 2020,
"Effectively Unbiased FID and Inception Score"); for equal Gaussians of n > d points by
(2d + d(d + 1) / 2) / n, with hardly a term in 1/n². Theirs is a line through distances
of the samples' subsets, the records always the same. Here records and samples shrink
together, so that what either side's number adds is removed.

The smaller sizes leave out each of K groups of points in turn; the line through their
mean and the whole's, at 1/n = 0, is the jackknife's estimate (Quenouille 1956). Subsets
that are nested, or drawn at random, lie on the same line in expectation if the points
are in random order (the records are not: they are sorted), but their own chance is
multiplied by the extrapolation; over groups that each are left out once it cancels.
"""

from collections.abc import Iterator

import numpy as np

from components.evaluate.comparison import Comparison, Sample
from components.evaluate.metrics import metric
from components.evaluate.metrics.frechet_distance import frechet_distance
from components.moments import Moments, frechet, without_each

GROUPS = 4
"""Of the value. Each costs a distance. With 10 the value's standard error, where both
sides are equal, would be a tenth less."""
INTERVAL_GROUPS = 10
"""Of its interval, which is taken once, not for every null."""


def bounds(comparison: Comparison) -> list[float] | None:
    """95 % by the jackknife's pseudo-values: both sides' chance, Student's t."""
    from scipy.stats import t

    center = comparison.once(frechet_distance_infinite)
    rest = distances_without_each(comparison, INTERVAL_GROUPS)
    if center is None or rest is None:
        return None
    count = len(rest)
    error = np.std(rest) * np.sqrt(count - 1)
    margin = float(t.ppf(0.975, count - 1) * error)
    return [center - margin, center + margin]


@metric(
    better="lower",
    says="nothing",
    bounds=bounds,
    blind_to="everything beyond means and covariances: half of the modes can be gone; "
    "about half of the values of equal distributions are negative",
)
def frechet_distance_infinite(comparison: Comparison) -> float | None:
    """The distance at 1/n = 0 on both sides; negative by chance.

    None unless three quarters of either side are more points than dimensions: a
    covariance of fewer is singular, and its distance not linear in 1/n.
    """
    rest = distances_without_each(comparison, GROUPS)
    if rest is None:
        return None
    return len(rest) * whole(comparison) - (len(rest) - 1) * float(np.mean(rest))


def whole(comparison: Comparison) -> float:
    """The plain distance of the records and samples at hand.

    Moments of a larger population, which the plain distance takes where they are known,
    are no larger case of what is left without groups of these.
    """
    real, generated = comparison.reference, comparison.generated
    if real.moments.count == real.size:
        return comparison.once(frechet_distance)
    return frechet(Moments.of(real.features), generated.moments)


def distances_without_each(comparison: Comparison, groups: int) -> list[float] | None:
    """Distances without a group of records and one of samples, for each in turn.

    None where what is left are no more points than dimensions.
    """
    real, generated = comparison.reference, comparison.generated
    size = min(real.size, generated.size)
    groups = min(groups, size)
    if size - -(-size // groups) <= real.features.shape[1]:
        return None
    random = np.random.default_rng([comparison.seed, 33])
    sides = [without_groups(side, groups, random) for side in (real, generated)]
    return [frechet(one, two) for one, two in zip(*sides, strict=True)]


def without_groups(
    sample: Sample, groups: int, random: np.random.Generator
) -> Iterator[Moments]:
    """The features' moments without each of some random groups of points."""
    order = random.permutation(sample.size)
    rows = np.array_split(order, groups)
    return without_each([Moments.of(sample.features[chosen]) for chosen in rows])
