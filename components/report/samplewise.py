"""A difference of two trials by what both were measured on: records and latents."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from components.artifacts import Metrics
from components.reach import Reach
from components.report.intervals import ROUNDING, Estimate, around, student

if TYPE_CHECKING:
    import numpy as np


class Sampled(NamedTuple):
    """What a trial was measured on (digests), and what its intervals are made of."""

    records: str
    latents: str
    spreads: Mapping[str, "np.ndarray[Any, Any]"]


def sampled(metrics: Metrics | None) -> Sampled | None:
    """Of a trial's metrics; None where that was not kept."""
    on = None if metrics is None else metrics.content().get("measured_on")
    if metrics is None or not on:
        return None
    return Sampled(on["records"], on["latents"], metrics.read_arrays("spreads.npz"))


def difference(
    name: str,
    value: float,
    pair: tuple[Sampled | None, Sampled | None],
    confidence: float,
    reach: Reach,
) -> Estimate:
    """The difference of one pair, with its interval over samples and records.

    What two trials read on one record, or on samples of one latent, goes up and down
    together; differences point by point leave that out. Of a mean over points the
    interval is Student's of those differences, of any other number that of the
    delete-a-group jackknife of the difference, the same groups left out of both. It
    holds for other samples of these two trainings, not for other trainings.

    Args:
        value: the second's less the first's.
    """
    first, second = pair
    if first is None or second is None:
        return _none(value, "what its interval is made of was not kept")
    if first.records != second.records:
        return _none(value, "measured on different records")
    if first.latents != second.latents:
        return _none(value, "made of different latents")
    for kind, estimate in (("points", _points), ("parts", _parts)):
        found = [each.spreads.get(f"{kind}.{name}") for each in (first, second)]
        a, b = found
        if a is not None and b is not None and a.shape == b.shape:
            return estimate(value, a, b, confidence, reach)._replace(n=1)
    return _none(value, "it is not made of single samples")


def _none(value: float, why: str) -> Estimate:
    return Estimate(value, 1, why=f"one pair: {why}")


def _points(value: float, a: Any, b: Any, confidence: float, reach: Reach) -> Estimate:
    scale = float(max(abs(a).max(), abs(b).max()))
    found = student((b - a).tolist(), "points", confidence, reach, scale)
    if found.interval is None:
        return _none(value, "equal on every sample, or apart by the same")
    return found._replace(value=value)


def _parts(value: float, a: Any, b: Any, confidence: float, reach: Reach) -> Estimate:
    groups = len(a)
    error = float((b - a).std()) * (groups - 1) ** 0.5
    scale = float(max(abs(a).max(), abs(b).max()))
    # NaN, of a metric that some group's samples leave undefined, is no error either.
    if not error > ROUNDING * scale:
        return _none(value, "its groups of samples tell no spread")
    return around(value, error, groups - 1, confidence, reach)
