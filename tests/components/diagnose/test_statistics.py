"""What statistics read, of the series that they are levels of."""

import numpy as np
import pytest

from components.diagnose.statistics import STATISTICS

LEVELS = {name: one for name, one in STATISTICS.items() if one.part}


@pytest.mark.parametrize("name", LEVELS)
def test_a_level_of_a_part_of_a_series_is_in_its_unit(new_trial, name):
    """It lies among what that part reads, and elsewhere the series reads otherwise."""
    statistic = LEVELS[name]
    steps = np.linspace(0, 1200, 41)
    bounds = {"early": (0, 120), "late": (600, 1200), "last": (1200, 1200)}
    low, high = bounds.get(statistic.part, (0, 1200))
    inside = (steps >= low) & (steps <= high)
    trial = new_trial().trained(steps=1200)
    for column in trial.series:
        trial.series[column] = np.full(len(steps), 0.3)
    values = np.where(inside, np.linspace(0.4, 0.5, len(steps)), 0.8)
    trial.series[statistic.series] = values
    trial.series["step"] = steps
    readings = trial.readings()
    reading = statistic.measure(readings)
    part = readings.series(statistic.series).values[inside]
    assert part.min() <= reading.value * reading.unit <= part.max()
