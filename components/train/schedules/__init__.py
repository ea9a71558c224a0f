"""Schedules: numbers that change over a training."""

from typing import Annotated, Any

from annotated_types import Gt, Le

from components.lazy import lazy_import
from components.parts import Part, import_members

ops = lazy_import("keras.ops")


class Schedule(Part):
    """From one number to another over the first part of training, then constant."""

    start: float
    """The number at step 0."""
    end: float
    """The number at `until` and after."""
    until: Annotated[float, Gt(0), Le(1)] = 1.0
    """Share of the steps after which the number is `end`."""

    def share(self, progress: Any) -> Any:
        """How much of the way is done, 0 to 1, at a progress of 0 to 1."""
        raise NotImplementedError

    def at(self, step: Any, steps: int) -> Any:
        """The number at a step of `steps`."""
        progress = ops.minimum(step / (self.until * steps), 1.0)
        return self.start + (self.end - self.start) * self.share(progress)


def scheduled(number: "float | Schedule", step: Any, steps: int) -> Any:
    """A number that may be scheduled, at a step.

    Args:
        number: a float, which it is at every step, or a schedule.
        step: a float tensor, from 0.
        steps: of the whole training.
    """
    return number.at(step, steps) if isinstance(number, Schedule) else number


def bounded(number: "float | Schedule", low: float, high: float) -> bool:
    """Whether a number lies in [low, high] throughout."""
    ends = (
        (number.start, number.end) if isinstance(number, Schedule) else (number, number)
    )
    return all(low <= end <= high for end in ends)


import_members(__name__, __path__)
