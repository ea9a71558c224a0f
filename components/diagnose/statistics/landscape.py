"""Statistics of how the game bends and turns, from its Jacobian and its path."""

from typing import Any

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, settled, statistic

FEWEST = 6
"""Positions in half a training without which no path can be followed."""


@statistic("rotation", "high", worst=1.0, series="rotation", part="late")
def rotation(readings: Readings) -> Reading | None:
    """Largest imaginary part of the game's spectrum over its largest magnitude."""
    return settled(readings, "rotation")


@statistic("turns", "high", scale="sqrt", series="generator_coordinate_0")
def turns(readings: Readings) -> Reading | None:
    """How often the players go round in the second half of training, either way.

    The angle that their path sweeps about its middle, in the plane in which it varies
    most: a walk that settles, or that noise drives, sweeps back what it has swept.
    """
    import numpy as np

    path = _path(readings)
    if path is None:
        return None
    centred = path - path.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    if len(spread) < 2 or spread[1] <= 1e-9 * spread[0] or spread[0] == 0:
        return Reading(0.0)
    plane = centred @ axes[:2].T / spread[:2]
    angles = np.unwrap(np.arctan2(plane[:, 1], plane[:, 0]))
    return Reading(float(abs(angles[-1] - angles[0]) / (2 * np.pi)))


def coordinates(readings: Readings, player: str) -> Any:
    """A player's positions, (readings, coordinates); None where they were not read.

    Args:
        player: `generator` or `discriminator`.
    """
    import numpy as np

    columns: list[Any] = []
    while (
        series := readings.series(f"{player}_coordinate_{len(columns)}")
    ) is not None:
        columns.append(series.values)
    if not columns or len({len(column) for column in columns}) != 1:
        return None
    return np.stack(columns, axis=1)


def _path(readings: Readings) -> Any:
    """Positions in the second half, (k, coordinates), each player to its own scale."""
    import numpy as np

    sides = []
    for player in ("generator", "discriminator"):
        positions = coordinates(readings, player)
        if positions is None:
            return None
        side = positions[len(positions) // 2 :]
        width = float(np.linalg.norm(side - side.mean(axis=0)))
        sides.append(side / width if width > 0 else side)
    if len(sides[0]) != len(sides[1]) or len(sides[0]) < FEWEST:
        return None
    return np.concatenate(sides, axis=1)


@statistic("log_volume", "low", worst=None, series="log_volume", part="late")
def log_volume(readings: Readings) -> Reading | None:
    """log det of the samples' covariance over that of the records."""
    return settled(readings, "log_volume")


@statistic("diversity_slope", "low", worst=-1.0, series="diversity_slope", part="late")
def diversity_slope(readings: Readings) -> Reading | None:
    """Cosine between the generator's descent and the way to more diversity."""
    return settled(readings, "diversity_slope")


@statistic("diversity_curvature", "low", worst=-1.0, series="diversity_curvature")
def diversity_curvature(readings: Readings) -> Reading | None:
    """Curvature of the generator's loss along that way, over its largest magnitude."""
    import numpy as np

    along = readings.series("diversity_curvature")
    ends = [readings.series(f"generator_curvature_{end}") for end in ("min", "max")]
    if along is None or any(end is None for end in ends):
        return None
    largest = max(abs(float(end.values[-1])) for end in ends if end is not None)
    if not largest > 0:
        return None
    return Reading(float(np.clip(along.values[-1] / largest, -1.0, 1.0)))


@statistic(
    "generator_stability",
    "high",
    scale="log",
    series="generator_stability",
    part="late",
)
def generator_stability(readings: Readings) -> Reading | None:
    """G's sharpness over what its steps can bear: above 1 they overshoot."""
    return settled(readings, "generator_stability")


@statistic(
    "discriminator_stability",
    "high",
    scale="log",
    series="discriminator_stability",
    part="late",
)
def discriminator_stability(readings: Readings) -> Reading | None:
    """D's sharpness over what its steps can bear: above 1 they overshoot."""
    return settled(readings, "discriminator_stability")
