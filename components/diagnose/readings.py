"""What one trial's metrics and telemetry say, without any judgement.

Everything may be missing: a metric that could not be computed, a series that was not
read, a training that ended early. What is missing reads None; nothing raises.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from components.derived import derived

if TYPE_CHECKING:
    import numpy as np


class Metric(NamedTuple):
    """A metric's value and its null: what real data reads against real data.

    `p_value` is that of its exact test, of a metric that has one.
    """

    value: float
    null: float | None
    null_interval: tuple[float, float] | None
    p_value: float | None = None


class Series(NamedTuple):
    """A series where it was read: steps (k,) int64, values (k,) float64, k >= 1."""

    steps: "np.ndarray[Any, Any]"
    values: "np.ndarray[Any, Any]"


def finite(value: Any) -> float | None:
    """A number that is one, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


@dataclass(frozen=True)
class Readings:
    """One trial, as measured.

    Attributes:
        content: the payload of `metrics.json`.
        table: every column of the telemetry, `step` included.
        info: the payload of `telemetry.json`.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, "np.ndarray[Any, Any]"] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the component that made the telemetry."""
        return dict(self.info.get("parameters") or {})

    @property
    def overflowed(self) -> bool:
        """Whether training was given up because its numbers were not finite."""
        return bool(self.info.get("ended") == "numerical_overflow")

    @property
    def untrained(self) -> bool:
        """Whether the generator was seen not to move at all, as a fixed mixture."""
        moved = self.series("generator_update_ratio")
        return moved is not None and not moved.values.any()

    @property
    def kind(self) -> str | None:
        """What the records are, `images` or `points`; None if nobody says."""
        kind = (self.info.get("data") or {}).get("kind")
        return None if kind is None else str(kind)

    def metric(self, name: str) -> Metric | None:
        """A metric, None where it has no finite value."""
        entry = (self.content.get("metrics") or {}).get(name) or {}
        value = finite(entry.get("value"))
        if value is None:
            return None
        low, high = (finite(x) for x in entry.get("null_interval") or (None, None))
        interval = None if low is None or high is None else (low, high)
        null, p_value = finite(entry.get("null")), finite(entry.get("p_value"))
        return Metric(value, null, interval, p_value)

    def tier_coverage(self, tier: int) -> float | None:
        """Coverage of a tier's records over what real data reads; -1: the outermost.

        None where there is but one tier, or nothing to divide by.
        """
        tiers = self.content.get("tiers") or []
        if len(tiers) < 2:
            return None
        entry = (tiers[tier] or {}).get("coverage") or {}
        value, null = finite(entry.get("value")), finite(entry.get("null"))
        return value / null if value is not None and null else None

    def tier_spacing(self, tier: int) -> float | None:
        """How far a tier's records lie from the nearest others; None if unknown."""
        tiers = self.content.get("tiers") or []
        if len(tiers) <= tier:
            return None
        return finite((tiers[tier] or {}).get("spacing"))

    def withdrawn(self, name: str) -> str | None:
        """Why a metric was withdrawn, None if it was not."""
        entry = (self.content.get("metrics") or {}).get(name) or {}
        reason = entry.get("withdrawn")
        return str(reason) if reason else None

    def series(self, name: str) -> Series | None:
        """A series at the steps where it was read, None where it never was."""
        import numpy as np

        column = self.table.get(name)
        if column is None:
            column = derived(name, self.table, self.parameters)
        if column is None or "step" not in self.table:
            return None
        values = np.asarray(column, np.float64)
        read = np.isfinite(values)
        if not read.any():
            return None
        return Series(np.asarray(self.table["step"], np.int64)[read], values[read])

    def until(self, step: int) -> "Readings":
        """What had been read of the training up to a step, and no metric."""
        import numpy as np

        kept = np.asarray(self.table["step"]) <= step
        table = {name: np.asarray(column)[kept] for name, column in self.table.items()}
        return Readings({}, table, self.info)

    @property
    def early_until(self) -> float:
        """The step until which a training is early: a tenth of all of them."""
        return float(self.parameters.get("steps") or self.table["step"][-1]) / 10

    def early(self, name: str) -> float | None:
        """The mean of a series over the first tenth of the training; None if unread."""
        return self._mean(name, early=True)

    def later(self, name: str) -> float | None:
        """The mean of a series over the rest of the training; None if unread."""
        return self._mean(name, early=False)

    def _mean(self, name: str, *, early: bool) -> float | None:
        series = self.series(name)
        if series is None:
            return None
        values = series.values[(series.steps <= self.early_until) == early]
        return float(values.mean()) if len(values) else None

    def settled(self, name: str) -> float | None:
        """The median of a series over the second half of its readings."""
        import numpy as np

        series = self.series(name)
        if series is None:
            return None
        return float(np.median(series.values[len(series.values) // 2 :]))
