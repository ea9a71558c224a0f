"""The metrics: functions of a `Comparison`, registered where they are defined.

A metric returns either one value per generated or real point, whose mean is the
metric (its confidence interval: a percentile bootstrap of that mean, the balls held
fixed), or a number (its interval: the delete-a-group jackknife over the samples), or
None where the data cannot have it. `bounds` gives it an interval of its own instead.
An optional metric, asked for by name, raises ValueError where
the data cannot have it: it says what data it needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from components.distances import Array
from components.evaluate.comparison import Comparison, Index
from components.evaluate.figure import Better, Reference, as_number
from components.evaluate.scales import Scale, share_error
from components.parts import import_members

Function = Callable[[Comparison], "Array | float | None"]
LeaveOut = Callable[[Comparison, Sequence[Index]], Sequence[float | None]]
F = TypeVar("F", bound=Function)
Says = Literal["quality", "failure", "nothing"]


@dataclass(frozen=True)
class Metric:
    """A metric and what a reader must know of it.

    Attributes:
        reference: the real records that it holds samples against.
        better: which way is better.
        blind_to: what it cannot see.
        optional: whether it is measured only where a spec asks for it.
        leave_out: its values without each group of samples, where that can be had for
            less than by computing it anew.
        says: what may be read off it. `quality`: samples are good at its null, and bad
            beyond; `failure`: bad beyond, and nothing at its null; `nothing`: it says
            in other words what another metric says.
        bounds: its interval, where it is neither a bootstrap's nor a jackknife's.
        p_value: how often, were all well, it would read this or worse, where it is a
            test that needs no other null.
        balanced: whether it looks at no more records than there are samples.
        in_features: whether it is computed on features, and so is withdrawn where
            these are unreliable; else on the records themselves.
        scale: on which chance moves it evenly.
        step: the least by which it can change, if it is no mean over points.
    """

    name: str
    function: Function
    reference: Reference
    better: Better
    blind_to: str
    optional: bool = False
    leave_out: LeaveOut | None = None
    says: Says = "quality"
    bounds: Callable[[Comparison], list[float] | None] | None = None
    p_value: Callable[[Comparison], float | None] | None = None
    balanced: bool = False
    in_features: bool = True
    scale: Scale = "linear"
    step: Callable[[Comparison], float | None] | None = None

    def value(self, comparison: Comparison) -> float | None:
        """The metric as one number, None if undefined or not finite."""
        return as_number(comparison.once(self.function))

    def tested(self, comparison: Comparison) -> float | None:
        """Its p-value, None without a test."""
        return None if self.p_value is None else self.p_value(comparison)


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


def least_error(metric: Metric, comparison: Comparison) -> float:
    """The least standard error, on its scale, that a metric may be credited with.

    Splits may agree by chance, of a share near 0 or 1 often. So it is half a step, and
    of a share of n points that of n independent ones; 0 where neither is known.
    """
    if metric.step is not None:
        return (metric.step(comparison) or 0.0) / 2
    return share_error(comparison.once(metric.function), metric.scale)


import_members(__name__, __path__)
