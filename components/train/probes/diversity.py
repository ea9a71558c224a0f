"""How the generator's loss bends where its samples would become more diverse."""

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View

Array = np.ndarray[Any, Any]

JITTER = 1e-6
"""Variance, in that of the records, below which samples count as one."""
NUMBER = 1_000_000


class Volume(Probe):
    """How much room the samples take, beside the records, as `Sight` sees both."""

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "log_volume": Series(
            "log det of the samples' covariance over that of the records", "nats"
        )
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        seen = looked_at(view)
        if seen is not None:
            volume, of_records = (
                log_det(each, seen.jitter)[0] for each in (seen.made, seen.real)
            )
            yield "log_volume", volume - of_records


class Diversity(Probe):
    """Slope and curvature of the generator's loss along d = ∇θ log det Cov(G(z)).

    Along d the samples' volume grows fastest. A loss that neither falls nor bends along
    it does not lead out of a collapse; one that falls against it, or bends down, pulls
    into it. Samples are looked at as `Volume` does: of images the covariance is that
    of features.
    """

    rare: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "diversity_slope": Series(
            "cosine between the generator's descent and d", "-1 to 1; ≥ 0: widens"
        ),
        "diversity_curvature": Series(
            "curvature of the generator's loss along d", "per time"
        ),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        seen = looked_at(view)
        if seen is None:
            return
        _, slope = log_det(seen.made, seen.jitter)
        d = view.pulled(view.bench.sight.pulled(view.generated, slope))
        length = np.sqrt(np.sum(d**2))
        if not (np.isfinite(length) and length > 0):
            return
        d = d / length
        field = view.bench.field
        side = field.sides["generator"]
        whole = np.zeros(field.size)
        whole[side] = d
        bend = -view.product(whole, NUMBER)[side]
        descent = view.field(NUMBER)[side]
        norm = np.sqrt(np.sum(descent**2))
        if norm > 0:
            yield "diversity_slope", float(np.sum(descent * d) / norm)
        yield "diversity_curvature", float(np.sum(bend * d))


class Seen(NamedTuple):
    """Records and samples as `Sight` sees them, (n, f) float64, and what is added to
    the variances of both."""

    real: Array
    made: Array
    jitter: float


def looked_at(view: View) -> Seen | None:
    """None where a sample is no number, or all records are the same."""
    if not np.isfinite(view.generated).all():
        return None
    sight = view.bench.sight
    real, made = sight.of_records, sight(view.generated)
    jitter = JITTER * float(real.var(axis=0, ddof=1).mean())
    return Seen(real, made, jitter) if jitter > 0 else None


def log_det(values: Array, jitter: float) -> tuple[float, Array]:
    """log det of the covariance of values (n, f), the jitter added to it.

    Returns:
        it, and its slope by each value (n, f): 2/(n - 1) (x - x̄) C⁻¹.
    """
    values = values - values.mean(axis=0)
    covariance = values.T @ values / (len(values) - 1)
    covariance += jitter * np.eye(len(covariance))
    slope = 2 / (len(values) - 1) * np.linalg.solve(covariance, values.T).T
    return float(np.linalg.slogdet(covariance)[1]), slope
