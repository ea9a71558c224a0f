"""Kernel distance (Bińkowski et al. 2018), as tensorflow-gan computes it.

The squared maximum mean discrepancy by the kernel (xᵀy / d + 1)³, a U-statistic: its
mean over draws is the distance of the distributions, whatever the number of points.
"""

from collections.abc import Iterator

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.tfgan import import_tensorflow_gan

BLOCK = 4096
"""Points of a side that are compared at once, for memory goes by their square. Of more
it is the mean over several blocks, whose chance is somewhat larger than the whole's."""
ROWS = 512


def bounds(comparison: Comparison) -> list[float] | None:
    """95 %, over records and samples; None of fewer than three in a block."""
    center = comparison.once(kernel_distance)
    variances = [variance(x, y) for x, y in blocks(comparison)]
    if any(found is None for found in variances):
        return None
    error = np.sqrt(np.sum(np.array(variances, np.float64))) / len(variances)
    return [center - 1.96 * float(error), center + 1.96 * float(error)]


@metric(
    better="lower",
    bounds=bounds,
    optional=True,
    blind_to="differences that a cubic kernel averages away; about half of the values "
    "of equal distributions are negative",
)
def kernel_distance(comparison: Comparison) -> float:
    """In float64: float32 loses what is a millionth of the kernel's values.

    NaN, hence no value, of a single record or sample.
    """
    import tensorflow as tf

    real, generated = shuffled(comparison)
    distance = import_tensorflow_gan().eval.kernel_classifier_distance_from_activations(
        tf.constant(real, tf.float64),
        tf.constant(generated, tf.float64),
        max_block_size=BLOCK,
    )
    return float(distance)


def shuffled(comparison: Comparison) -> tuple[Array, Array]:
    """Features of records and of samples in random order.

    Records are sorted from core to outliers: the first block would hold the core alone.
    """
    random = np.random.default_rng([comparison.seed, 34])
    real, generated = comparison.reference, comparison.generated
    return (
        real.features[random.permutation(real.size)],
        generated.features[random.permutation(generated.size)],
    )


def blocks(comparison: Comparison) -> Iterator[tuple[Array, Array]]:
    """Features of records and of samples, block by block."""
    real, generated = shuffled(comparison)
    count = -(-max(len(real), len(generated)) // BLOCK)
    sides = (np.array_split(side, count) for side in (real, generated))
    return zip(*sides, strict=True)


def variance(real: Array, generated: Array) -> float | None:
    """The variance of the distance of n and m points over draws of both.

    By the jackknife of two-sample U-statistics (Arvesen 1969), a point left out at a
    time: right to first order where the distributions differ. Where they are equal,
    twice what it is, so that intervals are too wide, never too narrow.
    """
    n, m = len(real), len(generated)
    if min(n, m) < 3:
        return None
    inner, inner_other = within(real), within(generated)
    across = kernel_sums(real, generated), kernel_sums(generated, real)
    left_out = (
        leave_one_out(inner, across[0], m),
        leave_one_out(inner_other, across[1], n),
    )
    return float(sum((len(each) - 1) * np.var(each) for each in left_out))


def leave_one_out(inner: Array, across: Array, others: int) -> Array:
    """The distance without each point of a side, but for what the other side adds.

    Args:
        inner: (n,) each point's sum of kernels with the n - 1 others of its side.
        across: (n,) with those of the other side, of which there are `others`.
    """
    n = len(inner)
    own: Array = (inner.sum() - 2 * inner) / ((n - 1) * (n - 2))
    own -= 2 * (across.sum() - across) / ((n - 1) * others)
    return own


def within(x: Array) -> Array:
    """(n,) each point's sum of kernels with all others."""
    own: Array = ((x**2).sum(1) / x.shape[1] + 1) ** 3
    return kernel_sums(x, x) - own


def kernel_sums(x: Array, y: Array) -> Array:
    """(n,) each row's sum of kernels with the rows of y, never all at once."""
    sums = np.empty(len(x))
    for start in range(0, len(x), ROWS):
        kernels = x[start : start + ROWS] @ y.T / x.shape[1] + 1
        sums[start : start + ROWS] = (kernels * kernels * kernels).sum(1)
    return sums
