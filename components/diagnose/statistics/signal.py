"""Statistics of what the players tell each other: signal, noise, slope, balance."""

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, early, ratio, settled, statistic


@statistic("score_overlap", "low", series="score_overlap")
def score_overlap(readings: Readings) -> Reading | None:
    """What the histograms of D's scores of records and of samples share."""
    return settled(readings, "score_overlap")


@statistic("blindness", "high", worst=0.5, series="discriminator_auc")
def blindness(readings: Readings) -> Reading | None:
    """1 - AUC: how often D takes a sample for the likelier record of the two."""
    value = readings.settled("discriminator_auc")
    return None if value is None else Reading(1 - value)


@statistic("critic_slope", "high", scale="log", series="slope_interpolates_mean")
def critic_slope(readings: Readings) -> Reading | None:
    """Mean ‖∇D‖ on the way between records and samples, in scores per unit of x."""
    return settled(readings, "slope_interpolates_mean")


@statistic("generator_agreement", "low", series="generator_gradient_cosine_1")
def generator_agreement(readings: Readings) -> Reading | None:
    """Cosine between the generator's gradients on two batches of training's size.

    Early on, while there is much to agree on: near rest the batches of any training
    disagree, of whatever size they are.
    """
    return early(readings, "generator_gradient_cosine_1")


@statistic("discriminator_agreement", "low", series="discriminator_gradient_cosine_1")
def discriminator_agreement(readings: Readings) -> Reading | None:
    """The same of the discriminator's gradients."""
    return early(readings, "discriminator_gradient_cosine_1")


@statistic("generator_step", "high", scale="log", series="generator_update_ratio")
def generator_step(readings: Readings) -> Reading | None:
    """A step of the generator over the length of its weights, early on.

    Steps that are too long inflate the weights, and look short beside them later.
    """
    return early(readings, "generator_update_ratio")


@statistic(
    "discriminator_step", "high", scale="log", series="discriminator_update_ratio"
)
def discriminator_step(readings: Readings) -> Reading | None:
    """A step of the discriminator over the length of its weights, early on."""
    return early(readings, "discriminator_update_ratio")


@statistic("discriminator_lead", "high", scale="log")
def discriminator_lead(readings: Readings) -> Reading | None:
    """D's steps over G's, each relative to its weights, and D's turns counted."""
    found = ratio(readings, "discriminator_update_ratio", "generator_update_ratio")
    turns = readings.parameters.get("discriminator_steps") or 1
    return None if found is None else Reading(found.value * float(turns))


@statistic("generator_lead", "high", scale="log")
def generator_lead(readings: Readings) -> Reading | None:
    """G's steps over D's: the inverse of D's lead."""
    found = discriminator_lead(readings)
    return Reading(1 / found.value) if found is not None and found.value > 0 else None


@statistic("steering", "low", scale="log", series="steering")
def steering(readings: Readings) -> Reading | None:
    """What G's parameters can do of what is asked, over what they do of noise."""
    return settled(readings, "steering")


@statistic("sample_dimension", "low", series="sample_dimension")
def sample_dimension(readings: Readings) -> Reading | None:
    """Intrinsic dimension of the samples over that of the records."""
    found = ratio(readings, "sample_dimension", "record_dimension")
    unit = readings.settled("record_dimension") or 1.0
    return None if found is None else Reading(found.value, unit)
