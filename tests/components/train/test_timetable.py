"""When readings are taken."""

import numpy as np
import pytest

from components.train.params import TelemetryParams, TrainParams
from components.train.probes.noise import Noise
from components.train.timetable import Timetable


def timetable(steps, **telemetry):
    return Timetable(
        TrainParams(steps=steps, telemetry=TelemetryParams(**telemetry)), tiers=1
    )


@pytest.mark.parametrize(
    "steps, every",
    [(1, 1), (29, 1), (60, 2), (900, 30), (3000, 100), (6000, 100), (60_000, 1000)],
)
def test_by_default_readings_are_sixty_and_in_a_short_training_thirty(steps, every):
    readings = sorted(timetable(steps).readings)
    assert readings[0] == 0 and readings[-1] == steps
    assert set(np.diff(readings)) <= {every, steps - readings[-2]}
    assert steps < 30 or 31 <= len(readings) <= 62


def test_a_reading_may_be_asked_for_at_every_step():
    assert timetable(7, every=1).readings == set(range(8))


@pytest.mark.parametrize(
    "steps, count", [(999, 0), (1000, 1), (3999, 1), (4000, 2), (8000, 4), (100_000, 4)]
)
def test_dear_probes_read_once_in_two_thousand_steps_and_at_the_end(steps, count):
    plan = timetable(steps)
    assert len(plan.rare) == count and plan.rare <= plan.snapshots - {0}
    assert not count or steps in plan.rare


def test_how_often_dear_probes_read_may_be_stated():
    assert timetable(100, rare=2).rare == {51, 100}
    assert timetable(100_000, rare=0).rare == set()


@pytest.mark.parametrize("steps", [1, 7, 100, 3000])
def test_snapshots_are_readings_spread_over_the_training(steps):
    plan = timetable(steps, snapshots=12)
    assert plan.snapshots <= plan.readings
    assert {0, steps} <= plan.snapshots
    assert len(plan.snapshots) == min(13, len(plan.readings))
    widest = max(np.diff(sorted(plan.snapshots)))
    assert widest <= steps / 12 + max(np.diff(sorted(plan.readings)))


def test_a_dear_probe_may_read_at_the_first_readings_too():
    plan = timetable(3000)
    due = {step for step in plan.readings if plan.due(Noise(None), step)}
    assert due == plan.rare | {0, 100}
