"""Statistics of what the players tell each other: signal, noise, slope, balance."""

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, early, settled, statistic


@statistic("score_overlap", "low", series="score_overlap", part="late")
def score_overlap(readings: Readings) -> Reading | None:
    """What the histograms of D's scores of records and of samples share."""
    return settled(readings, "score_overlap")


@statistic("blindness", "high", worst=1.0, series="discriminator_auc")
def blindness(readings: Readings) -> Reading | None:
    """1 - AUC: how often D takes a sample for the likelier record of the two."""
    value = readings.settled("discriminator_auc")
    return None if value is None else Reading(1 - value)


@statistic(
    "critic_slope",
    "high",
    scale="log",
    series="slope_interpolates_mean",
    part="late",
)
def critic_slope(readings: Readings) -> Reading | None:
    """Mean ‖∇D‖ on the way between records and samples, in scores per unit of x."""
    return settled(readings, "slope_interpolates_mean")


@statistic(
    "generator_agreement", "low", series="generator_gradient_cosine_1", part="early"
)
def generator_agreement(readings: Readings) -> Reading | None:
    """Cosine between the generator's gradients on two batches of training's size.

    Early on, while there is much to agree on: near rest the batches of any training
    disagree, of whatever size they are.
    """
    return early(readings, "generator_gradient_cosine_1")


@statistic(
    "discriminator_agreement",
    "low",
    series="discriminator_gradient_cosine_1",
    part="early",
)
def discriminator_agreement(readings: Readings) -> Reading | None:
    """The same of the discriminator's gradients."""
    return early(readings, "discriminator_gradient_cosine_1")


@statistic(
    "generator_step",
    "high",
    scale="log",
    series="generator_update_ratio",
    part="early",
)
def generator_step(readings: Readings) -> Reading | None:
    """A step of the generator over the length of its weights, early on.

    Steps that are too long inflate the weights, and look short beside them later.
    """
    return early(readings, "generator_update_ratio")


@statistic(
    "discriminator_step",
    "high",
    scale="log",
    series="discriminator_update_ratio",
    part="early",
)
def discriminator_step(readings: Readings) -> Reading | None:
    """A step of the discriminator over the length of its weights, early on."""
    return early(readings, "discriminator_update_ratio")


@statistic(
    "discriminator_lead",
    "high",
    scale="log",
    series="discriminator_lead",
    part="late",
)
def discriminator_lead(readings: Readings) -> Reading | None:
    """D's steps over G's, each relative to its weights, and D's turns counted."""
    return settled(readings, "discriminator_lead")


@statistic("generator_lead", "high", scale="log", series="generator_lead", part="late")
def generator_lead(readings: Readings) -> Reading | None:
    """G's steps over D's: the inverse of D's lead."""
    return settled(readings, "generator_lead")


@statistic("capacity_gap", "high", series="capacity_gap", part="late")
def capacity_gap(readings: Readings) -> Reading | None:
    """How much nearer to the records an ampler generator comes, taught without a game.

    In the records' mean distance from one another.
    """
    return settled(readings, "capacity_gap")


@statistic("capacity_dimension", "low", series="capacity_dimension", part="late")
def capacity_dimension(readings: Readings) -> Reading | None:
    """Intrinsic dimension of what G makes when taught so, over that of the records."""
    return settled(readings, "capacity_dimension")


@statistic("sample_dimension", "low", series="sample_dimension", part="any")
def sample_dimension(readings: Readings) -> Reading | None:
    """Intrinsic dimension of the samples over that of the records, at its highest.

    A collapse takes directions away for a while, too few latents or units for good.
    """
    found = readings.series("relative_dimension")
    unit = readings.settled("record_dimension") or 1.0
    return None if found is None else Reading(float(found.values.max()), unit)


@statistic("largest_weight", "high", scale="log", series="weight_max", part="late")
def largest_weight(readings: Readings) -> Reading | None:
    """The largest parameter of both players: steps that overshoot throw them far."""
    return settled(readings, "weight_max")


@statistic(
    "dead_units",
    "high",
    scale="sqrt",
    worst=1.0,
    series="generator_dead_share",
    part="late",
)
def dead_units(readings: Readings) -> Reading | None:
    """The share of the generator's units that nothing moves: thrown past their kink."""
    return settled(readings, "generator_dead_share")
