"""When a training stops for something, and how long it plays at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from components.train.params import TrainParams
from components.train.probes import Probe

SECONDS_A_CALL = 0.4
FIRST_CALL = 16
READINGS, FEWEST_READINGS = 60, 30
STEPS_BETWEEN = 100
"""Steps of the smallest games that take some twenty times as long as a reading."""
STEPS_BETWEEN_RARE, FEWEST_STEPS, RARE = 2000, 1000, 4
"""A rare reading takes as long as some hundred steps of any game."""


def cadence(steps: int) -> int:
    """Steps between readings by default: READINGS in all, fewer in a short training.

    A reading costs two milliseconds, a step of the smallest networks half of one; from
    fewer than FEWEST_READINGS no course could be read.
    """
    return max(1, min(max(steps // READINGS, STEPS_BETWEEN), steps // FEWEST_READINGS))


class Timetable:
    """The steps at which training stops for something."""

    def __init__(self, params: TrainParams, tiers: int) -> None:
        self.steps = steps = params.steps
        telemetry = params.telemetry
        every = telemetry.every or cadence(steps)
        self.readings = {*range(0, steps, every), steps}
        known = np.array(sorted(self.readings))
        wanted = np.linspace(0, steps, telemetry.snapshots + 1)
        nearest = np.abs(known[:, None] - wanted[None, :]).argmin(axis=0)
        self.snapshots = {int(step) for step in known[nearest]}
        self.rare = self._few(telemetry.rare)
        self.checkpoints = set(
            range(params.checkpoint.every, steps, params.checkpoint.every)
        )
        self.pacing = params.pacing.boundaries(steps, tiers)
        self.numbers = {step: number for number, step in enumerate(known.tolist())}
        self.all: list[int] = sorted(
            {*self.readings, *self.checkpoints, *self.pacing} & {*range(steps + 1)}
        )

    def next(self, step: int) -> int:
        """The first boundary after a step."""
        return min(boundary for boundary in self.all if boundary > step)

    def _few(self, stated: int | None) -> set[int]:
        """Snapshots at equal distances, the last one included.

        As many as stated, else one in STEPS_BETWEEN_RARE steps, at most RARE, and one
        at least in a training of FEWEST_STEPS.
        """
        count = min(self.steps // STEPS_BETWEEN_RARE, RARE)
        if self.steps >= FEWEST_STEPS:
            count = max(count, 1)
        count = count if stated is None else stated
        known = np.array(sorted(self.snapshots))
        wanted = np.linspace(0, self.steps, count + 1)[1:]
        return {int(known[np.abs(known - each).argmin()]) for each in wanted}

    def due(self, probe: Probe, step: int) -> bool:
        """Whether a probe reads at a step that has readings."""
        if probe.once:
            return step == 0
        if self.numbers[step] < probe.early:
            return True
        if probe.rare:
            return step in self.rare
        if probe.at_snapshots:
            return step in self.snapshots
        return self.numbers[step] % probe.every == 0 or step == self.steps


class Pace:
    """How long compiled calls are: short enough to report progress between.

    Attributes:
        size: steps in the next call, at most.
        rate: steps a second in the last one.
        seconds: that all calls took, the compilation of the first included.
    """

    def __init__(self) -> None:
        self.size, self.rate, self.seconds = FIRST_CALL, 0.0, 0.0

    @contextmanager
    def timed(self, count: int) -> Iterator[None]:
        """Around a call of so many steps, to its end."""
        started = time.monotonic()
        yield
        took = time.monotonic() - started
        self.seconds += took
        self.rate = count / max(took, 1e-6)
        wished = int(self.rate * SECONDS_A_CALL)
        self.size = max(1, min(wished, 2 * self.size))
