"""What one setting changes against another: paired differences. Pure."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from components.reach import Reach
from components.report.intervals import Estimate, holm, student
from components.report.samplewise import Sampled, difference
from components.report.values import Trial, Value, values


class Side(NamedTuple):
    """A trial and its numbers."""

    trial: Trial
    values: Mapping[str, Value]


Pair = tuple[Side, Side]
"""A trial of the baseline, and one that differs in what is compared alone."""
Load = Callable[[Pair], tuple[Sampled | None, Sampled | None]]
"""What both were measured on, and what their intervals are made of."""
Figures = dict[str, dict[str, Any]]


def side(trial: Trial) -> Side:
    return Side(trial, values(trial))


def figures(units: Sequence[Sequence[Pair]], confidence: float, load: Load) -> Figures:
    """Every figure's difference, by name.

    Args:
        units: what is independent of each other: a seed's pairs, whose differences are
            averaged first. With one pair alone the interval is over its samples.

    Returns:
        {name: {from, to, difference, interval, over, n, p_value, why, better}}: means
        of the baseline and of the other, Student's interval over n units (`over` is
        `seeds`) or that of one pair's `samples`; `why` says why there is none.
    """
    sides = [each for unit in units for pair in unit for each in pair]
    names = dict.fromkeys(name for each in sides for name in each.values)
    alone = units[0][0] if [len(unit) for unit in units] == [1] else None
    sampled = load(alone) if alone is not None else (None, None)
    found: Figures = {}
    for name in names:
        known = [u for u in units if all(name in s.values for p in u for s in p)]
        if not known:
            continue
        before, after = ([_mean(unit, side, name) for unit in known] for side in (0, 1))
        one = known[0][0][0].values[name]
        if alone is None:
            of = "pairs" if len(known[0]) == 1 else "seeds"
            made = _over_seeds(before, after, of, confidence, _apart(one.reach))
        else:
            value = after[0] - before[0]
            made = difference(name, value, sampled, confidence, _apart(one.reach))
        found[name] = {
            "from": fmean(before),
            "to": fmean(after),
            **_stated(made, "seeds" if alone is None else "samples"),
            "better": one.better,
        }
    return found


def _over_seeds(
    before: Sequence[float],
    after: Sequence[float],
    of: str,
    confidence: float,
    within: Reach,
) -> Estimate:
    apart = [b - a for a, b in zip(before, after, strict=True)]
    return student(apart, of, confidence, within, max(map(abs, (*before, *after))))


def _mean(unit: Sequence[Pair], side: int, name: str) -> float:
    return fmean(pair[side].values[name].value for pair in unit)


def _apart(reach: Reach) -> Reach:
    """What a difference can be of two numbers of this reach."""
    least, most = reach
    if least is None or most is None:
        return None, None
    return least - most, most - least


def _stated(made: Estimate, over: str) -> dict[str, Any]:
    return {
        "difference": made.value,
        "interval": made.interval and list(made.interval),
        "over": over if made.interval else None,
        "n": made.n,
        "p_value": made.p_value,
        "why": made.why,
    }


def judge(all_figures: Sequence[Figures], confidence: float) -> dict[str, Any]:
    """Mark the differences that are clear of 0 after Holm's correction for them all.

    Every figure gets `p_holm` (None without an interval) and `clear`.

    Returns:
        {confidence, correction, made, clear}: how many were made, and are clear.
    """
    every = [figure for each in all_figures for figure in each.values()]
    tested = [figure for figure in every if figure["p_value"] is not None]
    adjusted = holm([figure["p_value"] for figure in tested])
    for figure in every:
        figure |= {"p_holm": None, "clear": False}
    for figure, p_value in zip(tested, adjusted, strict=True):
        figure |= {"p_holm": p_value, "clear": p_value <= 1 - confidence}
    return {
        "confidence": confidence,
        "correction": "holm",
        "made": len(tested),
        "clear": sum(figure["clear"] for figure in tested),
    }
