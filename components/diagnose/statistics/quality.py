"""Statistics of the finished generator's samples, relative to the data's own null."""

from components.diagnose.readings import Readings
from components.diagnose.statistics import Reading, statistic


def _relative(readings: Readings, name: str, side: str) -> Reading | None:
    metric = readings.metric(name)
    if metric is None or not metric.null or metric.null <= 0:
        return None
    bound = None
    if metric.null_interval is not None:
        bound = metric.null_interval[side == "high"] / metric.null
    relative = metric.value / metric.null
    return Reading(relative, metric.null, 1.0, bound, metric.p_value)


@statistic("precision", "low", metric="precision")
def precision(readings: Readings) -> Reading | None:
    """Share of plausible samples, over what real data reads."""
    return _relative(readings, "precision", "low")


@statistic("recall", "low", metric="recall")
def recall(readings: Readings) -> Reading | None:
    """Share of the data's diversity that is produced, over what real data reads."""
    return _relative(readings, "recall", "low")


@statistic("coverage", "low", metric="coverage")
def coverage(readings: Readings) -> Reading | None:
    """Share of holdout records with a sample nearby, over what real data reads."""
    return _relative(readings, "coverage", "low")


@statistic("mode_coverage", "low", metric="mode_coverage")
def mode_coverage(readings: Readings) -> Reading | None:
    """Share of the known modes that are captured, over what real data reads."""
    return _relative(readings, "mode_coverage", "low")


@statistic("class_coverage", "low", metric="class_coverage")
def class_coverage(readings: Readings) -> Reading | None:
    """Share of the classes, or clusters, captured, over what real data reads."""
    return _relative(readings, "class_coverage", "low")


@statistic("frechet_distance", "high", scale="log", metric="frechet_distance")
def frechet_distance(readings: Readings) -> Reading | None:
    """Fréchet distance in multiples of what two real sets of the sizes read."""
    return _relative(readings, "frechet_distance", "high")


@statistic("nonfinite_share", "high", exact=0.0, worst=1.0, metric="nonfinite_share")
def nonfinite_share(readings: Readings) -> Reading | None:
    """Share of samples that are not numbers; a sound generator makes none."""
    metric = readings.metric("nonfinite_share")
    return None if metric is None else Reading(metric.value)


@statistic("memorization", "high", worst=1.0, metric="train_coverage", common=True)
def memorization(readings: Readings) -> Reading | None:
    """How much better samples cover the training records than held-out ones.

    Both relative to their nulls; 0 for a generator that knows the distribution only,
    1 for one that makes training records and none beside. Samples that have collapsed
    lie where more of the training records are, and read more than healthy ones without
    being copies: what runs read that failed for another reason counts as well.
    """
    train = _relative(readings, "train_coverage", "high")
    held_out = _relative(readings, "coverage", "high")
    if train is None or held_out is None:
        return None
    return Reading(train.value - held_out.value)


@statistic("train_nearest_share", "high", worst=1.0, metric="train_nearest_share")
def train_nearest_share(readings: Readings) -> Reading | None:
    """How much likelier a sample's nearest record is a training one than it should be.

    The share over what samples of the data's own distribution read. Its exact test is
    asked as well: the one place that a generator has collapsed to is nearest to a
    training record by chance.
    """
    return _relative(readings, "train_nearest_share", "high")


@statistic("mode_spread", "low", scale="log", metric="mode_spread")
def mode_spread(readings: Readings) -> Reading | None:
    """Spread of samples within the modes that they capture, over the data's."""
    return _relative(readings, "mode_spread", "low")


@statistic("tail_over_core", "low", scale="log", metric="tail_coverage")
def tail_over_core(readings: Readings) -> Reading | None:
    """Coverage of the outermost tier over that of the core.

    Both over what real data reads. How well a healthy run covers what is rare differs
    from data to data with how well it covers anything, and less beside its core.
    """
    core, tail = readings.tier_coverage(0), readings.tier_coverage(-1)
    return Reading(tail / core) if core and tail is not None else None


@statistic("core_over_tail", "low", scale="log", metric="tail_coverage")
def core_over_tail(readings: Readings) -> Reading | None:
    """Coverage of the core over that of the outermost tier, as `tail_over_core`.

    A smeared core escapes precision where sparse records lie about it: their
    neighbourhoods are wide enough to take in all that lies between the core's parts.
    """
    core, tail = readings.tier_coverage(0), readings.tier_coverage(-1)
    return Reading(core / tail) if tail and core is not None else None
