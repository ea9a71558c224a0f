"""A metric's entry in metrics.json: its value, its null, and how far they are apart."""

from typing import Any, NamedTuple

from components.evaluate.comparison import Comparison
from components.evaluate.contradictions import deviation
from components.evaluate.intervals import Spread, interval_of
from components.evaluate.metrics import Metric, least_error
from components.evaluate.nulls import Null
from components.evaluate.splits import Setting, chance


class Sizes(NamedTuple):
    """How many records of either part there are, of both in a test, and samples."""

    train: int
    holdout: int
    both: int
    samples: int


def metric_entry(
    metric: Metric,
    comparison: Comparison | None,
    null: Null | None,
    spread: Spread | None,
    sizes: Sizes,
    setting: Setting,
) -> dict[str, Any]:
    """What metrics.json says of a metric.

    Args:
        comparison: what it is measured on; None where it has no value.
        null: of the metric, where it has one.
        spread: what its interval is made of.
    """
    value = None if comparison is None else metric.value(comparison)
    size = {**sizes._asdict(), "none": 0}[metric.reference]
    apart = None
    if comparison is not None and null is not None:
        apart = from_null(metric, comparison, value, null, sizes, setting)
    return {
        "value": value,
        "null": null and null[0],
        "null_interval": null and null[1],
        "deviation": apart,
        "p_value": comparison and metric.tested(comparison),
        "ci": comparison and interval_of(metric, comparison, spread, setting.seed),
        "n": sizes.samples,
        "reference_n": min(size, sizes.samples) if metric.balanced else size,
        "better": metric.better,
        "reference": metric.reference,
        "blind_to": metric.blind_to,
    }


def from_null(
    metric: Metric,
    comparison: Comparison,
    value: float | None,
    null: Null,
    sizes: Sizes,
    setting: Setting,
) -> float | None:
    """How many standard errors a value is from its null; None where chance is none."""
    scale = chance(metric.reference, sizes.train, sizes.holdout, sizes.samples)
    if scale is None:
        return None
    error = max(null[3] * scale, least_error(metric, comparison))
    return deviation(metric, value, null, error, setting.resamples)


def nonfinite_entry(share: float, n: int) -> dict[str, Any]:
    """The entry of `nonfinite_share`; real records are finite, hence its null 0."""
    return {
        "value": share,
        "null": 0.0,
        "null_interval": [0.0, 0.0],
        "deviation": None,
        "p_value": None,
        "ci": None,
        "n": n,
        "reference_n": 0,
        "better": "lower",
        "reference": "holdout",
        "blind_to": "everything but NaN and infinity",
    }
