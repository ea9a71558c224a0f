"""Statistics of what a training draws from, and of how evenly it learns that."""

import math

from components.derived import CORE, TAIL
from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic

LEAST = 0.01
"""Of one coverage over another: what is less stands for none."""


@statistic(
    "first_sparsity",
    "high",
    scale="log",
    series="tier",
    absent="there is but one tier, or records are images, or copies of one another",
)
def first_sparsity(readings: Readings) -> Reading | None:
    """How much sparser than the core the hardest tier is that training began with.

    The distance of its records from their nearest others, over that of the core's; 1
    where training began with the core alone. Not of images: smooth ones always lie
    much closer together, and none are known that pacing helps.
    """
    if readings.kind == "images":
        return None
    drawn = readings.series("tier")
    core = readings.tier_spacing(0)
    hardest = None if drawn is None else readings.tier_spacing(int(drawn.values[0]))
    if core is None or hardest is None or readings.tier_coverage(0) is None:
        return None
    return Reading(hardest / core)


@statistic("unequal_tiers", "high", series=TAIL)
def unequal_tiers(readings: Readings) -> Reading | None:
    """How far apart the outermost tier and the core are covered, either way.

    The logarithm of one coverage over the other, over the second half of the training.
    A core that is never reached has no quotient but its own.
    """
    value = readings.settled(TAIL)
    if value is None:
        value = readings.settled(CORE)
    return None if value is None else Reading(abs(math.log(max(value, LEAST))))
