"""The numbers of a trial, under one name each: metrics, and measured figures."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from components.reach import Reach, reach

Trial = Mapping[str, Any]


class Value(NamedTuple):
    """A number of a trial.

    Attributes:
        better: `higher`, `lower`, `null` (as real data), or None: neither.
        null: what real data reads, None where that is not known.
        reach: the least and most that there can be.
    """

    value: float
    better: str | None
    null: float | None
    reach: Reach


def values(trial: Trial) -> dict[str, Value]:
    """By name. A figure that is also a metric is that metric, and left out."""
    found: dict[str, Value] = {}
    for name, entry in (trial.get("metrics") or {}).items():
        value = _number(entry.get("value"))
        if value is not None:
            better, null = entry.get("better"), entry.get("null")
            found[name] = Value(value, better, null, reach(name, entry))
    for name, figure in (trial.get("measurements") or {}).items():
        value = _number(figure.get("measured"))
        if name not in found and value is not None:
            least, most = figure.get("range") or (None, None)
            found[name] = Value(value, None, None, (least, most))
    return found


def _number(value: Any) -> float | None:
    """A finite number, else None."""
    finite = isinstance(value, int | float) and math.isfinite(value)
    return float(value) if finite else None
