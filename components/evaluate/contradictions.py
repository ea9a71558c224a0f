"""Which metrics contradict one another: one reads as for data, another far from it.

A metric is standardized by its null: its deviation is how many standard errors of a new
real sample it lies above the null's mean. It says `as data` up to the end of a 95 %
interval of that, towards worse, and `not as data` beyond a bound that real data hardly
ever passes. Every contradiction needs one of the latter, so the chance that samples of
the data's own distribution show any at all is at most that of all metrics' bounds
together (Bonferroni), however many pairs there are.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from components.evaluate.metrics import Metric
from components.evaluate.nulls import Null
from components.evaluate.scales import scaled

FALSE_ALARMS = 0.01
"""Share of generators as good as the data that may show any contradiction."""
AS_DATA = 0.05
"""Share of real samples of which a metric does not say `as data`, where either way is
worse; half of them where one is."""
ROUNDING = 1e-9
"""Values nearer than this, relative to the null, are equal."""

Entries = Mapping[str, Mapping[str, Any]]


def deviation(
    metric: Metric, value: float | None, null: Null, error: float | None, resamples: int
) -> float | None:
    """A value's distance from its null's mean, in standard errors of its prediction.

    On the metric's scale. The mean comes from as many splits as there are `resamples`,
    which adds their share to the variance.

    Args:
        error: of a new sample's reading, on the scale; None: not known.

    Returns:
        None where there is no value, or no error to divide by.
    """
    if value is None or error is None:
        return None
    if abs(value - null[0]) <= ROUNDING * abs(null[0]):
        return 0.0
    apart = scaled(value, metric.scale) - null[2]
    return apart / (error * (1 + 1 / resamples) ** 0.5) if error else None


class Testimony(NamedTuple):
    """What a metric says of the samples; worse: its deviation, above 0 if for worse."""

    metric: Metric
    worse: float
    as_data: bool
    alarmed: bool


def contradictions(
    metrics: Iterable[Metric], entries: Entries, resamples: int
) -> dict[str, Any]:
    """`contradictions` of metrics.json.

    {false_alarm_rate, metrics: how many share it, pairs: [{as_data,
    not_as_data: each {metric, value, null, null_interval, deviation}, blind_to: what
    explains that the first sees nothing}]}; pairs in order of the first, then from the
    furthest second.

    Args:
        metrics: whatever was measured.
        entries: by metric, as metrics.json has them.
        resamples: splits that each null was read on.
    """
    judged = [
        each
        for each in metrics
        if each.says != "nothing" and entries[each.name]["deviation"] is not None
    ]
    rate = FALSE_ALARMS / max(len(judged), 1)
    heard = [judge(each, entries[each.name], resamples, rate) for each in judged]
    loud = sorted(
        (each for each in heard if each.alarmed), key=lambda each: -each.worse
    )
    quiet = [each for each in heard if each.as_data and each.metric.says == "quality"]
    return {
        "false_alarm_rate": FALSE_ALARMS,
        "metrics": len(judged),
        "pairs": [
            {
                "as_data": _told(one, entries),
                "not_as_data": _told(other, entries),
                "blind_to": one.metric.blind_to,
            }
            for one in quiet
            for other in loud
        ],
    }


def judge(
    metric: Metric, entry: Mapping[str, Any], resamples: int, rate: float
) -> Testimony:
    """Judge one metric, at a rate of false alarms; by its p-value where it has one.

    Else by Student's t, for the error comes from `resamples` splits.
    """
    from scipy import stats

    apart = entry["deviation"]
    sides = 2 if metric.better == "null" else 1
    worse = {"higher": -apart, "lower": apart, "null": abs(apart)}[metric.better]
    bound, calm = (
        float(stats.t.ppf(1 - share, resamples - 1))
        for share in (rate / sides, AS_DATA / 2)
    )
    tested = entry["p_value"]
    alarmed = worse > bound if tested is None else tested <= rate
    return Testimony(metric, worse, worse <= calm, alarmed)


def _told(testimony: Testimony, entries: Entries) -> dict[str, Any]:
    name = testimony.metric.name
    numbers = ("value", "null", "null_interval", "deviation")
    return {"metric": name, **{each: entries[name][each] for each in numbers}}
