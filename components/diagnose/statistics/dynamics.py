"""Statistics of how quality moved during training, from the snapshots' small samples.

A reading of a few dozen samples is noisy, so levels are medians of three in a row.
"""

from typing import Any

from components.diagnose.calibration import Scale, Side
from components.diagnose.readings import Readings
from components.diagnose.statistics import LAST, Measure, Reading, statistic

SHORTEST = 4
"""Readings without which there is no course to speak of."""


def _levels(readings: Readings, name: str) -> Any:
    """Medians of three readings in a row, (k - 2,), or None if there are too few."""
    import numpy as np

    series = readings.series(name)
    if series is None or len(series.values) < SHORTEST:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(series.values, 3)
    return np.median(windows, axis=1)


@statistic("best_precision", "low", series="precision", part="any")
def best_precision(readings: Readings) -> Reading | None:
    """The best level of precision that any part of training reached."""
    levels = _levels(readings, "precision")
    return None if levels is None else Reading(float(levels.max()))


@statistic("best_coverage", "low", series="coverage", part="any")
def best_coverage(readings: Readings) -> Reading | None:
    """The best level of coverage that any part of training reached."""
    levels = _levels(readings, "coverage")
    return None if levels is None else Reading(float(levels.max()))


@statistic("kept_coverage", "low", center=1.0, series="coverage")
def kept_coverage(readings: Readings) -> Reading | None:
    """The last level of coverage over the best that was reached before it.

    Above 1 where coverage still grows. The two share no reading, so that the ratio
    spreads to both sides of 1 on runs that have settled. Healthy runs of a length at
    which coverage still grows read more than 1; what has settled is no alarm, so the
    null is 1 and only the spread is theirs.
    """
    levels = _levels(readings, "coverage")
    if levels is None or len(levels) <= 3 or levels[:-3].max() <= 0:
        return None
    return Reading(float(levels[-1] / levels[:-3].max()))


@statistic("swing", "high", scale="sqrt", worst=0.5, series="coverage")
def swing(readings: Readings) -> Reading | None:
    """Coverage lost and won back in the second half of training, per reading.

    Half of (the path's length less the net change), over the number of changes;
    0.5 where everything is lost at every other one.
    """
    import numpy as np

    series = readings.series("coverage")
    if series is None or len(series.values) < 2 * SHORTEST:
        return None
    late = series.values[len(series.values) // 2 :]
    moves = np.diff(late)
    wasted = (np.abs(moves).sum() - abs(late[-1] - late[0])) / 2
    return Reading(float(wasted / len(moves)))


READ_LAST: tuple[tuple[str, str, Side, Scale], ...] = (
    ("precision", "precision", "low", "linear"),
    ("recall", "recall", "low", "linear"),
    ("coverage", "coverage", "low", "linear"),
    ("mode_coverage", "modes_captured", "low", "linear"),
    ("class_coverage", "class_coverage", "low", "linear"),
    ("train_nearest_share", "train_nearest_share", "high", "linear"),
    ("tail_over_core", "tail_over_core", "low", "log"),
    ("core_over_tail", "core_over_tail", "low", "log"),
)
"""What the last snapshot's few samples read dates the symptom that all samples show: of
a statistic of all, the series that is the same of few, its side and its scale."""


def _last(series: str) -> Measure:
    def measure(readings: Readings) -> Reading | None:
        found = readings.series(series)
        return None if found is None else Reading(float(found.values[-1]))

    return measure


for _full, _series, _side, _scale in READ_LAST:
    _described = {"scale": _scale, "series": _series, "part": "last", "full": _full}
    statistic(f"{LAST}{_full}", _side, **_described)(_last(_series))
