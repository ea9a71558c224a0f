"""Figures: what was measured, beside what theory says."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: an id; expectations name it.
        measured: the number.
        meaning: what it is, in one line.
        closed_form: what theory says that it is; None where it says nothing.
        tolerance: the relative error that rounding, or chance, may make.
        scale: what errors are relative to; None: the size of the closed form.
    """

    name: str
    measured: float
    meaning: str
    closed_form: float | None = None
    tolerance: float | None = None
    scale: float | None = None

    @property
    def relative_error(self) -> float | None:
        """|measured - closed form| over the scale; None without a closed form."""
        if self.closed_form is None:
            return None
        scale = abs(self.closed_form) if self.scale is None else self.scale
        difference = abs(self.measured - self.closed_form)
        if difference == 0:
            return 0.0
        return difference / scale if scale else math.inf

    @property
    def agrees(self) -> bool | None:
        """Whether the error is within the tolerance; None where theory is silent."""
        if self.relative_error is None or self.tolerance is None:
            return None
        # NaN, of a game that overflowed, agrees with nothing.
        return bool(self.relative_error <= self.tolerance)

    def content(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "measured": self.measured,
            "closed_form": self.closed_form,
            "relative_error": self.relative_error,
            "tolerance": self.tolerance,
            "agrees": self.agrees,
            "meaning": self.meaning,
        }
