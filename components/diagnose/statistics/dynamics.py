"""Statistics of how quality moved during training, from the snapshots' small samples.

A reading of a few dozen samples is noisy, so levels are medians of three in a row.
"""

from typing import Any

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic

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


def _last(readings: Readings, name: str) -> Reading | None:
    series = readings.series(name)
    return None if series is None else Reading(float(series.values[-1]))


@statistic("last_precision", "low", series="precision")
def last_precision(readings: Readings) -> Reading | None:
    """Precision at the last snapshot: dates the onset of low fidelity."""
    return _last(readings, "precision")


@statistic("last_recall", "low", series="recall")
def last_recall(readings: Readings) -> Reading | None:
    """Recall at the last snapshot: dates the onset of a collapse."""
    return _last(readings, "recall")


@statistic("last_coverage", "low", series="coverage")
def last_coverage(readings: Readings) -> Reading | None:
    """Coverage at the last snapshot: dates the onset of a collapse."""
    return _last(readings, "coverage")


@statistic("last_mode_coverage", "low", series="modes_captured")
def last_mode_coverage(readings: Readings) -> Reading | None:
    """Share of the modes captured at the last snapshot: dates a collapse."""
    return _last(readings, "modes_captured")


@statistic("last_class_coverage", "low", series="class_coverage")
def last_class_coverage(readings: Readings) -> Reading | None:
    """Share of the classes captured at the last snapshot: dates a collapse."""
    return _last(readings, "class_coverage")


@statistic("last_train_nearest_share", "high", series="train_nearest_share")
def last_train_nearest_share(readings: Readings) -> Reading | None:
    """Samples nearer to training than to held-out records: dates memorization."""
    return _last(readings, "train_nearest_share")


@statistic("last_tail_over_core", "low", scale="log", series="tail_over_core")
def last_tail_over_core(readings: Readings) -> Reading | None:
    """Coverage of the tail over the core's at the last snapshot: dates its neglect."""
    return _last(readings, "tail_over_core")


@statistic("last_core_over_tail", "low", scale="log", series="core_over_tail")
def last_core_over_tail(readings: Readings) -> Reading | None:
    """Coverage of the core over the tail's at the last snapshot: dates its neglect."""
    return _last(readings, "core_over_tail")
