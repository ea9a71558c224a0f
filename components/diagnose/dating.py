"""When what alarms at the end of a training began."""

from collections.abc import Iterable

from components.diagnose.calibration import ROUNDING
from components.diagnose.evidence import Evidence
from components.diagnose.onset import Onset, lasting
from components.diagnose.statistics import STATISTICS, Statistic, dates


def began(evidence: Evidence, names: Iterable[str]) -> Onset | None:
    """The earliest onset of the statistics that alarm at the end.

    The few samples of a series pass a limit that is made of such readings more rarely
    than all samples pass theirs. Where none does, what alarmed of all samples is there,
    and its own limit says since when.
    """
    names = list(names)
    for onset in _onset, _onset_by_full:
        found = [each for name in names if (each := onset(evidence, name)) is not None]
        if found:
            return min(found)
    return None


def given_up(evidence: Evidence) -> Onset | None:
    """When training was given up for numbers that are not finite: found at a reading,
    and since the one before."""
    steps = [int(step) for step in evidence.readings.table.get("step", ())]
    if not evidence.readings.overflowed or not steps:
        return None
    return Onset(steps[-1], steps[max(0, len(steps) - 2)], steps[-1])


def _onset(evidence: Evidence, name: str, limit: float | None = None) -> Onset | None:
    """When the alarm of a statistic that lasts to the end began.

    None where it does not last, or nothing says when. Of a statistic that reads a
    series at its last reading (`last_…`) the change of level is looked for in the
    series itself; of any other, the statistic is read on the training up to each
    reading, as it would have been had the training ended there, and the interval is
    that since the reading before.

    Args:
        limit: beyond which it alarms; None: its calibrated threshold.
    """
    statistic, readings = STATISTICS[name], evidence.readings
    series = readings.series(statistic.series or "")
    limit = _limit(evidence, statistic) if limit is None else limit
    if series is None or limit is None:
        return None
    sign = -1 if statistic.side == "low" else 1
    if dates(name):
        alarms = sign * (series.values - limit) > 0
        learnt = _learnt(evidence, name) * _steps(evidence)
        return lasting(series.steps, series.values, alarms, learnt, sign)
    steps = [int(step) for step in series.steps]
    read = [statistic.measure(readings.until(step)) for step in steps]
    beyond = [
        None if each is None else bool(sign * (each.value - limit) > 0) for each in read
    ]
    if not beyond[-1]:
        return None
    # Where nothing could be read it may have been so already.
    quiet = (place for place, alarm in enumerate(beyond) if alarm is False)
    before = max(quiet, default=0)
    at = next(place for place in range(before, len(steps)) if beyond[place])
    return Onset(steps[at], steps[before], steps[at])


def _onset_by_full(evidence: Evidence, name: str) -> Onset | None:
    """By the limit of all samples, where it is passed by all."""
    full = STATISTICS[name].full
    check = None if full is None else evidence.check(full)
    if check is None or not check.alarmed:
        return None
    return _onset(evidence, name, check.threshold)


def _limit(evidence: Evidence, statistic: Statistic) -> float | None:
    """The calibrated threshold of a statistic, whatever it reads."""
    if statistic.exact is not None:
        sign = -1 if statistic.side == "low" else 1
        return statistic.exact + sign * ROUNDING
    healthy = evidence.calibration.checks.get(statistic.id)
    return None if healthy is None else healthy.threshold(evidence.rate(statistic.id))


def _learnt(evidence: Evidence, name: str) -> float:
    """By which share of a training healthy runs had learnt what a series reads.

    Where nothing says so, by when they had learnt all that is known of.
    """
    known = evidence.calibration.checks
    if name in known:
        return known[name].learnt
    return max((known[one].learnt for one in filter(dates, known)), default=0.0)


def _steps(evidence: Evidence) -> float:
    """Of the whole training."""
    stated = evidence.parameters.get("steps")
    return float(stated or evidence.readings.table["step"][-1])
