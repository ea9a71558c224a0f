"""The metrics: functions of a `Comparison`, registered where they are defined.

A metric returns either one value per generated or real point, whose mean is the
metric (its confidence interval: a percentile bootstrap of that mean, the balls held
fixed), or a number (its interval: the delete-a-group jackknife over the samples), or
None where the data cannot have it. `bounds` gives it an interval of its own instead,
`interval=False` none. An optional metric, asked for by name, raises ValueError where
the data cannot have it: it says what data it needs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from components.distances import Array
from components.evaluate.comparison import Comparison, Index
from components.parts import import_members

Function = Callable[[Comparison], "Array | float | None"]
LeaveOut = Callable[[Comparison, Sequence[Index]], Sequence[float | None]]
F = TypeVar("F", bound=Function)
Reference = Literal["holdout", "train", "none"]
Better = Literal["higher", "lower", "null"]


@dataclass(frozen=True)
class Metric:
    """A metric and what a reader must know of it.

    Attributes:
        reference: the real records that it holds samples against; `none`: it looks at
            the samples alone, and its null at as many holdout records.
        better: which way is better; `null`: as near the null as can be.
        blind_to: what it cannot see.
        interval: whether it has a confidence interval.
        optional: whether it is measured only where a spec asks for it.
        leave_out: its values without each group of samples, where that can be had for
            less than by computing it anew.
        bounds: its interval, where it is neither a bootstrap's nor a jackknife's.
        p_value: how often, were the distributions equal, it would read this or worse,
            where it is a test that needs no other null.
        balanced: whether it looks at no more records than there are samples.
        in_features: whether it is computed on features, and so is withdrawn where
            these are unreliable; else on the records themselves.
    """

    name: str
    function: Function
    reference: Reference
    better: Better
    blind_to: str
    interval: bool = True
    optional: bool = False
    leave_out: LeaveOut | None = None
    bounds: Callable[[Comparison], list[float] | None] | None = None
    p_value: Callable[[Comparison], float | None] | None = None
    balanced: bool = False
    in_features: bool = True

    def value(self, comparison: Comparison) -> float | None:
        """The metric as one number, None if undefined or not finite."""
        return as_number(comparison.once(self.function))


METRICS: dict[str, Metric] = {}


def metric(
    *,
    blind_to: str,
    better: Better = "higher",
    reference: Reference = "holdout",
    name: str = "",
    **described: Any,
) -> Callable[[F], F]:
    """Register a metric under its function's name, or `name`; arguments: `Metric`."""

    def register(function: F) -> F:
        chosen = name or function.__name__
        METRICS[chosen] = Metric(
            chosen, function, reference, better, blind_to, **described
        )
        return function

    return register


def measure(
    metrics: Iterable[Metric], comparison: Comparison
) -> Iterator[tuple[str, float]]:
    """(name, value) of every metric that is defined for the comparison."""
    for each in metrics:
        value = each.value(comparison)
        if value is not None:
            yield each.name, value


def as_number(result: "Array | float | None") -> float | None:
    """A metric's result as a finite number, or None."""
    if result is None:
        return None
    value = float(np.mean(result))
    return value if np.isfinite(value) else None


import_members(__name__, __path__)
