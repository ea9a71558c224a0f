"""Every figure's mean over the seeds of a variant, with its interval."""

from collections.abc import Sequence
from typing import Any

from components.report.findings import Trial, variant
from components.report.intervals import student
from components.report.values import values
from components.report.view import variants


def means(trials: Sequence[Trial], confidence: float) -> list[dict[str, Any]]:
    """One entry a variant, in the order of the matrix.

    Returns:
        [{point, seeds, figures: {name: {mean, interval, why, n, better, null}}}]:
        `interval` is Student's over seeds, cut where the figure ends; where it is null
        `why` says why. `n` counts the seeds that have the figure.
    """
    return [
        {
            "point": variant(group[0]),
            "seeds": [trial["seed"] for trial in group],
            "figures": _figures(group, confidence),
        }
        for group in variants(trials)
    ]


def _figures(group: Sequence[Trial], confidence: float) -> dict[str, dict[str, Any]]:
    read = [values(trial) for trial in group]
    found = {}
    for name in dict.fromkeys(name for each in read for name in each):
        known = [each[name] for each in read if name in each]
        one = known[0]
        mean = student([k.value for k in known], "seeds", confidence, one.reach)
        found[name] = {
            "mean": mean.value,
            "interval": mean.interval and list(mean.interval),
            "why": "one seed" if mean.n == 1 else mean.why,
            "n": mean.n,
            "better": one.better,
            "null": one.null,
        }
    return found
