"""Small SVG: elements, axes and number formats. Colours come from the page's CSS."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

MINUS = "\u2212"
DASH = "\u2013"
"""What stands for a number that is not there, and for `to`."""


def element(name: str, *children: Any, **attributes: Any) -> Markup:
    """An element; names may end in `_`, and `_` stands for `-`. All is escaped."""
    stated = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(escape(child) for child in children)
    if not children:
        return Markup("<{}{}/>").format(Markup(name), stated)
    return Markup("<{}{}>{}</{}>").format(Markup(name), stated, inside, Markup(name))


def _plain(value: Any) -> Any:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def number(value: float | None) -> str:
    """A number as a reader wants it: three significant digits, thousands marked."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace("-", MINUS) if size < 1e6 else power(value)
    if size < 1e-3:
        return power(value)
    digits = max(0, 2 - math.floor(math.log10(size)))
    text = f"{value:.{min(digits, 4)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(value: float) -> str:
    """1.2·10⁻⁵."""
    exponent = math.floor(math.log10(abs(value)))
    mantissa = value / 10.0**exponent
    lead = "" if abs(mantissa - 1) < 0.05 else f"{mantissa:.1f}".rstrip("0").rstrip(".")
    dot = "·" if lead else ""
    sign = MINUS if lead.startswith("-") else ""
    raised = str(exponent).translate(SUPERSCRIPT)
    return f"{sign}{lead.lstrip('-')}{dot}10{raised}"


@dataclass(frozen=True)
class Scale:
    """Values to pixels, linear or logarithmic."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self._of(self.low), self._of(self.high)
        value = min(max(value, self.low), self.high)
        share = (self._of(value) - low) / (high - low)
        return round(self.start + share * (self.stop - self.start), 1)

    def _of(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def ticks(self, most: int = 5) -> list[float]:
        """Round values inside the range, at most about `most`."""
        if self.log:
            first, last = math.ceil(self._of(self.low)), math.floor(self._of(self.high))
            every = max(1, math.ceil((last - first + 1) / most))
            return [10.0**power for power in range(first, last + 1, every)]
        step = nice((self.high - self.low) / most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


def nice(step: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is not below `step`."""
    base = 10.0 ** math.floor(math.log10(step))
    return next(base * m for m in (1, 2, 2.5, 5, 10) if base * m >= step * (1 - 1e-9))


def scale(
    values: Sequence[float], start: float, stop: float, *, log: bool = False
) -> Scale:
    """A scale that holds all values with a little room; never of no width."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if log:
        if high / low < 10:
            low, high = low / 3, high * 3
        return Scale(low / 1.2, high * 1.2, start, stop, log=True)
    room = (high - low) * 0.06 or abs(high) * 0.5 or 0.5
    floor = 0.0 if 0 <= low <= 0.35 * high else low - room
    return Scale(floor, high + room, start, stop)


def path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Path data through the points."""
    pairs = (f"{x:g} {y:g}" for x, y in zip(xs, ys, strict=True))
    return "M" + "L".join(pairs)
