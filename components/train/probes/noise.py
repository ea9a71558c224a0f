"""How far the gradients of two batches agree, and at what batch size they would."""

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np

from components.train.probes import EARLY, Probe, Series
from components.train.view import View

Array = np.ndarray[Any, Any]

NAMES = ("generator", "discriminator")
FEWEST, MOST, RECORDS = 8, 32, 512
"""Batches of a reading, at least and at most; between, as many as hold RECORDS."""
SIZES = (1, 2, 4)
"""Batch sizes, in batches of training, of which the cosine is told."""


def described() -> dict[str, Series]:
    series = {}
    for name in NAMES:
        for size in SIZES:
            series[f"{name}_gradient_cosine_{size}"] = Series(
                f"mean cosine between the {name}'s gradients on independent batches, "
                f"{size} times as large as in training",
                "-1 to 1",
            )
        series[f"{name}_gradient_square"] = Series(
            f"|G|², G the mean of the {name}'s gradients, without the noise's share",
            "squared gradient; below 0 where noise hides it",
        )
        series[f"{name}_gradient_variance"] = Series(
            "trΣ, Σ the covariance of the gradient of one record", "squared gradient"
        )
    return series


class Noise(Probe):
    """The shaking hand: McCandlish et al. 2018, appendix A, a player at a time.

    The noise scale trΣ/|G|² is defined for one loss; for a player the other one is held
    still. Two terms are told, for their ratio is to be taken of averages: the mean of
    ratios is too large. Independent batches of b records agree by about 1/(1 + B/b), B
    the noise scale: .5 at B records and .9 at nine times as many. Where batch
    statistics couple the records, the variance is what batches show, over their size.
    """

    rare: ClassVar[bool] = True
    early: ClassVar[int] = EARLY
    series: ClassVar[dict[str, Series]] = described()

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        size = view.bench.game.params.batch_size
        count = min(max(FEWEST, RECORDS // size // 4 * 4), MOST)
        products = {name: np.zeros((count, count)) for name in NAMES}
        taken = [view.field(number).astype(np.float32) for number in range(count)]
        for name, side in view.bench.field.sides.items():
            gradients = np.stack([each[side] for each in taken])
            products[name] = (gradients @ gradients.T).astype(np.float64)
        for name, gram in products.items():
            for times in SIZES:
                yield f"{name}_gradient_cosine_{times}", cosine(gram, times)
            told = terms(gram, size)
            yield f"{name}_gradient_square", told.square
            yield f"{name}_gradient_variance", told.variance


class Terms(NamedTuple):
    """|G|² and trΣ, unbiased."""

    square: float
    variance: float


def merged(gram: Array, times: int) -> Array:
    """Inner products of means of `times` batches in a row, from those of batches."""
    count = len(gram) // times
    blocks = gram[: count * times, : count * times].reshape(count, times, count, times)
    means: Array = blocks.mean(axis=(1, 3))
    return means


def cosine(gram: Array, times: int) -> float:
    """Mean cosine between independent batches of `times` times the size; NaN if 0."""
    inner = merged(gram, times)
    lengths = np.sqrt(np.diag(inner))
    if not (lengths > 0).all():
        return float("nan")
    cosines = inner / np.outer(lengths, lengths)
    return float(cosines[np.triu_indices(len(inner), 1)].mean())


def terms(gram: Array, size: int) -> Terms:
    """Both terms from the inner products of k batches' gradients, (k, k).

    The mean product of different batches is |G|², and what a batch's square has beyond
    it is the noise of `size` records.
    """
    count = len(gram)
    square = (gram.sum() - np.trace(gram)) / (count * (count - 1))
    return Terms(float(square), float((np.trace(gram) / count - square) * size))
