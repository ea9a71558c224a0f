"""Statistics of the mechanisms themselves, from the probes."""

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic

LINEAR = ("hinge", "wasserstein")
"""Objectives whose generator loss is minus its score, whatever the score."""


@statistic(
    "transmission",
    "low",
    scale="log",
    series="transmission",
    part="late",
    absent="it was not measured, or the objective cannot saturate",
)
def transmission(readings: Readings) -> Reading | None:
    """The share of the discriminator's slope that the objective lets through.

    None where the objective passes on all of it whatever the scores (`LINEAR`): a
    constant of the objective says nothing of a run, nor of what others should read.
    """
    value = readings.settled("transmission")
    objective = readings.parameters.get("objective") or {}
    if value is None or objective.get("kind") in LINEAR:
        return None
    return Reading(value)


@statistic(
    "discriminator_auc", "high", worst=1.0, series="discriminator_auc", part="late"
)
def discriminator_auc(readings: Readings) -> Reading | None:
    """How surely the discriminator tells held-out records from generated samples."""
    value = readings.settled("discriminator_auc")
    return None if value is None else Reading(value)


@statistic("batch_coupling", "high", exact=0.0, series="batch_coupling", part="late")
def batch_coupling(readings: Readings) -> Reading | None:
    """Variance of a sample's score owed to its batch-mates, over its own.

    Exactly 0 for a discriminator that scores samples one by one.
    """
    value = readings.settled("batch_coupling")
    return None if value is None else Reading(value)


@statistic("batch_leak", "high", exact=0.0, worst=1.0, series="batch_leak", part="late")
def batch_leak(readings: Readings) -> Reading | None:
    """What the discriminator's AUC owes to seeing real and generated together.

    Exactly 0 for a discriminator that scores samples one by one.
    """
    value = readings.settled("batch_leak")
    return None if value is None else Reading(value)


@statistic("nonfinite_count", "high", exact=0.0, series="nonfinite_count", part="last")
def nonfinite_count(readings: Readings) -> Reading | None:
    """Steps whose loss or gradient was not finite; a sound run has none."""
    series = readings.series("nonfinite_count")
    return None if series is None else Reading(float(series.values[-1]))
