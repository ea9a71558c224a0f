"""Statistics: the numbers that symptoms and causes are judged by.

A statistic is a short function from `Readings` to a reading (or None where it cannot
be read), registered where it is defined. Calibration applies the same functions to
healthy runs, so that a threshold is always in the unit of what it judges.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from components.diagnose.calibration import Scale, Side
from components.diagnose.readings import Readings
from components.parts import import_members

Part = Literal["last", "late", "any", "early"]
"""Of a series: its last reading, those of the second half, some, those of the first
tenth of the training."""


LAST = "last_"


class Reading(NamedTuple):
    """A statistic on one run.

    value: in the calibrated unit (often relative to the data's own null);
    unit: what one of it is worth in the unit that the reader sees;
    null, bound: where no calibration exists, the data's null and its far end;
    p_value: of an exact test on this very run, which an alarm needs, too.
    """

    value: float
    unit: float = 1.0
    null: float | None = None
    bound: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class Statistic:
    """A registered statistic.

    `exact` is the null where theory gives it without error: then any other reading
    on the suspicious side is an alarm and no calibration is needed. `center` is the
    null where theory gives its place but not its spread: thresholds then keep their
    distance from it. `worst` is the end of the suspicious side (None: it has none).
    `metric` and `series` name what it reads, for whoever draws it; `part` is the part
    of the series whose level it is, None where it is no level of it (a ratio, a share,
    a count). `absent` says why it may not be read. `common`: runs that fail read as
    healthy ones do, unless their data are at fault, and count among those that the
    threshold is made of. `full`: of a series' reading of few samples, the statistic
    that is the same of all.
    """

    id: str
    side: Side
    measure: Callable[[Readings], Reading | None]
    scale: Scale = "linear"
    exact: float | None = None
    center: float | None = None
    worst: float | None = None
    metric: str | None = None
    series: str | None = None
    part: Part | None = None
    common: bool = False
    full: str | None = None
    absent: str = "it was not measured"


STATISTICS: dict[str, Statistic] = {}
Measure = Callable[[Readings], Reading | None]


def statistic(name: str, side: Side, **described: Any) -> Callable[[Measure], Measure]:
    """Register a statistic under an id; `described` as `Statistic` has it."""
    told = {"worst": 0.0 if side == "low" else None, **described}

    def register(measure: Measure) -> Measure:
        STATISTICS[name] = Statistic(name, side, measure, **told)
        return measure

    return register


def dates(name: str) -> bool:
    """Whether a statistic is a series' last reading, which dates a symptom."""
    return name.startswith(LAST)


def settled(readings: Readings, name: str) -> Reading | None:
    """A series' median over the second half of its readings."""
    value = readings.settled(name)
    return None if value is None else Reading(value)


def early(readings: Readings, name: str) -> Reading | None:
    """A series' mean over the first tenth of the training."""
    value = readings.early(name)
    return None if value is None else Reading(value)


import_members(__name__, __path__)
